# Finds a JDK 25 for ./reprise and ./mvnw; meant to be sourced.
#
# A machine's default `java` may be another release with 25 beside it, so the `release` file of
# each candidate is read: no JVM is started to find out, and on the usual ways nothing is forked.

# Sets jdk to the home of a JDK 25 (JAVA_HOME, then PATH, then /usr/lib/jvm) and jdk_version to its
# version, or fails.
find_jdk() {
    local home in_path=''
    is_jdk_25 "${JAVA_HOME:-}" && return 0
    if hash java 2>/dev/null; then
        in_path=${BASH_CMDS[java]}
        for home in /usr/lib/jvm/*; do
            if [[ $in_path -ef $home/bin/java ]]; then
                is_jdk_25 "$home" && return 0
                in_path=''
                break
            fi
        done
    fi
    if [[ -n $in_path ]]; then
        in_path=$(readlink -f "$in_path")
        is_jdk_25 "${in_path%/bin/java}" && return 0
    fi
    for home in /usr/lib/jvm/*; do
        is_jdk_25 "$home" && return 0
    done
    return 1
}

is_jdk_25() {
    local line
    [[ -n $1 && -x $1/bin/javac && -r $1/release ]] || return 1
    while IFS= read -r line; do
        if [[ $line =~ ^JAVA_(RUNTIME_)?VERSION=\"(25[0-9A-Za-z.+_-]*)\" ]]; then
            jdk=$1
            jdk_version=${BASH_REMATCH[2]}
            return 0
        fi
    done <"$1/release"
    return 1
}

# As find_jdk, but a failure says in one line what to install.
require_jdk() {
    find_jdk && return 0
    printf '%s: no JDK 25 in JAVA_HOME, PATH or /usr/lib/jvm: install one (e.g. temurin-25-jdk or openjdk-25-jdk)\n' "$1" >&2
    return 1
}
