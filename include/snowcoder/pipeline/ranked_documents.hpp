// SPDX-License-Identifier: Apache-2.0
// The documents of prepare in the order in which copies of them are kept: sorted on disk where they do not fit in memory.
#pragma once

#include <snowcoder/config/concepts.hpp>
#include <snowcoder/dedup/licence_expression.hpp>
#include <snowcoder/dedup/rank.hpp>
#include <snowcoder/io/external_sort.hpp>
#include <snowcoder/pipeline/prepare_state.hpp>

#include <cstdint>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

/// Documents are numbered as they lie on disk. The best rank is 0.
struct ranked_documents {
  number_file order;    ///< the document of a rank
  number_file rank_of;  ///< the rank of a document
};

/// By the recipe's rule; `memory`: bytes to sort in.
template <config::recipe R>
expected<ranked_documents> rank_documents(prepare_state const& state, std::int64_t memory) {
  struct row {
    dedup::standing standing;
    std::uint32_t number;
  };
  struct ranks_before {
    bool operator()(row const& a, row const& b) const {
      using keeper = typename R::keeper;
      return keeper::prefers(a.standing, b.standing) || (a.number < b.number && !keeper::prefers(b.standing, a.standing));
    }
  };
  std::vector<dedup::licence_kind> of_repository;  // counts for files that name none
  for (auto const& licence : state.licences) of_repository.push_back(dedup::licence_kind_of(licence));
  io::external_sort<row, ranks_before> sorted(state.work.folder(), memory);
  SNOWCODER_CHECK(state.documents.for_each_record([&](std::uint32_t number, spilled const& r) {
    auto const licence = r.licence == dedup::licence_kind::none ? of_repository[r.repository] : r.licence;
    return sorted.add({{r.stars, r.forks, licence, r.text_bytes, r.created, r.id}, number});
  }));
  SNOWCODER_TRY(auto order, state.work.zeros(state.documents.size()));
  SNOWCODER_TRY(auto rank_of, state.work.zeros(state.documents.size()));
  std::uint32_t rank = 0;
  SNOWCODER_CHECK(sorted.for_each([&](row const& r) -> expected<void> {
    order[rank] = r.number;
    rank_of[r.number] = rank++;
    return {};
  }));
  return ranked_documents{std::move(order), std::move(rank_of)};
}

}  // namespace snowcoder::pipeline
