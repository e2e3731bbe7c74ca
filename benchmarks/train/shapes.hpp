// SPDX-License-Identifier: Apache-2.0
// Shapes at which training is measured: those of the peers' side, by the same letters (benchmarks/train/peers.py).
#pragma once

#include <snowcoder/recipes/arctic_snowcoder_1b3.hpp>
#include <snowcoder/recipes/quickstart.hpp>

#include <string_view>

namespace snowcoder::benchmarks {

struct measured : recipes::quickstart {
  static constexpr config::optimizer optimizer{.decayed = config::decay::all, .clip = 1e30};  // the peers' step clips nothing
};
/// Small enough that what is not a product counts.
struct shape_a : measured {
  static constexpr std::string_view name = "a";
  static constexpr int batch = 8;
  static constexpr auto model = config::checked(config::decoder_shape{
      .layers = 8, .width = 256, .hidden = 704, .heads = 4, .kv_heads = 4, .vocabulary = 8192, .context = 512});
};
/// GPT-2 small's width.
struct shape_b : measured {
  static constexpr std::string_view name = "b";
  static constexpr int batch = 2;
  static constexpr auto model = config::checked(config::decoder_shape{
      .layers = 12, .width = 768, .hidden = 2048, .heads = 12, .kv_heads = 12, .vocabulary = 32000, .context = 1024});
};
/// Two layers of the paper's model, with its vocabulary.
struct shape_c : measured {
  static constexpr std::string_view name = "c";
  static constexpr int batch = 1;
  static constexpr auto model = config::checked(config::decoder_shape{
      .layers = 2, .width = 2048, .hidden = 5632, .heads = 16, .kv_heads = 16, .vocabulary = 64000, .context = 2048});
};

/// The paper's model at its context, one sequence: whether it runs at all (benchmarks/train/memory.cpp).
struct shape_paper : measured {
  static constexpr std::string_view name = "paper";
  static constexpr int batch = 1;
  static constexpr int reduction_lanes = recipes::arctic_snowcoder_1b3::reduction_lanes;
  static constexpr auto model = config::checked(config::decoder_shape{});
};

}  // namespace snowcoder::benchmarks
