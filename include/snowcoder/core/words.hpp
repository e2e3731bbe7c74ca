// SPDX-License-Identifier: Apache-2.0
// Words of source code, for comparing texts: the longest runs of [A-Za-z0-9_], in lower case; everything else separates.
#pragma once

#include <snowcoder/core/ascii.hpp>
#include <snowcoder/core/host_device.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace snowcoder {

SNOWCODER_HD constexpr bool is_word_byte(char c) {
  return ((c | 32) >= 'a' && (c | 32) <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/// Calls visit(word, begin): `word` is valid during the call, `begin` its first byte in `text`.
template <class Visit>
constexpr void for_each_word(std::string_view text, Visit&& visit) {
  std::string word;
  for (std::size_t i = 0; i < text.size();) {
    if (!is_word_byte(text[i])) {
      ++i;
      continue;
    }
    auto const begin = i;
    word.clear();
    for (; i < text.size() && is_word_byte(text[i]); ++i) word += to_lower(text[i]);
    visit(std::string_view(word), begin);
  }
}

}  // namespace snowcoder
