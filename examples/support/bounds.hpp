#pragma once
#include <cstdint>
#include <vector>

#include <pim/io/html_report.hpp>
#include <pim/io/json.hpp>

namespace pim::app {

/// What no memory that calculates in its rows, and no GPU, can do better: every row or unit is at work all the time on
/// exact arithmetic, and moving data costs nothing. A row for each of
///
///   nor-fp32, nor-fp16    48 GiB of memristors with AritPIM's published programs
///   dram-fp32, dram-fp16  48 GiB of DRAM, likewise
///   a6000-fp32, a100-fp32, a100-fp16  the GPUs' peaks (fp16: tensor cores) at 300 W; a multiply-add is two FLOP
///
/// with system, architecture and the fields of cost_fields for an item of so many multiply-accumulates. latency_ns is
/// the time of one item among as many as keep all busy. GPUs have no array; areas are those of their dies.
/// throws std::invalid_argument: no multiply-accumulates
/// source  ConvPIM (arXiv 2305.04122), section 3 and its workbooks; NVIDIA's data sheets
io::OrderedJson bound_rows(std::uint64_t macs);

/// Where the numbers of bound_rows come from.
std::vector<io::Source> bound_sources();

}  // namespace pim::app
