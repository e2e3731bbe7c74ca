// SPDX-License-Identifier: Apache-2.0
// What a BERT folder says about its tokenizer; truncation and padding baked into such files are left out on purpose: the
// caller decides how long a section is.
#pragma once

#include <string>
#include <vector>

namespace snowcoder {

struct word_piece_vocabulary {
  std::vector<std::string> tokens;  ///< by id
  bool lower_case = true;           ///< lower-case and strip accents
};

}  // namespace snowcoder
