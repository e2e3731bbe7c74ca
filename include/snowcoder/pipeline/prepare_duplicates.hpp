// SPDX-License-Identifier: Apache-2.0
// Second pass of prepare: exact duplicates, then near duplicates among what is left. Documents are numbered by rank, so the
// smallest number of a group is the copy to keep.
#pragma once

#include <snowcoder/dedup/exact.hpp>
#include <snowcoder/dedup/near.hpp>
#include <snowcoder/dedup/rank.hpp>
#include <snowcoder/pipeline/prepare_ingest.hpp>

#include <cstring>

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

/// Band keys of many documents, on disk: one row per document, in the order of the calls.
class key_file {
 public:
  static expected<key_file> open(std::filesystem::path const& path, std::size_t bands) {
    SNOWCODER_TRY(auto file, io::atomic_file::open(path));
    return key_file(path, bands, std::move(file));
  }
  expected<void> add(std::span<std::uint64_t const> keys) {
    return file_.write({reinterpret_cast<char const*>(keys.data()), keys.size_bytes()});
  }
  expected<void> finish() {
    SNOWCODER_CHECK(file_.commit());
    SNOWCODER_TRY(map_, io::mapped_file::open(path_));
    return {};
  }
  std::uint64_t operator()(std::size_t row, int band) const {
    std::uint64_t key;
    std::memcpy(&key, map_.bytes().data() + (row * bands_ + std::size_t(band)) * sizeof key, sizeof key);
    return key;
  }

 private:
  key_file(std::filesystem::path path, std::size_t bands, io::atomic_file file)
      : path_(std::move(path)), bands_(bands), file_(std::move(file)) {}
  std::filesystem::path path_;
  std::size_t bands_;
  io::atomic_file file_;
  io::mapped_file map_;
};

}  // namespace detail

/// The numbers of the documents that stay, best rank first.
template <config::recipe R>
expected<std::vector<std::uint32_t>> without_duplicates(prepare_options const& options, prepare_state& state,
                                                        std::filesystem::path const& work, thread_pool& pool, progress& bar) {
  auto const& documents = state.documents;
  auto const& records = documents.records;
  auto const count = std::uint32_t(records.size());
  bar.begin("exact duplicates", "files", count);
  std::vector<dedup::standing> standings(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    auto const& r = records[i];
    bool const permissive =
        r.permissive || (documents.names(i)[3].empty() && dedup::is_permissive(state.licences[r.repository]));
    standings[i] = {r.stars, permissive, r.text_bytes, r.id};
  }
  auto const order = dedup::ranked(standings);
  std::vector<dedup::content_key> keys(count);
  for (std::uint32_t rank = 0; rank < count; ++rank)
    keys[rank] = {records[order[rank]].content, records[order[rank]].text_bytes};
  auto const first =
      dedup::exact_duplicates(keys, [&](auto a, auto b) { return documents.text(order[a]) == documents.text(order[b]); });
  std::vector<std::uint32_t> unique;  // ranks
  for (std::uint32_t rank = 0; rank < count; ++rank) {
    if (first[rank] == rank)
      unique.push_back(rank);
    else
      SNOWCODER_CHECK(detail::drop_copy(state, order[rank], order[first[rank]], "exact_duplicate", "same_content", ""));
  }
  bar.advance(count);

  using hasher = dedup::minhash<R>;
  constexpr auto settings = config::near_duplicate(R::near_duplicates);
  bar.begin("near duplicates: signatures", "files", std::int64_t(unique.size()));
  SNOWCODER_TRY(auto rows, detail::key_file::open(work / "bands", std::size_t(settings.bands)));
  std::vector<std::uint32_t> signed_ranks, row_of(count, 0);
  std::vector<typename hasher::band_keys> batch(std::min<std::size_t>(unique.size(), 4096));
  std::vector<char> long_enough(batch.size());
  for (std::size_t begin = 0; begin < unique.size(); begin += batch.size()) {
    auto const size = std::min(batch.size(), unique.size() - begin);
    pool.for_each_index(std::int64_t(size), [&](std::int64_t i) {
      std::int64_t words = 0;
      auto const set = dedup::shingles(documents.text(order[unique[begin + std::size_t(i)]]), settings.shingle, words);
      long_enough[std::size_t(i)] = words > 0 && words >= settings.minimum_words;
      if (long_enough[std::size_t(i)]) batch[std::size_t(i)] = hasher::keys(set);
      bar.advance();
    });
    for (std::size_t i = 0; i < size; ++i) {
      if (!long_enough[i]) continue;
      row_of[unique[begin + i]] = std::uint32_t(signed_ranks.size());
      signed_ranks.push_back(unique[begin + i]);
      SNOWCODER_CHECK(rows.add(batch[i]));
    }
  }
  SNOWCODER_CHECK(rows.finish());
  bar.begin("near duplicates: comparison", "bands", settings.bands);
  auto const cached = std::size_t(std::max<std::int64_t>(options.memory / 16 / std::max(options.threads, 1) / 8, 1 << 16));
  auto const set_of = [&](std::uint32_t rank) { return dedup::shingles(documents.text(order[rank]), settings.shingle); };
  auto const near = dedup::near_duplicates<R>(
      count, signed_ranks, [&](std::uint32_t rank, int band) { return rows(row_of[rank], band); }, set_of, pool, cached);
  bar.advance(settings.bands);
  std::vector<std::uint32_t> kept;
  for (auto const rank : unique) {
    auto const keeper = near.keeper[rank];
    if (keeper == rank) {
      kept.push_back(order[rank]);
      continue;
    }
    char similarity[32];
    std::snprintf(similarity, sizeof similarity, ", Jaccard %.3f", dedup::jaccard(set_of(rank), set_of(keeper)));
    SNOWCODER_CHECK(detail::drop_copy(state, order[rank], order[keeper], "near_duplicate", "similar_content", similarity));
  }
  return kept;
}

}  // namespace snowcoder::pipeline
