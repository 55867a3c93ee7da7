#pragma once
#include <pim/kernel/library_matmul.hpp>
#include <pim/model/conv_net.hpp>

#include "instances/library_matmul.hpp"

/// The convolutional network whose layers run on any tile, compiled once for all programs.
PIM_INSTANCE class pim::nn::Conv2d<float, pim::kernel::LibraryMatmul>;
PIM_INSTANCE class pim::nn::BatchNorm<float>;
PIM_INSTANCE class pim::nn::MaxPool<float>;
PIM_INSTANCE class pim::nn::AveragePool<float>;
PIM_INSTANCE class pim::model::ConvNet<float, pim::kernel::LibraryMatmul>;
