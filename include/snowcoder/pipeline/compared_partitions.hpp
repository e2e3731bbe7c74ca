// SPDX-License-Identifier: Apache-2.0
// How far the comparison of near duplicates has come, saved now and then for a run that goes on.
#pragma once

#include <snowcoder/config/concepts.hpp>
#include <snowcoder/dedup/near.hpp>
#include <snowcoder/pipeline/prepare_judge.hpp>
#include <snowcoder/pipeline/prepare_work.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace snowcoder::pipeline::detail {

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
    for (std::uint32_t item = 0; item < clusters.size(); ++item)
      if (saved[item] != item) clusters.join_alike(item, saved[item]);  // pages of items that are alone are not written to
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
    result_ = save(clusters);
    saved_ = clock::now();
    every_ = std::max<clock::duration>(every_, (saved_ - began) * 20);  // however many documents there are
  }
  /// Whether all could be saved.
  expected<void> result() const { return result_; }

 private:
  using clock = std::chrono::steady_clock;

  /// Every item's keeper as it is now, then the partitions that are through.
  template <config::recipe R>
  expected<void> save(dedup::near_clusters<R>& clusters) {
    SNOWCODER_TRY(auto numbers, work_.zeros(clusters.size() + compared_.size()));
    std::size_t size = 0;
    for (std::uint32_t item = 0; item < clusters.size(); ++item) numbers[size++] = clusters.keeper(item);
    for (std::uint32_t i = 0; i < compared_.size(); ++i)
      if (compared_[i]) numbers[size++] = i;
    numbers.cut(size);
    SNOWCODER_CHECK(work_.write_numbers("clusters", numbers.all()));
    return work_.commit("clusters", {"clusters"}, {{"partitions", compared_.size()}});
  }

  prepare_work& work_;
  clock::duration every_;
  std::vector<char> compared_;
  std::mutex mutex_;
  expected<void> result_;
  clock::time_point saved_ = clock::now();
};

}  // namespace snowcoder::pipeline::detail
