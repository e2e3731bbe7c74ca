// SPDX-License-Identifier: Apache-2.0
// BERT's lower-casing: canonical decomposition, accents stripped, then lower case; code point by code point, in the order
// that Hugging Face's BertNormalizer gives.
#pragma once

#include <snowcoder/tokenize/detail/bert_folds.hpp>
#include <snowcoder/tokenize/unicode_class.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <unordered_map>
#include <utility>
#include <vector>

namespace snowcoder::tokenize {

/// Folds a text that is fed to it, and calls emit(code point) for what comes out. Between two code points of combining
/// class 0 those of another class wait, because canonical order may move them.
template <class Emit>
class bert_folder {
 public:
  explicit bert_folder(Emit emit) : emit_(std::move(emit)) {}
  bert_folder(bert_folder const&) = delete;
  bert_folder& operator=(bert_folder const&) = delete;
  ~bert_folder() { flush(); }

  void feed(std::uint32_t point) {
    if (point >= 0xac00 && point <= 0xd7a3) {  // a Hangul syllable is two or three jamo
      auto const s = point - 0xac00;
      put(0x1100 + s / 588);
      put(0x1161 + s % 588 / 28);
      if (s % 28) put(0x11a7 + s % 28);
      return;
    }
    auto const found = targets().find(point);
    if (found == targets().end()) return put(point);
    for (auto target : found->second)
      if (target) put(target);
  }
  void flush() {
    std::stable_sort(waiting_.begin(), waiting_.end(), [](auto const& a, auto const& b) { return a.first < b.first; });
    for (auto const& [order, point] : waiting_) emit_(point);
    waiting_.clear();
  }

 private:
  using folds = std::unordered_map<std::uint32_t, std::array<std::uint32_t, 3>>;

  static folds const& targets() {
    static folds const all = [] {
      folds f;
      for (auto const& run : detail::fold_runs)
        for (std::uint32_t i = 0; i < run.count; ++i) f[run.first + i * run.stride] = {run.target + i * run.step, 0, 0};
      for (auto const& several : detail::long_folds)
        f[several.point] = {several.targets[0], several.targets[1], several.targets[2]};
      return f;
    }();
    return all;
  }
  static std::uint32_t combining_order(std::uint32_t point) {
    auto const* range = std::upper_bound(std::begin(detail::combining_ranges), std::end(detail::combining_ranges), point,
                                         [](std::uint32_t p, auto const& r) { return p < r.first; });
    return range != std::begin(detail::combining_ranges) && point <= (range - 1)->last ? (range - 1)->order : 0;
  }
  void put(std::uint32_t point) {
    auto const bits = classes_[point];
    bool const waits = bits & detail::reorders;
    if (!waits && !waiting_.empty()) flush();
    if (bits & detail::mark) return;
    if (waits)
      waiting_.emplace_back(combining_order(point), point);
    else
      emit_(point);
  }

  Emit emit_;
  std::uint16_t const* classes_ = unicode_classes();
  std::vector<std::pair<std::uint32_t, std::uint32_t>> waiting_;  // (combining class, code point)
};

}  // namespace snowcoder::tokenize
