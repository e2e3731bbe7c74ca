#!/usr/bin/env bash
#
# Run a command until it succeeds, waiting longer after every failure.
#
# Usage: retry_with_backoff.sh [-n ATTEMPTS] [-d SECONDS] [-m SECONDS] -- COMMAND...
#
#   -n  give up after this many attempts (default 5)
#   -d  delay after the first failure, doubled each time (default 1)
#   -m  never wait longer than this (default 60)
#
# Up to a quarter of each delay is added at random, so that many machines which
# failed at the same moment do not all come back at the same moment. The exit
# status is the one of the last attempt. Status 126 and 127 (command cannot be
# run) are returned at once, because trying again would not help.

set -uo pipefail

readonly PROGRAM=${0##*/}

log() {
    printf '%(%H:%M:%S)T %s: %s\n' -1 "$PROGRAM" "$*" >&2
}

fail_usage() {
    printf '%s: %s\n' "$PROGRAM" "$1" >&2
    exit 64
}

require_positive() {
    [[ $2 =~ ^[1-9][0-9]*$ ]] || fail_usage "option $1 needs a positive number, got '$2'"
}

# Print the delay before attempt number $1 + 1.
delay_after() {
    local attempt=$1 base=$2 limit=$3 delay
    delay=$base
    while (( --attempt > 0 && delay < limit )); do
        (( delay *= 2 ))
    done
    (( delay > limit )) && delay=$limit
    echo $(( delay + RANDOM % (delay / 4 + 1) ))
}

main() {
    local attempts=5 base=1 limit=60 option
    while getopts ':n:d:m:' option; do
        case $option in
            n) require_positive -n "$OPTARG"; attempts=$OPTARG ;;
            d) require_positive -d "$OPTARG"; base=$OPTARG ;;
            m) require_positive -m "$OPTARG"; limit=$OPTARG ;;
            :) fail_usage "option -$OPTARG needs a value" ;;
            *) fail_usage "unknown option -$OPTARG" ;;
        esac
    done
    shift $(( OPTIND - 1 ))
    (( $# > 0 )) || fail_usage "no command given"

    local attempt status=0 pause
    for (( attempt = 1; attempt <= attempts; attempt++ )); do
        "$@"
        status=$?
        (( status == 0 )) && return 0
        if (( status == 126 || status == 127 )); then
            log "cannot run '$1'"
            return "$status"
        fi
        log "attempt $attempt of $attempts failed with status $status"
        if (( attempt < attempts )); then
            pause=$(delay_after "$attempt" "$base" "$limit")
            sleep "$pause"
        fi
    done
    return "$status"
}

main "$@"
