#!/usr/bin/env bash
#
# Find files with identical content below one or more directories.
#
# Usage: find_duplicates.sh [-s MIN_BYTES] DIRECTORY...
#
# Hashing everything would be slow on a photo archive, so candidates are narrowed
# down in two steps: only files which share their size with another file are
# hashed at all, and only those with equal hashes are reported. Groups are printed
# with the wasted space first; file names may contain any character but newline.

set -euo pipefail

min_bytes=1
while getopts 's:' option; do
    case $option in
        s) min_bytes=$OPTARG ;;
        *) exit 64 ;;
    esac
done
shift $(( OPTIND - 1 ))

if (( $# == 0 )) || [[ ! $min_bytes =~ ^[0-9]+$ ]]; then
    echo "usage: ${0##*/} [-s MIN_BYTES] DIRECTORY..." >&2
    exit 64
fi

# Print "size<TAB>path" of every file that is large enough.
list_files() {
    find "$@" -type f -size "+$(( min_bytes - 1 ))c" -printf '%s\t%p\n'
}

# Pass on only those lines whose first column occurs more than once.
keep_repeated() {
    sort -n | awk -F '\t' '
        $1 == last { if (held != "") print held; held = ""; print; next }
        { last = $1; held = $0 }'
}

# Turn "size<TAB>path" into "size<TAB>hash<TAB>path".
add_hashes() {
    local size path hash
    while IFS=$'\t' read -r size path; do
        if hash=$(sha256sum < "$path" 2>/dev/null); then
            printf '%s\t%s\t%s\n' "$size" "${hash%% *}" "$path"
        else
            echo "skipped unreadable file: $path" >&2
        fi
    done
}

# Group equal hashes and print each group with the space it wastes.
report() {
    awk -F '\t' '
        { paths[$2] = paths[$2] "\n    " $3; size[$2] = $1; count[$2]++ }
        END {
            for (hash in count) {
                if (count[hash] < 2) continue
                groups++
                wasted = size[hash] * (count[hash] - 1)
                total += wasted
                printf "%d bytes wasted by %d copies:%s\n",
                    wasted, count[hash], paths[hash]
            }
            printf "%d group(s), %d bytes could be freed\n", groups, total
        }'
}

list_files "$@" | keep_repeated | add_hashes | report
