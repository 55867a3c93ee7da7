#!/usr/bin/env python3
"""Counts of in-memory arithmetic: runs pim_arith, writes results/arith.json and the tables of docs/arith.md, which stand
between two comments there.

usage: scripts/arith_table.py [--build build/release] [--rows 4096]
Every program is also run on random rows and compared with the oracle; one wrong row ends the script.
"""
import argparse
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- written by scripts/arith_table.py -->", "<!-- end of what scripts/arith_table.py writes -->"

INTEGERS, FLOATS = ("uint8", "uint16", "uint32", "uint64"), ("bf16", "fp16", "fp32", "fp64")
PUBLISHED = [(op, f) for op in ("add", "sub", "mul", "div") for f in INTEGERS] + [
    (op, f) for op in ("add_unsigned", "add", "mul", "div") for f in FLOATS]

# Cycles of AritPIM's serial algorithms with nothing changed but their one-bit parts: one-bit primitives swapped in the
# published programs (improvements, section 6.2).
SWAPPED = {
    "add": (129, 257, 513, 1025), "sub": (129, 257, 513, 1025),
    "mul": (1078, 4462, 16224, 54419), "div": (1874, 6690, 25154, 97410),
    "add_unsigned": (960, 1020, 2111, 4542), "floating add": (1643, 1787, 3631, 7835),
    "floating mul": (1582, 2518, 10344, 41020), "floating div": (3310, 4984, 17598, 73618),
}

# Serial programs of NOT and MIN3 with one initialisation a cycle: FourierPIM (Leitersdorf et al.), run and counted.
FOURIERPIM = {
    ("add", "uint8"): 67, ("add", "uint16"): 131, ("add", "uint32"): 259,
    ("sub", "uint8"): 82, ("sub", "uint16"): 162, ("sub", "uint32"): 322,
    ("mul", "uint8"): 631, ("mul", "uint16"): 2543, ("mul", "uint32"): 10207,
    ("add", "fp16"): 1471, ("mul", "fp16"): 1537, ("add", "fp32"): 2983, ("mul", "fp32"): 6329,
}

# Partition-parallel programs of 32 bits, NOT and NOR, minimal partition model: PyPIM (Leitersdorf et al.), its results
# folder. (operation, format) of ours, cycles, gates.
PYPIM = [
    ("add", "int32", 95, 1359), ("sub", "int32", 98, 1424), ("mul_low", "int32", 1156, 23680),
    ("div", "int32", 4454, 63755), ("less", "int32", 102, 1459), ("less_equal", "int32", 123, 1780),
    ("equal", "int32", 115, 1617),
    ("add", "fp32", 1367, 10201), ("sub", "fp32", 1372, 10328), ("mul", "fp32", 1582, 17527),
    ("div", "fp32", 4166, 45464), ("less", "fp32", 1376, 10363), ("less_equal", "fp32", 1397, 10684),
    ("equal", "fp32", 1389, 10521),
]

