// SPDX-License-Identifier: Apache-2.0
// Second pass of prepare: exact duplicates, then near duplicates among what is left. Documents are numbered by rank, so the
// smallest number of a group is the copy to keep. Texts are read in the order in which they lie on disk, but for those that are
// compared; what there is per document lies in files, so that memory is bounded by --memory, besides some 250 bytes a
// repository. A step that an interrupted run has finished is read, not done again.
#pragma once

#include <snowcoder/dedup/shingle_set.hpp>
#include <snowcoder/pipeline/exact_copies.hpp>
#include <snowcoder/pipeline/near_keepers.hpp>
#include <snowcoder/pipeline/prepare_ingest.hpp>
#include <snowcoder/pipeline/ranked_documents.hpp>

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace snowcoder::pipeline {

namespace detail {

/// Copies whose keepers are known.
struct copies {
  ranked_documents const& ranks;
  number_file const& keeper;  ///< by rank
  char const *stage, *reason;
};

/// Drops the documents of the ranks that is_copy(rank), in order, some at a time. describe(numbers, details) adds what is to be
/// said of them: `numbers` are documents, each copy before its keeper.
template <class IsCopy, class Describe>
expected<void> drop(copies const& c, prepare_state& state, IsCopy&& is_copy, Describe&& describe) {
  auto const& documents = state.documents;
  constexpr std::size_t most = 4096;
  std::vector<std::uint32_t> numbers;
  auto const drop_some = [&]() -> expected<void> {
    documents.expect_names(numbers);
    std::vector<std::string> details(numbers.size() / 2);
    describe(numbers, details);
    for (std::size_t i = 0; i < details.size(); ++i) {
      auto const &copy = documents.record(numbers[2 * i]), &kept = documents.record(numbers[2 * i + 1]);
      SNOWCODER_CHECK(state.drop({{copy.id.hex(), c.stage, c.reason, "kept " + kept.id.hex() + details[i]},
                                  state.repositories[copy.repository],
                                  std::string(documents.path(numbers[2 * i])),
                                  copy.language,
                                  std::int64_t(copy.source_bytes)}));
    }
    numbers.clear();
    return {};
  };
  for (std::uint32_t rank = 0; rank < c.keeper.size(); ++rank) {
    if (!is_copy(rank)) continue;
    numbers.push_back(c.ranks.order[rank]);
    numbers.push_back(c.ranks.order[c.keeper[rank]]);
    if (numbers.size() == 2 * most) SNOWCODER_CHECK(drop_some());
  }
  return drop_some();
}

/// Per rank the best rank of its content; all other copies are dropped.
inline expected<number_file> drop_exact_duplicates(prepare_options const& options, prepare_state& state,
                                                   ranked_documents const& ranks, thread_pool& pool, progress& bar) {
  auto const count = std::int64_t(ranks.order.size());
  bar.begin("exact duplicates", "files", count);
  SNOWCODER_TRY(auto first, exact_keepers(state, ranks, options.memory / 4, pool));
  SNOWCODER_CHECK(drop(
      {ranks, first, "exact_duplicate", "same_content"}, state, [&](auto rank) { return first[rank] != rank; },
      [](auto const&, auto&) {}));
  bar.advance(count);
  return first;
}

/// `first`: as drop_exact_duplicates() says; `keeper`: per rank the best rank of its near duplicates. Says how alike they are.
template <config::recipe R>
expected<void> drop_near_duplicates(prepare_state& state, ranked_documents const& ranks, number_file const& first,
                                    number_file const& keeper, thread_pool& pool) {
  auto const set_of = [&](std::uint32_t number) {
    return dedup::shingles(state.documents.text(number), config::near_duplicate(R::near_duplicates));
  };
  return drop(
      {ranks, keeper, "near_duplicate", "similar_content"}, state,
      [&](auto rank) { return first[rank] == rank && keeper[rank] != rank; },
      [&](std::vector<std::uint32_t> const& numbers, std::vector<std::string>& details) {
        state.documents.expect_texts(numbers);
        pool.for_each_index(std::int64_t(details.size()), [&](std::int64_t i) {
          auto const at = std::size_t(i);
          char similarity[32];
          std::snprintf(similarity, sizeof similarity, ", Jaccard %.3f",
                        dedup::jaccard(set_of(numbers[2 * at]), set_of(numbers[2 * at + 1])));
          details[at] = similarity;
        });
      });
}

}  // namespace detail

/// The numbers of the documents that stay, in order. Three steps: the copies, their near ones, and what is told of these.
template <config::recipe R>
expected<number_file> without_duplicates(prepare_options const& options, prepare_state& state, thread_pool& pool,
                                         progress& bar) {
  SNOWCODER_TRY(auto const ranks, rank_documents<R>(state, options.memory / 4));
  SNOWCODER_TRY(auto const first, state.numbers_of("exact_duplicates", [&] {
    return detail::drop_exact_duplicates(options, state, ranks, pool, bar);
  }));
  auto const count = std::uint32_t(state.documents.size());
  // The documents whose ranks are their own keepers.
  auto const standing = [&](auto const&... keepers) -> expected<number_file> {
    SNOWCODER_TRY(auto numbers, state.work.zeros(count));
    std::size_t size = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
      auto const rank = ranks.rank_of[i];
      if (((keepers[rank] == rank) && ...)) numbers[size++] = i;
    }
    numbers.cut(size);
    return numbers;
  };
  SNOWCODER_TRY(auto const keeper, state.numbers_of("near_duplicates", [&]() -> expected<number_file> {
    SNOWCODER_TRY(auto const unique, standing(first));
    return options.device == "cuda"
               ? detail::near_keepers_by_gpu<R>(options, state.documents, ranks, unique.all(), state.work, pool, bar)
               : detail::near_keepers<R>(options, state.documents, ranks, unique.all(), state.work, pool, bar);
  }));
  if (!state.work.done("near_duplicates_dropped")) {
    SNOWCODER_CHECK(detail::drop_near_duplicates<R>(state, ranks, first, keeper, pool));
    SNOWCODER_CHECK(state.commit("near_duplicates_dropped"));
  }
  return standing(first, keeper);
}

}  // namespace snowcoder::pipeline
