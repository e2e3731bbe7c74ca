// SPDX-License-Identifier: Apache-2.0
// In which order files stand in a token file, and which are joined (paper section 2.2 and Table 3): by language, then
// repository, the files of a repository in random order; by repository alone; every file by itself; or a part of the
// repositories one way and the rest the other.
//
// Memory: 48 bytes a file (packable), and 4 a copy and 4 a group for the order itself; 8 more a group while a limit is
// applied. A hundred million files are 5.6 GB.
#pragma once

#include <snowcoder/config/language.hpp>
#include <snowcoder/config/phase.hpp>
#include <snowcoder/core/contract.hpp>
#include <snowcoder/core/hash.hpp>
#include <snowcoder/core/philox.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace snowcoder::tokenize {

/// A tokenized file to be packed.
struct packable {
  hash128 document;              ///< of its id
  std::uint64_t place = 0;       ///< where its ids lie: the caller's business, and its last word when two files tie
  std::uint32_t repository = 0;  ///< number in the sorted list of names; 0: unknown, the file stands alone
  std::uint32_t path = 0;        ///< number in the sorted list of paths; used by file_order::path only
  std::uint32_t tokens = 0, bytes = 0;
  std::uint32_t copies = 1;  ///< how often it is packed; copies lie far apart
  config::language language = config::language::other;
  std::uint8_t sentinels = 0;  ///< of `tokens`, those that mark a gap in the middle
  bool packed = false;         ///< set by order_for: it stands in the token file
};
static_assert(sizeof(packable) == 48);

/// Files in the order of the token file, where each group of joined files ends, and where each shelf does: what best-fit
/// packing may put into one sequence (one language, where the order keeps languages apart).
struct packing_order {
  std::vector<std::uint32_t> files;    ///< indices into the sorted packables
  std::vector<std::uint32_t> ends;     ///< one past the last file of each group
  std::vector<std::uint32_t> shelves;  ///< one past the last group of each shelf
};

namespace detail {

/// How files compare for a phase's grouping.
class grouping_rule {
 public:
  grouping_rule(config::phase const& how, std::span<std::string_view const> repositories, std::uint64_t seed)
      : how_(how), repositories_(repositories) {
    if (how.group != config::grouping::hybrid) return;
    draws const source("repositories split by language", seed);
    split_.reserve(repositories.size());
    for (auto name : repositories) split_.push_back(source.uniform(hash64(name)) < how.hybrid_split);
  }
  bool alone(packable const& p) const { return how_.group == config::grouping::by_file || p.repository == 0; }
  /// The language where it comes first; repositories that are kept whole stand together.
  int shelf(packable const& p) const {
    if (how_.group == config::grouping::by_repository) return 0;
    if (how_.group == config::grouping::hybrid && !split_[p.repository]) return config::language_count + 1;
    return int(p.language);
  }
  auto group(packable const& p) const { return std::tuple(shelf(p), p.repository, alone(p) ? p.document : hash128{}); }
  bool before(packable const& a, packable const& b) const {
    auto const ga = group(a), gb = group(b);
    if (ga != gb) return ga < gb;
    if (how_.order == config::file_order::path && a.path != b.path) return a.path < b.path;
    return a.document != b.document ? a.document < b.document : a.place < b.place;
  }
  /// Names the draws of a group.
  std::uint64_t key(packable const& p) const {
    auto const [shelf, repository, document] = group(p);
    auto const language = shelf > config::language_count ? 0 : shelf;
    return mix64(hash64(repositories_[repository], std::uint64_t(language)), mix64(document.high, document.low));
  }

