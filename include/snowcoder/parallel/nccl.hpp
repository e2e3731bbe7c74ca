// SPDX-License-Identifier: Apache-2.0
// The wires of gpu_ranks.hpp between ranks with a GPU each: arrays in device memory go from GPU to GPU by NCCL, which the
// ranks' own wires start. NCCL only carries; sums are made by our kernel in the order of parallel/tree_exchange.hpp, since
// NCCL's own order depends on the number of ranks and on the wires between them. NCCL is optional (SNOWCODER_NCCL) and named
// here only; without it this header is empty.
#pragma once

#ifdef SNOWCODER_NCCL
#include <snowcoder/backend/cuda/sum_ranks.hpp>
#include <snowcoder/config/device_memory.hpp>
#include <snowcoder/parallel/communicator.hpp>
#include <snowcoder/parallel/tree_exchange.hpp>

#include <nccl.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

namespace snowcoder::parallel {

/// Queued on the device's queue: what follows there sees the sums. Throws cuda::device_failure; a rank that ends so, without
/// finish(), takes the others with it by MPI's launcher.
template <class World>
class nccl {
 public:
  /// `d`: this rank's own GPU; no two ranks may share one. `world`: joined already.
  nccl(World& world, cuda::device& d) : world_(world), device_(d) {
    if (size() == 1) return;
    ncclUniqueId id = {};
    if (rank() == 0) must(ncclGetUniqueId(&id));
    static_assert(sizeof id.internal % sizeof(std::int64_t) == 0);
    std::array<std::int64_t, sizeof id.internal / sizeof(std::int64_t)> words;
    std::memcpy(words.data(), id.internal, sizeof id.internal);
    for (auto& word : words) word = world_.from_first(word);
    std::memcpy(id.internal, words.data(), sizeof id.internal);
    must(ncclCommInitRank(&link_.ranks, size(), id, rank()));
    link_.queue = d.queue();
    inbox_ = cuda::buffer<float>::raw(size() * piece);
  }
  nccl(nccl const&) = delete;
  nccl& operator=(nccl const&) = delete;
  /// The orderly end; every rank calls it. NCCL gives its resources back when all ranks of a machine ask for it, and waits for
  /// those that do not: a destructor that asked would keep a rank that fails from ever ending.
  void finish() {
    if (link_.ranks) must(ncclCommDestroy(std::exchange(link_.ranks, nullptr)));
  }

  // Arrays: device memory. Requires a power of two of ranks.

  void sum_to_owners(float* values, std::int64_t count) {
    if (size() == 1) return;
    parallel::sum_to_owners(
        link_, me(), values, count, inbox_.data(), piece,
        [&](float* to, float const* inbox, std::int64_t n) { cuda::sum_ranks(device_, to, inbox, size(), rank(), n); });
  }
  void from_owners(float* values, std::int64_t count) {
    if (size() > 1) parallel::from_owners(link_, me(), values, count);
  }

 private:
  static constexpr std::int64_t piece = config::exchanged_floats;  ///< floats to a rank at a time

  static void must(ncclResult_t result) {
    if (result != ncclSuccess)
      throw cuda::device_failure(
          {std::string("NCCL: ") + ncclGetErrorString(result), "exchange between GPUs", "run again with NCCL_DEBUG=INFO"});
  }
  struct wires {
    ncclComm_t ranks = nullptr;
    cudaStream_t queue = nullptr;
    void begin() { must(ncclGroupStart()); }
    void send(float const* from, std::int64_t count, int rank) {
      must(ncclSend(from, std::size_t(count), ncclFloat, rank, ranks, queue));
    }
    void receive(float* to, std::int64_t count, int rank) {
      must(ncclRecv(to, std::size_t(count), ncclFloat, rank, ranks, queue));
    }
    void end() { must(ncclGroupEnd()); }
  };
  int rank() const { return world_.rank(); }
  int size() const { return world_.size(); }
  place_among me() const { return {rank(), size()}; }

  World& world_;
  cuda::device& device_;
  wires link_;
  cuda::buffer<float> inbox_;
};
}  // namespace snowcoder::parallel
#endif
