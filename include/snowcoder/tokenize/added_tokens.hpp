// SPDX-License-Identifier: Apache-2.0
// Tokens that are found in the raw text before anything else is done: of those that begin first the longest, as Hugging
// Face finds them.
#pragma once

#include <snowcoder/record/word_piece_vocabulary.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::tokenize {

class added_tokens {
 public:
  using token = word_piece_vocabulary::added_token;
  struct place {
    std::size_t at, length;  ///< at: the size of the text where there is none
    std::int32_t id;
  };

  added_tokens() = default;
  explicit added_tokens(std::vector<token> tokens) : tokens_(std::move(tokens)) {
    std::erase_if(tokens_, [](token const& t) { return t.text.empty(); });
    std::stable_sort(tokens_.begin(), tokens_.end(),
                     [](auto const& a, auto const& b) { return a.text.size() > b.text.size(); });
    for (auto const& t : tokens_) {
      first_[static_cast<unsigned char>(t.text[0])] = true;
      if (t.text.size() > 1) second_[static_cast<unsigned char>(t.text[1])] = true;
    }
    any_second_ = std::any_of(tokens_.begin(), tokens_.end(), [](auto const& t) { return t.text.size() == 1; });
    one_first_ = std::count(first_.begin(), first_.end(), true) == 1;
  }

  place find(std::string_view text) const {
    for (std::size_t at = 0; (at = next_first(text, at)) < text.size(); ++at) {
      if (!any_second_ && (at + 1 == text.size() || !second_[static_cast<unsigned char>(text[at + 1])])) continue;
      for (auto const& t : tokens_)
        if (text.substr(at).starts_with(t.text)) return {at, t.text.size(), t.id};
    }
    return {text.size(), 0, -1};
  }

 private:
  std::size_t next_first(std::string_view text, std::size_t at) const {
    if (tokens_.empty()) return text.size();
    if (one_first_) return std::min(text.find(tokens_[0].text[0], at), text.size());
    while (at < text.size() && !first_[static_cast<unsigned char>(text[at])]) ++at;
    return at;
  }

  std::vector<token> tokens_;
  std::array<bool, 256> first_{}, second_{};
  bool any_second_ = false, one_first_ = false;
};

}  // namespace snowcoder::tokenize
