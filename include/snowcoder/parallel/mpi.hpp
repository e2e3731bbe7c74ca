// SPDX-License-Identifier: Apache-2.0
// The processes that mpirun or srun has started. MPI is optional (SNOWCODER_MPI) and named here only; without it this header is
// empty. A gradient is summed by recursive halving: at distance 1, 2, 4, … two ranks trade halves of what they still own and
// add; what was made of the sums travels back the same way. Each rank sends twice the array at most, whatever their number. A
// process that nobody launched is alone and does not start MPI.
#pragma once

#include <snowcoder/parallel/communicator.hpp>

#ifdef SNOWCODER_MPI
#include <mpi.h>

#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

namespace snowcoder::parallel {

/// One object per process, used by one thread. A process that ends without finish() takes the others with it: MPI's launcher
/// sees to that, so a rank that fails or is killed never leaves the rest waiting.
class mpi {
 public:
  /// `launched`: whether a launcher has started this process (parallel/launch.hpp).
  explicit mpi(bool launched) {
    if (!launched) return;
    int ready = 0, level = 0;
    MPI_Initialized(&ready);
    if (!ready) MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &level);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
    started_ = true;
  }
  mpi(mpi const&) = delete;
  mpi& operator=(mpi const&) = delete;

  int rank() const { return rank_; }
  int size() const { return size_; }
  int rank_on_this_machine() const {
    if (size_ == 1) return 0;
    MPI_Comm here;
    int place = 0;
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &here);
    MPI_Comm_rank(here, &place);
    MPI_Comm_free(&here);
    return place;
  }

  // Everything from here on requires a power of two of ranks.

  void sum_to_owners(float* values, std::int64_t size) {
    share owned{0, size};
    for (int distance = 1; distance < size_; distance *= 2) {
      auto const [mine, other] = halves(owned, distance);
      trade(values + other.first, other.size(), mine.size(), distance, [&](std::int64_t at, float const* in, std::int64_t n) {
        float* const to = values + mine.first + at;
        for (std::int64_t i = 0; i < n; ++i) to[i] += in[i];
      });
      owned = mine;
    }
  }
  void from_owners(float* values, std::int64_t size) {
    for (int distance = size_ / 2; distance >= 1; distance /= 2) {
      auto const [mine, other] = halves(owned_by(size, rank_, distance), distance);
      trade(values + mine.first, mine.size(), other.size(), distance,
            [&](std::int64_t at, float const* in, std::int64_t n) { std::copy_n(in, n, values + other.first + at); });
    }
  }
  template <class V>
  void collect(V const* mine, V* all, std::int64_t size) {
    static_assert(std::is_trivially_copyable_v<V>);
    constexpr std::int64_t piece = (std::int64_t(4) << 20) / std::int64_t(sizeof(V));
    for (int r = rank_; r < (rank_ == 0 ? size_ : rank_ + 1); ++r) {  // rank 0: of every rank; another: its own
      auto const part = owned_by(size, r, size_);
      if (r == 0) {
        std::copy_n(mine, part.size(), all + part.first);
        continue;
      }
      for (std::int64_t at = 0; at < part.size(); at += piece) {
        auto const bytes = int(std::min(piece, part.size() - at) * std::int64_t(sizeof(V)));
        if (rank_ == 0)
          MPI_Recv(all + part.first + at, bytes, MPI_BYTE, r, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        else
          MPI_Send(mine + at, bytes, MPI_BYTE, 0, 1, MPI_COMM_WORLD);
      }
    }
  }
  double sum_over_owners(double value) {
    for (int distance = size_ / 2; distance >= 1; distance /= 2) {
      double other = 0;
      MPI_Sendrecv(&value, 1, MPI_DOUBLE, rank_ ^ distance, 2, &other, 1, MPI_DOUBLE, rank_ ^ distance, 2, MPI_COMM_WORLD,
                   MPI_STATUS_IGNORE);
      value += other;  // a + b is b + a: both partners have the same sum
    }
    return value;
  }
  /// In rank order.
  double sum(double value) {
    if (size_ == 1) return value;
    std::vector<double> all(static_cast<std::size_t>(size_));
    MPI_Allgather(&value, 1, MPI_DOUBLE, all.data(), 1, MPI_DOUBLE, MPI_COMM_WORLD);
    double total = 0;
    for (double v : all) total += v;
    return total;
  }
  bool any(bool flag) {
    int value = flag, most = flag;
    if (size_ > 1) MPI_Allreduce(&value, &most, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
    return most != 0;
  }
  std::int64_t from_first(std::int64_t value) {
    if (size_ > 1) MPI_Bcast(&value, 1, MPI_INT64_T, 0, MPI_COMM_WORLD);
    return value;
  }
  void wait_for_all() {
    if (size_ > 1) MPI_Barrier(MPI_COMM_WORLD);
  }
  /// The orderly end; every rank calls it, nothing comes after.
  void finish() {
    if (std::exchange(started_, false)) MPI_Finalize();
  }

 private:
  /// What this rank keeps of a range at that distance, and what its partner keeps.
  std::pair<share, share> halves(share all, int distance) const {
    bool const upper = (rank_ & distance) != 0;
    return {half_of(all, upper), half_of(all, !upper)};
  }
  /// Sends `give` floats to the partner and takes `want` from it, a few megabytes at a time: take(offset, floats, count).
  template <class Take>
  void trade(float const* out, std::int64_t give, std::int64_t want, int distance, Take&& take) {
    constexpr std::int64_t piece = 1 << 20;
    inbox_.resize(std::size_t(std::min(piece, std::max(want, std::int64_t(1)))));
    int const partner = rank_ ^ distance;
    for (std::int64_t at = 0; at < std::max(give, want); at += piece) {
      auto const going = std::clamp<std::int64_t>(give - at, 0, piece), coming = std::clamp<std::int64_t>(want - at, 0, piece);
      MPI_Sendrecv(out + std::min(at, give), int(going), MPI_FLOAT, partner, 0, inbox_.data(), int(coming), MPI_FLOAT, partner,
                   0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
      take(at, inbox_.data(), coming);
    }
  }

  int rank_ = 0, size_ = 1;
  bool started_ = false;
  std::vector<float> inbox_;
};
static_assert(communicator<mpi>);

}  // namespace snowcoder::parallel
#endif
