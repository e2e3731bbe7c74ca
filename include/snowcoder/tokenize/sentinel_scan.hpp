// SPDX-License-Identifier: Apache-2.0
// Finds sentinels in text as Hugging Face does: from the left, the longest that begins at a place, never overlapping. Most
// vocabularies begin every sentinel with one byte, for which memchr looks.
#pragma once

#include <snowcoder/core/utf8.hpp>
#include <snowcoder/record/byte_pair_vocabulary.hpp>
#include <snowcoder/tokenize/unicode_class.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::tokenize::detail {

inline std::size_t white_at_start(std::string_view text) {
  std::size_t n = 0;
  while (n < text.size()) {
    auto const c = first_code_point(text.substr(n));
    if (!c.valid || !(unicode_classes()[c.value] & white)) break;
    n += std::size_t(c.bytes);
  }
  return n;
}
/// Where the white space begins that ends `text`.
inline std::size_t white_at_end(std::string_view text) {
  auto end = text.size();
  while (end > 0) {
    auto begin = end - 1;
    while (begin > 0 && end - begin < 4 && (static_cast<unsigned char>(text[begin]) & 0xc0) == 0x80) --begin;
    auto const c = first_code_point(text.substr(begin));
    if (!c.valid || begin + std::size_t(c.bytes) != end || !(unicode_classes()[c.value] & white)) break;
    end = begin;
  }
  return end;
}

class sentinel_scan {
 public:
  /// Call finish() after the last; `text` is not empty.
  void add(std::string text, sentinel_rule rule) {
    only_special_ &= rule.special;
    entries_.push_back({std::move(text), rule});
  }
  void finish() {
    std::sort(entries_.begin(), entries_.end(), [](entry const& a, entry const& b) {
      auto const x = static_cast<unsigned char>(a.text[0]), y = static_cast<unsigned char>(b.text[0]);
      return x != y ? x < y : a.text.size() > b.text.size();
    });
    for (std::size_t i = entries_.size(); i-- > 0;) {
      auto& from = first_[static_cast<unsigned char>(entries_[i].text[0])];
      if (!from) ++first_bytes_;
      from = i + 1;
    }
  }
  bool empty() const { return entries_.empty(); }
  bool only_special() const { return only_special_; }

  /// Calls on_text(std::string_view) for what lies between sentinels (never empty) and on_sentinel(id), in order. With
  /// `special_as_text` the special ones are found and passed over, like text.
  void split(std::string_view text, bool special_as_text, auto&& on_text, auto&& on_sentinel) const {
    std::size_t done = 0;
    for (std::size_t at = 0; (at = candidate(text, at)) < text.size();) {
      auto const* found = longest_at(text.substr(at));
      if (!found) {
        ++at;
        continue;
      }
      auto begin = at, end = at += found->text.size();
      auto const& rule = found->rule;
      if (special_as_text && rule.special) continue;
      if (rule.lstrip) begin = std::max(done, white_at_end(text.substr(0, begin)));
      if (rule.rstrip) end += white_at_start(text.substr(end));
      if (done < begin) on_text(text.substr(done, begin - done));
      on_sentinel(rule.id);
      done = end;
    }
    if (done < text.size()) on_text(text.substr(done));
  }

 private:
  struct entry {
    std::string text;
    sentinel_rule rule;
  };
  std::size_t candidate(std::string_view text, std::size_t at) const {
    if (first_bytes_ == 1) {
      auto const* found = static_cast<char const*>(std::memchr(text.data() + at, entries_[0].text[0], text.size() - at));
      return found ? std::size_t(found - text.data()) : text.size();
    }
    while (at < text.size() && !first_[static_cast<unsigned char>(text[at])]) ++at;
    return at;
  }
  entry const* longest_at(std::string_view text) const {
    auto i = first_[static_cast<unsigned char>(text[0])];
    if (!i) return nullptr;
    for (--i; i < entries_.size() && entries_[i].text[0] == text[0]; ++i)
      if (text.starts_with(entries_[i].text)) return &entries_[i];
    return nullptr;
  }

  std::vector<entry> entries_;            // by first byte, then longest first
  std::array<std::size_t, 256> first_{};  // 1 + where the entries of a first byte begin
  int first_bytes_ = 0;
  bool only_special_ = true;
};

}  // namespace snowcoder::tokenize::detail
