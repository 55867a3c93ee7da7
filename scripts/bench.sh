#!/usr/bin/env bash
# Runs every bench, once per GEMM policy, and writes build/release/bench/<program>.json.
# usage: scripts/bench.sh [GOOGLE BENCHMARK ARGUMENTS]
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/packages.sh libbenchmark-dev
cmake --preset release
cmake --build --preset release --target bench/all
for program in build/release/bench/pim_bench build/release/bench/pim_bench_onednn; do
  [ -x "$program" ] || continue
  "$program" --benchmark_out="$program.json" --benchmark_out_format=json "$@"
done
