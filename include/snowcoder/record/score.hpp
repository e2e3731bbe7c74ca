// SPDX-License-Identifier: Apache-2.0
// What an annotator says of one document, and what selection needs to know of it.
#pragma once

#include <snowcoder/config/language.hpp>
#include <snowcoder/core/hash.hpp>

#include <array>
#include <cstdint>
#include <string>

namespace snowcoder {

struct score {
  std::string id;
  double value = 0;               ///< mean over the sections: a probability, or the raw value of a regressor
  std::array<float, 3> logits{};  ///< top, middle, bottom; equal sections repeat
  int sections = 0;         ///< how many different sections were scored; 0: the scorer reads no sections, logits mean nothing
  std::int64_t tokens = 0;  ///< of the whole text, by the annotator's tokenizer; 0 without sections
};

/// One candidate of selection.
struct candidate {
  std::string id;
  config::language language = config::language::other;
  hash128 content;  ///< breaks ties
  double value = 0;
  std::int64_t tokens = 0, bytes = 0;
};

}  // namespace snowcoder
