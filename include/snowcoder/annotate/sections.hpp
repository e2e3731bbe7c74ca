// SPDX-License-Identifier: Apache-2.0
// Which parts of a file the annotator reads (paper section 2.3: "top, middle and bottom"). A section holds the encoder's
// window less [CLS] and [SEP]; a file that fits is one section, and equal windows are scored once.
#pragma once

#include <snowcoder/config/annotator.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace snowcoder::annotate {

/// Content tokens [first, first + count) of a file.
struct window {
  std::int64_t first = 0, count = 0;
  friend constexpr bool operator==(window const&, window const&) = default;
};

/// The windows of one file: `distinct` of them are to be scored; slot[i] says which one is top (0), middle (1), bottom (2).
struct file_sections {
  std::array<window, 3> windows{};
  std::array<int, 3> slot{};
  int distinct = 0;
};

/// Content tokens in a section of `section` tokens.
constexpr std::int64_t section_capacity(int section) { return section - 2; }

/// The sections of a file of `tokens` content tokens (an empty file is one empty section).
/// top_middle_bottom starts at 0, floor((n - c) / 2), n - c; head reads the first window only; thirds reads the beginning of
/// each third, no further than the third's end.
constexpr file_sections sections_of(std::int64_t tokens, config::sections rule, int section) {
  auto const c = section_capacity(section), n = tokens;
  std::array<window, 3> read{};
  if (n <= c || rule == config::sections::head)
    read.fill({0, std::min(n, c)});
  else if (rule == config::sections::top_middle_bottom)
    read = {window{0, c}, window{(n - c) / 2, c}, window{n - c, c}};
  else
    for (std::int64_t i = 0; i < 3; ++i) read[std::size_t(i)] = {i * n / 3, std::min(c, (i + 1) * n / 3 - i * n / 3)};
  file_sections f;
  for (std::size_t i = 0; i < 3; ++i) {
    auto const* const end = f.windows.data() + f.distinct;
    auto const* const found = std::find(static_cast<window const*>(f.windows.data()), end, read[i]);
    if (found == end) f.windows[std::size_t(f.distinct++)] = read[i];
    f.slot[i] = int(found - f.windows.data());
  }
  return f;
}

static_assert(sections_of(510, config::sections::top_middle_bottom, 512).distinct == 1);
static_assert(sections_of(511, config::sections::top_middle_bottom, 512).distinct == 2);  // 0, 0, 1
static_assert(sections_of(2000, config::sections::top_middle_bottom, 512).windows[1].first == 745);

/// Appends [CLS], the window's tokens and [SEP].
template <class Tokenizer>
void append_section(std::vector<std::int32_t>& out, Tokenizer const& tokenizer, std::span<std::int32_t const> content,
                    window w) {
  out.push_back(std::int32_t(tokenizer.cls()));
  auto const part = content.subspan(std::size_t(w.first), std::size_t(w.count));
  out.insert(out.end(), part.begin(), part.end());
  out.push_back(std::int32_t(tokenizer.sep()));
}

}  // namespace snowcoder::annotate
