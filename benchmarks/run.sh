#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Measures one room on input that the user names: benchmarks/run.sh ROOM --input PATH [--threads N] [--recipe NAME]
#
#   clean      prepare, all stages, bytes of source text per second
#   tokenize   byte-level BPE encoding of a text file, bytes per second (needs --tokenizer FILE)
#   train      tokens per second of the trainer (--input: a run folder with token files)
#   compile    seconds until one app of a changed recipe is a binary again (no input)
#
# Needs the release build (cmake --preset release && cmake --build --preset release). Prints one JSON line per measurement:
# {"job","metric","unit","us","runs",…}. Three runs, the median is "us".
set -euo pipefail
cd "$(dirname "$0")/.."
room=${1:-}; [ $# -gt 0 ] && shift
input='' threads=$(nproc) recipe=quickstart tokenizer=''
while [ $# -gt 0 ]; do
  case $1 in
    --input) input=$(realpath "$2"); shift 2 ;;
    --threads) threads=$2; shift 2 ;;
    --recipe) recipe=$2; shift 2 ;;
    --tokenizer) tokenizer=$(realpath "$2"); shift 2 ;;
    *) echo "unknown argument: $1" >&2; exit 2 ;;
  esac
done
bin=bin/$recipe scratch=$(mktemp -d); trap 'rm -rf "$scratch"' EXIT

seconds() { local from=$EPOCHREALTIME; "$@" > "$scratch/log" 2>&1 || [ $? = 3 ] || { cat "$scratch/log" >&2; exit 1; }; echo "$EPOCHREALTIME $from" | awk '{ print $1 - $2 }'; }
report() {  # job metric unit amount run-seconds...
  local job=$1 metric=$2 unit=$3 amount=$4; shift 4
  printf '%s\n' "$@" | sort -g | awk -v job="$job" -v metric="$metric" -v unit="$unit" -v amount="$amount" -v threads="$threads" '
    { rate[NR] = amount > 0 ? amount / $1 : $1 }
    END { printf "{\"job\": \"%s\", \"metric\": \"%s\", \"unit\": \"%s\", \"us\": %.6g, \"runs\": [", job, metric, unit, rate[int((NR + 1) / 2)]
          for (i = 1; i <= NR; ++i) printf "%s%.6g", i > 1 ? ", " : "", rate[i]
          printf "], \"threads\": %d}\n", threads }'
}
need_input() { [ -n "$input" ] || { echo "$room needs --input PATH" >&2; exit 2; }; }

runs=()
case $room in
  clean)
    need_input
    bytes=$(find "$input" -type f -printf '%s\n' | awk '{ n += $1 } END { print n }')
    for i in 1 2 3; do runs+=("$(seconds "$bin/prepare" --in "$input" --out "$scratch/clean-$i" --threads "$threads")"); done
    report clean prepare "MB/s of input files" "$(awk "BEGIN { print $bytes / 1e6 }")" "${runs[@]}" ;;
  tokenize)
    need_input; [ -n "$tokenizer" ] || { echo "tokenize needs --tokenizer FILE" >&2; exit 2; }
    for i in 1 2 3; do runs+=("$(seconds "$bin/tokenize" encode --tokenizer "$tokenizer" --in "$input" --out "$scratch/$i.bin" --threads "$threads")"); done
    report tokenize encode MB/s "$(awk "BEGIN { print $(stat -c %s "$input") / 1e6 }")" "${runs[@]}" ;;
  train)
    need_input
    steps=8
    for i in 1 2 3; do
      mkdir -p "$scratch/run-$i"; ln -s "$input/tokens" "$scratch/run-$i/tokens"
      runs+=("$(seconds "$bin/train" --run "$scratch/run-$i" --phase general --steps $steps --threads "$threads")")
    done
    per_step=$("$bin/plan" | awk '$1 == "general" { gsub(",", "", $5); print $5 }')
    report train "general, start-up included" tokens/s $((steps * per_step)) "${runs[@]}" ;;
  compile)
    for i in 1 2 3; do
      touch "include/snowcoder/recipes/$recipe.hpp"
      runs+=("$(seconds cmake --build --preset release --target "$recipe.train")")
    done
    report compile "train of a changed recipe" s 0 "${runs[@]}" ;;
  *) echo "rooms that are measured: clean tokenize train compile" >&2; exit 2 ;;
esac
