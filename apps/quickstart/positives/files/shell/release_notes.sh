#!/usr/bin/env bash
#
# Turn commit subjects into release notes.
#
# Usage: git log --format='%h %s' v1.2..v1.3 | release_notes.sh [TITLE]
#
# Subjects follow the pattern "kind(scope): text" or "kind: text"; an exclamation
# mark before the colon announces a breaking change. The notes list breaking
# changes first, then features, fixes and performance work. Other kinds such as
# "chore" or "test" are left out but counted, so that nothing vanishes silently.
# Run it with "--demo" to see an example.

set -euo pipefail

readonly PATTERN='^([0-9a-f]{4,40}) ([a-z]+)(\(([^)]+)\))?(!?): (.+)$'
readonly -a SECTIONS=(
    'breaking:Breaking changes'
    'feat:New features'
    'fix:Bug fixes'
    'perf:Performance'
)

declare -A notes=()
hidden=0

# Add one bullet to the section $1.
add_note() {
    local section=$1 scope=$2 text=$3 hash=$4
    notes[$section]+="* ${scope:+**$scope**: }${text^} ($hash)"$'\n'
}

read_commits() {
    local line hash kind scope breaking text
    while IFS= read -r line; do
        if [[ ! $line =~ $PATTERN ]]; then
            (( hidden += 1 ))
            continue
        fi
        hash=${BASH_REMATCH[1]}
        kind=${BASH_REMATCH[2]}
        scope=${BASH_REMATCH[4]}
        breaking=${BASH_REMATCH[5]}
        text=${BASH_REMATCH[6]%.}

        if [[ -n $breaking ]]; then
            add_note breaking "$scope" "$text" "$hash"
        elif [[ $kind == feat || $kind == fix || $kind == perf ]]; then
            add_note "$kind" "$scope" "$text" "$hash"
        else
            (( hidden += 1 ))
        fi
    done
}

print_notes() {
    local entry section
    printf '# %s\n' "$1"
    for entry in "${SECTIONS[@]}"; do
        section=${entry%%:*}
        if [[ -n ${notes[$section]:-} ]]; then
            printf '\n## %s\n\n%s' "${entry#*:}" "${notes[$section]}"
        fi
    done
    if (( hidden > 0 )); then
        printf '\n%d internal change(s) not listed.\n' "$hidden"
    fi
}

if [[ ${1:-} == --demo ]]; then
    read_commits <<'COMMITS'
4fa1c02 feat(export): write tables as spreadsheets
9b3370e fix: keep the cursor position after a reload.
c1d9aa7 chore: update the build image
77e0b15 feat(api)!: require a token for every request
COMMITS
    print_notes 'Release 1.3 (example)'
else
    read_commits
    print_notes "${1:-Unreleased changes}"
fi
