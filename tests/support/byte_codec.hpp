// SPDX-License-Identifier: Apache-2.0
// A tokenizer whose ids can be read off: bytes + 1; id 0, the end of the text, stands for nothing.
#pragma once

#include <snowcoder/record/token_id.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace snowcoder {

struct byte_codec {
  std::vector<token_id> encode(std::string_view text) const {
    std::vector<token_id> ids;
    for (char c : text) ids.push_back(token_id(static_cast<unsigned char>(c)) + 1);
    return ids;
  }
  std::string decode(std::span<token_id const> ids) const {
    std::string text;
    for (auto id : ids)
      if (id > 0) text += char(id - 1);
    return text;
  }
};

}  // namespace snowcoder
