// SPDX-License-Identifier: Apache-2.0
// Finds benchmark tasks inside documents, by two rules: a prompt, docstring, solution or test as a whole without regard to
// white space, and any shared run of words of prompt or solution. Tests share their runs of words with all tests in the
// world, so they count as a whole only. A run needs half of the characters that a whole text needs.
#pragma once

#include <snowcoder/config/near_duplicate.hpp>
#include <snowcoder/core/contract.hpp>
#include <snowcoder/decontaminate/substring.hpp>
#include <snowcoder/decontaminate/word_run.hpp>
#include <snowcoder/record/benchmark_task.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace snowcoder::decontaminate {

enum class rule : std::uint8_t { substring, word_run };

struct hit {
  std::string_view benchmark, task;
  rule found_by = rule::substring;
  std::size_t begin = 0, end = 0;  ///< bytes of the document
};

class detector {
 public:
  explicit detector(config::decontamination const& settings)
      : substrings_(std::size_t(settings.minimum_characters)),
        runs_(settings.words, std::size_t(settings.minimum_characters) / 2) {}

  /// Before finish().
  void add(std::string const& benchmark, benchmark_task const& task) {
    require(!finished_, "decontaminate::detector: a task is added before finish()");
    auto const value = std::uint32_t(names_.size());
    names_.emplace_back(benchmark, task.id);
    auto const take = [&](std::string const& text) {
      if (!text.empty() && !substrings_.add(text, value)) ++too_short_;
    };
    for (auto const& text : task.texts) {
      take(text);
      auto const holds_it = [&](auto const& other) { return other.size() > text.size() && other.find(text) != other.npos; };
      if (std::none_of(task.texts.begin(), task.texts.end(), holds_it)) runs_.add(text, value);
    }
    take(task.test);
  }
  /// Call once, before the first find; from then on any number of threads may look.
  void finish() {
    require(!std::exchange(finished_, true), "decontaminate::detector: finish() is called once");
    substrings_.finish();
    runs_.finish([&](std::uint32_t value) -> std::string const& { return names_[value].first; });
  }

  /// Every hit: whole texts first, then runs of words; by place, then in the order in which tasks were added. Hits of one
  /// task by one rule that overlap or touch are one.
  template <class Block = text_block>
  std::vector<hit> find(std::string_view text) const {
    require(finished_, "decontaminate::detector: find() needs finish() first");
    std::vector<span> spans;
    condensed_scan<Block> scan(substrings_.window(), substrings_.stride(), runs_.window());
    scan(
        text, substrings_.table(),
        [&](std::uint64_t key, std::size_t last) {
          substrings_.confirm(text, key, last, [&](std::uint32_t value, std::size_t begin, std::size_t end) {
            spans.push_back({rule::substring, value, begin, end});
          });
        },
        runs_.table(),
        [&](std::uint64_t key, std::size_t last) {
          runs_.confirm(text, key, last, [&](std::uint32_t value, std::size_t begin, std::size_t end) {
            spans.push_back({rule::word_run, value, begin, end});
          });
        });
    return joined_hits(std::move(spans));
  }

  std::size_t tasks() const { return names_.size(); }
  std::size_t texts() const { return substrings_.size(); }       ///< different ones
  std::size_t runs() const { return runs_.size(); }              ///< by where they stand in different texts
  std::int64_t too_short() const { return too_short_; }          ///< texts that are no evidence
  std::int64_t skipped_runs() const { return runs_.skipped(); }  ///< runs that are no evidence

 private:
  struct span {
    rule found_by;
    std::uint32_t value;
    std::size_t begin, end;
  };
  std::vector<hit> joined_hits(std::vector<span> spans) const {
    std::sort(spans.begin(), spans.end(), [](auto const& a, auto const& b) {
      return std::tie(a.found_by, a.value, a.begin, a.end) < std::tie(b.found_by, b.value, b.begin, b.end);
    });
    std::size_t size = 0;
    for (auto const& s : spans) {
      if (size > 0 && spans[size - 1].found_by == s.found_by && spans[size - 1].value == s.value &&
          s.begin <= spans[size - 1].end)
        spans[size - 1].end = std::max(spans[size - 1].end, s.end);
      else
        spans[size++] = s;
    }
    spans.resize(size);
    std::sort(spans.begin(), spans.end(), [](auto const& a, auto const& b) {
      return std::tie(a.found_by, a.begin, a.value) < std::tie(b.found_by, b.begin, b.value);
    });
    std::vector<hit> hits;
    hits.reserve(size);
    for (auto const& s : spans) hits.push_back({names_[s.value].first, names_[s.value].second, s.found_by, s.begin, s.end});
    return hits;
  }

  substring_index substrings_;
  word_run_index runs_;
  std::vector<std::pair<std::string, std::string>> names_;
  std::int64_t too_short_ = 0;
  bool finished_ = false;
};

}  // namespace snowcoder::decontaminate
