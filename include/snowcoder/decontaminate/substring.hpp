// SPDX-License-Identifier: Apache-2.0
// Which benchmark texts occur inside a document, white space, line continuations and letter case left aside (StarCoder2's
// rule: reformatting does not hide a copy). A text is found by a window in its middle, where it has less in common with
// other texts than at its beginning; every find is compared in full.
#pragma once

#include <snowcoder/decontaminate/condensed_scan.hpp>
#include <snowcoder/decontaminate/text_store.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace snowcoder::decontaminate {

class substring_index {
 public:
  /// Texts shorter than `minimum` characters after squeezing are no evidence and are not taken in. Looking at every
  /// stride-th place of a document finds one of `stride` neighbouring windows of a text of `minimum` characters.
  explicit substring_index(std::size_t minimum)
      : minimum_(std::max<std::size_t>(minimum, 1)),
        window_(minimum_ < 8 ? minimum_ : std::max<std::size_t>(8, minimum_ * 3 / 5)),
        stride_(minimum_ - window_.width() + 1) {}

  /// False when the text is too short. `value` is reported with every hit.
  bool add(std::string_view text, std::uint32_t value) {
    auto const pattern = squeezed(text);
    if (pattern.size() < minimum_) return false;
    texts_.add(pattern, value);
    return true;
  }
  /// Call once, after the last add and before the first find.
  void finish() {
    texts_.finish();
    std::string padded;
    for (std::size_t t = 0; t < texts_.size(); ++t) {
      auto const from = (texts_[t].size() - minimum_) / 2;
      padded = texts_[t].substr(from, minimum_);
      padded.append(8, '\0');
      for (std::size_t i = 0; i < stride_; ++i) table_.add(window_(padded.data() + i), texts_.begin(t) + from + i);
    }
    table_.finish();
  }
  std::size_t size() const { return texts_.size(); }

  anchor_table const& table() const { return table_; }
  window_hash window() const { return window_; }
  std::size_t stride() const { return stride_; }

  /// The texts that hold the window `key` whose last byte is text[last]: hit(value, begin, end), bytes of `text`.
  template <class Hit>
  void confirm(std::string_view text, std::uint64_t key, std::size_t last, Hit&& hit) const {
    for (auto const& anchor : table_.of(key)) {
      auto const number = texts_.text_at(anchor.value);
      auto const pattern = texts_[number];
      auto const here = anchor.value - texts_.begin(number) + window_.width() - 1;
      auto begin = last, end = last;
      if (matches_before(text, begin, pattern.substr(0, here + 1)) && matches_after(text, end, pattern.substr(here)))
        texts_.for_each_owner(number, [&](std::uint32_t value) { hit(value, begin, end); });
    }
  }

 private:
  /// Does `pattern` end at text[i]? i becomes the place of its first byte.
  static bool matches_before(std::string_view text, std::size_t& i, std::string_view pattern) {
    for (auto left = pattern.size();; --i) {
      if (in_squeezed(text, i)) {
        if (to_lower(text[i]) != pattern[left - 1]) return false;
        if (--left == 0) return true;
      }
      if (i == 0) return false;
    }
  }
  /// Does it begin at text[i]? i becomes the place after its last byte.
  static bool matches_after(std::string_view text, std::size_t& i, std::string_view pattern) {
    for (std::size_t n = 0; i < text.size(); ++i)
      if (in_squeezed(text, i)) {
        if (to_lower(text[i]) != pattern[n]) return false;
        if (++n == pattern.size()) return ++i, true;
      }
    return false;
  }

  std::size_t minimum_;
  window_hash window_;
  std::size_t stride_;
  text_store texts_;
  anchor_table table_;
};

}  // namespace snowcoder::decontaminate
