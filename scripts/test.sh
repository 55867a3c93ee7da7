#!/usr/bin/env bash
# Builds everything and runs the tests: scripts/test.sh [PRESET [CTEST ARGUMENTS]]    (release)
# Tests on real data and golden vectors are skipped where there are none (PIM_DATA_DIR, PIM_GOLDEN_DIR).
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:-release}
shift $(($# > 0))

scripts/packages.sh
cmake --preset "$preset"
cmake --build --preset "$preset"
ctest --preset "$preset" --output-junit "$PWD/build/$preset/ctest.xml" "$@"