 private:
  config::phase const& how_;
  std::span<std::string_view const> repositories_;
  std::vector<bool> split_;
};

/// Keeps whole groups, drawn at random until they have `limit` tokens (the group that reaches it is in).
inline void keep_within(std::int64_t limit, std::span<packable const> all, std::vector<std::uint64_t>& drawn,
                        packing_order& order) {
  auto const begin = [&](std::size_t group) { return group ? order.ends[group - 1] : 0; };
  std::sort(drawn.begin(), drawn.end());
  std::vector<bool> kept(order.ends.size());
  std::int64_t tokens = 0;
  for (auto const draw : drawn) {
    if (tokens >= limit) break;
    auto const group = std::uint32_t(draw);
    kept[group] = true;
    for (auto f = begin(group); f < order.ends[group]; ++f) tokens += std::int64_t(all[order.files[f]].tokens) + 1;
  }
  std::uint32_t files = 0, groups = 0, shelf = 0, shelves = 0;
  for (std::uint32_t g = 0, at = 0; g < order.ends.size(); ++g) {
    auto const end = order.ends[g];
    if (kept[g]) {
      for (; at < end; ++at) order.files[files++] = order.files[at];
      order.ends[groups++] = files;
    }
    at = end;
    if (g + 1 < order.shelves[shelf]) continue;
    ++shelf;
    if (groups > (shelves ? order.shelves[shelves - 1] : 0)) order.shelves[shelves++] = groups;
  }
  order.files.resize(files);
  order.ends.resize(groups);
  order.shelves.resize(shelves);
}

}  // namespace detail

/// The order for a phase's grouping; sorts `all` on the way and marks what is packed. `repositories`: the sorted names that
/// packable::repository counts, the first one empty. `limit` > 0: only so many tokens, whole groups drawn at random, so that
/// languages keep their shares. The order depends on the names and the seed, not on the order of `all`.
inline packing_order order_for(std::span<packable> all, std::span<std::string_view const> repositories,
                               config::phase const& how, std::uint64_t seed, std::int64_t limit = 0) {
  require(!repositories.empty() && repositories.front().empty(), "order_for: repository 0 is the unknown one");
  detail::grouping_rule const rule(how, repositories, seed);
  std::sort(all.begin(), all.end(), [&](auto const& a, auto const& b) { return rule.before(a, b); });
  std::uint64_t files = 0;
  std::uint32_t rounds = 0;
  for (auto& p : all) {
    p.packed = false;
    files += p.copies;
    rounds = std::max(rounds, p.copies);
  }
  require(files < std::numeric_limits<std::uint32_t>::max(), "order_for: fewer than four billion files");

  packing_order order;
  order.files.reserve(std::size_t(files));
  std::vector<std::uint64_t> drawn;  // upper half of each group's draw, and its number
  draws const file_draws("order of files in a repository", seed), group_draws("groups within the limit", seed);
  for (std::uint32_t round = 0; round < rounds; ++round) {  // copies: all first ones, then all second ones, …
    int shelf = -1;
    for (std::size_t begin = 0, end; begin < all.size(); begin = end) {
      auto const& first = all[begin];
      auto const group = rule.group(first);
      auto const at = order.files.size();
      for (end = begin; end < all.size() && rule.group(all[end]) == group; ++end)
        if (all[end].copies > round) order.files.push_back(std::uint32_t(end));
      if (order.files.size() == at) continue;
      auto const key = mix64(rule.key(first), round);
      std::span in_group(order.files.data() + at, order.files.size() - at);
      if (how.order != config::file_order::path) shuffle(in_group, file_draws, key);
      if (limit > 0) drawn.push_back((group_draws(key) & ~std::uint64_t(0xffffffff)) | order.ends.size());
      if (auto const here = rule.shelf(first); here != std::exchange(shelf, here)) order.shelves.push_back(0);
      order.ends.push_back(std::uint32_t(order.files.size()));
      order.shelves.back() = std::uint32_t(order.ends.size());
    }
  }
  if (limit > 0) detail::keep_within(limit, all, drawn, order);
  for (auto f : order.files) all[f].packed = true;
  return order;
}

}  // namespace snowcoder::tokenize
