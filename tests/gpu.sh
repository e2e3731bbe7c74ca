#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Tests and benchmarks of the GPU on a machine that has only nvcc and g++: tests/gpu.sh [FOLDER [STAGE...]]
#
# Builds in FOLDER (default build/gpu; what is built from these sources is not built again) and runs STAGEs, default all of them
# in this order, as far as they get within ten minutes:
#   tests       every verb against its twin, whole models, steps of training
#   steps       the paper's model and quickstart's, plainly, by graphs (which must end with the same loss), documents kept apart
#   encoder     the annotator's
#   data        MinHash, selection
#   verbs       each as a share of the device's limits
#   precision   how exact long sums are
#   peers       PyTorch's step and encoder, where python3 (or SNOWCODER_PYTHON) has PyTorch
#   sanitizers  the tests of our own kernels under compute-sanitizer
# Figures go to FOLDER/results.jsonl. Each stage can be asked for alone. What fails, a source that does not compile included, is
# said again at the end, and takes nothing with it but what cannot do without it.
#
# SNOWCODER_THIRD_PARTY     folder with tl/expected.hpp and catch2/, where the system has none
# SNOWCODER_CUDNN_FRONTEND  folder with cudnn_frontend.h: attention by cuDNN, else by our own kernels
# SNOWCODER_CUDNN           folder with cuDNN's include/ and lib/ (PyPI's: site-packages/nvidia/cudnn), default CUDA's
# SNOWCODER_SM              the architecture, default that of the GPU at hand, else 90
# SNOWCODER_PEAK            "FLOPS BYTES" by second of the data sheet (bf16), for GPUs that this script does not know
# SNOWCODER_MICRO_BATCH     sequences at a time, default 2
# SNOWCODER_VOCAB           a vocab.txt of at most 30522 tokens: the encoder reads files too, SNOWCODER_TEXTS (default: this
#                           repository's headers), on SNOWCODER_THREADS (default: all) threads
# SNOWCODER_SECONDS         after which nothing more begins and what runs is stopped, default 590
#
# Ends with 0 when nothing failed, also when there is no GPU: then all of it is built, and what was skipped is said.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
out=${1:-$root/build/gpu}
stages=${*:2}
stages=" ${stages:-tests steps encoder data verbs precision peers sanitizers} "
start=$SECONDS
say() { echo "gpu.sh: $* (at $((SECONDS - start)) s)"; }
failed=
fails() { failed+="${failed:+; }$*"; say "FAILED: $*"; }
command -v nvcc > /dev/null || PATH=$PATH:/usr/local/cuda/bin
command -v nvcc > /dev/null || { say "there is no nvcc, neither by PATH nor in /usr/local/cuda/bin"; exit 1; }
cuda=$(dirname "$(dirname "$(readlink -f "$(command -v nvcc)")")")
mkdir -p "$out"
left() { echo $((${SNOWCODER_SECONDS:-590} - (SECONDS - start))); }
wanted() {
  [[ $stages == *" $1 "* ]] || return 1
  [ "$(left)" -gt 5 ] || { say "skipped $1, time is over"; return 1; }
}

sm=${SNOWCODER_SM:-$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader 2> /dev/null | head -n1 | tr -d . || true)}
sm=${sm:-90}
[ "$sm" != 90 ] || sm=90a
[ "$sm" != 100 ] || sm=100a
flags="-std=c++20 -O2 -DSNOWCODER_CUDA -I$root/include ${SNOWCODER_THIRD_PARTY:+-I$SNOWCODER_THIRD_PARTY} ${SNOWCODER_CUDNN_FRONTEND:+-DSNOWCODER_CUDNN}"
# Catch2: version 3 where the system has it, else the one header of version 2.
catch=
! echo '#include <catch2/catch_all.hpp>' | g++ -std=c++20 ${SNOWCODER_THIRD_PARTY:+-I$SNOWCODER_THIRD_PARTY} -x c++ -fsyntax-only - 2> /dev/null || catch=-lCatch2
host="g++ $flags -I$root/tests -I$root/benchmarks -isystem $cuda/include"
if ! $host -x c++ -fsyntax-only - <<< $'#include <tl/expected.hpp>\n#include "support/catch.hpp"'; then
  say "there is no tl/expected.hpp or no catch2: set SNOWCODER_THIRD_PARTY"
  exit 1
fi
cudnn=${SNOWCODER_CUDNN:+-L$SNOWCODER_CUDNN/lib -Wl,-rpath,$SNOWCODER_CUDNN/lib}
libraries="-pthread $cudnn -L$cuda/lib64 -lcublasLt -lcudart -Wl,-rpath,$cuda/lib64"
if [ -n "${SNOWCODER_CUDNN_FRONTEND:-}" ]; then
  libraries+=" -l:libcudnn.so.9 -lnvrtc"  # PyPI's folder has no other name of it
