// SPDX-License-Identifier: Apache-2.0
// Condensed benchmark texts, one after the other in one string; a text that several tasks have is stored once.
#pragma once

#include <snowcoder/core/hash.hpp>
#include <snowcoder/core/release.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace snowcoder::decontaminate {

class text_store {
 public:
  /// Remembers that `value` has `text`. True when the text is here for the first time; it is then the last one.
  bool add(std::string_view text, std::uint32_t value) {
    auto const key = hash64(text);
    auto [at, end] = known_.equal_range(key);
    for (; at != end; ++at)
      if ((*this)[at->second] == text) {
        owners_.emplace_back(at->second, value);
        return false;
      }
    auto const number = std::uint32_t(begins_.size());
    known_.emplace(key, number);
    owners_.emplace_back(number, value);
    begins_.push_back(bytes_.size());
    bytes_ += text;
    return true;
  }
  /// Call once, after the last add.
  void finish() {
    release(known_);
    std::sort(owners_.begin(), owners_.end());
    owners_.erase(std::unique(owners_.begin(), owners_.end()), owners_.end());
  }

  std::size_t size() const { return begins_.size(); }
  std::string_view operator[](std::size_t text) const {
    auto const begin = begins_[text];
    return std::string_view(bytes_).substr(begin, (text + 1 < begins_.size() ? begins_[text + 1] : bytes_.size()) - begin);
  }
  /// Where the text begins among all bytes, and which one a byte belongs to.
  std::size_t begin(std::size_t text) const { return begins_[text]; }
  std::size_t text_at(std::size_t byte) const {
    return std::size_t(std::upper_bound(begins_.begin(), begins_.end(), byte) - begins_.begin()) - 1;
  }
  std::string_view bytes() const { return bytes_; }

  template <class Visit>
  void for_each_owner(std::size_t text, Visit&& visit) const {
    auto at = std::lower_bound(owners_.begin(), owners_.end(), std::pair{std::uint32_t(text), std::uint32_t(0)});
    for (; at != owners_.end() && at->first == text; ++at) visit(at->second);
  }

 private:
  std::string bytes_;
  std::vector<std::size_t> begins_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> owners_;  // text, value
  std::unordered_multimap<std::uint64_t, std::uint32_t> known_;
};

}  // namespace snowcoder::decontaminate
