#!/bin/bash
# Prints the table of cases from the header lines of the guests' sources (README.md, "Header lines"):
#   case <TAB> runner <TAB> program <TAB> arguments <TAB> needs <TAB> opt-outs
set -euo pipefail

for source in "$@"; do
    file=${source##*/}
    name=${file%.*}
    case $file in
        *.c | *.go) runner=native program=$name ;;
        *.py) runner=python3 program=$file ;;
        *.java) runner=java program=$file ;;
        *.bash) runner=bash program=$file ;;
    esac
    header() { sed -nE "s@^(//|#) $1: *@@p" "$source"; }
    needs=$(header needs | paste -sd' ')
    opt_outs=$(header opt-out | paste -sd';')
    mapfile -t cases < <(header guest)
    [ ${#cases[@]} -gt 0 ] || cases=("")
    for arguments in "${cases[@]}"; do
        printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$name${arguments:+.${arguments// /.}}" \
            "$runner" "$program" "$arguments" "$needs" "$opt_outs"
    done
    if [ -n "$(header build | grep static || true)" ]; then
        printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$name.static${cases[0]:+.${cases[0]// /.}}" \
            "$runner" "$name.static" "${cases[0]}" "$needs" "$opt_outs"
    fi
done
