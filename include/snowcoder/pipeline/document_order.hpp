// SPDX-License-Identifier: Apache-2.0
// Which documents of prepare are held out, and the order in which documents are written: sorted on disk where they do not fit
// in memory.
#pragma once

#include <snowcoder/config/language.hpp>
#include <snowcoder/core/philox.hpp>
#include <snowcoder/io/external_sort.hpp>
#include <snowcoder/pipeline/prepare_state.hpp>

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <span>
#include <tuple>
#include <vector>

namespace snowcoder::pipeline::detail {

/// The numbers of repositories, by name.
inline std::vector<std::uint32_t> repositories_by_name(prepare_state const& state) {
  std::vector<std::uint32_t> order(state.repositories.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return state.repositories[a] < state.repositories[b]; });
  return order;
}

/// Calls visit(number, record) for every one of `numbers`, which are in order; visit returns expected<void>.
template <class Visit>
expected<void> for_each_record_of(std::span<std::uint32_t const> numbers, spill const& documents, Visit&& visit) {
  return documents.for_each_record([&](std::uint32_t number, spilled const& r) -> expected<void> {
    if (numbers.empty() || numbers.front() != number) return {};
    numbers = numbers.subspan(1);
    return visit(number, r);
  });
}

/// `kept`, which is in the order of the records, in the order in which documents are written: language in the recipe's order,
/// then repository, path and id by name. Repositories are put in order on disk where they do not fit in `memory`, documents of
/// one where they are.
inline expected<number_file> grouped(prepare_state const& state, std::span<std::uint32_t const> kept, std::int64_t memory) {
  struct row {
    std::uint32_t language, repository, number;  // the repository's place by name
    auto operator<=>(row const&) const = default;
    bool same_group(row const& other) const { return language == other.language && repository == other.repository; }
  };
  auto const& d = state.documents;
  io::external_sort<row> sorted(state.work.folder(), memory);
  {
    auto const by_name = repositories_by_name(state);
    std::vector<std::uint32_t> place(by_name.size());
    for (std::uint32_t i = 0; i < by_name.size(); ++i) place[by_name[i]] = i;
    SNOWCODER_CHECK(for_each_record_of(kept, d, [&](std::uint32_t number, spilled const& r) {
      return sorted.add({std::uint32_t(r.language), place[r.repository], number});
    }));
  }
  SNOWCODER_TRY(auto order, state.work.zeros(kept.size()));
  std::size_t size = 0, begin = 0;  // of the group that is read: from begin to size
  row last{};
  auto const sort_group = [&] {
    auto const group = order.all().subspan(begin, size - begin);
    if (group.size() > 1) {
      d.expect_names(group.first(std::min<std::size_t>(group.size(), 1 << 16)));
      std::sort(group.begin(), group.end(), [&](auto a, auto b) {
        auto const p = d.path(a), q = d.path(b);
        auto const &x = d.record(a).id, &y = d.record(b).id;
        return p != q ? p < q : x != y ? x < y : a < b;
      });
    }
    begin = size;
  };
  SNOWCODER_CHECK(sorted.for_each([&](row const& r) -> expected<void> {
    if (!r.same_group(last)) sort_group();
    last = r;
    order[size++] = r.number;
    return {};
  }));
  sort_group();
  return order;
}

/// Takes `share` of every language's documents (one at least where there are ten) out of `kept`, chosen by draws on their
/// ids, and returns them; both are in the order of the records.
inline expected<number_file> hold_out(double share, std::uint64_t seed, prepare_state const& state, number_file& kept,
                                      std::int64_t memory) {
  if (share <= 0) return number_file();
  struct row {
    config::language language;
    std::uint32_t number;
    std::uint64_t drawn;
    bool operator<(row const& other) const {
      return std::tie(language, drawn, number) < std::tie(other.language, other.drawn, other.number);
    }
  };
  draws const source("held out", seed);
  io::external_sort<row> by_draw(state.work.folder(), memory / 2);
  std::map<config::language, std::size_t> left;  // to be chosen: first how many there are, then how many are wanted of them
  SNOWCODER_CHECK(for_each_record_of(kept.all(), state.documents, [&](std::uint32_t number, spilled const& r) {
    ++left[r.language];
    return by_draw.add({r.language, number, source(r.id.high, r.id.low)});
  }));
  for (auto& [language, n] : left) n = std::min(n, std::max(std::size_t(share * double(n) + 0.5), std::size_t(n >= 10)));
  io::external_sort<std::uint32_t> chosen(state.work.folder(), memory / 2);
  std::size_t count = 0;
  SNOWCODER_CHECK(by_draw.for_each([&](row const& r) -> expected<void> {
    if (left[r.language] == 0) return {};
    --left[r.language];
    ++count;
    return chosen.add(r.number);
  }));
  SNOWCODER_TRY(auto held, state.work.zeros(count));
  count = 0;
  SNOWCODER_CHECK(chosen.for_each([&](std::uint32_t number) -> expected<void> {
    held[count++] = number;
    return {};
  }));
  auto const numbers = kept.all();
  kept.cut(
      std::size_t(std::set_difference(numbers.begin(), numbers.end(), held.all().begin(), held.all().end(), numbers.begin()) -
                  numbers.begin()));
  return held;
}

}  // namespace snowcoder::pipeline::detail
