// SPDX-License-Identifier: Apache-2.0
// Near duplicates among the documents of prepare, on the processor or on the GPU: band keys are dealt to partitions on disk,
// and each partition's documents compared and joined. Both give the same clusters.
#pragma once

#include <snowcoder/dedup/near.hpp>
#include <snowcoder/pipeline/band_partitions.hpp>
#include <snowcoder/pipeline/data_device.hpp>
#include <snowcoder/pipeline/gpu_clusters.hpp>
#include <snowcoder/pipeline/gpu_signatures.hpp>
#include <snowcoder/pipeline/prepare_ingest.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

namespace snowcoder::pipeline::detail {

/// The documents whose rank is its own entry in `first`, in the order of their texts on disk, and every document's rank.
struct unique_documents {
  std::vector<std::uint32_t> documents, rank_of;
  unique_documents(std::vector<std::uint32_t> const& order, std::vector<std::uint32_t> const& first) : rank_of(order.size()) {
    for (std::uint32_t rank = 0; rank < order.size(); ++rank) rank_of[order[rank]] = rank;
    for (std::uint32_t i = 0; i < order.size(); ++i)
      if (first[rank_of[i]] == rank_of[i]) documents.push_back(i);
  }
};

/// The band keys of long enough documents, on disk: those that an interrupted run has dealt, where they fit in the memory of
/// this one, or else what deal(bands) adds.
template <config::recipe R, class Deal>
expected<band_partitions> dealt_bands(prepare_options const& options, unique_documents const& unique, prepare_work& work,
                                      thread_pool const& pool, Deal&& deal) {
  auto const keys = unique.documents.size() * std::uint64_t(config::near_duplicate(R::near_duplicates).bands);
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

/// Adds the band keys of the unique documents, by rank.
template <config::recipe R>
expected<void> sign_documents(spill const& documents, unique_documents const& unique, band_partitions& bands, thread_pool& pool,
                              progress& bar) {
  using hasher = dedup::minhash<R>;
  auto const& all = unique.documents;
  std::vector<typename hasher::band_keys> keys(std::min<std::size_t>(all.size(), 4096));
  std::vector<std::int64_t> units(keys.size());
  return documents.in_batches(all, keys.size(), [&](std::size_t begin, std::size_t size) -> expected<void> {
    pool.for_each_index(std::int64_t(size), [&](std::int64_t i) {
      keys[std::size_t(i)] = hasher::keys(documents.text(all[begin + std::size_t(i)]), units[std::size_t(i)]);
      bar.advance();
    });
    for (std::size_t i = 0; i < size; ++i)
      if (long_enough<R>(units[i]))
        for (auto const key : keys[i]) SNOWCODER_CHECK(bands.add(key, unique.rank_of[all[begin + i]]));
    return {};
  });
}

/// Pairs that differ and are known again, by the memory that there is.
inline std::size_t remembered_pairs(prepare_options const& options) {
  return std::size_t(std::clamp<std::int64_t>(options.memory / 64 / 8, 1 << 12, 1 << 24));
}

template <config::recipe R>
std::vector<std::uint32_t> keepers_of(dedup::near_clusters<R>& clusters) {
  std::vector<std::uint32_t> keeper(clusters.size());
  for (std::uint32_t item = 0; item < keeper.size(); ++item) keeper[item] = clusters.keeper(item);
  return keeper;
}

/// Which partitions' documents have been compared. Now and then that is saved with the clusters as they are: what is joined
/// stays joined, so pairs of partitions that are not yet through do no harm.
class compared_partitions {
 public:
  compared_partitions(prepare_options const& options, prepare_work& work, std::size_t count)
      : work_(work), every_(options.save_every), compared_(count) {}

  /// Takes up what an interrupted run has saved of as many partitions, which are the same then.
  template <config::recipe R>
  expected<void> remember(dedup::near_clusters<R>& clusters) {
    auto const* done = work_.done("clusters");
    if (!done || done->at("partitions") != compared_.size()) return {};
    SNOWCODER_TRY(auto const saved, work_.read_numbers("clusters"));
    for (std::uint32_t item = 0; item < clusters.size(); ++item) clusters.join_alike(item, saved[item]);
    for (std::size_t i = clusters.size(); i < saved.size(); ++i) compared_[saved[i]] = true;
    return {};
  }
  bool has(std::size_t partition) const { return compared_[partition]; }
  /// Partition `partition` is through. From any thread.
  template <config::recipe R>
  void add(std::size_t partition, dedup::near_clusters<R>& clusters) {
    std::lock_guard const lock(mutex_);
    compared_[partition] = true;
    auto const began = clock::now();
    if (began - saved_ < every_ || !result_) return;
    auto numbers = keepers_of(clusters);
    for (std::uint32_t i = 0; i < compared_.size(); ++i)
      if (compared_[i]) numbers.push_back(i);
    result_ = work_.write_numbers("clusters", numbers);
    if (result_) result_ = work_.commit("clusters", {"clusters"}, {{"partitions", compared_.size()}});
    saved_ = clock::now();
    every_ = std::max<clock::duration>(every_, (saved_ - began) * 20);  // however many documents there are
  }
  /// Whether all could be saved.
  expected<void> result() const { return result_; }

 private:
  using clock = std::chrono::steady_clock;

  prepare_work& work_;
  clock::duration every_;
  std::vector<char> compared_;
  std::mutex mutex_;
  expected<void> result_;
  clock::time_point saved_ = clock::now();
};

/// Per rank the best rank of its cluster of near duplicates.
template <config::recipe R>
expected<std::vector<std::uint32_t>> near_keepers(prepare_options const& options, spill const& documents,
                                                  std::vector<std::uint32_t> const& order, unique_documents const& unique,
                                                  prepare_work& work, thread_pool& pool, progress& bar) {
  bar.begin("near duplicates: signatures", "files", std::int64_t(unique.documents.size()));
  SNOWCODER_TRY(auto const bands, dealt_bands<R>(options, unique, work, pool, [&](band_partitions& dealt) {
                  return sign_documents<R>(documents, unique, dealt, pool, bar);
                }));
  auto const threads = std::max(pool.threads(), 1);
  auto const cached = std::size_t(std::max<std::int64_t>(options.memory / 16 / threads / 8, 1 << 14));
  auto const set_of = [&](std::uint32_t rank) {
    return dedup::shingles(documents.text(order[rank]), config::near_duplicate(R::near_duplicates));
  };
  bar.begin("near duplicates: comparison", "partitions", std::int64_t(bands.count()));
  dedup::near_clusters<R> clusters(std::uint32_t(order.size()), remembered_pairs(options));
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
  return keepers_of(clusters);
}

/// The same, found on the GPU. Fails where the program was built without CUDA.
#ifdef SNOWCODER_CUDA
template <config::recipe R>
expected<std::vector<std::uint32_t>> near_keepers_by_gpu(prepare_options const& options, spill const& documents,
                                                         std::vector<std::uint32_t> const& order,
                                                         unique_documents const& unique, prepare_work& work, thread_pool& pool,
                                                         progress& bar) try {
  cuda::device gpu;
  auto const batch_bytes = std::clamp<std::int64_t>(options.memory / 16, 1 << 20, 64 << 20);
  bar.begin("near duplicates: signatures", "files", std::int64_t(unique.documents.size()));
  auto const deal = [&](band_partitions& dealt) {
    return gpu_signatures<R>(gpu, batch_bytes)
        .sign(
            std::int64_t(unique.documents.size()),
            [&](std::int64_t i) { return documents.text(unique.documents[std::size_t(i)]); }, pool,
            [&](std::int64_t i, std::uint64_t const* keys, std::int64_t units) -> expected<void> {
              bar.advance();
              if (!long_enough<R>(units)) return {};
              auto const rank = unique.rank_of[unique.documents[std::size_t(i)]];
              for (int band = 0; band < config::near_duplicate(R::near_duplicates).bands; ++band)
                SNOWCODER_CHECK(dealt.add(keys[band], rank));
              return {};
            });
  };
  SNOWCODER_TRY(auto const bands, dealt_bands<R>(options, unique, work, pool, deal));
  bar.begin("near duplicates: comparison", "partitions", std::int64_t(bands.count()));
  gpu_clusters<R> clusters(gpu, std::uint32_t(order.size()), batch_bytes, remembered_pairs(options));
  for (std::size_t i = 0; i < bands.count(); ++i) {
    auto const entries = bands.read(i);
    SNOWCODER_CHECK(clusters.join(
        std::span(entries), [&](std::uint32_t rank) { return documents.text(order[rank]); }, pool));
    bar.advance();
  }
  return clusters.keepers();
} catch (cuda::device_failure const& e) {
  return failure(e.reason());
}
#else
template <config::recipe R>
expected<std::vector<std::uint32_t>> near_keepers_by_gpu(prepare_options const& options, spill const&,
                                                         std::vector<std::uint32_t> const&, unique_documents const&,
                                                         prepare_work&, thread_pool&, progress&) {
  SNOWCODER_CHECK(check_device(options.device));
  return failure("this program was built without CUDA");
}
#endif

}  // namespace snowcoder::pipeline::detail
