// SPDX-License-Identifier: Apache-2.0
// A scorer without a model: five plain measures of a file's text, each in [0, 1], and their mean. A yardstick for learned
// annotators (a reviewer's wish: comparison with known filters), not a rule of the paper.
#pragma once

#include <snowcoder/annotate/scorer.hpp>
#include <snowcoder/core/ascii.hpp>
#include <snowcoder/core/hash.hpp>
#include <snowcoder/core/lines.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace snowcoder::annotate {

/// What heuristic_scorer measures; every value lies in [0, 1].
struct text_measures {
  double width = 0;     ///< mean length of lines with text: 1 at 35 characters, falling on both sides
  double comments = 0;  ///< share of lines that are comments: 1 at a quarter, 0 without any or where all are
  double distinct = 0;  ///< share of lines that do not occur twice
  double words = 0;     ///< mean length of words: 1 at 7 letters and more, 0 at one letter
  double letters = 0;   ///< share of letters among visible characters, 1 from three quarters on

  double mean() const { return (width + comments + distinct + words + letters) / 5; }
};

inline text_measures measure_text(std::string_view text) {
  std::int64_t lines = 0, comments = 0, characters = 0, visible = 0, letters = 0, words = 0;
  std::set<std::uint64_t> distinct;
  for (auto line = take_line(text); !line.empty(); line = take_line(text)) {
    ++lines;
    characters += std::int64_t(line.size());
    distinct.insert(hash64(line));
    for (std::string_view mark : {"#", "//", "/*", "*", "--", "\"\"\"", "'''"})
      if (line.starts_with(mark)) {
        ++comments;
        break;
      }
    for (std::size_t i = 0; i < line.size(); ++i) {
      visible += line[i] != ' ' && line[i] != '\t';
      letters += is_ascii_letter(line[i]);
      words += is_ascii_letter(line[i]) && (i == 0 || !is_ascii_letter(line[i - 1]));
    }
  }
  text_measures m;
  if (lines == 0) return m;
  double const n = double(lines), width = double(characters) / n, share = double(comments) / n;
  m.width = width < 35 ? width / 35 : 35 / width;
  m.comments = share < 0.25 ? share / 0.25 : (1 - share) / 0.75;
  m.distinct = double(distinct.size()) / n;
  m.words = words ? std::clamp((double(letters) / double(words) - 1) / 6, 0.0, 1.0) : 0;
  m.letters = visible ? std::min(1.0, double(letters) / double(visible) / 0.75) : 0;
  return m;
}

struct heuristic_scorer {
  std::vector<std::string> names() const { return {"heuristics"}; }
  std::vector<std::vector<score>> score_page(std::span<document const> page) const {
    std::vector<std::vector<score>> all(1);
    for (auto const& d : page) {
      score s;
      s.id = d.id;
      s.value = measure_text(d.text).mean();
      all[0].push_back(std::move(s));
    }
    return all;
  }
};

static_assert(scorer<heuristic_scorer>);

}  // namespace snowcoder::annotate
