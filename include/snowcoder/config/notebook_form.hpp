// SPDX-License-Identifier: Apache-2.0
// How a Jupyter notebook becomes text. A recipe's choice: whoever makes the text, packs it or measures it must agree.
#pragma once

#include <cstdint>

namespace snowcoder::config {

/// StarCoder2's two: code with prose in comments; or prose, code and output between sentinels.
enum class notebook_form : std::uint8_t { script, structured };

}  // namespace snowcoder::config
