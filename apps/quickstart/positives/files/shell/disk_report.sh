#!/bin/sh
#
# Warn about file systems that are running full.
#
# Usage: disk_report.sh [-w PERCENT] [-c PERCENT] [-x TYPE]...
#
#   -w  warn at this usage (default 80)
#   -c  critical at this usage (default 95)
#   -x  ignore file systems of this type (may be repeated)
#
# Prints one line per problem and exits with 0 (fine), 1 (warning) or
# 2 (critical), which is what most monitoring systems expect. Plain POSIX shell.

set -eu

usage() {
    sed -n '3,12s/^# \{0,1\}//p' "$0" >&2
    exit 64
}

# Succeeds if $1 is a whole number from 1 to 100.
is_percent() {
    case $1 in
        '' | *[!0-9]*) return 1 ;;
    esac
    [ "$1" -ge 1 ] && [ "$1" -le 100 ]
}

warn=80
critical=95
ignored=' '

while getopts 'w:c:x:h' option; do
    case $option in
        w) warn=$OPTARG ;;
        c) critical=$OPTARG ;;
        x) ignored="$ignored$OPTARG " ;;
        *) usage ;;
    esac
done
shift $((OPTIND - 1))
[ $# -eq 0 ] || usage

is_percent "$warn" && is_percent "$critical" || usage
if [ "$warn" -gt "$critical" ]; then
    echo "the warning level must not exceed the critical level" >&2
    exit 64
fi

# Columns of df -PT: device, type, blocks, used, available, percentage, mount.
df -PT | awk -v warn="$warn" -v critical="$critical" -v ignored="$ignored" '
    NR == 1 { next }
    index(ignored, " " $2 " ") { next }
    $6 !~ /^[0-9]+%$/ { next }          # pseudo file systems show "-"
    {
        usage = $6 + 0
        mount = $7
        for (i = 8; i <= NF; i++) mount = mount " " $i
        level = usage >= critical ? 2 : usage >= warn ? 1 : 0
        if (level > worst) worst = level
        if (level)
            printf "%-8s %3d%% used, %.1f GiB left on %s\n",
                level == 2 ? "CRITICAL" : "WARNING", usage, $5 / 1048576, mount
    }
    END {
        if (!worst) print "OK       all file systems below " warn "%"
        exit worst
    }'
