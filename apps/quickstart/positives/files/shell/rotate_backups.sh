#!/usr/bin/env bash
#
# Back up a directory into dated archives and thin out the old ones.
#
# Usage: rotate_backups.sh SOURCE_DIR BACKUP_DIR [KEEP_DAILY] [KEEP_MONTHLY]
#
# The newest KEEP_DAILY archives (default 7) are kept, and of the older ones the
# first of each month, for the latest KEEP_MONTHLY (default 12) months. An archive
# only gets its final name after it has been written and verified completely, so
# an interrupted run never leaves a half backup that looks like a good one.

set -euo pipefail

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# Write the archive of $1 to $2.
create_archive() {
    local source=$1 target=$2 partial
    partial=$(mktemp "${target}.XXXXXX.partial")
    # shellcheck disable=SC2064  # expand the name now, not when the trap fires
    trap "rm -f -- '$partial'" EXIT

    tar -czf "$partial" -C "$(dirname -- "$source")" -- "$(basename -- "$source")"
    gzip --test "$partial" || die "verification of $target failed"
    mv -- "$partial" "$target"
    trap - EXIT
}

# Print the archives of directory $1 that may go, given the limits $2 and $3.
list_expired() {
    local dir=$1 daily=$2 monthly=$3
    find "$dir" -maxdepth 1 -type f -name 'backup-????-??-??.tar.gz' -printf '%f\n' |
        sort |
        awk -v daily="$daily" -v monthly="$monthly" '
            { name[NR] = $0 }
            END {
                # Walk the old ones by age to find the first archive per month ...
                for (i = 1; i <= NR - daily; i++) {
                    month = substr(name[i], 8, 7)
                    if (!(month in first)) { first[month] = i; order[++months] = month }
                }
                # ... and keep it if its month is recent enough.
                for (m = months; m > months - monthly && m > 0; m--)
                    keep[first[order[m]]] = 1
                for (i = 1; i <= NR - daily; i++)
                    if (!(i in keep)) print name[i]
            }'
}

main() {
    (( $# >= 2 && $# <= 4 )) || die "usage: SOURCE_DIR BACKUP_DIR [DAILY] [MONTHLY]"
    local source=${1%/} backups=${2%/} daily=${3:-7} monthly=${4:-12} archive expired

    [[ -d $source ]] || die "$source is not a directory"
    [[ $daily$monthly =~ ^[0-9]+$ ]] || die "the limits must be numbers"
    mkdir -p -- "$backups"

    archive="$backups/backup-$(date +%F).tar.gz"
    if [[ -e $archive ]]; then
        echo "today's archive exists already: $archive"
    else
        create_archive "$source" "$archive"
        echo "created $archive ($(du -h -- "$archive" | cut -f1))"
    fi

    while IFS= read -r expired; do
        rm -- "$backups/$expired"
        echo "removed $expired"
    done < <(list_expired "$backups" "$daily" "$monthly")
}

main "$@"
