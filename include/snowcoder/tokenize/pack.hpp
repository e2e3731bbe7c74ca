// SPDX-License-Identifier: Apache-2.0
// In which order files stand in a token file, and which are joined (paper section 2.2 and Table 3): by language, then
// repository, the files of a repository in random order; or by repository alone; or every file by itself.
#pragma once

#include <snowcoder/config/language.hpp>
#include <snowcoder/config/phase.hpp>
#include <snowcoder/core/hash.hpp>
#include <snowcoder/core/philox.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace snowcoder::tokenize {

/// A tokenized file to be packed.
struct packable {
  config::language language = config::language::other;
  std::string repository;  ///< empty: unknown, the file stands alone
  std::string path;        ///< used by file_order::path only
  hash128 document;        ///< of its id
  std::int64_t tokens = 0;
  std::uint32_t copies = 1;  ///< how often it is packed; copies lie far apart
};

/// Files in the order of the token file, and where each group of joined files ends.
struct packing_order {
  std::vector<std::uint32_t> files;  ///< indices into the packables
  std::vector<std::uint64_t> ends;   ///< one past the last file of each group
};

namespace detail {

struct packing_key {
  std::uint32_t round;  // copies: all first ones, then all second ones, …
  std::uint32_t file;
};

/// Files with equal groups are joined. The language comes first in the paper's order.
inline auto group_of(packable const& p, config::grouping how) {
  auto const language = how == config::grouping::by_repository ? 0 : int(p.language);
  return std::tuple<int, std::string const&, hash128>(
      language, p.repository, how == config::grouping::by_file || p.repository.empty() ? p.document : hash128{});
}

inline std::uint64_t key_of(packable const& p, config::grouping how) {
  auto const [language, repository, document] = group_of(p, how);
  return mix64(hash64(repository, std::uint64_t(language)), mix64(document.high, document.low));
}

}  // namespace detail

/// The order for a grouping. `limit` > 0: only so many tokens, whole groups drawn at random until it is reached (the group
/// that reaches it is in), so that languages keep their shares.
inline packing_order order_for(std::vector<packable> const& all, config::grouping how, config::file_order order,
                               std::uint64_t seed, std::int64_t limit = 0) {
  std::vector<detail::packing_key> keys;
  for (std::uint32_t i = 0; i < all.size(); ++i)
    for (std::uint32_t c = 0; c < all[i].copies; ++c) keys.push_back({c, i});
  bool const by_path = order == config::file_order::path;
  std::sort(keys.begin(), keys.end(), [&](auto a, auto b) {
    auto const &x = all[a.file], &y = all[b.file];
    auto const gx = detail::group_of(x, how), gy = detail::group_of(y, how);
    if (a.round != b.round) return a.round < b.round;
    if (gx != gy) return gx < gy;
    if (by_path && x.path != y.path) return x.path < y.path;
    return x.document != y.document ? x.document < y.document : a.file < b.file;
  });

  struct group {
    std::size_t begin, end;
    std::uint64_t draw;
    std::int64_t tokens;
  };
  std::vector<group> groups;
  draws const file_draws("order of files in a repository", seed), group_draws("groups within the limit", seed);
  for (std::size_t begin = 0, end; begin < keys.size(); begin = end) {
    auto const& first = all[keys[begin].file];
    std::int64_t tokens = 0;
    for (end = begin; end < keys.size() && keys[end].round == keys[begin].round; ++end) {
      auto const& p = all[keys[end].file];
      if (detail::group_of(p, how) != detail::group_of(first, how)) break;
      tokens += p.tokens + 1;  // the separator after it
    }
    auto const key = mix64(detail::key_of(first, how), keys[begin].round);
    std::span in_group(keys.data() + begin, end - begin);
    if (!by_path) shuffle(in_group, file_draws, key);
    groups.push_back({begin, end, group_draws(key), tokens});
  }
  if (limit > 0) {
    std::vector<std::size_t> drawn(groups.size());
    for (std::size_t i = 0; i < drawn.size(); ++i) drawn[i] = i;
    std::sort(drawn.begin(), drawn.end(),
              [&](auto a, auto b) { return std::pair(groups[a].draw, a) < std::pair(groups[b].draw, b); });
    for (std::int64_t tokens = 0; auto i : drawn) {
      if (tokens >= limit) groups[i].end = groups[i].begin;
      tokens += groups[i].tokens;
    }
  }
  packing_order result;
  for (auto const& g : groups) {
    if (g.begin == g.end) continue;
    for (auto k = g.begin; k < g.end; ++k) result.files.push_back(keys[k].file);
    result.ends.push_back(result.files.size());
  }
  return result;
}

}  // namespace snowcoder::tokenize
