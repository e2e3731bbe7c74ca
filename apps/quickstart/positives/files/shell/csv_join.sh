#!/usr/bin/env bash
#
# Left-join two CSV files on a column that has the same name in both.
#
# Usage: csv_join.sh KEY LEFT.csv RIGHT.csv > joined.csv
#        csv_join.sh --demo
#
# Every row of LEFT is printed once, extended by the columns of the matching row
# of RIGHT (empty fields if there is none). Fields may be quoted and contain
# commas or doubled quotes, but no line breaks. A key that occurs twice in RIGHT
# is an error, because the result would silently depend on the order of rows.

set -euo pipefail

join_csv() {
    awk -v key="$1" '
        # Split a CSV record into cell[1..n] and return n; quotes are preserved.
        function split_record(record, cell,    n, text) {
            n = 0
            record = record ","
            while (length(record) > 0) {
                if (match(record, /^"([^"]|"")*",/) || match(record, /^[^,]*,/)) {
                    text = substr(record, 1, RLENGTH - 1)
                    record = substr(record, RLENGTH + 1)
                    cell[++n] = text
                }
            }
            return n
        }

        function find_key(cell, n,    i) {
            for (i = 1; i <= n; i++) if (cell[i] == key) return i
            fail("no column " key " in " FILENAME)
        }

        function fail(message) {
            print "csv_join: " message > "/dev/stderr"
            exit 1
        }

        # All cells but the key column, each preceded by a comma.
        function others(cell, n, at,    i, out) {
            for (i = 1; i <= n; i++) if (i != at) out = out "," cell[i]
            return out
        }

        { sub(/\r$/, ""); n = split_record($0, cell) }

        FNR == 1 { at = find_key(cell, n) }

        # The right file is read first and kept in memory.
        NR == FNR {
            if (FNR == 1) { header = others(cell, n, at); next }
            if (cell[at] in right) fail("duplicate key " cell[at] " in " FILENAME)
            right[cell[at]] = others(cell, n, at)
            next
        }

        FNR == 1 {
            print $0 header
            empty = header
            gsub(/"[^"]*"|[^,]/, "", empty)
            next
        }

        { print $0 (cell[at] in right ? right[cell[at]] : empty) }
    ' "$3" "$2"
}

demo() {
    join_csv id \
        <(printf '%s\n' 'id,name' '7,"Okafor, Ngozi"' '9,Lindqvist' '12,"Ana ""Nina"" Reis"') \
        <(printf '%s\n' 'city,id,team' 'Lagos,7,red' '"Lisbon, PT",12,blue')
}

case $# in
    1) [[ $1 == --demo ]] && demo ;;
    3) join_csv "$@" ;;
    *) echo "usage: ${0##*/} KEY LEFT.csv RIGHT.csv" >&2; exit 64 ;;
esac
