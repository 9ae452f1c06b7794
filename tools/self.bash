# Makes the tool an executable checkpoint of itself. Meant to be sourced by launch.bash, which sets what stands here.
#
# A JVM runs the tool's own commands over and over on programs of ours, until they are compiled, and then sleeps in
# pause(2) with an argument that asks for a command line (PauseForArguments); there it is checkpointed.

# As hexadecimal digits in /proc/PID/task/TID/syscall: pause, "reprise?".
asleep='34 0x3f65736972706572 '

# The programs of the dry runs, leaders of sessions: a plain one; one with a fifo; a set of processes, each of which has what
# the ones before it have, and a pipe of its own; and a JVM like a service's. Nothing of ours is open in them.
start_programs() {
    mkfifo "$aside/fifo"
    programs=()
    (close_all && exec setsid sleep 300) </dev/null >/dev/null 2>&1 &
    programs+=($!)
    (close_all && exec setsid bash -c 'exec 3<>"$1"; read -r -t 300 -u 3 _' bash "$aside/fifo") </dev/null >/dev/null 2>&1 &
    programs+=($!)
    # Enough of them for what a large set has done by several threads.
    # shellcheck disable=SC2016
    (close_all && exec setsid bash -c 'for ((i = 0; i < 16; i++)); do exec {fd}< <(exec sleep 300); done
        read -r -t 300 -u "$fd" _') </dev/null >/dev/null 2>&1 &
    programs+=($!)
    (close_all && exec setsid "${java[@]}" -m "$main" sample "$aside") </dev/null >/dev/null 2>&1 &
    programs+=($!)
    disown "${programs[@]}"
    until [[ -e $aside/ready ]]; do
        kill -0 "${programs[-1]}" 2>/dev/null || return
        sleep 0.1
    done
}

end_programs() {
    kill -KILL -- "${programs[@]/#/-}" 2>/dev/null
}

# What a caller left open would lead outside.
close_all() {
    local fd
    for fd in /proc/self/fd/*; do
        fd=${fd##*/}
        ((fd > 2)) && eval "exec $fd>&-"
    done
    return 0
}

is_asleep() {
    local file
    for file in /proc/"$1"/task/*/syscall; do
        [[ $(<"$file") == "$asleep"* ]] && return 0
    done 2>/dev/null
    return 1
}

# One arena: what malloc gives back then goes by brk(2) or munmap(2), never by madvise(2), so that its pages can be
# mapped. A method is compiled after a tenth of the usual calls, since there are not more dry runs than some dozens.
make_self() {
    local pid status
    mkdir -p "${self%/*}" || return
    printf '%s\n' "$digest" >"$self.of" # whatever comes of it, no later command tries by itself again
    [[ -n ${aside:-} ]] || aside=$(mktemp -d "$cache/.aside.XXXXXX")
    trap 'end_programs; rm -rf -- "$aside"' EXIT
    start_programs || return
    (
        close_all
        # It waits for ever; should we be killed it ends.
        command -v setpriv >/dev/null && java=(setpriv --pdeathsig KILL "${java[@]}")
        MALLOC_ARENA_MAX=1 exec "${java[@]}" -XX:CompileThresholdScaling=0.1 \
            -XX:TieredStopAtLevel=4 -XX:CompilerDirectivesFile="$here/tools/self.directives" \
            -XX:Tier4InvocationThreshold=10 -XX:Tier4MinInvocationThreshold=10 \
            -XX:Tier4CompileThreshold=10 -XX:Tier4BackEdgeThreshold=100 \
            -XX:-SegmentedCodeCache -XX:ReservedCodeCacheSize=48m \
            -m "$main" self \
            --seconds "${REPRISE_WARM_SECONDS:-10}" --checkout "$here" --directory "$aside" \
            "${programs[@]}"
    ) </dev/null >/dev/null 2>"$aside/log" &
    pid=$!
    disown $pid
    until is_asleep $pid; do
        kill -0 $pid 2>/dev/null || return
        sleep 0.1
    done
    "${java[@]}" -m "$main" checkpoint --executable --map --tool "$here/reprise" --sync=no --kill -o "$self" $pid \
        >>"$aside/log" 2>&1
    status=$?
    kill -KILL $pid 2>/dev/null
    ((status == 0)) && "$self" --version >/dev/null 2>&1 && [[ -x $self ]]
}
