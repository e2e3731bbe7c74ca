// SPDX-License-Identifier: Apache-2.0
// BERT's accents and letter case: canonical decomposition, non-spacing marks dropped, then lower case; code point by code
// point, in the order that Hugging Face's BertNormalizer gives. Either half can be off.
#pragma once

#include <snowcoder/tokenize/canonical.hpp>
#include <snowcoder/tokenize/detail/lower_case_table.hpp>
#include <snowcoder/tokenize/unicode_class.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace snowcoder::tokenize {

/// What becomes of every code point.
class bert_folds {
 public:
  /// One code point of what another becomes: those of a combining class wait for canonical order, marks are dropped.
  struct part {
    std::uint32_t point;
    std::uint8_t order;
    bool dropped, last;
  };
  /// In `what`: a starter that becomes the code point `what - 1`; or one of these; or parts from `what - several` on.
  static constexpr std::uint32_t unchanged = 0, dropped_mark = 0x200000, several = 0x200001;

  static bert_folds const& get(bool strip_accents, bool lower_case) {
    static bert_folds const lower(false, true), strip(true, false), both(true, true);
    return strip_accents ? lower_case ? both : strip : lower;
  }
  std::uint32_t what(std::uint32_t point) const { return what_[point]; }
  part const* parts(std::uint32_t what) const { return parts_.data() + (what - several); }

 private:
  bert_folds(bool strip_accents, bool lower_case) {
    point_table<std::uint32_t> lowered;
    if (lower_case)
      for (auto const& r : detail::lower_case_runs)
        for (std::uint32_t i = 0; i < r.count; ++i) lowered.set(r.first + i * r.stride, r.target + i * r.step);
    auto const& canonical = canonical_tables::get();
    auto const* const classes = unicode_classes();
    std::vector<part> now;
    for (std::uint32_t p = 0; p < 0x110000; ++p) {
      if (hangul::is_syllable(p) && strip_accents) continue;  // by arithmetic
      if (!lowered[p] && !(strip_accents && (canonical.decomposes(p) || canonical.order(p) || classes[p] & detail::mark)))
        continue;
      now.clear();
      auto const add = [&](std::uint32_t point) {
        bool const dropped = strip_accents && classes[point] & detail::mark;
        now.push_back({lowered[point] ? lowered[point] : point, strip_accents ? canonical.order(point) : std::uint8_t(0),
                       dropped, false});
      };
      if (strip_accents)
        canonical.decompose(p, add);
      else
        add(p);
      // A dropped mark that is no starter holds nothing back and lets nothing go; the first part always stays a part, since
      // a dropped starter still ends the order of what waits.
      std::erase_if(now, [](part const& x) { return x.dropped && x.order; });
      set(p, now);
    }
    if (lower_case && !strip_accents) set(0x130, {{0x69, 0, false, false}, {0x307, 0, false, false}});
  }
  void set(std::uint32_t p, std::vector<part> now) {
    if (now.empty()) return what_.set(p, dropped_mark);
    if (now.size() == 1 && !now[0].dropped && !now[0].order) {
      if (now[0].point != p) what_.set(p, now[0].point + 1);
      return;
    }
    what_.set(p, several + std::uint32_t(parts_.size()));
    now.back().last = true;
    parts_.insert(parts_.end(), now.begin(), now.end());
  }

  point_table<std::uint32_t> what_;
  std::vector<part> parts_;
};

/// Folds a text that is fed to it, and calls emit(code point) for what comes out. Between two starters the others wait,
/// because canonical order may move them.
template <class Emit>
class bert_folder {
 public:
  /// Of code points that wait together no more than `most_waiting` come out: a caller that counts so far and then has no
  /// more use for them keeps its memory bounded.
  bert_folder(bool strip_accents, bool lower_case, std::size_t most_waiting, Emit emit)
      : folds_(strip_accents || lower_case ? &bert_folds::get(strip_accents, lower_case) : nullptr),
        strips_(strip_accents),
        most_waiting_(most_waiting),
        emit_(std::move(emit)) {}
  bert_folder(bert_folder const&) = delete;
  bert_folder& operator=(bert_folder const&) = delete;
  ~bert_folder() { flush(); }

  void feed(std::uint32_t point) {
    if (!folds_) return emit_(point);
    if (strips_ && hangul::is_syllable(point))
      return hangul::decompose(point, [&](std::uint32_t p) { put({p, 0, false, false}); });
    auto const what = folds_->what(point);
    if (what == bert_folds::unchanged) return put({point, 0, false, false});
    if (what < bert_folds::dropped_mark) return put({what - 1, 0, false, false});
    if (what == bert_folds::dropped_mark) return;
    for (auto const* part = folds_->parts(what);; ++part) {
      put(*part);
      if (part->last) return;
    }
  }
  void flush() {
    if (waiting_.empty()) return;
    std::stable_sort(waiting_.begin(), waiting_.end(), [](auto const& a, auto const& b) { return a.order < b.order; });
    for (auto const& part : waiting_) emit_(part.point);
    waiting_.clear();
  }

 private:
  void put(bert_folds::part part) {
    if (part.order) {
      if (waiting_.size() < most_waiting_) waiting_.push_back(part);
      return;
    }
    flush();
    if (!part.dropped) emit_(part.point);
  }

  bert_folds const* folds_;
  bool strips_;
  std::size_t most_waiting_;
  Emit emit_;
  std::vector<bert_folds::part> waiting_;
};

}  // namespace snowcoder::tokenize
