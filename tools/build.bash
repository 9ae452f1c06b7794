#!/bin/bash
# Builds what ./reprise runs, unless another launcher has just done so. Quiet: one line, or the log of a failure.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=tools/fresh.bash
source "$here/tools/fresh.bash"

mkdir -p "$here/.reprise"
exec {lock}>"$here/.reprise/build.lock"
if ! flock --nonblock "$lock"; then
    printf 'reprise: waiting for another build of %s\n' "$here" >&2
    flock "$lock"
fi
is_fresh && exit 0

printf 'reprise: building %s (its sources are newer than what is built)\n' "$here" >&2
log=$here/.reprise/build.log
REPRISE_IN_BUILD=1 "$here/mvnw" -B -q -Dfast -Dmaven.test.skip=true -pl cli -am package \
    </dev/null >"$log" 2>&1 {lock}>&- || {
    cat "$log" >&2
    printf 'reprise: the build failed; its log is %s\n' "$log" >&2
    exit 1
}
