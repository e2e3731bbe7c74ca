// SPDX-License-Identifier: Apache-2.0
// Band keys of many documents from the GPU, with the bits of dedup::minhash. Two batches take turns: while one is copied and
// signed, the host fills the other. Only where the program was built with CUDA (SNOWCODER_CUDA); else this header is empty.
#pragma once

#ifdef SNOWCODER_CUDA
#include <snowcoder/backend/cuda/event.hpp>
#include <snowcoder/backend/cuda/minhash.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/core/thread_pool.hpp>
#include <snowcoder/dedup/minhash.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace snowcoder::pipeline {

namespace detail {

/// A text that no batch takes is an error, whatever the settings.
inline expected<std::int64_t> size_for_batch(std::string_view text) {
  auto const size = std::int64_t(text.size());
  if (cuda::text_batch::padded(size) + cuda::text_alignment > cuda::largest_batch)
    return failure("a text of 2 GiB or more", "--device cuda", "use --device cpu, or a smaller --largest-file");
  return size;
}

/// Puts texts into a batch: text_of(i) is called from any thread.
template <class TextOf>
void fill_batch(cuda::text_batch& batch, std::vector<std::int64_t> const& sizes, thread_pool& pool, TextOf&& text_of) {
  batch.lay_out(sizes);
  pool.for_each_index(batch.documents(), [&](std::int64_t i) {
    std::string_view const text = text_of(i);
    if (!text.empty()) std::memcpy(batch.place(i), text.data(), text.size());
  });
}

}  // namespace detail

template <dedup::compares_documents R>
class gpu_signatures {
  using hasher = dedup::minhash<R>;
  static constexpr auto settings = hasher::settings;

 public:
  /// `batch_bytes`: of text that is signed at a time; one text at least. Throws cuda::device_failure, like sign().
  gpu_signatures(cuda::device& d, std::int64_t batch_bytes)
      : device_(d), batch_bytes_(batch_bytes), a_(std::int64_t(hasher::permutations)), b_(a_.size()) {
    auto const& table = hasher::permutation_values();
    upload(d, a_.data(), table.a.data(), a_.size());
    upload(d, b_.data(), table.b.data(), b_.size());
  }

  /// text_of(i) for i below `count`, called more than once and from any thread; take(i, keys, units) in the order of i, where
  /// keys points to settings.bands keys, returns expected<void>.
  template <class TextOf, class Take>
  expected<void> sign(std::int64_t count, TextOf&& text_of, thread_pool& pool, Take&& take) {
    std::array<batch, 2> batches;
    int turn = 0;
    for (std::int64_t first = 0; first < count; turn = 1 - turn) {
      auto& b = batches[std::size_t(turn)];
      SNOWCODER_CHECK(collect(b, take));
      std::vector<std::int64_t> sizes;
      std::int64_t bytes = 0;
      for (auto i = first; i < count; ++i) {
        SNOWCODER_TRY(auto const size, detail::size_for_batch(text_of(i)));
        if (!sizes.empty() && bytes + cuda::text_batch::padded(size) > batch_bytes_) break;
        bytes += cuda::text_batch::padded(size);
        sizes.push_back(size);
      }
      detail::fill_batch(b.texts, sizes, pool, [&](std::int64_t i) { return text_of(first + i); });
      start(b, first);
      first += b.texts.documents();
    }
    SNOWCODER_CHECK(collect(batches[std::size_t(turn)], take));
    return collect(batches[std::size_t(1 - turn)], take);
  }

 private:
  struct batch {
    cuda::text_batch texts;
    cuda::buffer<std::uint64_t> keys;
    cuda::buffer<std::uint32_t> units;
    cuda::pinned<std::uint64_t> host_keys;
    cuda::pinned<std::uint32_t> host_units;
    cuda::event done;
    std::int64_t first = 0;
    bool under_way = false;
  };

  void start(batch& b, std::int64_t first) {
    auto const count = b.texts.documents(), keys = count * settings.bands;
    if (b.units.size() < count) {
      b.keys = cuda::buffer<std::uint64_t>::raw(keys);
      b.units = cuda::buffer<std::uint32_t>::raw(count);
    }
    b.host_keys.resize(keys);
    b.host_units.resize(count);
    cuda::sign_texts(device_, b.keys.data(), b.units.data(), b.texts.upload(device_), settings, {a_.data(), b_.data()});
    fetch(b.host_keys, b.keys.data());
    fetch(b.host_units, b.units.data());
    b.done.record(device_);
    b.first = first;
    b.under_way = true;
  }
  template <class T>
  void fetch(cuda::pinned<T>& to, T const* from) {
    cuda::must(cudaMemcpyAsync(to.data(), from, std::size_t(to.size()) * sizeof(T), cudaMemcpyDeviceToHost, device_.queue()),
               "copy of band keys");
  }
  template <class Take>
  expected<void> collect(batch& b, Take&& take) {
    if (!b.under_way) return {};
    b.done.wait();
    b.under_way = false;
    for (std::int64_t i = 0; i < b.texts.documents(); ++i)
      SNOWCODER_CHECK(take(b.first + i, b.host_keys.data() + i * settings.bands, std::int64_t(b.host_units[i])));
    return {};
  }

  cuda::device& device_;
  std::int64_t batch_bytes_;
  cuda::buffer<std::uint32_t> a_, b_;
};

}  // namespace snowcoder::pipeline
#endif
