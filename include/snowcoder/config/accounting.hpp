// SPDX-License-Identifier: Apache-2.0
// What a recipe costs, from its values alone: parameters, FLOP, tokens, steps, bytes on disk and in memory.
// Formulas: reference figures of the paper (1,364,297,728 parameters) and arXiv 2204.02311 appendix B for FLOP.
#pragma once

#include <snowcoder/config/concepts.hpp>

#include <algorithm>
#include <cstdint>

namespace snowcoder::config {

constexpr std::int64_t parameters(decoder_shape s) {
  std::int64_t const w = s.width, kv = s.kv_width();
  std::int64_t const layer = 2 * w * w + 2 * w * kv + 3 * w * s.hidden + 2 * w;
  std::int64_t const embedding = std::int64_t(s.vocabulary) * w;
  return s.layers * layer + w + embedding * (s.tied ? 1 : 2);
}

/// Weights of the matrix products that one token passes through, the output projection included.
constexpr std::int64_t matmul_parameters(decoder_shape s) {
  std::int64_t const w = s.width, kv = s.kv_width();
  return s.layers * (2 * w * w + 2 * w * kv + 3 * w * s.hidden) + std::int64_t(s.vocabulary) * w;
}

/// Forward and backward FLOP per trained token, attention counted causally (half of the square): 6N + 6 L d T.
constexpr double flop_per_token(decoder_shape s) {
  return 6.0 * double(matmul_parameters(s)) + 6.0 * s.layers * double(s.width) * s.context;
}
/// The same in the PaLM convention, full square: 6N + 12 L d T.
constexpr double flop_per_token_full_square(decoder_shape s) {
  return 6.0 * double(matmul_parameters(s)) + 12.0 * s.layers * double(s.width) * s.context;
}

constexpr std::int64_t parameters(encoder_shape s) {
  std::int64_t const w = s.width;
  std::int64_t const layer = 4 * w * w + 4 * w + 2 * w * s.hidden + s.hidden + w + 4 * w;
  return (std::int64_t(s.vocabulary) + s.positions + s.types) * w + 2 * w + s.layers * layer;
}
/// Forward FLOP per token of a full section of n tokens.
constexpr double flop_per_token(encoder_shape s, int n) {
  return s.layers * (8.0 * s.width * s.width + 4.0 * double(s.width) * s.hidden + 4.0 * double(s.width) * n);
}

template <recipe R>
constexpr std::int64_t total_tokens() {
  std::int64_t sum = 0;
  for (auto const& p : R::curriculum) sum += p.tokens;
  return sum;
}
template <recipe R>
constexpr double total_flop() {
  return double(total_tokens<R>()) * flop_per_token(R::model);
}

/// Tokens that synthesis is to write: one pass of the synthetic phase (of several, the largest) without the real code that is
/// blended in. The paper's: 5B trained in 2.5 passes. 0 without such a phase.
template <recipe R>
constexpr std::int64_t tokens_to_write() {
  double most = 0;
  for (auto const& p : R::curriculum)
    if (p.source == documents::synthetic) most = std::max(most, double(p.tokens) / p.passes * (1 - R::synthesis.replay_real));
  return std::int64_t(most + 0.5);
}

/// Ids are stored in two bytes when the vocabulary fits.
constexpr int bytes_per_token(vocabulary v) { return v.size <= 65536 ? 2 : 4; }

/// f32 master weights and two f32 moments, as safetensors.
constexpr std::int64_t checkpoint_bytes(decoder_shape s) { return parameters(s) * 12; }
/// bf16 weights as published.
constexpr std::int64_t published_bytes(decoder_shape s) { return parameters(s) * 2; }

// The shape of the paper's Table 1.
static_assert(parameters(decoder_shape{}) == 1'364'297'728);
static_assert(parameters(encoder_shape{}) == 108'891'648);

}  // namespace snowcoder::config
