// SPDX-License-Identifier: Apache-2.0
// Ranks with a GPU each: arrays are device memory and go from GPU to GPU by NCCL, numbers and the start-up by MPI. NCCL only
// carries; sums are made by our kernel in the order of parallel/tree_exchange.hpp, since NCCL's own order depends on the number
// of ranks and on the wires between them. NCCL is optional (SNOWCODER_NCCL) and named here only; without it this header is
// empty.
#pragma once

#ifdef SNOWCODER_NCCL
#include <snowcoder/backend/cuda/sum_ranks.hpp>
#include <snowcoder/parallel/communicator.hpp>
#include <snowcoder/parallel/mpi.hpp>
#include <snowcoder/parallel/tree_exchange.hpp>

#include <nccl.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <string>

namespace snowcoder::parallel {

/// Queued on the device's queue: what follows there sees the sums. Throws cuda::device_failure; a rank that ends so takes the
/// others with it by MPI's launcher.
template <class World = mpi>
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
  ~nccl() {
    if (link_.ranks) ncclCommDestroy(link_.ranks);
  }

  int rank() const { return world_.rank(); }
  int size() const { return world_.size(); }
  int rank_on_this_machine() const { return world_.rank_on_this_machine(); }

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
  void sum(float* values, std::int64_t count) {
    sum_to_owners(values, count);
    from_owners(values, count);
  }
  void collect(float const* mine, float* all, std::int64_t count) {
    if (rank() == 0)
      cuda::must(cudaMemcpyAsync(all, mine, std::size_t(owned_by(count, 0, size()).size()) * sizeof(float),
                                 cudaMemcpyDeviceToDevice, device_.queue()),
                 "collect");
    if (size() > 1) parallel::collect_parts(link_, me(), mine, all, count);
  }

  // Numbers of the host.

  double sum(double value) { return world_.sum(value); }
  double sum_over_owners(double value) { return world_.sum_over_owners(value); }
  bool any(bool flag) { return world_.any(flag); }
  std::int64_t from_first(std::int64_t value) { return world_.from_first(value); }
  /// Until every rank's queue is done.
  void wait_for_all() {
    device_.wait();
    world_.wait_for_all();
  }

 private:
  static constexpr std::int64_t piece = std::int64_t(4) << 20;  ///< floats to a rank at a time

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
  place_among me() const { return {rank(), size()}; }

  World& world_;
  cuda::device& device_;
  wires link_;
  cuda::buffer<float> inbox_;
};
static_assert(communicator<nccl<>>);

}  // namespace snowcoder::parallel
#endif
