# Is what ./reprise runs as new as its sources? Meant to be sourced; expects $here, the checkout.
#
# .reprise/current   first line the digest that names .reprise/app/DIGEST, second the checkout it was
#                    made in; its own mtime is the start of the build that made it
# .reprise/sources   every file and directory that the build depended on
#
# An edit makes its file newer than `current`; a file that came, went or was renamed makes its directory
# newer. So a loop of bash's own -nt is enough, 2 us a file: nothing is forked, no tree is walked.

# Sets digest and succeeds when there is something to run.
read_current() {
    local root
    { read -r digest && read -r root; } 2>/dev/null <"$here/.reprise/current" || return 1
    [[ $root == "$here" && -d $here/.reprise/app/$digest ]]
}

is_fresh() {
    local source sources
    read_current || return 1
    mapfile -t sources <"$here/.reprise/sources" || return 1
    for source in "${sources[@]}"; do
        [[ $here/$source -nt $here/.reprise/current ]] && return 1
    done
    return 0
}
