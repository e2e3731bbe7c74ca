// SPDX-License-Identifier: Apache-2.0
// Which documents become seeds, and which part of each is shown to the generator (paper section 2.3).
// Every choice is keyed by the document, so it does not depend on order, threads or how often a run was cut short.
#pragma once

#include <snowcoder/config/synthesis.hpp>
#include <snowcoder/core/philox.hpp>
#include <snowcoder/record/selection_manifest.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace snowcoder::synthesize {

/// Tokens of a text: the recipe's tokenizer, or an estimate.
template <class C>
concept token_counter = requires(C const& count, std::string_view text) {
  { count(text) } -> std::convertible_to<std::int64_t>;
};

/// For runs without a tokenizer: code has about three bytes a token.
struct three_bytes_a_token {
  constexpr std::int64_t operator()(std::string_view text) const { return std::int64_t(text.size() + 2) / 3; }
};

namespace detail {
inline std::vector<std::string_view> lines(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    auto const end = std::min(text.find('\n'), text.size() - 1) + 1;
    out.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return out;
}
}  // namespace detail

/// The part of `text` that is shown: all of it when it is short enough, else whole lines from a drawn place; or 1 to 15
/// drawn lines as in OSS-Instruct. Nothing when no whole line fits, or what was drawn is blank. Long texts are counted line by
/// line.
template <token_counter Count>
std::optional<std::string_view> seed_window(std::string_view text, config::synthesis const& s, std::uint64_t key,
                                            Count const& count) {
  draws const draw("seed window", s.seed);
  auto const shown = [](std::string_view part) -> std::optional<std::string_view> {
    if (part.find_first_not_of(" \t\r\n") == part.npos) return {};
    return part;
  };
  if (s.text == config::seed_text::file && count(text) <= s.seed_tokens) return shown(text);
  auto const lines = detail::lines(text);
  if (lines.empty()) return {};
  if (s.text == config::seed_text::lines_1_15) {
    auto const first = std::size_t(draw.below(lines.size(), key, 0));
    auto const last = std::min(lines.size(), first + 1 + std::size_t(draw.below(15, key, 1))) - 1;
    return shown({lines[first].data(), std::size_t(lines[last].data() + lines[last].size() - lines[first].data())});
  }
  std::vector<std::int64_t> tokens;
  for (auto line : lines) tokens.push_back(count(line));
  // The first place from which the rest of the file fits a window; any start up to there is as likely.
  std::size_t tail = lines.size();
  for (std::int64_t sum = 0; tail > 0 && sum + tokens[tail - 1] <= s.seed_tokens; --tail) sum += tokens[tail - 1];
  auto const first = std::size_t(draw.below(std::min(tail + 1, lines.size()), key, 0));
  std::size_t last = first;
  for (std::int64_t sum = 0; last < lines.size() && sum + tokens[last] <= s.seed_tokens; ++last) sum += tokens[last];
  if (last == first) return {};
  return shown({lines[first].data(), std::size_t(lines[last - 1].data() + lines[last - 1].size() - lines[first].data())});
}

/// The seeds among the candidates (by language, the best first, as in a selection manifest): the pool's share of every
/// language; at most `limit` (0: all), an even sample. How many of them are asked is decided in rounds.hpp.
inline std::vector<chosen_document> choose_seeds(std::vector<chosen_document> candidates, config::synthesis const& s,
                                                 std::int64_t limit) {
  std::map<config::language, std::vector<std::size_t>> pools;  // their places among the candidates
  for (std::size_t i = 0; i < candidates.size(); ++i) pools[candidates[i].language].push_back(i);
  std::vector<chosen_document> seeds;
  for (auto const& [language, pool] : pools) {
    auto const best = std::size_t(std::ceil(double(pool.size()) * s.pool_share - 1e-9));
    for (std::size_t i = 0; i < best; ++i) seeds.push_back(std::move(candidates[pool[i]]));
  }
  if (limit > 0 && limit < std::int64_t(seeds.size())) {
    draws const draw("seed sample", s.seed);
    auto const ticket = [&](chosen_document const& d) { return std::pair(draw(hash64(d.id)), std::string_view(d.id)); };
    std::sort(seeds.begin(), seeds.end(), [&](auto const& a, auto const& b) { return ticket(a) < ticket(b); });
    seeds.resize(std::size_t(limit));
  }
  return seeds;
}

}  // namespace snowcoder::synthesize
