// SPDX-License-Identifier: Apache-2.0
// Values of who includes a header and has no recipe: SNOWCODER_USE names the header's user, the wrong value is its own.
#include <snowcoder/dedup/near.hpp>
#include <snowcoder/nn/decoder_weights.hpp>
#include <snowcoder/nn/encoder_weights.hpp>

#include "../support/twin_device.hpp"

using namespace snowcoder;

struct mine {
  static constexpr std::string_view name = "mine";
#ifdef SNOWCODER_REJECT
  static constexpr config::near_duplicate near_duplicates{.bands = 0, .similarity = 7};
  static constexpr config::decoder_shape model{.width = 64, .heads = 3};
  static constexpr config::encoder_shape encoder{.width = 64, .heads = 3};
#else
  static constexpr config::near_duplicate near_duplicates{.similarity = 0.6};
  static constexpr config::decoder_shape model{.width = 64, .heads = 4, .kv_heads = 2};
  static constexpr config::encoder_shape encoder{.width = 64, .heads = 4};
#endif
};
static_assert(SNOWCODER_USE);
