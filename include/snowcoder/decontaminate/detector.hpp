// SPDX-License-Identifier: Apache-2.0
// Finds benchmark tasks inside documents, by two rules: a prompt, docstring, solution or test as a whole without regard to
// white space, and any shared run of words of prompt or solution. Tests share their runs of words with all tests in the
// world, so they count as a whole only. A run needs half of the characters that a whole text needs.
#pragma once

#include <snowcoder/config/near_duplicate.hpp>
#include <snowcoder/decontaminate/substring.hpp>
#include <snowcoder/decontaminate/word_run.hpp>
#include <snowcoder/record/benchmark_task.hpp>

#include <cstdint>
#include <string>
#include <string_view>
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

  void add(std::string const& benchmark, benchmark_task const& task) {
    auto const value = std::uint32_t(names_.size());
    names_.emplace_back(benchmark, task.id);
    auto const take = [&](std::string const& text) {
      if (!text.empty() && !substrings_.add(text, value)) ++too_short_;
    };
    for (auto const& text : task.texts) {
      take(text);
      runs_.add(text, value);
    }
    take(task.test);
  }
  /// Call once, before the first find; from then on any number of threads may look.
  void finish() {
    substrings_.finish();
    runs_.finish();
  }

  /// Every hit: whole texts first, then runs of words, neighbouring runs of one task as one.
  std::vector<hit> find(std::string_view text) const {
    std::vector<hit> hits;
    auto const add = [&](rule by, std::uint32_t value, std::size_t begin, std::size_t end) {
      hit const h{names_[value].first, names_[value].second, by, begin, end};
      if (!hits.empty() && hits.back().found_by == by && hits.back().task == h.task && hits.back().benchmark == h.benchmark &&
          begin <= hits.back().end)
        hits.back().end = std::max(hits.back().end, end);
      else
        hits.push_back(h);
    };
    substrings_.find(text, [&](std::uint32_t v, std::size_t b, std::size_t e) { add(rule::substring, v, b, e); });
    runs_.find(text, [&](std::uint32_t v, std::size_t b, std::size_t e) { add(rule::word_run, v, b, e); });
    return hits;
  }

  std::size_t tasks() const { return names_.size(); }
  std::size_t texts() const { return substrings_.size(); }
  std::size_t runs() const { return runs_.size(); }
  std::int64_t too_short() const { return too_short_; }          ///< texts below the minimum
  std::int64_t skipped_runs() const { return runs_.skipped(); }  ///< runs below the minimum

 private:
  substring_index substrings_;
  word_run_index runs_;
  std::vector<std::pair<std::string, std::string>> names_;
  std::int64_t too_short_ = 0;
};

}  // namespace snowcoder::decontaminate
