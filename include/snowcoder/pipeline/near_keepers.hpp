// SPDX-License-Identifier: Apache-2.0
// Near duplicates among the documents of prepare, on the processor or on the GPU: band keys are dealt to partitions on disk,
// and each partition's documents compared and joined. Both give the same clusters.
#pragma once

#include <snowcoder/dedup/near.hpp>
#include <snowcoder/pipeline/band_partitions.hpp>
#include <snowcoder/pipeline/compared_partitions.hpp>
#include <snowcoder/pipeline/data_device.hpp>
#include <snowcoder/pipeline/gpu_clusters.hpp>
#include <snowcoder/pipeline/gpu_signatures.hpp>
#include <snowcoder/pipeline/prepare_ingest.hpp>
#include <snowcoder/pipeline/ranked_documents.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace snowcoder::pipeline::detail {

/// The band keys of so many documents, but for those that are too short, on disk: those that an interrupted run has dealt,
/// where they fit in the memory of this one, or else what deal(bands) adds.
template <config::recipe R, class Deal>
expected<band_partitions> dealt_bands(prepare_options const& options, std::size_t documents, prepare_work& work,
                                      thread_pool const& pool, Deal&& deal) {
  auto const keys = documents * std::uint64_t(config::near_duplicate(R::near_duplicates).bands);
  if (work.done("bands")) {
    SNOWCODER_TRY(auto bands, band_partitions::reopen(work.folder() / "bands"));
    if (bands.fit(keys, options.memory / 8, pool.threads())) return bands;
  }
  SNOWCODER_TRY(auto bands, band_partitions::open(work.folder() / "bands", keys, options.memory / 8, pool.threads()));
  SNOWCODER_CHECK(deal(bands));
  SNOWCODER_CHECK(bands.finish());
  SNOWCODER_CHECK(work.commit("bands", {"bands"}));
  return bands;
}
template <config::recipe R>
constexpr bool long_enough(std::int64_t units) {
  return units > 0 && units >= config::near_duplicate(R::near_duplicates).minimum_words;
}

/// Adds the band keys of the documents `all`, by rank.
template <config::recipe R>
expected<void> sign_documents(spill const& documents, ranked_documents const& ranks, std::span<std::uint32_t const> all,
                              band_partitions& bands, thread_pool& pool, progress& bar) {
  using hasher = dedup::minhash<R>;
  std::vector<typename hasher::band_keys> keys(std::min<std::size_t>(all.size(), 4096));
  std::vector<std::int64_t> units(keys.size());
  return documents.in_batches(all, keys.size(), [&](std::size_t begin, std::size_t size) -> expected<void> {
    pool.for_each_index(std::int64_t(size), [&](std::int64_t i) {
      keys[std::size_t(i)] = hasher::keys(documents.text(all[begin + std::size_t(i)]), units[std::size_t(i)]);
      bar.advance();
    });
    for (std::size_t i = 0; i < size; ++i)
      if (long_enough<R>(units[i]))
        for (auto const key : keys[i]) SNOWCODER_CHECK(bands.add(key, ranks.rank_of[all[begin + i]]));
    return {};
  });
}

/// Pairs that differ and are known again, by the memory that there is.
inline std::size_t remembered_pairs(prepare_options const& options) {
  return std::size_t(std::clamp<std::int64_t>(options.memory / 64 / 8, 1 << 12, 1 << 24));
}

