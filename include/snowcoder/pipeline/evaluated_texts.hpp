// SPDX-License-Identifier: Apache-2.0
// Texts whose bits per byte are asked for: a folder of documents, by language, or a benchmark's prompts and solutions.
#pragma once

#include <snowcoder/config/language.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/benchmark_file.hpp>
#include <snowcoder/io/document_stream.hpp>
#include <snowcoder/record/benchmark_task.hpp>
#include <snowcoder/record/document.hpp>
#include <snowcoder/record/token_id.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

/// visit(document&&) for the documents below `path` in their order, each language until its limit (0: none); a document that
/// would cross the limit is left out, as are empty ones.
inline expected<void> for_each_evaluated(std::filesystem::path const& path, std::int64_t limit_bytes,
                                         std::function<void(document&&)> const& visit) {
  std::array<std::int64_t, config::language_count + 1> taken{};
  return io::for_each_document(path, [&](document&& d) -> expected<void> {
    auto& here = taken[std::size_t(d.language)];
    auto const size = std::int64_t(d.text.size());
    if (size == 0 || (limit_bytes > 0 && here + size > limit_bytes)) return {};
    here += size;
    visit(std::move(d));
    return {};
  });
}

/// A task as one text.
inline std::string evaluated_text(benchmark_task const& task) { return task.prompt + task.solution; }

/// Tokenized once, and held.
struct evaluated_texts {
  struct text {
    std::vector<token_id> ids;
    std::int64_t bytes = 0;
    std::size_t part = 0;  ///< which of `parts`
  };

  std::string name;                ///< of the folder or of the benchmark
  std::vector<std::string> parts;  ///< languages in their fixed order; none for a benchmark
  std::vector<text> texts;         ///< not empty

  /// The last part of a path that has a name: the folder's, or the benchmark's without its ending.
  static std::string name_of(std::filesystem::path const& path) {
    auto const whole = std::filesystem::absolute(path).lexically_normal();
    auto const named = whole.has_filename() ? whole : whole.parent_path();
    return std::filesystem::is_directory(path) ? named.filename().string() : io::benchmark_name(named);
  }

  /// `encode(text, language)`: a tokenizer's ids of it. Tasks are of no language.
  template <class Encode>
  static expected<evaluated_texts> read(std::filesystem::path const& path, std::int64_t limit_bytes, Encode const& encode) {
    evaluated_texts found;
    found.name = name_of(path);
    if (!std::filesystem::is_directory(path)) {
      SNOWCODER_TRY(auto const tasks, io::read_benchmark(path));
      for (auto const& task : tasks)
        if (auto const whole = evaluated_text(task); !whole.empty())
          found.texts.push_back({encode(whole, config::language::other), std::int64_t(whole.size()), 0});
    } else {
      SNOWCODER_CHECK(for_each_evaluated(path, limit_bytes, [&](document&& d) {
        found.texts.push_back({encode(d.text, d.language), std::int64_t(d.text.size()), std::size_t(d.language)});
      }));
      found.name_parts();
    }
    if (found.texts.empty()) return failure("no text to evaluate", path.string(), "give another --evaluate");
    return found;
  }

 private:
  /// From languages to the few that are here.
  void name_parts() {
    std::array<std::size_t, config::language_count + 1> place{};
    for (std::size_t l = 0; l < place.size(); ++l) {
      if (std::none_of(texts.begin(), texts.end(), [&](text const& t) { return t.part == l; })) continue;
      place[l] = parts.size();
      parts.emplace_back(config::title(static_cast<config::language>(l)));
    }
    for (auto& t : texts) t.part = place[t.part];
  }
};

}  // namespace snowcoder::pipeline