else
  say "skipped cuDNN, SNOWCODER_CUDNN_FRONTEND is not set: our own kernels attend"
fi

# name: sources in tests/ or benchmarks/
programs="
backend_cuda tests/support/main tests/unit/backend/cuda_verbs tests/unit/backend/cuda_attention tests/unit/backend/cuda_encoder_verbs tests/unit/backend/cuda_encoder tests/unit/backend/cuda_minhash tests/unit/parallel/tree_exchange
nn_cuda tests/support/main tests/unit/backend/cuda_decoder tests/unit/train/cuda_steps tests/unit/train/cuda_graphs
${SNOWCODER_CUDNN_FRONTEND:+backend_cudnn tests/support/main tests/unit/backend/cudnn_graphs tests/unit/backend/cudnn_scores}
step benchmarks/cuda/step
verbs benchmarks/cuda/verbs
product_error benchmarks/cuda/product_error
data benchmarks/cuda/data
encoder benchmarks/cuda/encoder"
object() { echo "$out/$(echo "$1" | tr / _).o"; }
# Ends with 1 where something was not built: its program is missing then.
build() {
  local code=0
  find "$out" -maxdepth 1 -name '*.o' -delete
  {
    # The slowest first: a minute or more.
    [ -z "${SNOWCODER_CUDNN_FRONTEND:-}" ] || for source in cudnn_attention cudnn_section_attention; do
      echo "$host -DCUDNN_FRONTEND_SKIP_JSON_LIB -isystem $SNOWCODER_CUDNN_FRONTEND" \
        "${SNOWCODER_CUDNN:+-isystem $SNOWCODER_CUDNN/include}" "-c $root/kernels/$source.cpp -o $out/$source.kernel.o"
    done
    while read -r kernel; do
      echo "nvcc $flags -arch=sm_$sm -c $root/kernels/$kernel -o $out/${kernel%.cu}.kernel.o"
    done < "$root/kernels/kernels.txt"
    echo "$programs" | tr ' ' '\n' | grep / | sort -u | while read -r source; do
      echo "$host -c $root/$source.cpp -o $(object "$source")"
    done
  } | xargs -d '\n' -P "$(nproc)" -I{} bash -c '{}' || code=1
  rm -f "$out/libkernels.a"
  ar rcs "$out/libkernels.a" "$out"/*.kernel.o
  while read -r name sources; do
    [ -n "$name" ] || continue
    rm -f "${out:?}/$name"
    # shellcheck disable=SC2046,SC2086
    g++ -o "$out/$name" $(for s in $sources; do object "$s"; done) "$out/libkernels.a" $catch $libraries || code=1
  done <<< "$programs"
  return "$code"
}
made_from=$({ echo "${flags//"$root"/} $sm $libraries"; find "$root"/{include,kernels,tests,benchmarks} -type f -print0 | sort -z | xargs -0 cat; } | sha256sum)
if [ "$(cat "$out/made_from" 2> /dev/null)" != "$made_from" ]; then
  rm -f "$out/made_from"
  if build; then echo "$made_from" > "$out/made_from"; else fails "the build"; fi
fi
say "built for sm_$sm"

# A program of tests; one that is stopped when time is over has failed.
passes() {
  local code=0 most
  most=$(left)
  [ "$most" -gt 5 ] || { fails "no time was left for $1"; return 0; }
  timeout "$most" "$out/$1" || code=$?
  if [ "$code" = 0 ]; then say "$1 passed"; else fails "$1 ended with $code"; fi
}
ends() {
  [ -z "$failed" ] || { say "FAILED: $failed"; exit 1; }
  exit 0
}
if wanted tests && [ -n "${SNOWCODER_CUDNN_FRONTEND:-}" ]; then passes backend_cudnn; fi  # needs no GPU
if ! nvidia-smi > /dev/null 2>&1; then
  passes backend_cuda > /dev/null
  passes nn_cuda > /dev/null
  say "skipped what needs a GPU: there is none here"
  ends
fi
nvidia-smi --query-gpu=name,driver_version,clocks.sm,clocks.mem,power.limit --format=csv | tee "$out/device.txt" || true
if wanted tests; then
  passes backend_cuda
  passes nn_cuda
fi

case $(nvidia-smi --query-gpu=name --format=csv,noheader | head -n1) in
  *H200*) peak="989e12 4.8e12" ;;
  *H100*PCIe*) peak="756e12 2.0e12" ;;
  *H100*) peak="989e12 3.35e12" ;;
  *A100*) peak="312e12 2.0e12" ;;
  *B200*) peak="2250e12 8.0e12" ;;
  *) peak= ;;
esac
read -r flops bytes <<< "${SNOWCODER_PEAK:-$peak}"
if [ -z "$flops" ]; then
  say "skipped benchmarks: set SNOWCODER_PEAK to the FLOP and bytes by second of this GPU's data sheet"
  [[ $stages == *" sanitizers "* ]] && stages=" sanitizers " || stages=" "
fi
[[ $stages =~ \ (steps|encoder|data|verbs|precision|peers)\  ]] && : > "$out/results.jsonl"
measure() {
  local code=0 most
  most=$(left)
  [ "$most" -gt 5 ] || { say "skipped, time is over: $*"; return 0; }
  timeout "$most" "$@" | tee -a "$out/results.jsonl" || code=$?
  case $code in
    0) ;;
    124) say "not measured, time was over: $*" ;;
    *) if [[ $1 == "$out"/* ]]; then fails "$* ended with $code"; else say "not measured, ended with $code: $*"; fi ;;
  esac
}
# A field of the last line that has all of the words.
field() {
  local name=$1 lines
  shift
  lines=$(cat "$out/results.jsonl")
  for word in "$@"; do lines=$(grep -F "$word" <<< "$lines" || true); done
  tail -n 1 <<< "$lines" | sed -n "s/.*\"$name\": \([^,}]*\).*/\1/p"
}
if wanted steps; then
  measure "$out/step" quickstart 4 16 40 "$flops" plain graphs
  plain=$(field loss '"quickstart"' '"plain"') graphs=$(field loss '"quickstart"' '"graphs"')
  if [ -z "$plain" ] || [ -z "$graphs" ]; then
    say "steps by graphs and plain ones were not compared"
  elif [ "$plain" != "$graphs" ] || [ "$(field graphs_launched '"quickstart"' '"graphs"')" = 0 ]; then
    fails "steps by graphs are not those of plain ones"
  fi
  batch=${SNOWCODER_MICRO_BATCH:-2}
  # Two micro-batches in each of the step's eight lanes: AdamW should not show. Kernels of our own attend for a minute in such a
  # step. Memory is the recipe's as well: four gradients at once, 69.5 GiB by the plan, and what CUDA takes for itself.
  sequences=$((16 * batch)) free=free
  [ -n "${SNOWCODER_CUDNN_FRONTEND:-}" ] || sequences=$((4 * batch)) free=
  # shellcheck disable=SC2086
  measure "$out/step" paper "$batch" "$sequences" 2 "$flops" plain $free graphs
  # For itself: a fault on the GPU ends a process.
  measure "$out/step" paper "$batch" "$sequences" 2 "$flops" documents
