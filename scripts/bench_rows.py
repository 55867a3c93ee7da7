#!/usr/bin/env python3
"""The same gates on the same rows: pim_arith against a NumPy simulator that holds a byte per cell.

usage: bench_rows.py BUILD_DIR [ROWS]        (2^20 rows; one thread each)

Runs the published fp32 multiplication, serial and partition-parallel, both ways in turn and prints row-gates per second
and their ratio. A NumPy cycle is what AritPIM's published simulator does for one: whole columns of booleans, a gate ANDs
into its output (Leitersdorf et al., AritPIM, IEEE TETC 2023).
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import time

import numpy as np

COMMAND = re.compile(r"^T\d+:\s+(?:p_j\.)?(\d+)\s+= (\w+)(?:\(([^)]*)\))?(?:\s+for i in range\((\d+), (\d+), (\d+)\)\s+"
                     r"and j = i \+ (-?\d+))?\s*$")


def read(path):
    """(gate, output columns, input columns) per cycle, and the number of columns"""
    cycles = []
    with open(path) as file:
        lines = [COMMAND.match(line) for line in file]
    lines = [match for match in lines if match]
    width = 1 + max(int(cell) for match in lines
                    for cell in [match[1]] + re.findall(r"(?:^|, )(?:p_i\.)?(\d+)", match[3] or ""))
    for match in lines:
        inputs = [int(cell) for cell in re.findall(r"(?:p_i\.)?(\d+)(?:, |$)", match[3] or "")]
        partitions = range(int(match[4]), int(match[5]), int(match[6])) if match[4] else [0]
        distance = int(match[7] or 0)
        cycles.append((match[2], [(p + distance) * width + int(match[1]) for p in partitions],
                       [[p * width + cell for p in partitions] for cell in inputs]))
    return cycles, 1 + max(max(cycle[1] + sum(cycle[2], [])) for cycle in cycles)


def run(cycles, cells):
    """Every cycle on all rows; cells is (columns, rows)."""
    spare = np.empty(cells.shape[1], dtype=bool)
    for gate, outputs, inputs in cycles:
        for k, out in enumerate(outputs):
            if gate.startswith("INIT"):
                cells[out] = gate == "INIT1"
                continue
            if gate == "NOT":
                np.logical_not(cells[inputs[0][k]], out=spare)
            else:
                np.logical_or(cells[inputs[0][k]], cells[inputs[1][k]], out=spare)
                np.logical_not(spare, out=spare)
            np.logical_and(cells[out], spare, out=cells[out])


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    rows = int(sys.argv[2]) if len(sys.argv) == 3 else 1 << 20
    program = os.path.join(sys.argv[1], "examples", "pim_arith")
    if not os.access(program, os.X_OK):
        sys.exit(f"bench_rows.py: {program} is no program; give the build folder")
    for variant in ("serial", "parallel"):
        with tempfile.TemporaryDirectory() as folder:
            listing = os.path.join(folder, "multiply.txt")
            arguments = ["--op", "mul", "--format", "fp32", "--contract", "published", "--program", "published", "--variant",
                         variant, "--rows", str(rows), "--threads", "1", "--dump", listing, "--json", "-"]
            row = json.loads(subprocess.run([program, *arguments], check=True, capture_output=True).stdout)["results"][0]
            cycles, columns = read(listing)
        gates = sum(len(cycle[1]) for cycle in cycles)
        assert len(cycles) == row["cycles"] and gates == row["gate_count"]
        cells = np.random.default_rng(1).integers(0, 2, (columns, rows), dtype=np.uint8).astype(bool)
        begin = time.perf_counter()
        run(cycles, cells)
        numpy_rate = gates * rows / (time.perf_counter() - begin)
        print(f"fp32 multiply, {variant:8}  {gates:6} gates  pim_arith {row['row_gates_per_s']:.3g}/s  "
              f"NumPy {numpy_rate:.3g}/s  ratio {row['row_gates_per_s'] / numpy_rate:.0f}")


if __name__ == "__main__":
    main()
