#!/usr/bin/env bash
#
# A tiny process supervisor for development machines: it starts the services of
# a file and restarts those that die, unless they die too often.
#
# Usage: service_states.sh SERVICES_FILE
#
# Each line of the file holds a name, a colon and a command, for example
#
#   web: python3 -m http.server 8000
#
# A service is restarted at most MAX_RESTARTS times. SIGINT and SIGTERM stop all
# services in reverse order of their start. Needs bash 5.1 or later.

set -uo pipefail

readonly MAX_RESTARTS=3

declare -a names=()          # in the order of the file
declare -A command_of=()     # name -> command line
declare -A pid_of=()         # name -> process id while it runs
declare -A restarts_of=()    # name -> number of restarts so far

say() {
    printf '[supervisor] %s\n' "$*"
}

read_services() {
    local line name command number=0
    while IFS= read -r line || [[ -n $line ]]; do
        (( number += 1 ))
        [[ $line =~ ^[[:space:]]*(#|$) ]] && continue
        if [[ ! $line =~ ^([A-Za-z0-9_-]+):[[:space:]]*(.+)$ ]]; then
            say "line $number is not 'name: command'"
            return 1
        fi
        name=${BASH_REMATCH[1]} command=${BASH_REMATCH[2]}
        names+=("$name")
        command_of[$name]=$command
        restarts_of[$name]=0
    done < "$1"
    (( ${#names[@]} > 0 ))
}

start() {
    local name=$1
    bash -c "exec ${command_of[$name]}" > >(sed -u "s/^/$name | /") 2>&1 &
    pid_of[$name]=$!
    say "$name runs as process ${pid_of[$name]}"
}

stop_all() {
    local i name
    for (( i = ${#names[@]} - 1; i >= 0; i-- )); do
        name=${names[i]}
        if [[ -n ${pid_of[$name]:-} ]] && kill -TERM "${pid_of[$name]}" 2>/dev/null; then
            wait "${pid_of[$name]}"
            say "$name stopped"
        fi
    done
    exit 0
}

# Handle the end of the process with id $1 and status $2.
on_exit() {
    local name
    for name in "${names[@]}"; do
        [[ ${pid_of[$name]:-} == "$1" ]] || continue
        unset "pid_of[$name]"
        if (( $2 == 0 )); then
            say "$name has finished"
        elif (( restarts_of[$name] < MAX_RESTARTS )); then
            (( restarts_of[$name] += 1 ))
            say "$name failed with status $2, restart ${restarts_of[$name]} of $MAX_RESTARTS"
            start "$name"
        else
            say "$name failed too often, giving up"
        fi
    done
}

[[ $# -eq 1 && -r $1 ]] || { say "usage: ${0##*/} SERVICES_FILE"; exit 64; }
read_services "$1" || exit 65
trap stop_all INT TERM
for name in "${names[@]}"; do start "$name"; done
while (( ${#pid_of[@]} > 0 )); do
    wait -n -p ended "${pid_of[@]}"
    on_exit "${ended:-}" $?
done
