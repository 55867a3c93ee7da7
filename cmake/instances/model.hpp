#pragma once
#include <pim/kernel/exact_matmul.hpp>
#include <pim/model/sequence_classifier.hpp>
#include <pim/nn/adamw.hpp>

/// The transformer in float32 on exact products, compiled once for programs and tests.
#ifndef PIM_INSTANCE
#define PIM_INSTANCE extern template
#endif

PIM_INSTANCE class pim::nn::Dropout<float>;
PIM_INSTANCE class pim::nn::LayerNorm<float>;
PIM_INSTANCE class pim::nn::SelfAttention<float>;
PIM_INSTANCE class pim::nn::AdamW<float>;
PIM_INSTANCE class pim::nn::Linear<float, pim::kernel::ExactMatmul<float>>;
PIM_INSTANCE class pim::model::EncoderEmbeddings<float>;
PIM_INSTANCE class pim::model::EncoderLayer<float, pim::kernel::ExactMatmul<float>>;
PIM_INSTANCE class pim::model::ClassificationHead<float, pim::kernel::ExactMatmul<float>>;
PIM_INSTANCE class pim::model::SequenceClassifier<float, pim::kernel::ExactMatmul<float>>;
