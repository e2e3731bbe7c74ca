// SPDX-License-Identifier: Apache-2.0
// Second pass of prepare: exact duplicates, then near duplicates among what is left. Documents are numbered by rank, so the
// smallest number of a group is the copy to keep. Texts are read in the order in which they lie on disk, but for those that
// share a band and are compared; besides some 120 bytes a document and 250 a repository, memory is bounded by --memory. A step
// that an interrupted run has finished is read, not done again.
#pragma once

#include <snowcoder/dedup/exact.hpp>
#include <snowcoder/dedup/licence_expression.hpp>
#include <snowcoder/dedup/rank.hpp>
#include <snowcoder/dedup/shingle_set.hpp>
#include <snowcoder/pipeline/near_keepers.hpp>
#include <snowcoder/pipeline/prepare_ingest.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace snowcoder::pipeline {

namespace detail {

/// Drops document `i` as a copy of `kept`.
inline expected<void> drop_copy(prepare_state& state, std::uint32_t i, std::uint32_t kept, char const* stage,
                                char const* reason, std::string detail) {
  auto const& r = state.documents.records[i];
  return state.drop({{r.id.hex(), stage, reason, "kept " + state.documents.records[kept].id.hex() + detail},
                     state.repositories[r.repository],
                     std::string(state.documents.path(i)),
                     r.language,
                     std::int64_t(r.source_bytes)});
}

/// The documents' numbers, best rank first by the recipe's rule.
template <config::recipe R>
std::vector<std::uint32_t> documents_by_rank(prepare_state const& state) {
  auto const& records = state.documents.records;
  std::vector<dedup::licence_kind> of_repository;  // counts for files that name none
  for (auto const& licence : state.licences) of_repository.push_back(licence_kind_of(licence));
  return dedup::ranked<typename R::keeper>(std::uint32_t(records.size()), [&](std::uint32_t i) {
    auto const& r = records[i];
    return dedup::standing{.stars = r.stars,
                           .forks = r.forks,
                           .licence = r.licence == dedup::licence_kind::none ? of_repository[r.repository] : r.licence,
                           .bytes = r.text_bytes,
                           .created = r.created,
                           .id = r.id};
  });
}

}  // namespace detail

namespace detail {

/// Per rank the best rank of its content; all other copies are dropped.
inline expected<std::vector<std::uint32_t>> drop_exact_duplicates(prepare_state& state, std::vector<std::uint32_t> const& order,
                                                                  progress& bar) {
  auto const& documents = state.documents;
  auto const count = std::uint32_t(order.size());
  bar.begin("exact duplicates", "files", count);
  auto first = dedup::exact_duplicates(
      count,
      [&](std::uint32_t rank) {
        auto const& r = documents.records[order[rank]];
        return dedup::content_key{r.content, r.text_bytes};
      },
      [&](auto a, auto b) { return documents.text(order[a]) == documents.text(order[b]); });
  for (std::uint32_t rank = 0; rank < count; ++rank)
    if (first[rank] != rank)
      SNOWCODER_CHECK(drop_copy(state, order[rank], order[first[rank]], "exact_duplicate", "same_content", ""));
  bar.advance(count);
  return first;
}

/// Drops the documents of the ranks `copies`, whose keepers are known, and says how alike they are.
template <config::recipe R>
expected<void> drop_near_duplicates(prepare_state& state, std::vector<std::uint32_t> const& order,
                                    std::vector<std::uint32_t> const& keeper, std::vector<std::uint32_t> const& copies,
                                    thread_pool& pool) {
  auto const set_of = [&](std::uint32_t rank) {
    return dedup::shingles(state.documents.text(order[rank]), config::near_duplicate(R::near_duplicates));
  };
  std::vector<double> index(std::min<std::size_t>(copies.size(), 1024));
  for (std::size_t begin = 0; begin < copies.size(); begin += index.size()) {
    auto const size = std::min(index.size(), copies.size() - begin);
    pool.for_each_index(std::int64_t(size), [&](std::int64_t i) {
      auto const rank = copies[begin + std::size_t(i)];
      index[std::size_t(i)] = dedup::jaccard(set_of(rank), set_of(keeper[rank]));
    });
    for (std::size_t i = 0; i < size; ++i) {
      auto const rank = copies[begin + i];
      char similarity[32];
      std::snprintf(similarity, sizeof similarity, ", Jaccard %.3f", index[i]);
      SNOWCODER_CHECK(drop_copy(state, order[rank], order[keeper[rank]], "near_duplicate", "similar_content", similarity));
    }
  }
  return {};
}

}  // namespace detail

/// The numbers of the documents that stay, best rank first. Three steps: the copies, their near ones, and what is told of
/// these.
template <config::recipe R>
expected<std::vector<std::uint32_t>> without_duplicates(prepare_options const& options, prepare_state& state, thread_pool& pool,
                                                        progress& bar) {
  auto const order = detail::documents_by_rank<R>(state);
  SNOWCODER_TRY(auto const first,
                state.numbers_of("exact_duplicates", [&] { return detail::drop_exact_duplicates(state, order, bar); }));
  SNOWCODER_TRY(auto const keeper, state.numbers_of("near_duplicates", [&] {
    detail::unique_documents const unique(order, first);
    return options.device == "cuda"
               ? detail::near_keepers_by_gpu<R>(options, state.documents, order, unique, state.work, pool, bar)
               : detail::near_keepers<R>(options, state.documents, order, unique, state.work, pool, bar);
  }));
  std::vector<std::uint32_t> kept, copies;  // documents; ranks
  for (std::uint32_t rank = 0; rank < order.size(); ++rank) {
    if (first[rank] != rank) continue;
    if (keeper[rank] == rank)
      kept.push_back(order[rank]);
    else
      copies.push_back(rank);
  }
  if (!state.work.done("near_duplicates_dropped")) {
    SNOWCODER_CHECK(detail::drop_near_duplicates<R>(state, order, keeper, copies, pool));
    SNOWCODER_CHECK(state.commit("near_duplicates_dropped"));
  }
  return kept;
}

}  // namespace snowcoder::pipeline
