#!/usr/bin/env bash
# The main job in one command: a transformer through SRAM, ReRAM and PCM tiles, before and after fine-tuning through
# them, on the built-in model and sentences. Arguments are passed on to pim_glue.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/packages.sh
cmake --preset release
cmake --build --preset release --target pim_glue
build/release/examples/pim_glue --task sst2,mrpc,stsb --data builtin --model builtin --tile sram,reram,pcm \
  --mode original,random,post-training,fine-tune "$@"
