#!/usr/bin/env python3
"""Writes include/pim/task/glue/unicode_tables.hpp from Python's unicodedata (3.11: Unicode 14).

usage: scripts/make_unicode_tables.py [OUTPUT]
"""
import pathlib
import sys
import unicodedata

OUTPUT = pathlib.Path(__file__).resolve().parent.parent / "include/pim/task/glue/unicode_tables.hpp"
CODE_POINTS = range(0x110000)
CATEGORIES = ["other", "letter", "number", "nonspacing_mark", "punctuation", "separator", "control"]


def category(char):
    name = unicodedata.category(char)
    if name == "Mn":
        return "nonspacing_mark"
    return {"L": "letter", "N": "number", "P": "punctuation", "Z": "separator", "C": "control"}.get(name[0], "other")


def category_starts():
    """8 * first code point + category of every run of code points of one category"""
    starts, previous = [], None
    for code in CODE_POINTS:
        current = category(chr(code))
        if current != previous:
            starts.append(8 * code + CATEGORIES.index(current))
        previous = current
    return starts


def lower_case_ranges():
    """(first, last, step, lower - upper): every step-th code point from first to last moves by the same distance"""
    ranges = []
    for code in CODE_POINTS:
        lower = chr(code).lower()
        if code == 0x130:  # the one code point whose lower case is two: i and U+0307
            assert lower == "i\u0307"
            continue
        assert len(lower) == 1
        shift = ord(lower) - code
        if shift == 0:
            continue
        if ranges and ranges[-1][3] == shift:
            first, last, step, _ = ranges[-1]
            gap = code - last
            if gap <= 2 and (first == last or gap == step):
                ranges[-1] = (first, code, gap, shift)
                continue
        ranges.append((code, code, 1, shift))
    return ranges


def decompositions():
    """(code point, first, second or 0): one canonical step; Hangul syllables follow a formula instead"""
    steps = []
    for code in CODE_POINTS:
        mapping = unicodedata.decomposition(chr(code)).split()
        if mapping and not mapping[0].startswith("<"):
            parts = [int(part, 16) for part in mapping]
            assert len(parts) == 1 or (len(parts) == 2 and not unicodedata.decomposition(chr(parts[1])))
            steps.append((code, parts[0], parts[1] if len(parts) == 2 else 0))
    return steps


def combining_class_ranges():
    """(first, last, canonical combining class) where the class is not 0"""
    ranges = []
    for code in CODE_POINTS:
        value = unicodedata.combining(chr(code))
        if value and ranges and ranges[-1][1] == code - 1 and ranges[-1][2] == value:
            ranges[-1] = (ranges[-1][0], code, value)
        elif value:
            ranges.append((code, code, value))
    return ranges


def table(declaration, entries):
    lines, line = [], ""
    for entry in entries:
        text = str(entry) if isinstance(entry, int) else "{" + ",".join(map(str, entry)) + "}"
        if len(line) + len(text) + 1 > 118:
            lines.append(line)
            line = ""
        line += text + ","
    lines.append(line)
    return f"inline constexpr {declaration}[] = {{\n" + "\n".join(lines) + "\n};\n"


def main():
    output = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else OUTPUT
    output.write_text(
        f"""// Unicode {unicodedata.unidata_version}. Made by scripts/make_unicode_tables.py; do not edit.
#pragma once
#include <cstdint>

// clang-format off
namespace pim::task::unicode {{
/// General categories L*, N*, Mn, P*, Z*, C*; other: S*, Mc, Me
enum class Category : std::uint8_t {{ {", ".join(CATEGORIES)} }};

/// sorted: 8 * first code point of a run + the run's Category
{table("std::uint32_t category_starts", category_starts())}
/// sorted: every step-th code point from first to last becomes lower case by adding shift
struct LowerCaseRange {{ std::uint32_t first, last, step; std::int32_t shift; }};
{table("LowerCaseRange lower_case_ranges", lower_case_ranges())}
/// sorted: canonical decomposition, one step, into one (second = 0) or two code points
struct Decomposition {{ std::uint32_t code, first, second; }};
{table("Decomposition decompositions", decompositions())}
/// sorted: canonical combining class, where it is not 0
struct CombiningClassRange {{ std::uint32_t first, last, combining_class; }};
{table("CombiningClassRange combining_class_ranges", combining_class_ranges())}
}}  // namespace pim::task::unicode
// clang-format on
"""
    )


if __name__ == "__main__":
    main()
