#!/bin/bash
# The launcher's slow way: finds a JDK 25, builds first when a source is newer, and starts Java so that it starts fast.
set -u
unset REPRISE_SELF_STALE # the checkpoint of the tool found out that a source is newer
tools=${BASH_SOURCE[0]%/*}
cwd=$PWD
if [[ $cwd -ef . && -x . ]]; then
    CDPATH='' cd -P -- "$tools/.." && here=$PWD && cd -- "$cwd" || exit 1
else
    # This directory is gone: there is no way back to it, and Java starts in none that is.
    CDPATH='' cd -P -- "$tools/.." && here=$PWD && cd / || exit 1
fi
source "$here/tools/jdk.bash"
source "$here/tools/fresh.bash"

fail() {
    printf 'reprise: %s\n' "$1" >&2
    exit "$failure"
}

# Root builds as the owner of the checkout, who could not remove root's files from it later.
build() {
    local owner group home
    read -r owner group < <(stat -c '%u %g' "$here")
    if ((EUID != 0 || owner == 0)); then
        "$here/tools/build.bash"
    else
        home=$(getent passwd "$owner" | cut -d: -f6)
        HOME=${home:-/} setpriv --reuid="$owner" --regid="$group" --init-groups "$here/tools/build.bash"
    fi
}

# Only in a checkout that can be written to; inside a build of Maven's it is Maven that builds.
prepare() {
    if [[ -n ${REPRISE_IN_BUILD:-} || ! -e $here/pom.xml || ! -w $here ]]; then
        read_current || fail "nothing is built in $here, and it cannot be built now: run ./mvnw package there"
    elif ! is_fresh; then
        build || exit "$failure"
        read_current || fail "the build left nothing to run in $here/.reprise"
    fi
}

# Under sudo HOME may be the user's: root neither trusts nor fills a cache of somebody else's.
find_cache() {
    cache=${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}
    [[ -O $cache || ! -e $cache && -O ${cache%/*} ]] || cache=~root/.cache
    cache+=/reprise
    aot=$cache/$digest-$jdk_version.aot
    find_self
}

# Ours, and nobody else can have written to it.
is_trusted() {
    local mode
    for mode in $(stat -c '%u:%a' -- "$@"); do
        [[ $mode == "$EUID":* ]] && ((!(8#${mode#*:} & 8#022))) || return 1
    done
}

# Where the launcher looks for the tool as its own checkpoint (../reprise), and beside it the digest of its build.
find_self() {
    local release
    read -r release </proc/sys/kernel/osrelease
    self=$cache/self/$release/${LC_ALL:-${LC_CTYPE:-${LANG:-C}}}$here/run
}

is_self_tried() {
    local of=''
    [[ -n ${REPRISE_NO_SELF:-} ]] || { read -r of <"$self.of"; } 2>/dev/null && [[ -n ${REPRISE_NO_SELF:-} || $of == "$digest" ]]
}

is_self_current() {
    [[ -x $self ]] && is_self_tried
}

# Each build has its own cache of 15 MB; builds of other checkouts may be in use too.
forget_old() {
    local old
    ls -t -- "$cache"/*.aot | tail -n +6 | while IFS= read -r old; do
        rm -f -- "$old" "$old.tried"
    done
}

# A checkpoint of every checkout, some of which are gone.
forget_old_selves() {
    find "$cache/self" -name 'run*' -type f -mtime +30 -delete
}

# Runs a command that loads what others load, and leaves the cache.
train() {
    "${java[@]}" -XX:AOTCacheOutput="$aside/aot" -m "$main" "$1" </dev/null >"$aside/log" 2>&1 {lock}>&- &&
        [[ -s $aside/aot ]]
}

# One run that loads what commands load; Java then writes the cache, which appears under its name when complete.
warm() {
    unset JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS _JAVA_OPTIONS # they would be part of the cache
    umask 077
    mkdir -p "$cache" && is_trusted "$cache" || fail "$cache is not ours alone: no cache is kept there"
    exec {lock}>"$cache/warm.lock"
    flock "$lock"
    # AOTMode=on refuses to start with a cache that cannot be used, say after an update of the JDK.
    if [[ ! -e $aot ]] || ! "${java[@]}" -XX:AOTCache="$aot" -XX:AOTMode=on -m "$main" --version >/dev/null 2>&1; then
        : >"$aot.tried" # whatever comes of it, no later command tries by itself again
        aside=$(mktemp -d "$cache/.aside.XXXXXX") # global: the trap outlives this function
        trap 'rm -rf -- "$aside"' EXIT
        # A checkpoint and a restore from classes that are not in the cache freeze a program six times as long. They
        # want root, and the demo's program under its old ids.
        { ((EUID == 0)) && train demo; } || train --help || {
            cat -- "$aside/log" >&2
            fail 'no AOT cache could be made; commands work without'
        }
        mv -- "$aside/aot" "$aot"
        forget_old
    fi
    if [[ -z ${REPRISE_NO_SELF:-} ]] && ! is_self_current; then
        source "$here/tools/self.bash"
        java+=(-XX:AOTCache="$aot")
        make_self || {
            [[ -z ${aside:-} ]] || cat -- "$aside/log" >&2
            printf 'reprise: no checkpoint of the tool itself could be made; it starts on the JVM\n' >&2
        }
        forget_old_selves
    fi
    printf 'reprise: warm (%s)\n' "$aot" >&2
}

# Detached from the terminal, the caller's descriptors and our process, which is about to become Java;
# niced, at most 20 s of CPU for each of its JVMs; after the first command, as far as that can be known.
warm_in_background() {
    (
        setsid bash -c '
            cd /
            for fd in /proc/self/fd/*; do
                fd=${fd##*/}
                ((fd > 2)) && eval "exec $fd>&-"
            done
            sleep 3
            ulimit -t 20
            REPRISE_WARM_SECONDS=8 exec nice -n 19 "$0" warm' "$here/reprise" </dev/null >/dev/null 2>&1 &
    )
}

