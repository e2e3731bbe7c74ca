// SPDX-License-Identifier: Apache-2.0
// The paper's 18 languages, in its order (section 2.1), and a mark for everything else.
#pragma once

#include <snowcoder/core/enum_name.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace snowcoder::config {

enum class language : std::uint8_t {
  python,
  java,
  cpp,
  c,
  javascript,
  php,
  csharp,
  go,
  typescript,
  sql,
  ruby,
  rust,
  jupyter_notebook,
  scala,
  kotlin,
  shell,
  dart,
  swift,
  other
};

inline constexpr int language_count = 18;

/// Every language in the paper's order, without `other`.
inline constexpr auto all_languages = [] {
  std::array<language, language_count> all{};
  for (int i = 0; i < language_count; ++i) all[std::size_t(i)] = static_cast<language>(i);
  return all;
}();

/// The name that data sets use: "C++", "Jupyter Notebook".
constexpr std::string_view title(language l) {
  constexpr std::array<std::string_view, language_count + 1> titles{
      "Python",           "Java",  "C++",    "C",     "JavaScript", "PHP",   "C#",   "Go", "TypeScript", "SQL", "Ruby", "Rust",
      "Jupyter Notebook", "Scala", "Kotlin", "Shell", "Dart",       "Swift", "other"};
  return titles[std::size_t(l)];
}

/// From a title ("C++") or a file-safe name ("cpp"); nothing for an unknown one.
constexpr std::optional<language> find_language(std::string_view name) {
  for (auto l : all_languages)
    if (name == title(l) || name == name_of(l)) return l;
  return {};
}

static_assert(find_language("C#") == language::csharp && !find_language("Lua"));

}  // namespace snowcoder::config