# Commands of SIMDRAM's micro-programs (Hajinazar et al., ASPLOS 2021), counted in those of MIMDRAM (Oliveira et al.,
# HPCA 2024) at 8, 16, 32 and 64 bits. Their division is of N by N bits.
SIMDRAM = [
    ("add", "uint", "8n + 1", lambda n: 8 * n + 1),
    ("sub", "uint", "8n + 1", lambda n: 8 * n + 1),
    ("mul", "uint", "11n^2 - 5n - 1", lambda n: 11 * n * n - 5 * n - 1),
    ("div_narrow", "uint", "8.25n^2 + 12n", lambda n: 33 * n * n // 4 + 12 * n),
    ("min", "uint", "10n + 2", lambda n: 10 * n + 2),
    ("max", "uint", "10n + 2", lambda n: 10 * n + 2),
    ("greater", "uint", "3n + 2", lambda n: 3 * n + 2),
    ("greater_equal", "uint", "3n + 2", lambda n: 3 * n + 2),
    ("equal", "uint", "4n + 3", lambda n: 4 * n + 3),
    ("select", "uint", "7n", lambda n: 7 * n),
    ("relu", "int", "3n + 1", lambda n: 3 * n + 1),
    ("abs", "int", "10n - 1", lambda n: 10 * n - 1),
    ("reduce_xor", "uint", "3n + 2", lambda n: 3 * n + 2),
    ("reduce_and", "uint", "2.5n + 2", lambda n: 5 * n // 2 + 2),
    ("reduce_or", "uint", "2.5n + 2", lambda n: 5 * n // 2 + 2),
    ("is_positive", "int", "2.5n - 1", lambda n: 5 * n // 2 - 1),
    ("is_nonnegative", "int", "2", lambda n: 2),
    ("popcount", "uint", "8n - 8", lambda n: 8 * n - 8),
]
SIZES = (8, 16, 32, 64)

IEEE = ("add", "sub", "mul", "div", "fma", "less", "equal", "min", "relu")


class Counts:
    """Results of pim_arith by what was asked for."""

    def __init__(self, program, rows):
        self.program, self.rows_run, self.rows, self.version = program, rows, {}, None

    def run(self, operations, formats, **flags):
        """All combinations; flags such as gates="nor,min3"."""
        command = [str(self.program), "--json", "-", "--rows", str(self.rows_run), "--verify", "random",
                   "--op", ",".join(operations), "--format", ",".join(formats)]
        for flag, value in flags.items():
            command += ["--" + flag, value]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            sys.exit("failed: " + " ".join(command))
        document = json.loads(done.stdout)
        self.version = document["version"]
        for row in document["results"]:
            key = tuple(row[k] for k in ("op", "format", "variant", "gates", "init", "contract"))
            self.rows[key] = {k: v for k, v in row.items() if k not in ("row_gates_per_s", "rows", "excluded")}

    def __call__(self, op, fmt, variant="serial", gates="nor", init="one", contract="published"):
        return self.rows[op, fmt, variant, gates, init, contract if "fp" in fmt or "bf" in fmt else None]


def collect(counts):
    for formats, operations in ((INTEGERS, ("add", "sub", "mul", "div")),
                                (FLOATS, ("add_unsigned", "add", "mul", "div"))):
        counts.run(operations, formats, variant="serial,parallel", gates="nor,min3", init="one,bulk",
                   contract="published")
    for op, kind, _, _ in SIMDRAM:
        counts.run([op], [kind + str(n) for n in SIZES], gates="dram")
    counts.run(IEEE, FLOATS, contract="ieee", gates="nor,min3,dram")
    counts.run(IEEE, FLOATS, contract="ieee", variant="parallel")
    counts.run(sorted({op for op, fmt, _, _ in PYPIM if fmt == "int32"}), ["int32"], variant="parallel")
    counts.run(["sub"], ["fp32"], variant="parallel", contract="published")
    counts.run(["less_equal"], ["fp32"], variant="parallel", contract="ieee")


def table(headings, rows):
    lines = ["| " + " | ".join(headings) + " |", "|---|---|" + "---:|" * (len(headings) - 2)]
    return "\n".join(lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows])


def ratio(ours, theirs):
    return "%.3f" % (ours / theirs)


def swapped(op, fmt):
    return SWAPPED["floating " + op if fmt in FLOATS and op != "add_unsigned" else op][
        (FLOATS if fmt in FLOATS else INTEGERS).index(fmt)]


def published_table(counts, variant):
    serial, rows = variant == "serial", []
    for op, fmt in PUBLISHED:
        r = counts(op, fmt, variant)
        rows.append([op, fmt, r["published_cycles"]] + ([swapped(op, fmt)] if serial else []) + [
            r["cycles"], ratio(r["cycles"], r["published_cycles"]),
            f'{r["gate_count"]}, {r["published_gate_count"]}', f'{r["cells"]}, {r["published_cells"]}'])
    return table(["operation", "format", "published"] + (["primitives swapped"] if serial else []) +
                 ["ours", "ratio", "gates: ours, published", "cells: ours, published"], rows)


def summary(counts):
    """What the tables of published entries come to, in a sentence each."""
    text = []
    for variant in ("serial", "parallel"):
        rows = [(op, fmt, counts(op, fmt, variant)) for op, fmt in PUBLISHED]
        fewer = [sum(r[k] < r["published_" + k] for _, _, r in rows) for k in ("cycles", "gate_count")]
        ratios = sorted(r["cycles"] / r["published_cycles"] for _, _, r in rows)
        text.append(f"{variant.capitalize()}: fewer cycles than published in {fewer[0]} of {len(rows)} entries, fewer "
                    f"gates in {fewer[1]}; the ratio of cycles is {ratios[0]:.3f} to {ratios[-1]:.3f}.")
        if variant == "serial":
            below = sum(r["cycles"] < swapped(op, fmt) for op, fmt, r in rows)
            text[-1] += f" Fewer than with primitives swapped in {below}."
        more = [f"{op} {fmt}" for op, fmt, r in rows if r["cells"] > r["published_cells"]]
        text.append("More cells than published: " + (", ".join(more) if more else "none") + ".")
    return "\n".join(text)


def other_table(counts, variant):
    """min3 and bulk initialisation; programs of partitions that do not use MIN3 are not listed twice."""
    serial = variant == "serial"
    same = all(counts(op, fmt, variant, "min3", init)["cycles"] == counts(op, fmt, variant, init=init)["cycles"]
               for op, fmt in PUBLISHED for init in ("one", "bulk"))
    kinds = [("nor", "bulk")] + ([] if same else [("min3", "one"), ("min3", "bulk")])
    rows = []
    for op, fmt in PUBLISHED:
        row = [op, fmt, counts(op, fmt, variant)["published_cycles"], counts(op, fmt, variant)["cycles"]]
        for gates, init in kinds:
            r = counts(op, fmt, variant, gates, init)
            row += [r["cycles"], ratio(r["cycles"], r["published_cycles"])]
        rows.append(row + ([FOURIERPIM.get((op, fmt), "")] if serial else []))
    headings = ["operation", "format", "published", "`nor`"]
    for gates, init in kinds:
        headings += [f"`{gates}`" + (", bulk" if init == "bulk" else ""), "ratio"]
    note = "\n\nNo program of partitions uses MIN3: with `--gates min3` the counts are those of `nor`." if same else ""
    return table(headings + (["FourierPIM, NOT and MIN3"] if serial else []), rows) + note


def dram_table(counts):
    rows = []
    for op, kind, form, commands in SIMDRAM:
        ours = [counts(op, kind + str(n), gates="dram")["cycles"] for n in SIZES]
        rows.append([op, form] + [f"{c} / {commands(n)}" for n, c in zip(SIZES, ours)] + [ratio(ours[2], commands(32))])
    note = "Products have 2n bits, `div_narrow` divides n by n bits.\n\n"
    return note + table(["operation", "SIMDRAM"] + [f"n = {n}" for n in SIZES] + ["ratio at 32"], rows)


def ieee_table(counts):
    rows = []
    for op in IEEE:
        for fmt in FLOATS:
            kinds = [{}, {"variant": "parallel"}, {"gates": "min3"}, {"gates": "dram"}]
            r = [counts(op, fmt, contract="ieee", **kind) for kind in kinds]
            rows.append([op, fmt] + [x["cycles"] for x in r] + [r[0]["cells"]])
    return table(["operation", "format", "`nor` serial", "`nor` parallel", "`min3` serial", "DRAM commands",
                  "cells, `nor` serial"], rows)


def pypim_table(counts):
    rows = []
    for op, fmt, cycles, gates in PYPIM:
        contract = "published" if op in ("add", "sub", "mul", "div") else "ieee"
        r = counts(op, fmt, "parallel", contract=contract)
        rows.append([op, fmt, cycles, r["cycles"], ratio(r["cycles"], cycles), f'{r["gate_count"]}, {gates}'])
    note = ("NOT and NOR, a bit per partition. Our `div` of integers takes a dividend of 64 bits; floating arithmetic is under "
            "the published\ncontract, comparisons under IEEE 754's.\n\n")
    return note + table(["operation", "format", "PyPIM", "ours", "ratio", "gates: ours, PyPIM"], rows)


def tables(counts):
    parts = [
        ("### Serial, against the published programs", published_table(counts, "serial")),
        ("### Partitions, against the published programs", published_table(counts, "parallel")),
        ("", summary(counts)),
        ("### Other gates, bulk initialisation: serial", other_table(counts, "serial")),
        ("### Other gates, bulk initialisation: partitions", other_table(counts, "parallel")),
        ("### Partitions of 32 bits, against PyPIM", pypim_table(counts)),
        ("### DRAM commands, ours / SIMDRAM", dram_table(counts)),
        ("### IEEE 754 contract, cycles", ieee_table(counts)),
    ]
    return "\n\n".join(part for heading, body in parts for part in (heading, body) if part)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=ROOT / "build/release", type=pathlib.Path, help="folder with a built pim_arith")
    parser.add_argument("--rows", default=4096, type=int, help="random rows that every program is verified on")
    arguments = parser.parse_args()
    program = arguments.build / "examples/pim_arith"
    if not program.exists():
        sys.exit(f"{program} does not exist; build it: cmake --build --preset release --target pim_arith")
    page = ROOT / "docs/arith.md"
    text = page.read_text()
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        sys.exit(f"{page}: expected one line '{BEGIN}' and one '{END}'")

    counts = Counts(program, arguments.rows)
    collect(counts)
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    page.write_text(f"{before}{BEGIN}\n\n{tables(counts)}\n\n{END}{after}")

    results = ROOT / "results/arith.json"
    results.parent.mkdir(exist_ok=True)
    lines = ",\n    ".join(json.dumps(row) for row in counts.rows.values())
    results.write_text(f'{{\n  "program": "pim_arith",\n  "version": {json.dumps(counts.version)},\n'
                       f'  "verified_rows": {arguments.rows},\n  "results": [\n    {lines}\n  ]\n}}\n')
    print(f"{len(counts.rows)} programs: {page.relative_to(ROOT)}, {results.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
