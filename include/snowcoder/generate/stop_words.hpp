// SPDX-License-Identifier: Apache-2.0
// Where a completion ends: the strings that the public harnesses stop at (EvalPlus and bigcode-evaluation-harness; the paper
// prints none), by benchmark. A base model does not know that the task is over; the next top-level line says so.
#pragma once

#include <snowcoder/config/vocabulary.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace snowcoder::generate {

/// For a task id such as "HumanEval/0", "Mbpp/2", "BigCodeBench/13"; other benchmarks are taken for HumanEval's kind, whose
/// prompts end inside a function. Line-start words carry their newline.
inline std::vector<std::string> stop_words(std::string_view task) {
  std::vector<std::string> words;
  for (auto id : {config::end_of_text, config::file_separator}) words.emplace_back(config::sentinels[std::size_t(id)]);
  words.insert(words.end(), {"\n```", "\nprint", "\nif ", "\nassert "});
  if (task.starts_with("Mbpp/") || task.starts_with("MBPP/"))  // the completion itself begins with imports and def
    words.insert(words.end(), {"\nclass ", "\n\"\"\"", "\n<|/"});
  else
    words.insert(words.end(), {"\nclass", "\ndef", "\n#", "\n@", "\nimport ", "\nfrom "});
  return words;
}

/// Finds the earliest of some words in a text that grows at its end.
class stop_finder {
 public:
  explicit stop_finder(std::vector<std::string> words) : words_(std::move(words)) {
    for (auto const& w : words_) longest_ = std::max(longest_, w.size());
  }

  /// Where the first stop word of `text` begins, given that text[0, known) held none; npos when there is none.
  std::size_t find(std::string_view text, std::size_t known = 0) const {
    auto first = std::string_view::npos;
    auto const from = known >= longest_ ? known - longest_ + 1 : 0;
    for (auto const& w : words_)
      if (!w.empty()) first = std::min(first, text.find(w, from));
    return first;
  }
  /// How much of `text`, which holds no stop word, can no longer become part of one.
  std::size_t safe(std::string_view text) const {
    for (std::size_t at = text.size() >= longest_ ? text.size() - longest_ + 1 : 0; at < text.size(); ++at)
      for (auto const& w : words_)
        if (text.size() - at < w.size() && std::string_view(w).starts_with(text.substr(at))) return at;
    return text.size();
  }
  std::vector<std::string> const& words() const { return words_; }

 private:
  std::vector<std::string> words_;
  std::size_t longest_ = 0;
};

}  // namespace snowcoder::generate
