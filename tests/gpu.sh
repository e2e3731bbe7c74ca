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
# Figures go to FOLDER/results.jsonl. Each stage can be asked for alone.
#
# SNOWCODER_THIRD_PARTY     folder with tl/expected.hpp and catch2/, where the system has none
# SNOWCODER_CUDNN_FRONTEND  folder with cudnn_frontend.h: attention by cuDNN, else by our own kernels
# SNOWCODER_SM              the architecture, default that of the GPU at hand, else 90
# SNOWCODER_PEAK            "FLOPS BYTES" by second of the data sheet (bf16), for GPUs that this script does not know
# SNOWCODER_MICRO_BATCH     sequences at a time, default 2
# SNOWCODER_VOCAB           a vocab.txt of at most 30522 tokens: the encoder reads files too, SNOWCODER_TEXTS (default: this
#                           repository's headers), on SNOWCODER_THREADS (default: all) threads
# SNOWCODER_SECONDS         after which nothing more begins and what runs is stopped, default 590
#
# Ends with 0 when every test passed, or when there is no GPU: then all of it is built, and what was skipped is said.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
out=${1:-$root/build/gpu}
stages=${*:2}
stages=" ${stages:-tests steps encoder data verbs precision peers sanitizers} "
cuda=$(dirname "$(dirname "$(readlink -f "$(command -v nvcc)")")")
mkdir -p "$out"
start=$SECONDS
say() { echo "gpu.sh: $* (at $((SECONDS - start)) s)"; }
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
libraries="-pthread -L$cuda/lib64 -lcublasLt -lcudart -Wl,-rpath,$cuda/lib64"
if [ -n "${SNOWCODER_CUDNN_FRONTEND:-}" ]; then
  libraries+=" -lcudnn -lnvrtc"
else
  say "skipped cuDNN, SNOWCODER_CUDNN_FRONTEND is not set: our own kernels attend"
fi

# name: sources in tests/ or benchmarks/
programs="
backend_cuda tests/support/main tests/unit/backend/cuda_verbs tests/unit/backend/cuda_attention tests/unit/backend/cuda_encoder_verbs tests/unit/backend/cuda_encoder tests/unit/backend/cuda_minhash tests/unit/parallel/tree_exchange
nn_cuda tests/support/main tests/unit/backend/cuda_decoder tests/unit/train/cuda_steps tests/unit/train/cuda_graphs
${SNOWCODER_CUDNN_FRONTEND:+backend_cudnn tests/support/main tests/unit/backend/cudnn_graphs}
step benchmarks/cuda/step
verbs benchmarks/cuda/verbs
product_error benchmarks/cuda/product_error
data benchmarks/cuda/data
encoder benchmarks/cuda/encoder"
object() { echo "$out/$(echo "$1" | tr / _).o"; }
build() {
  {
    [ -z "${SNOWCODER_CUDNN_FRONTEND:-}" ] || for source in cudnn_attention cudnn_section_attention; do
      echo "$host -DCUDNN_FRONTEND_SKIP_JSON_LIB -isystem $SNOWCODER_CUDNN_FRONTEND" \
        "-c $root/kernels/$source.cpp -o $out/$source.kernel.o"
    done
    while read -r kernel; do
      echo "nvcc $flags -arch=sm_$sm -c $root/kernels/$kernel -o $out/${kernel%.cu}.kernel.o"
    done < "$root/kernels/kernels.txt"
    echo "$programs" | tr ' ' '\n' | grep / | sort -u | while read -r source; do
      echo "$host -c $root/$source.cpp -o $(object "$source")"
    done
  } | xargs -d '\n' -P "$(nproc)" -I{} bash -c '{}'
  rm -f "$out/libkernels.a"
  ar rcs "$out/libkernels.a" "$out"/*.kernel.o
  echo "$programs" | while read -r name sources; do
    [ -n "$name" ] || continue
    # shellcheck disable=SC2046,SC2086
    g++ -o "$out/$name" $(for s in $sources; do object "$s"; done) "$out/libkernels.a" $catch $libraries
  done
}
made_from=$({ echo "$flags $sm $libraries"; find "$root"/{include,kernels,tests,benchmarks} -type f -print0 | sort -z | xargs -0 cat; } | sha256sum)
if [ "$(cat "$out/made_from" 2> /dev/null)" != "$made_from" ]; then
  build
  echo "$made_from" > "$out/made_from"
fi
say "built for sm_$sm"

if wanted tests && [ -n "${SNOWCODER_CUDNN_FRONTEND:-}" ]; then "$out/backend_cudnn"; fi  # needs no GPU
if ! nvidia-smi > /dev/null 2>&1; then
  "$out/backend_cuda" > /dev/null
  "$out/nn_cuda" > /dev/null
  say "skipped what needs a GPU: there is none here"
  exit 0
fi
nvidia-smi --query-gpu=name,driver_version,clocks.sm,clocks.mem,power.limit --format=csv | tee "$out/device.txt"
if wanted tests; then
  timeout "$(left)" "$out/backend_cuda"
  timeout "$(left)" "$out/nn_cuda"
  say "tests passed"
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
  [ "$code" = 0 ] || say "not measured, ended with $code: $*"
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
    say "steps by graphs are not those of plain ones"
    exit 1
  fi
  batch=${SNOWCODER_MICRO_BATCH:-2}
  free=$([ -z "${SNOWCODER_CUDNN_FRONTEND:-}" ] || echo free)
  # Four micro-batches in each of the step's lanes: AdamW should not show.
  # shellcheck disable=SC2086
  measure "$out/step" paper "$batch" $((16 * batch)) 2 "$flops" plain $free documents graphs
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
      if [ "$code" != 124 ] || grep -q "^========= Error" "$out/$tool.txt"; then exit 1; fi
      say "compute-sanitizer $tool was stopped when time was over, without a finding"
      continue
    }
    say "compute-sanitizer $tool: $(tail -n 1 "$out/$tool.txt")"
  done
fi
nvidia-smi --query-gpu=clocks.sm,clocks.mem,power.draw,temperature.gpu --format=csv | tee -a "$out/device.txt"
say "done, figures in $out/results.jsonl"