# `restore` in the foreground returns the program's status, so its own failure must be another.
failure=1
if [[ ${1:-} == re@(store|start) ]]; then
    failure=125
    for argument; do
        [[ $argument == @(-d|--detach) ]] && failure=1
    done
fi
require_jdk reprise || exit "$failure"
prepare
find_cache
main=dev.reprise.cli/dev.reprise.cli.Main
# The VM's own messages must not get into an image that goes to stdout. C1 alone and Serial start fastest; no
# perfdata, because a starting JVM deletes the hsperfdata files of dead pids, which may be those of an image. A small
# young generation, which is part of self.bash's checkpoint: an eden in which a command needs no collection, and survivors in which
# all fits that a codec is working with, because what is promoted is collected only when the heap is at its limit. No
# deflation of monitors by the clock (60 s), which each start of that checkpoint would begin with.
java=("$jdk/bin/java" -XX:+UseSerialGC -Xmn32m -XX:SurvivorRatio=2 -XX:TargetSurvivorRatio=90
    -XX:TieredStopAtLevel=1 -XX:-UsePerfData
    -XX:+UnlockDiagnosticVMOptions -XX:GuaranteedAsyncDeflationInterval=0
    -XX:+DisplayVMOutputToStderr -Xlog:disable
    --enable-native-access=dev.reprise.kernel --sun-misc-unsafe-memory-access=allow
    -p "$here/.reprise/app/$digest")

if [[ ${1:-} == warm ]]; then
    warm
    exit
fi
# A cache made with other flags than ours and the user's together would be worth nothing.
if [[ -z ${JAVA_TOOL_OPTIONS:-}${JDK_JAVA_OPTIONS:-}${_JAVA_OPTIONS:-} ]]; then
    if [[ -e $aot ]]; then
        is_trusted "$cache" "$aot" && java+=(-XX:AOTCache="$aot")
    fi
    is_self_current || rm -f -- "$self" # of an older build
    if [[ -z ${REPRISE_IN_BUILD:-} ]] && { [[ ! -e $aot && ! -e $aot.tried ]] || ! is_self_tried; }; then
        warm_in_background
    fi
fi
exec "${java[@]}" -m "$main" "$@"
