// SPDX-License-Identifier: Apache-2.0
// Shapes of the two models: the decoder that is trained (paper section 2, Table 1) and the BERT-family encoder that the
// annotator stands on. Defaults are the paper's where it prints them; the marks say which.
#pragma once

#include <snowcoder/config/broken.hpp>
#include <snowcoder/core/field_list.hpp>

#include <cstdint>

namespace snowcoder::config {

/// scaled: normal(0.02), output projections by 1/sqrt(2 layers). flat: normal(0.006) throughout (DeepSeek-LLM).
enum class initialization : std::uint8_t { scaled, flat };

/// A Llama-2 decoder: RMSNorm, rotary embedding (rotate-half), SwiGLU, no biases.
struct decoder_shape {
  int layers = 24;
  int width = 2048;
  int hidden = 5632;
  int heads = 16;
  int kv_heads = 16;
  int vocabulary = 64000;
  int context = 8192;
  bool tied = true;  ///< the output projection is the token embedding
  double rope_theta = 10000;
  double norm_epsilon = 1e-5;
  initialization init = initialization::scaled;

  constexpr int head_width() const { return width / heads; }
  constexpr int kv_width() const { return head_width() * kv_heads; }

  static constexpr auto fields() {
    using s = decoder_shape;
    return std::tuple{field{"layers", &s::layers, origin::paper},
                      field{"width", &s::width, origin::paper},
                      field{"hidden", &s::hidden, origin::paper},
                      field{"heads", &s::heads, origin::paper},
                      field{"kv_heads", &s::kv_heads, origin::paper},
                      field{"vocabulary", &s::vocabulary, origin::paper},
                      field{"context", &s::context, origin::paper},
                      field{"tied", &s::tied, origin::paper},
                      field{"rope_theta", &s::rope_theta, origin::ours},
                      field{"norm_epsilon", &s::norm_epsilon, origin::ours},
                      field{"init", &s::init, origin::ours}};
  }
  friend constexpr bool operator==(decoder_shape const&, decoder_shape const&) = default;
};

consteval decoder_shape checked(decoder_shape s) {
  if (s.layers < 1 || s.width < 1 || s.hidden < 1 || s.heads < 1 || s.kv_heads < 1 || s.vocabulary < 1 || s.context < 1)
    broken::sizes_must_be_positive();
  if (s.width % s.heads) broken::heads_must_divide_width();
  if (s.heads % s.kv_heads) broken::kv_heads_must_divide_heads();
  if (s.head_width() % 2) broken::head_width_must_be_even();
  if (s.vocabulary > 65536) broken::vocabulary_must_fit_its_token_type();
  if (s.rope_theta <= 0) broken::rope_theta_must_be_positive();
  if (s.norm_epsilon <= 0) broken::epsilon_must_be_positive();
  return s;
}

enum class pooling : std::uint8_t { cls, mean };

/// A BERT encoder without pooler. Default: Snowflake-arctic-embed-m.
struct encoder_shape {
  int layers = 12;
  int width = 768;
  int hidden = 3072;
  int heads = 12;
  int vocabulary = 30522;
  int positions = 512;
  int types = 2;
  double norm_epsilon = 1e-12;
  pooling pool = pooling::cls;

  constexpr int head_width() const { return width / heads; }

  static constexpr auto fields() {
    using s = encoder_shape;
    return std::tuple{field{"layers", &s::layers, origin::derived},
                      field{"width", &s::width, origin::derived},
                      field{"hidden", &s::hidden, origin::derived},
                      field{"heads", &s::heads, origin::derived},
                      field{"vocabulary", &s::vocabulary, origin::derived},
                      field{"positions", &s::positions, origin::paper},
                      field{"types", &s::types, origin::derived},
                      field{"norm_epsilon", &s::norm_epsilon, origin::derived},
                      field{"pool", &s::pool, origin::derived}};
  }
  friend constexpr bool operator==(encoder_shape const&, encoder_shape const&) = default;
};

consteval encoder_shape checked(encoder_shape s) {
  if (s.layers < 1 || s.width < 1 || s.hidden < 1 || s.heads < 1 || s.vocabulary < 1 || s.positions < 3 || s.types < 1)
    broken::sizes_must_be_positive();
  if (s.width % s.heads) broken::heads_must_divide_width();
  if (s.norm_epsilon <= 0) broken::epsilon_must_be_positive();
  return s;
}

}  // namespace snowcoder::config
