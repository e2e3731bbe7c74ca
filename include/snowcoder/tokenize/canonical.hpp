// SPDX-License-Identifier: Apache-2.0
// Unicode's canonical equivalence as tables to look things up in: decompositions, compositions, combining classes. Built
// from the generated lists at first use; they are those of the Unicode version that Hugging Face's normalizers follow.
#pragma once

#include <snowcoder/tokenize/detail/canonical_pairs_table.hpp>
#include <snowcoder/tokenize/detail/canonical_table.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

namespace snowcoder::tokenize {

/// A value for every code point, 0 where nothing was set; pages of 256, only those with something in them are kept.
template <class T>
class point_table {
 public:
  T operator[](std::uint32_t point) const { return values_[std::size_t(page_[point >> 8]) << 8 | (point & 255)]; }
  void set(std::uint32_t point, T value) {
    auto& page = page_[point >> 8];
    if (!page) {
      page = std::uint16_t(values_.size() >> 8);
      values_.resize(values_.size() + 256);
    }
    values_[std::size_t(page) << 8 | (point & 255)] = value;
  }

 private:
  std::vector<std::uint16_t> page_ = std::vector<std::uint16_t>(0x1100);
  std::vector<T> values_ = std::vector<T>(256);  // page 0 stays empty
};

/// Hangul syllables are two or three jamo; Unicode's core specification, section 3.12.
namespace hangul {
inline constexpr std::uint32_t syllables = 0xac00, leads = 0x1100, vowels = 0x1161, tails = 0x11a7;
inline constexpr std::uint32_t lead_count = 19, vowel_count = 21, tail_count = 28, syllable_count = 11172;
constexpr bool is_syllable(std::uint32_t p) { return p - syllables < syllable_count; }
template <class Emit>
constexpr void decompose(std::uint32_t p, Emit const& emit) {
  auto const s = p - syllables;
  emit(leads + s / (vowel_count * tail_count));
  emit(vowels + s % (vowel_count * tail_count) / tail_count);
  if (s % tail_count) emit(tails + s % tail_count);
}
/// 0 where the two make no syllable.
constexpr std::uint32_t compose(std::uint32_t a, std::uint32_t b) {
  if (a - leads < lead_count && b - vowels < vowel_count)
    return syllables + ((a - leads) * vowel_count + (b - vowels)) * tail_count;
  if (is_syllable(a) && (a - syllables) % tail_count == 0 && b - (tails + 1) < tail_count - 1) return a + (b - tails);
  return 0;
}
}  // namespace hangul

class canonical_tables {
 public:
  static canonical_tables const& get() {
    static canonical_tables const all;
    return all;
  }

  /// The canonical combining class; 0 for a starter, and for what decomposes.
  std::uint8_t order(std::uint32_t point) const { return orders_[point]; }

  /// Calls emit(code point) for each of the full decomposition of `point`, itself where it has none.
  template <class Emit>
  void decompose(std::uint32_t point, Emit const& emit) const {
    if (hangul::is_syllable(point)) return hangul::decompose(point, emit);
    auto const place = decompositions_[point];
    if (!place) return emit(point);
    for (auto i = place; pool_[i]; ++i) emit(pool_[i]);
  }
  bool decomposes(std::uint32_t point) const { return decompositions_[point] || hangul::is_syllable(point); }

  /// What the two compose to; 0 where they do not.
  std::uint32_t compose(std::uint32_t first, std::uint32_t last) const {
    if (auto const syllable = hangul::compose(first, last)) return syllable;
    if (!may_follow_[last]) return 0;
    auto const found = compositions_.find(std::uint64_t(first) << 32 | last);
    return found == compositions_.end() ? 0 : found->second;
  }

  /// False where a text may be cut before `point` and both sides brought to NFC alone, and `point` is in NFC itself.
  bool unsettled(std::uint32_t point) const { return may_follow_[point]; }

 private:
  canonical_tables() {
    for (auto const& r : detail::combining_ranges)
      for (auto p = r.first; p <= r.last; ++p) {
        orders_.set(p, std::uint8_t(r.order));
        may_follow_.set(p, true);
      }
    for (auto const& r : detail::canonical_singles)
      for (std::uint32_t i = 0; i < r.count; ++i) add(r.first + i * r.stride, {r.target + i * r.step});
    for (auto const& s : detail::canonical_severals) {
      std::vector<std::uint32_t> targets;
      for (auto t : s.targets)
        if (t) targets.push_back(t);
      add(s.point, targets);
    }
    std::unordered_map<std::uint32_t, detail::canonical_pair const*> pairs;
    for (auto const& p : detail::canonical_pairs) pairs[p.point] = &p;
    for (auto const& p : detail::canonical_pairs) {
      compositions_[std::uint64_t(p.first) << 32 | p.last] = p.point;
      may_follow_.set(p.last, true);
      std::vector<std::uint32_t> targets{p.last};
      auto first = p.first;
      for (auto at = pairs.find(first); at != pairs.end(); at = pairs.find(first)) {
        targets.push_back(at->second->last);
        first = at->second->first;
      }
      targets.push_back(first);
      std::reverse(targets.begin(), targets.end());
      add_decomposition(p.point, targets);
    }
    for (std::uint32_t i = 0; i < hangul::vowel_count; ++i) may_follow_.set(hangul::vowels + i, true);
    for (std::uint32_t i = 1; i < hangul::tail_count; ++i) may_follow_.set(hangul::tails + i, true);
  }
  /// One that never composes again, so it is never in NFC.
  void add(std::uint32_t point, std::vector<std::uint32_t> const& targets) {
    may_follow_.set(point, true);
    add_decomposition(point, targets);
  }
  void add_decomposition(std::uint32_t point, std::vector<std::uint32_t> const& targets) {
    decompositions_.set(point, std::uint16_t(pool_.size()));
    pool_.insert(pool_.end(), targets.begin(), targets.end());
    pool_.push_back(0);
  }

  point_table<std::uint8_t> orders_, may_follow_;
  point_table<std::uint16_t> decompositions_;  // place in pool_, 0: none
  std::vector<std::uint32_t> pool_{0};         // each ends with 0
  std::unordered_map<std::uint64_t, std::uint32_t> compositions_;
};

}  // namespace snowcoder::tokenize
