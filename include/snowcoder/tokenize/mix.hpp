// SPDX-License-Identifier: Apache-2.0
// Python's share of the synthetic phase (paper section 2.4: about half, the other languages in proportion to each other),
// reached by choosing how often each document stands in the token file.
#pragma once

#include <snowcoder/config/language.hpp>
#include <snowcoder/tokenize/pack.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace snowcoder::tokenize {

/// How often a document may stand in one file: repeating is free up to about four passes (paper, Table 6).
inline constexpr int most_copies = 4;

/// Whole copies for all of `group` (indices), and one more for a part of it, so that about `wanted` tokens come out.
/// Documents are taken in the order of their hash; the last one is taken if that comes nearer.
inline void repeat_to(std::span<packable> all, std::vector<std::uint32_t> group, double wanted) {
  std::int64_t tokens = 0;
  for (auto i : group) tokens += all[i].tokens;
  if (tokens == 0) return;
  auto const whole = std::uint32_t(wanted / double(tokens));
  double left = wanted - double(whole) * double(tokens);
  std::sort(group.begin(), group.end(), [&](auto a, auto b) { return all[a].document < all[b].document; });
  for (auto i : group) {
    bool const one_more = left > 0 && left >= double(all[i].tokens) / 2;
    all[i].copies = whole + one_more;
    if (one_more) left -= double(all[i].tokens);
  }
}

/// Sets the copies of each document such that Python has `share` of the tokens. The side that is short is repeated, up to
/// most_copies; what that cannot reach is made up by leaving out documents of the other side, language by language. With
/// nothing on one side, or a share of 0 or 1, there is no such mix of both: every document of the sides asked for is taken
/// once.
inline void set_python_share(std::span<packable> documents, double share) {
  std::array<std::vector<std::uint32_t>, config::language_count + 1> by_language;
  std::array<double, config::language_count + 1> tokens{};
  double python = 0, others = 0;
  for (std::uint32_t i = 0; i < documents.size(); ++i) {
    auto& d = documents[i];
    d.copies = 1;
    (d.language == config::language::python ? python : others) += double(d.tokens);
    tokens[std::size_t(d.language)] += double(d.tokens);
    by_language[std::size_t(d.language)].push_back(i);
  }
  if (python == 0 || others == 0) return;
  auto const set = [&](bool is_python, double times) {
    for (std::size_t l = 0; l < by_language.size(); ++l)
      if ((l == std::size_t(config::language::python)) == is_python) repeat_to(documents, by_language[l], tokens[l] * times);
  };
  if (share <= 0 || share >= 1) return set(share <= 0, 0);
  bool const python_is_short = python < share * (python + others);
  double const short_side = python_is_short ? python : others, long_side = python_is_short ? others : python;
  double const short_share = python_is_short ? share : 1 - share;
  double const times = std::min(short_share / (1 - short_share) * long_side / short_side, double(most_copies));
  set(python_is_short, times);
  set(!python_is_short, times * short_side * (1 - short_share) / short_share / long_side);
}

}  // namespace snowcoder::tokenize