/// Per rank the best rank of its cluster of near duplicates.
template <config::recipe R>
expected<number_file> near_keepers(prepare_options const& options, spill const& documents, ranked_documents const& ranks,
                                   std::span<std::uint32_t const> unique, prepare_work& work, thread_pool& pool,
                                   progress& bar) {
  bar.begin("near duplicates: signatures", "files", std::int64_t(unique.size()));
  SNOWCODER_TRY(auto const bands, dealt_bands<R>(options, unique.size(), work, pool, [&](band_partitions& dealt) {
                  return sign_documents<R>(documents, ranks, unique, dealt, pool, bar);
                }));
  auto const threads = std::max(pool.threads(), 1);
  auto const cached = std::size_t(std::max<std::int64_t>(options.memory / 16 / threads / 8, 1 << 14));
  auto const set_of = [&](std::uint32_t rank) {
    return dedup::shingles(documents.text(ranks.order[rank]), config::near_duplicate(R::near_duplicates));
  };
  bar.begin("near duplicates: comparison", "partitions", std::int64_t(bands.count()));
  SNOWCODER_TRY(auto keeper, work.zeros(ranks.order.size()));
  dedup::near_clusters<R> clusters(keeper.all(), remembered_pairs(options));
  compared_partitions compared(options, work, bands.count());
  SNOWCODER_CHECK(compared.remember(clusters));
  pool.for_each_index(std::int64_t(bands.count()), [&](std::int64_t i) {
    if (!compared.has(std::size_t(i))) {
      auto entries = bands.read(std::size_t(i));
      clusters.join(std::span(entries), set_of, cached);
      compared.add(std::size_t(i), clusters);
    }
    bar.advance();
  });
  SNOWCODER_CHECK(compared.result());
  for (std::uint32_t rank = 0; rank < keeper.size(); ++rank) keeper[rank] = clusters.keeper(rank);
  return keeper;
}

/// The same, found on the GPU. Fails where the program was built without CUDA.
#ifdef SNOWCODER_CUDA
template <config::recipe R>
expected<number_file> near_keepers_by_gpu(prepare_options const& options, spill const& documents, ranked_documents const& ranks,
                                          std::span<std::uint32_t const> unique, prepare_work& work, thread_pool& pool,
                                          progress& bar) try {
  cuda::device gpu;
  auto const batch_bytes = std::clamp<std::int64_t>(options.memory / 16, 1 << 20, 64 << 20);
  bar.begin("near duplicates: signatures", "files", std::int64_t(unique.size()));
  auto const deal = [&](band_partitions& dealt) {
    return gpu_signatures<R>(gpu, batch_bytes)
        .sign(
            std::int64_t(unique.size()), [&](std::int64_t i) { return documents.text(unique[std::size_t(i)]); }, pool,
            [&](std::int64_t i, std::uint64_t const* keys, std::int64_t units) -> expected<void> {
              bar.advance();
              if (!long_enough<R>(units)) return {};
              auto const rank = ranks.rank_of[unique[std::size_t(i)]];
              for (int band = 0; band < config::near_duplicate(R::near_duplicates).bands; ++band)
                SNOWCODER_CHECK(dealt.add(keys[band], rank));
              return {};
            });
  };
  SNOWCODER_TRY(auto const bands, dealt_bands<R>(options, unique.size(), work, pool, deal));
  bar.begin("near duplicates: comparison", "partitions", std::int64_t(bands.count()));
  SNOWCODER_TRY(auto keeper, work.zeros(ranks.order.size()));
  gpu_clusters<R> clusters(gpu, std::uint32_t(keeper.size()), batch_bytes, remembered_pairs(options));
  for (std::size_t i = 0; i < bands.count(); ++i) {
    auto const entries = bands.read(i);
    SNOWCODER_CHECK(clusters.join(
        std::span(entries), [&](std::uint32_t rank) { return documents.text(ranks.order[rank]); }, pool));
    bar.advance();
  }
  clusters.keepers(keeper.all());
  return keeper;
} catch (cuda::device_failure const& e) {
  return failure(e.reason());
}
#else
template <config::recipe R>
expected<number_file> near_keepers_by_gpu(prepare_options const& options, spill const&, ranked_documents const&,
                                          std::span<std::uint32_t const>, prepare_work&, thread_pool&, progress&) {
  SNOWCODER_CHECK(check_device(options.device));
  return failure("this program was built without CUDA");
}
#endif

}  // namespace snowcoder::pipeline::detail
