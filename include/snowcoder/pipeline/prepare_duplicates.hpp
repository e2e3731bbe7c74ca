// SPDX-License-Identifier: Apache-2.0
// Second pass of prepare: exact duplicates, then near duplicates among what is left. Documents are numbered by rank, so the
// smallest number of a group is the copy to keep. Texts are read in the order in which they lie on disk, but for those that
// share a band and are compared; besides some 100 bytes a document, memory is bounded by --memory.
#pragma once

#include <snowcoder/dedup/exact.hpp>
#include <snowcoder/dedup/near.hpp>
#include <snowcoder/dedup/rank.hpp>
#include <snowcoder/pipeline/band_partitions.hpp>
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
  auto const& documents = state.documents;
  std::vector<dedup::standing> standings(documents.records.size());
  for (std::uint32_t i = 0; i < standings.size(); ++i) {
    auto const& r = documents.records[i];
    auto const names = documents.names(i);
    auto const& licence = state.licences[r.repository];  // of the repository, for files that name none
    bool const permissive = r.permissive || (names[3].empty() && dedup::is_permissive(licence));
    bool const declared = !names[3].empty() || !licence.empty();
    standings[i] = {.stars = r.stars,
                    .forks = r.forks,
                    .licence = permissive ? dedup::licence_kind::permissive
                               : declared ? dedup::licence_kind::other
                                          : dedup::licence_kind::none,
                    .bytes = r.text_bytes,
                    .created = dedup::date_number(names[2]),
                    .id = r.id};
  }
  return dedup::ranked<dedup::keeper_of<R>>(standings);
}

/// Band keys of the documents whose rank is its own entry in `first`, in the order of their texts on disk.
template <config::recipe R>
expected<band_partitions> sign_documents(prepare_options const& options, spill const& documents,
                                         std::vector<std::uint32_t> const& order, std::vector<std::uint32_t> const& first,
                                         std::filesystem::path const& work, thread_pool& pool, progress& bar) {
  using hasher = dedup::minhash<R>;
  constexpr auto settings = config::near_duplicate(R::near_duplicates);
  std::vector<std::uint32_t> rank_of(order.size());
  for (std::uint32_t rank = 0; rank < order.size(); ++rank) rank_of[order[rank]] = rank;
  std::vector<std::uint32_t> unique;  // documents
  for (std::uint32_t i = 0; i < order.size(); ++i)
    if (first[rank_of[i]] == rank_of[i]) unique.push_back(i);
  bar.begin("near duplicates: signatures", "files", std::int64_t(unique.size()));
  SNOWCODER_TRY(auto bands, band_partitions::open(work / "bands", unique.size() * std::uint64_t(settings.bands),
                                                  options.memory / 8, pool.threads()));
  std::vector<typename hasher::band_keys> keys(std::min<std::size_t>(unique.size(), 4096));
  std::vector<char> long_enough(keys.size());
  for (std::size_t begin = 0; begin < unique.size(); begin += keys.size()) {
    auto const size = std::min(keys.size(), unique.size() - begin);
    pool.for_each_index(std::int64_t(size), [&](std::int64_t i) {
      std::int64_t units = 0;
      keys[std::size_t(i)] = hasher::keys(documents.text(unique[begin + std::size_t(i)]), units);
      long_enough[std::size_t(i)] = units > 0 && units >= settings.minimum_words;
      bar.advance();
    });
    for (std::size_t i = 0; i < size; ++i)
      if (long_enough[i])
        for (auto const key : keys[i]) SNOWCODER_CHECK(bands.add(key, rank_of[unique[begin + i]]));
  }
  SNOWCODER_CHECK(bands.finish());
  return bands;
}

}  // namespace detail

/// The numbers of the documents that stay, best rank first.
template <config::recipe R>
expected<std::vector<std::uint32_t>> without_duplicates(prepare_options const& options, prepare_state& state,
                                                        std::filesystem::path const& work, thread_pool& pool, progress& bar) {
  auto const& documents = state.documents;
  auto const count = std::uint32_t(documents.records.size());
  bar.begin("exact duplicates", "files", count);
  auto const order = detail::documents_by_rank<R>(state);
  std::vector<std::uint32_t> first;  // per rank the best rank of its content
  {
    std::vector<dedup::content_key> keys(count);
    for (std::uint32_t rank = 0; rank < count; ++rank)
      keys[rank] = {documents.records[order[rank]].content, documents.records[order[rank]].text_bytes};
    first = dedup::exact_duplicates(keys, [&](auto a, auto b) { return documents.text(order[a]) == documents.text(order[b]); });
  }
  for (std::uint32_t rank = 0; rank < count; ++rank)
    if (first[rank] != rank)
      SNOWCODER_CHECK(detail::drop_copy(state, order[rank], order[first[rank]], "exact_duplicate", "same_content", ""));
  bar.advance(count);

  SNOWCODER_TRY(auto const bands, detail::sign_documents<R>(options, documents, order, first, work, pool, bar));
  constexpr auto settings = config::near_duplicate(R::near_duplicates);
  auto const threads = std::max(pool.threads(), 1);
  auto const cached = std::size_t(std::max<std::int64_t>(options.memory / 16 / threads / 8, 1 << 14));
  auto const remembered = std::size_t(std::clamp<std::int64_t>(options.memory / 64 / 8, 1 << 12, 1 << 24));
  auto const set_of = [&](std::uint32_t rank) { return dedup::shingles(documents.text(order[rank]), settings); };
  bar.begin("near duplicates: comparison", "partitions", std::int64_t(bands.count()));
  dedup::near_clusters<R> clusters(count, remembered);
  pool.for_each_index(std::int64_t(bands.count()), [&](std::int64_t i) {
    auto entries = bands.read(std::size_t(i));
    clusters.join(std::span(entries), set_of, cached);
    bar.advance();
  });

  std::vector<std::uint32_t> kept, copies;  // documents; ranks
  for (std::uint32_t rank = 0; rank < count; ++rank) {
    if (first[rank] != rank) continue;
    if (clusters.keeper(rank) == rank)
      kept.push_back(order[rank]);
    else
      copies.push_back(rank);
  }
  std::vector<double> index(std::min<std::size_t>(copies.size(), 1024));
  for (std::size_t begin = 0; begin < copies.size(); begin += index.size()) {
    auto const size = std::min(index.size(), copies.size() - begin);
    pool.for_each_index(std::int64_t(size), [&](std::int64_t i) {
      auto const rank = copies[begin + std::size_t(i)];
      index[std::size_t(i)] = dedup::jaccard(set_of(rank), set_of(clusters.keeper(rank)));
    });
    for (std::size_t i = 0; i < size; ++i) {
      auto const rank = copies[begin + i];
      char similarity[32];
      std::snprintf(similarity, sizeof similarity, ", Jaccard %.3f", index[i]);
      SNOWCODER_CHECK(
          detail::drop_copy(state, order[rank], order[clusters.keeper(rank)], "near_duplicate", "similar_content", similarity));
    }
  }
  return kept;
}

}  // namespace snowcoder::pipeline