fi
if wanted encoder; then
  texts=()
  [ -z "${SNOWCODER_VOCAB:-}" ] || texts=("${SNOWCODER_TEXTS:-$root/include}" "$SNOWCODER_VOCAB" "${SNOWCODER_THREADS:-$(nproc)}")
  measure "$out/encoder" 8192 "$flops" "${texts[@]}"
fi
if wanted data; then measure "$out/data" 16 1000000000 "$(nproc)"; fi
if wanted verbs; then measure "$out/verbs" $((${SNOWCODER_MICRO_BATCH:-2} * 8192)) "$flops" "$bytes"; fi
if wanted precision; then
  measure "$out/product_error" 256 16384
  measure "$out/product_error" 2048 16384
fi
if wanted peers; then
  python=${SNOWCODER_PYTHON:-python3}
  if "$python" -c "import torch" 2> /dev/null; then
    measure "$python" "$root/benchmarks/cuda/peers.py" 1 8 2 "$flops"
    measure "$python" "$root/benchmarks/cuda/encoder_peers.py" "$flops"
  else
    say "skipped PyTorch's step: $python has no torch"
  fi
fi

if wanted sanitizers; then
  sanitizer=$(command -v compute-sanitizer || echo "$cuda/bin/compute-sanitizer")
  tools="memcheck racecheck synccheck"
  [ -x "$sanitizer" ] || { tools=; say "skipped compute-sanitizer, it is not here"; }
  for tool in $tools; do
    wanted sanitizers || break
    # Kernels of cuBLASLt and cuDNN take long under the tools, wait in ways that racecheck and synccheck do not follow, and are
    # not ours to check.
    timeout "$(left)" "$sanitizer" --tool "$tool" --error-exitcode 1 "$out/backend_cuda" "~[library]" > "$out/$tool.txt" 2>&1 || {
      code=$?
      tail -n 20 "$out/$tool.txt"
      if [ "$code" != 124 ] || grep -q "^========= Error" "$out/$tool.txt"; then
        fails "compute-sanitizer $tool ended with $code"
        continue
      fi
      say "compute-sanitizer $tool was stopped when time was over, without a finding"
      continue
    }
    say "compute-sanitizer $tool: $(tail -n 1 "$out/$tool.txt")"
  done
fi
nvidia-smi --query-gpu=clocks.sm,clocks.mem,power.draw,temperature.gpu --format=csv | tee -a "$out/device.txt" || true
say "done, figures in $out/results.jsonl"
ends
