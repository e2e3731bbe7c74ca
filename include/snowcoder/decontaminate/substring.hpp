// SPDX-License-Identifier: Apache-2.0
// Which benchmark texts occur inside a document, white space and letter case left aside (StarCoder2's rule: reformatting
// does not hide a copy). One walk over the document finds all patterns: the hash of their first characters rolls along,
// and every hit is compared in full.
#pragma once

#include <snowcoder/core/words.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace snowcoder::decontaminate {

namespace detail {
constexpr bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
}  // namespace detail

/// A text without white space, in lower case (ASCII).
inline std::string squeezed(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (char c : text)
    if (!detail::is_space(c)) out += to_lower(c);
  return out;
}

class substring_index {
 public:
  /// Patterns shorter than `minimum` characters after squeezing are no evidence and are not taken in.
  explicit substring_index(std::size_t minimum) : prefix_(std::max<std::size_t>(minimum, 1)) {
    for (std::size_t i = 1; i < prefix_; ++i) leaving_ *= base;
  }
  /// False when the pattern was too short. `value` is reported with every hit.
  bool add(std::string_view text, std::uint32_t value) {
    auto pattern = squeezed(text);
    if (pattern.size() < prefix_) return false;
    std::uint64_t h = 0;
    for (std::size_t i = 0; i < prefix_; ++i) h = h * base + static_cast<unsigned char>(pattern[i]);
    patterns_.push_back({h, std::move(pattern), value});
    return true;
  }
  /// Call once, after the last add and before the first find.
  void finish() {
    std::sort(patterns_.begin(), patterns_.end(), [](auto const& a, auto const& b) {
      return std::tie(a.hash, a.text, a.value) < std::tie(b.hash, b.text, b.value);
    });
    seen_.assign(std::size_t(1) << 16, 0);
    for (auto const& p : patterns_) seen_[slot(p.hash) >> 6] |= std::uint64_t(1) << (slot(p.hash) & 63);
  }
  std::size_t size() const { return patterns_.size(); }

  /// Calls hit(value, begin, end) with byte positions in `text`, in the order of `begin`.
  template <class Hit>
  void find(std::string_view text, Hit&& hit) const {
    if (patterns_.empty()) return;
    std::string bare;
    std::vector<std::uint32_t> place;  // where each kept character stands in `text`
    bare.reserve(text.size());
    place.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i)
      if (!detail::is_space(text[i])) {
        bare += to_lower(text[i]);
        place.push_back(std::uint32_t(i));
      }
    std::uint64_t h = 0;
    for (std::size_t i = 0; i < bare.size(); ++i) {
      if (i >= prefix_) h -= leaving_ * static_cast<unsigned char>(bare[i - prefix_]);
      h = h * base + static_cast<unsigned char>(bare[i]);
      if (i + 1 < prefix_ || !(seen_[slot(h) >> 6] >> (slot(h) & 63) & 1)) continue;
      auto const begin = i + 1 - prefix_;
      auto p =
          std::lower_bound(patterns_.begin(), patterns_.end(), h, [](auto const& a, std::uint64_t b) { return a.hash < b; });
      for (; p != patterns_.end() && p->hash == h; ++p)
        if (std::string_view(bare).substr(begin, p->text.size()) == p->text)
          hit(p->value, place[begin], place[begin + p->text.size() - 1] + 1);
    }
  }

 private:
  static constexpr std::uint64_t base = 0x9e3779b97f4a7c15ULL;
  static constexpr std::size_t slot(std::uint64_t h) { return std::size_t((h * 0xff51afd7ed558ccdULL) >> 42); }  // 22 bits

  struct pattern {
    std::uint64_t hash;
    std::string text;
    std::uint32_t value;
  };
  std::size_t prefix_;
  std::uint64_t leaving_ = 1;
  std::vector<pattern> patterns_;
  std::vector<std::uint64_t> seen_;  // one bit per slot: most places are passed by on it
};

}  // namespace snowcoder::decontaminate
