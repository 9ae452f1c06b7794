#!/bin/bash
# A shell script that counts into a file, with an array, an associative array, a trap and a here string
# on the way. A child that sleeps would be a second process: it waits by `read -t` on a FIFO of its own.
# opt-out: beside: both would write to the same file
# needs: moving
# opt-out: again: the file goes on after the image was taken, so that a second restore counts again
directory=$1
declare -a numbers
declare -A names
usr1=0
trap 'usr1=$((usr1 + 1))' USR1

put() { # a file that appears complete
    printf '%s' "$2" >"$directory/$1.part"
    mv "$directory/$1.part" "$directory/$1"
}

mkfifo "$directory/silence"
exec 7<>"$directory/silence" 8>>"$directory/counts"

count=0
one() {
    count=$((count + 1))
    numbers[count]=$((count * count))
    names[n$count]=$count
    echo "$count" >&8
    read -r -t 0.005 -u 7 || true
}

while ((count < 20)); do one; done
# Not by put: its mv would be a child at the very moment that the harness waits for.
echo "$$" >"$directory/ready"
echo ready
while [ ! -e "$directory/go" ]; do one; done
before=$count
while ((count < before + 20)); do one; done

[ ! -e "$directory/sabotage" ] || numbers[3]=7
failures=''
for ((i = 1; i <= count; i++)); do
    [ "${numbers[i]}" = $((i * i)) ] || failures+="FAIL: number $i: expected $((i * i)) got ${numbers[i]}"$'\n'
    [ "${names[n$i]}" = "$i" ] || failures+="FAIL: name n$i: expected $i got ${names[n$i]}"$'\n'
done
kill -USR1 $BASHPID # not $$, which bash remembers: an executable has another one
[ "$usr1" = 1 ] || failures+="FAIL: trap: expected 1 got $usr1"$'\n'
mapfile -t lines <"$directory/counts"
[ ${#lines[@]} = "$count" ] || failures+="FAIL: lines: expected $count got ${#lines[@]}"$'\n'
for ((i = 0; i < ${#lines[@]}; i++)); do
    [ "${lines[i]}" = $((i + 1)) ] || { failures+="FAIL: line $i: got ${lines[i]}"$'\n'; break; }
done
put result "${failures:-PASS}"
[ -z "$failures" ]
