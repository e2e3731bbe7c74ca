// SPDX-License-Identifier: Apache-2.0
// Ranks that compute on GPUs: gradients and weights lie in device memory and go from GPU to GPU by NCCL where every rank has
// one of its own and the program was built with it; else through the host's memory by the ranks' own wires. Either way the sums
// are those of the tree, so 1, 2 and 4 ranks end with the same bits, also where they share a GPU.
// Only where the program was built with CUDA (SNOWCODER_CUDA); else this header is empty.
#pragma once

#ifdef SNOWCODER_CUDA
#include <snowcoder/backend/cuda/device.hpp>
#include <snowcoder/backend/cuda/pinned.hpp>
#include <snowcoder/parallel/communicator.hpp>
#include <snowcoder/parallel/nccl.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

namespace snowcoder::parallel {

template <class World>
class gpu_ranks {
 public:
  /// `world`: joined already; it and `d`, this rank's GPU, outlive this. Requires that all ranks call it.
  gpu_ranks(World& world, cuda::device& d) : world_(world), device_(d) {
#ifdef SNOWCODER_NCCL
    if (size() > 1 && gpus_differ(world)) wires_.emplace(world, d);
#endif
  }

  int rank() const { return world_.rank(); }
  int size() const { return world_.size(); }
  int rank_on_this_machine() const { return world_.rank_on_this_machine(); }

  // Arrays in device memory. Requires a power of two of ranks.

  void sum_to_owners(float* values, std::int64_t count) {
    if (size() == 1) return;
#ifdef SNOWCODER_NCCL
    if (wires_) return wires_->sum_to_owners(values, count);
#endif
    host_.resize(count);
    download(device_, host_.data(), static_cast<float const*>(values), count);
    world_.sum_to_owners(host_.data(), count);
    auto const mine = owned_by(count, rank(), size());
    upload(device_, values + mine.first, static_cast<float const*>(host_.data()) + mine.first, mine.size());
  }
  void from_owners(float* values, std::int64_t count) {
    if (size() == 1) return;
#ifdef SNOWCODER_NCCL
    if (wires_) return wires_->from_owners(values, count);
#endif
    host_.resize(count);
    auto const mine = owned_by(count, rank(), size());
    download(device_, host_.data() + mine.first, static_cast<float const*>(values) + mine.first, mine.size());
    world_.from_owners(host_.data(), count);
    upload(device_, values, static_cast<float const*>(host_.data()), count);
  }

  // Arrays and numbers of the host.

  template <class V>
  void collect(V const* mine, V* all, std::int64_t count) {
    world_.collect(mine, all, count);
  }
  double sum_over_owners(double value) { return world_.sum_over_owners(value); }
  double sum(double value) { return world_.sum(value); }
  bool any(bool flag) { return world_.any(flag); }
  std::int64_t from_first(std::int64_t value) { return world_.from_first(value); }
  void wait_for_all() {
    device_.wait();
    world_.wait_for_all();
  }
  /// The orderly end of what carries arrays; every rank calls it, and none where one of them has failed.
  void finish() {
#ifdef SNOWCODER_NCCL
    if (wires_) wires_->finish();
#endif
  }

 private:
#ifdef SNOWCODER_NCCL
  /// Whether each rank has a GPU of its own. Their numbers among those that a process sees do not tell: launchers hide the
  /// others' GPUs from a rank.
  static bool gpus_differ(World& world) {
    using identity = cuda::device::identity_words;
    constexpr std::int64_t each = 64;  // owned_by() cuts at multiples of it, so every rank owns as many
    auto const own = cuda::device::identity();
    std::vector<std::uint64_t> mine(each), all(std::size_t(world.rank() == 0 ? each * world.size() : 0));
    std::copy(own.begin(), own.end(), mine.begin());
    world.collect(static_cast<std::uint64_t const*>(mine.data()), all.data(), each * world.size());
    std::set<identity> different;
    for (auto at = all.begin(); at != all.end(); at += each) {
      identity one;
      std::copy_n(at, one.size(), one.begin());
      different.insert(one);
    }
    return world.from_first(std::int64_t(different.size())) == world.size();
  }
#endif

  World& world_;
  cuda::device& device_;
  cuda::pinned<float> host_;
#ifdef SNOWCODER_NCCL
  std::optional<nccl<World>> wires_;
#endif
};

}  // namespace snowcoder::parallel
#endif
