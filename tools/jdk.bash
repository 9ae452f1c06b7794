# Finds a JDK 25 for ./reprise and ./mvnw; meant to be sourced.
#
# A machine's default `java` may be another release with 25 beside it, so the `release` file of
# each candidate is read: no JVM is started to find out (that would cost 50 ms a start).

# Prints nothing; sets jdk to the home of a JDK 25 and succeeds, or fails.
find_jdk() {
    local path_java home
    path_java=$(type -P java) && path_java=$(readlink -f "$path_java")
    for home in "${JAVA_HOME:-}" "${path_java%/bin/java}" /usr/lib/jvm/*; do
        if is_jdk_25 "$home"; then
            jdk=$home
            return 0
        fi
    done
    return 1
}

is_jdk_25() {
    local line
    [[ -n $1 && -x $1/bin/javac && -r $1/release ]] || return 1
    while IFS= read -r line; do
        [[ $line == 'JAVA_VERSION="25'[.\"+-]* ]] && return 0
    done <"$1/release"
    return 1
}

require_jdk() {
    find_jdk && return 0
    printf '%s: no JDK 25 in JAVA_HOME, PATH or /usr/lib/jvm: install one (e.g. temurin-25-jdk or openjdk-25-jdk)\n' "$1" >&2
    exit 1
}
