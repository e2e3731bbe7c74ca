// SPDX-License-Identifier: Apache-2.0
// Counts for select::digit_sieve on the GPU: rows go there in batches, two of which take turns, so that the next is read while
// one is counted. Only where the program was built with CUDA (SNOWCODER_CUDA); else this header is empty.
#pragma once

#ifdef SNOWCODER_CUDA
#include <snowcoder/backend/cuda/digit_counts.hpp>
#include <snowcoder/backend/cuda/event.hpp>
#include <snowcoder/backend/cuda/pinned.hpp>
#include <snowcoder/core/contract.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/select/rank_sieve.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace snowcoder::pipeline {

using gpu_sieve = select::digit_sieve<8>;

/// Passes over rows on the GPU, for gpu_sieve::settle_by. Throws cuda::device_failure, like all members.
class gpu_digit_counter {
 public:
  /// `batch`: rows that are copied at a time.
  explicit gpu_digit_counter(cuda::device& d, std::int64_t batch = std::int64_t(1) << 20) : device_(d), batch_(batch) {}

  using language_bins = std::array<gpu_sieve::language_bins, gpu_sieve::languages>;

  /// Rows that already lie in the device's memory.
  void count(language_bins& counts, cuda::counted_row const* rows, std::int64_t size) {
    begin(counts);
    add(rows, size);
    finish(counts);
  }
  /// rows.for_each(visit) as for select::rank_sieve.
  template <class Source>
  expected<void> count(language_bins& counts, Source& rows) {
    begin(counts);
    std::array<slot, 2> slots;
    int turn = 0;
    slots[0].open(batch_);
    SNOWCODER_CHECK(rows.for_each([&](select::ranked_row const& r) -> expected<void> {
      require(r.language < gpu_sieve::languages && r.weight >= 0, "gpu_sieve: a known language, a weight that is not negative");
      auto& s = slots[std::size_t(turn)];
      s.host[s.filled++] = std::bit_cast<cuda::counted_row>(r);
      if (s.filled < batch_) return {};
      send(s);
      turn = 1 - turn;
      slots[std::size_t(turn)].open(batch_);
      return {};
    }));
    send(slots[std::size_t(turn)]);
    finish(counts);
    return {};
  }

 private:
  using row = select::ranked_row;
  static_assert(sizeof(row) == sizeof(cuda::counted_row) && std::is_trivially_copyable_v<row>);
  static constexpr std::int64_t bins = gpu_sieve::languages * std::int64_t(cuda::digit_values);

  struct slot {
    cuda::pinned<cuda::counted_row> host;
    cuda::buffer<cuda::counted_row> there;
    cuda::event counted;
    std::int64_t filled = 0;

    void open(std::int64_t rows) {
      if (host.size() == 0) {
        host.resize(rows);
        there = cuda::buffer<cuda::counted_row>::raw(rows);
      } else {
        counted.wait();
      }
      filled = 0;
    }
  };

  void begin(language_bins const& counts) {
    std::array<cuda::digit_bound, gpu_sieve::languages> bounds;
    for (std::size_t l = 0; l < bounds.size(); ++l) {
      auto const& b = counts[l].bound;
      bounds[l] = {{b.words[0], b.words[1], b.words[2], b.words[3]}, b.depth, b.settled};
    }
    upload(device_, bounds_.data(), bounds.data(), bounds_.size());
    cuda::must(cudaMemsetAsync(bins_.data(), 0, std::size_t(bins) * sizeof(cuda::digit_bin), device_.queue()), "counters");
    cuda::must(cudaMemsetAsync(heaviest_.data(), 0, std::size_t(heaviest_.size()) * 8, device_.queue()), "counters");
  }
  void add(cuda::counted_row const* rows, std::int64_t size) {
    cuda::count_digits(device_, bins_.data(), heaviest_.data(), rows, size, bounds_.data(), gpu_sieve::languages);
  }
  void send(slot& s) {
    if (s.filled == 0) return;
    cuda::must(cudaMemcpyAsync(s.there.data(), s.host.data(), std::size_t(s.filled) * sizeof(row), cudaMemcpyHostToDevice,
                               device_.queue()),
               "copy of candidates to the device");
    add(s.there.data(), s.filled);
    s.counted.record(device_);
  }
  void finish(language_bins& counts) {
    std::vector<cuda::digit_bin> all(static_cast<std::size_t>(bins));
    std::array<std::uint64_t, gpu_sieve::languages> heaviest;
    download(device_, all.data(), static_cast<cuda::digit_bin const*>(bins_.data()), bins);
    download(device_, heaviest.data(), static_cast<std::uint64_t const*>(heaviest_.data()), heaviest_.size());
    for (std::size_t l = 0; l < counts.size(); ++l) {
      auto& c = counts[l];
      c.heaviest = std::max(c.heaviest, std::int64_t(heaviest[l]));
      for (std::size_t b = 0; b < c.bins.size(); ++b) {
        auto const& counted = all[l * cuda::digit_values + b];
        c.bins[b].weight += std::int64_t(counted.weight);
        c.bins[b].rows += std::int64_t(counted.rows);
      }
    }
  }

  cuda::device& device_;
  std::int64_t batch_;
  cuda::buffer<cuda::digit_bound> bounds_{gpu_sieve::languages};
  cuda::buffer<cuda::digit_bin> bins_{bins};
  cuda::buffer<std::uint64_t> heaviest_{gpu_sieve::languages};
};

}  // namespace snowcoder::pipeline
#endif
