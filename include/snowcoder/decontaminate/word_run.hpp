// SPDX-License-Identifier: Apache-2.0
// Which runs of words a document shares with benchmarks (DeepSeek-Coder's rule: any identical 10-gram), so that renamed
// layout, other quotes or comment marks do not hide a copy. A run is found by the window of text at its beginning and
// compared in full.
#pragma once

#include <snowcoder/decontaminate/condensed_scan.hpp>
#include <snowcoder/decontaminate/evidence.hpp>
#include <snowcoder/decontaminate/text_store.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::decontaminate {

class word_run_index {
 public:
  /// Runs of `words` words with at least `minimum` characters in them.
  word_run_index(int words, std::size_t minimum)
      : width_(std::size_t(std::max(words, 1))), minimum_(minimum), window_(width_ - 1 + std::max(minimum_, width_)) {}

  void add(std::string_view text, std::uint32_t value) { texts_.add(joined(without_imports(text)), value); }

  /// Call once, after the last add and before the first find. group_of(value) names the benchmark of a task.
  template <class Group>
  void finish(Group&& group_of) {
    texts_.finish();
    std::string padded;
    for (std::size_t t = 0; t < texts_.size(); ++t)
      for_each_run(texts_[t], width_, [&](std::string_view run, std::size_t begin) {
        if (telling_characters(run) < minimum_) return void(++skipped_);
        padded.assign(run.substr(0, window_.width())).append(8, '\0');
        table_.add(window_(padded.data()), texts_.begin(t) + begin);
      });
    table_.finish([&](auto anchors) { return told(anchors, group_of); });
  }
  std::size_t size() const { return table_.size(); }
  std::int64_t skipped() const { return skipped_; }  ///< runs that are no evidence

  anchor_table const& table() const { return table_; }
  window_hash window() const { return window_; }

  /// The runs that begin with the window `key` whose last byte is text[last]: hit(value, begin, end), bytes of `text`.
  template <class Hit>
  void confirm(std::string_view text, std::uint64_t key, std::size_t last, Hit&& hit) const {
    auto begin = last;
    for (auto left = window_.width() - 1; left;) left -= in_joined(text, --begin);
    std::string run;
    auto const end = run_of(text, begin, run);
    if (!end) return;
    auto const there = [&](anchor_table::anchor const& a) { return texts_.bytes().substr(a.value, run.size()); };
    auto const anchors = table_.of(key);  // by their runs
    auto a = std::lower_bound(anchors.begin(), anchors.end(), std::string_view(run),
                              [&](auto const& anchor, std::string_view r) { return there(anchor) < r; });
    for (; a != anchors.end() && there(*a) == run; ++a)
      texts_.for_each_owner(texts_.text_at(a->value), [&](std::uint32_t value) { hit(value, begin, end); });
  }

 private:
  static constexpr std::size_t most_tasks = 3;  // of one benchmark that may share a run

  std::string_view run_at(std::size_t byte) const {
    auto const rest = texts_.bytes().substr(byte);
    std::size_t end = 0;
    for (std::size_t words = 0; words < width_; ++words) end = rest.find(' ', end) + 1;
    return rest.substr(0, end);
  }
  /// Which of the anchors of one key lead to runs that tell a task.
  template <class Group>
  std::vector<anchor_table::anchor> told(std::span<anchor_table::anchor const> anchors, Group&& group_of) {
    std::vector<std::pair<std::string_view, anchor_table::anchor>> runs;
    for (auto const& a : anchors) runs.emplace_back(run_at(a.value), a);
    std::sort(runs.begin(), runs.end());
    std::vector<anchor_table::anchor> kept;
    std::vector<std::uint32_t> owners;
    for (std::size_t begin = 0, end = 0; begin < runs.size(); begin = end) {
      owners.clear();
      for (; end < runs.size() && runs[end].first == runs[begin].first; ++end)
        texts_.for_each_owner(texts_.text_at(runs[end].second.value), [&](std::uint32_t value) { owners.push_back(value); });
      std::sort(owners.begin(), owners.end());
      owners.erase(std::unique(owners.begin(), owners.end()), owners.end());
      std::size_t most = 0, here = 0;  // tasks of a benchmark have neighbouring values
      for (std::size_t i = 0; i < owners.size(); ++i) {
        here = i > 0 && group_of(owners[i]) == group_of(owners[i - 1]) ? here + 1 : 1;
        most = std::max(most, here);
      }
      if (most > most_tasks)
        skipped_ += std::int64_t(end - begin);
      else
        for (auto i = begin; i < end; ++i) kept.push_back(runs[i].second);
    }
    return kept;
  }

  /// The run that begins at text[i], joined, and where it ends; 0 when the text ends before it.
  std::size_t run_of(std::string_view text, std::size_t i, std::string& run) const {
    for (std::size_t words = 0; i <= text.size(); ++i) {
      if (i < text.size() && is_word_byte(text[i])) {
        run += to_lower(text[i]);
      } else if (!run.empty() && run.back() != ' ') {
        run += ' ';
        if (++words == width_) return i;
      }
    }
    return 0;
  }

  std::size_t width_, minimum_;
  window_hash window_;
  std::int64_t skipped_ = 0;
  text_store texts_;
  anchor_table table_;
};

}  // namespace snowcoder::decontaminate
