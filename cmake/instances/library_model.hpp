#pragma once
#include <pim/kernel/library_matmul.hpp>
#include <pim/model/sequence_classifier.hpp>
#include <pim/task/train/sample.hpp>
#include <pim/task/train/trainer.hpp>

#include "instances/library_matmul.hpp"
#include "instances/model.hpp"

/// The transformer whose linear layers run on any tile, and its training, compiled once for all programs.
PIM_INSTANCE class pim::nn::Linear<float, pim::kernel::LibraryMatmul>;
PIM_INSTANCE class pim::model::EncoderLayer<float, pim::kernel::LibraryMatmul>;
PIM_INSTANCE class pim::model::ClassificationHead<float, pim::kernel::LibraryMatmul>;
PIM_INSTANCE class pim::model::SequenceClassifier<float, pim::kernel::LibraryMatmul>;
PIM_INSTANCE class pim::task::Trainer<pim::model::SequenceClassifier<float, pim::kernel::LibraryMatmul>,
                                      pim::task::TokenDataset>;
