#!/bin/bash
# Runs guests as control, without any checkpoint: each must pass, and with --sabotage each must fail.
#   control.sh OUT [--sabotage] [--times N] [--jobs N] [PATTERN...]     patterns match case names
set -uo pipefail

out=$(realpath "${1:?usage: control.sh OUT [--sabotage] [--times N] [--jobs N] [PATTERN...]}")
shift
sabotage='' times=1 jobs=1
while [ $# -gt 0 ]; do
    case $1 in
        --sabotage) sabotage=yes ;;
        --times) times=$2; shift ;;
        --jobs) jobs=$2; shift ;;
        *) break ;;
    esac
    shift
done
patterns=("${@:-*}")
JAVA=${JAVA_HOME:+$JAVA_HOME/bin/}java
export out sabotage JAVA

# One run of one case: prints a line, fails unless it went as it should.
run() {
    local case runner program arguments needs dir command pid status result verdict
    IFS=$'\t' read -r case runner program arguments _ <<<"${1//$'\t'/$'\t'}"
    IFS='|' read -r case runner program arguments needs <<<"$1"
    dir=$(mktemp -d "${TMPDIR:-/tmp}/guest.XXXXXX")
    case $runner in
        native) command=("$out/$program") ;;
        java)
            command=("$JAVA" ${arguments:+"-XX:+Use${arguments}GC"} "$out/$program")
            arguments=
            ;;
        *) command=("$runner" "$out/$program") ;;
    esac
    # shellcheck disable=SC2206
    command+=("$dir" $arguments)
    # A pseudo terminal of its own; -e: the status is that of the guest.
    [[ $needs != *terminal* ]] || command=(script -qec "${command[*]}" /dev/null)
    "${command[@]}" >"$dir/out" 2>&1 </dev/null &
    pid=$!
    # A guest whose setup fails or is skipped ends without `ready`.
    while [ ! -e "$dir/ready" ] && kill -0 $pid 2>/dev/null; do sleep 0.01; done
    if [[ $needs == *cont* ]]; then
        while [[ $(ps -o state= -p $pid) != T ]] && kill -0 $pid 2>/dev/null; do sleep 0.01; done
        kill -CONT $pid
    fi
    [ -z "$sabotage" ] || touch "$dir/sabotage"
    echo away_ms=0 >"$dir/go.part" && mv "$dir/go.part" "$dir/go"
    wait $pid
    status=$?
    result=$(cat "$dir/result" 2>/dev/null || { echo "FAIL: no result, exit status $status"; cat "$dir/out"; })
    case $result in
        PASS) verdict=passed; [ $status = 0 ] || verdict=wrong ;;
        SKIP*) verdict=skipped; [ $status = 77 ] || verdict=wrong ;;
        *) verdict=failed; [ $status = 1 ] || verdict=wrong ;;
    esac
    rm -rf "$dir"
    if [ $verdict = skipped ]; then
        echo "skip $case: ${result#SKIP: }"
    elif [ $verdict = "${sabotage:+failed}" ] || [ -z "$sabotage" -a $verdict = passed ]; then
        echo "ok   $case"
    else
        echo "BAD  $case: $verdict, status $status: ${result//$'\n'/$'\n'     }"
        return 1
    fi
}
export -f run

for ((i = 0; i < times; i++)); do
    # A tab is white space to read, which would swallow an empty column: give it a blank.
    while IFS=$'\t' read -r case runner program arguments needs _; do
        for pattern in "${patterns[@]}"; do
            # shellcheck disable=SC2053
            [[ $case == $pattern ]] && printf '%s|%s|%s|%s|%s\0' \
                "$case" "$runner" "$program" "$arguments" "$needs"
        done
    done < <(sed 's/\t\t/\t \t/g; s/\t\t/\t \t/g' "$out/guests.list")
done | xargs -0 -r -n1 -P "$jobs" bash -c 'run "$1"' run
status=${PIPESTATUS[1]}
[ $status = 0 ] && echo "all as expected" || echo "NOT all as expected"
exit $status
