#!/usr/bin/env bash
# What it costs to include each header: CPU seconds that ${CXX:-g++} takes to parse it, the least of three runs.
# usage: scripts/compile_times.sh [HEADER ...]    exit 1: a header is over the limit (2 s, in io/ 3.5 s)
set -euo pipefail
cd "$(dirname "$0")/../include"
compiler=${CXX:-g++}
headers=("$@")
[ $# -gt 0 ] || mapfile -t headers < <(echo Eigen/Core && find pim -name '*.hpp' ! -name '*_onednn.hpp' | sort)
eigen=${EIGEN_INCLUDE:-/usr/include/eigen3}

TIMEFORMAT='%U %S'
status=0
for header in "${headers[@]}"; do
  header=${header#include/}
  limit=2.0
  [[ $header != pim/io/* ]] || limit=3.5
  best=$(for _ in 1 2 3; do
    { time echo "#include <$header>" | "$compiler" -std=c++20 -I. -isystem "$eigen" -fsyntax-only -x c++ - ; } 2>&1
  done | awk '{ s = $1 + $2; if (!best || s < best) best = s } END { printf "%.2f", best }')
  over=$(awk -v s="$best" -v l="$limit" 'BEGIN { if (s > l) print "over " l }')
  [ -z "$over" ] || status=1
  printf '%5s s  %-45s %s\n' "$best" "$header" "$over"
done
exit $status
