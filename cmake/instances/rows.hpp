#pragma once
#include <pim/row/executable.hpp>

// Loops over bit columns, one per truth table.
#ifndef PIM_INSTANCE
#define PIM_INSTANCE extern template
#endif

PIM_INSTANCE class pim::row::LutLoops<pim::row::BitRows::block_words>;
