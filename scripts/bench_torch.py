#!/usr/bin/env python3
"""PyTorch's time for what the benches time: Gaussian draws (bench/core), a 3 x 3 convolution and optimiser steps of the
same networks, batches, dropout and AdamW (bench/nn).

usage: scripts/bench_torch.py [--bench PROGRAM]
With --bench build/release/bench/pim_bench_onednn both run, turn by turn, and the last column is PyTorch's time divided
by ours. Needs torch and transformers. Which BLAS PyTorch was built with matters: it is printed.
"""
import argparse
import json
import subprocess
import time

import torch
from transformers import RobertaConfig, RobertaForSequenceClassification

# name: layers, hidden, heads, intermediate, vocabulary, batch, tokens
NETWORKS = {"builtin": (2, 64, 4, 256, 4000, 32, 40), "base_2_layers": (2, 768, 12, 3072, 1000, 8, 64)}


def torch_step_ms(network, threads, seconds):
    layers, hidden, heads, intermediate, vocab, batch, tokens = network
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    model = RobertaForSequenceClassification(RobertaConfig(
        vocab_size=vocab, hidden_size=hidden, num_hidden_layers=layers, num_attention_heads=heads,
        intermediate_size=intermediate, max_position_embeddings=130, type_vocab_size=1, num_labels=2))
    model.train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-5, weight_decay=0.0)
    ids = torch.randint(5, vocab, (batch, tokens))
    mask = torch.ones_like(ids)
    labels = torch.arange(batch) % 2
    best, end, steps = float("inf"), time.perf_counter() + seconds, 0
    while time.perf_counter() < end or steps < 3:
        start = time.perf_counter()
        optimizer.zero_grad()
        model(input_ids=ids, attention_mask=mask, labels=labels).loss.backward()
        optimizer.step()
        best = min(best, time.perf_counter() - start)
        steps += 1
    return best * 1e3


def torch_draw_ns(seconds):
    torch.set_num_threads(1)
    draws, best, end = 1 << 16, float("inf"), time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        torch.randn(draws)
        best = min(best, time.perf_counter() - start)
    return best / draws * 1e9


def torch_convolution_ms(channels_last, seconds):
    torch.set_num_threads(1)
    layout = torch.channels_last if channels_last else torch.contiguous_format
    x = torch.randn(4, 64, 56, 56).to(memory_format=layout)
    w = torch.randn(64, 64, 3, 3).to(memory_format=layout)
    best, end = float("inf"), time.perf_counter() + seconds
    with torch.no_grad():
        while time.perf_counter() < end:
            start = time.perf_counter()
            torch.nn.functional.conv2d(x, w, padding=1)
            best = min(best, time.perf_counter() - start)
    return best * 1e3


def pim_counter(program, name, counter, seconds):
    arguments = [program, f"--benchmark_filter=^{name}/", f"--benchmark_min_time={seconds}", "--benchmark_format=json"]
    run = json.loads(subprocess.run(arguments, check=True, capture_output=True, text=True).stdout)
    return run["benchmarks"][0][counter]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", help="pim_bench or pim_bench_onednn")
    parser.add_argument("--seconds", type=float, default=5.0, help="for each measurement")
    args = parser.parse_args()
    blas = [line for line in torch.__config__.show().replace(",", "\n").split("\n") if "BLAS_INFO" in line]
    print(f"torch {torch.__version__}, {' '.join(blas).strip()}; best of {args.seconds:g} s")
    print(f"{'':32}{'torch':>12}" + (f"{'pim':>12}{'torch/pim':>12}" if args.bench else ""))

    def compare(label, theirs, name, counter):
        ours = pim_counter(args.bench, name, counter, args.seconds) if args.bench else None
        time = theirs()
        print(f"{label:32}{time:12.2f}" + (f"{ours:12.2f}{time / ours:12.2f}" if args.bench else ""), flush=True)

    compare("Gaussian draw [ns]", lambda: torch_draw_ns(args.seconds), "core/Rng/normals", "ns_per_draw")
    for channels_last in (False, True):
        label = "3 x 3 convolution" + (", channels last" if channels_last else "") + " [ms]"
        compare(label, lambda: torch_convolution_ms(channels_last, args.seconds), "nn/Conv2d/64x56x56/ideal", "best_ms")
    for name, network in NETWORKS.items():
        for threads in (1, 2):
            compare(f"{name}, {threads} thread{'s'[:threads - 1]} [ms]",
                    lambda: torch_step_ms(network, threads, args.seconds), f"nn/step/{name}/threads:{threads}", "best_ms")


if __name__ == "__main__":
    main()
