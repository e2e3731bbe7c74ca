#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds and runs what needs a GPU on a machine that has only nvcc and g++: tests/gpu.sh [FOLDER]
#
# Third-party headers (tl/expected.hpp, catch2/) are taken from the folder SNOWCODER_THIRD_PARTY where the system has none.
# Everything is built in FOLDER (default build/gpu). SNOWCODER_SM names the architecture, default: that of the GPU at hand.
# Ends with 0 when every test passed, or when there is no GPU, which is said; compute-sanitizer is run where it is there.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
out=${1:-$root/build/gpu}
cuda=$(dirname "$(dirname "$(readlink -f "$(command -v nvcc)")")")
mkdir -p "$out"
sm=${SNOWCODER_SM:-$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader 2> /dev/null | head -n1 | tr -d . || true)}
sm=${sm:-90}
[ "$sm" != 90 ] || sm=90a
flags="-std=c++20 -O2 -I$root/include -I$root/tests ${SNOWCODER_THIRD_PARTY:+-I$SNOWCODER_THIRD_PARTY}"

start=$SECONDS
{
  while read -r kernel; do
    echo "nvcc $flags -arch=sm_$sm -c $root/kernels/$kernel -o $out/${kernel%.cu}.cu.o"
  done < "$root/kernels/kernels.txt"
  for source in support/main unit/backend/cuda_verbs unit/backend/cuda_encoder_verbs; do
    echo "g++ $flags -isystem $cuda/include -c $root/tests/$source.cpp -o $out/${source##*/}.o"
  done
} | xargs -d '\n' -P "$(nproc)" -I{} bash -c '{}'
g++ -o "$out/backend_cuda" "$out"/*.o -L"$cuda/lib64" -lcublasLt -lcudart -Wl,-rpath,"$cuda/lib64"
echo "gpu.sh: built for sm_$sm in $((SECONDS - start)) s"

if ! nvidia-smi > /dev/null 2>&1; then
  "$out/backend_cuda" > /dev/null
  echo "gpu.sh: skipped, there is no GPU here"
  exit 0
fi
nvidia-smi --query-gpu=name,driver_version,clocks.sm,clocks.mem,power.limit --format=csv
"$out/backend_cuda"
sanitizer=$(command -v compute-sanitizer || echo "$cuda/bin/compute-sanitizer")
if [ -x "$sanitizer" ]; then
  for tool in memcheck racecheck synccheck; do
    echo "gpu.sh: compute-sanitizer $tool"
    timeout 120 "$sanitizer" --tool "$tool" --error-exitcode 1 "$out/backend_cuda" "~gpu: products*" | tail -n 3
  done
else
  echo "gpu.sh: skipped compute-sanitizer, it is not here"
fi
echo "gpu.sh: done in $((SECONDS - start)) s"
