// SPDX-License-Identifier: Apache-2.0
// The CPU as a device: a crew of threads on which every library call is sequential, and the matrix products that were
// compiled so far. All parallelism is ours and cut by shape alone, so results do not depend on the number of threads.
#pragma once

#include <snowcoder/backend/cpu/bfloat16_kernel.hpp>
#include <snowcoder/backend/cpu/buffer.hpp>
#include <snowcoder/backend/cpu/onednn.hpp>
#include <snowcoder/config/device_memory.hpp>
#include <snowcoder/core/thread_pool.hpp>

#include <omp.h>
#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <unordered_map>

namespace snowcoder::cpu {

/// Whether bfloat16 products may go to oneDNN as they are, or are always widened to float first.
enum class bfloat16_products : bool { widen, native };

template <class T>
class projection;

class device {
 public:
  template <class T>
  using buffer = cpu::buffer<T>;
  template <class T>
  using host_array = std::vector<T>;
  template <class T>
  using projection = cpu::projection<T>;
  static constexpr bool memory_is_the_hosts = true;
  static constexpr bool batches_show = false;  ///< a row's bits do not depend on the rows that go with it
  static constexpr int logit_rows = config::logit_rows(config::device_kind::cpu);  ///< of the head, at the same time
  /// Elements that pass between an encoder's verbs, whatever its products multiply.
  template <class T>
  using stream = float;
  /// Rows that an encoder's products are given for so many.
  static constexpr std::int64_t planned_rows(std::int64_t rows) { return rows; }
  static constexpr std::int64_t row_gap = 16;  ///< between an encoder's rows: a power of two apart, they would share few sets

  /// `kernel`: for products of many rows.
  explicit device(int threads = omp_get_num_procs(), bfloat16_products bf16 = bfloat16_products::native,
                  bfloat16_kernel kernel = preferred_bfloat16_kernel())
      : pool_(threads, onednn::sequential_on_this_thread),
        bf16_(bf16),
        kernel_(bf16 == bfloat16_products::widen ? bfloat16_kernel::widened : kernel) {}

  int threads() const { return pool_.threads(); }
  thread_pool& pool() { return pool_; }
  bfloat16_kernel kernel() const { return kernel_; }

  /// body(i) for every i in [0, count), on any thread; inside another body, on its thread. The pieces, not the threads, decide
  /// the order of additions.
  void for_each(std::int64_t count, std::function<void(std::int64_t)> const& body) {
    thread_local bool inside = false;
    if (inside) {
      for (std::int64_t i = 0; i < count; ++i) body(i);
      return;
    }
    omp_set_num_threads(1);  // the calling thread works too, and may be new to us
    pool_.for_each_index(count, [&](std::int64_t i) {
      struct visit {
        visit() { inside = true; }
        ~visit() { inside = false; }
      } const here;
      body(i);
    });
  }

  /// body(row) for every row; a thread takes `piece` rows at a time.
  template <class Body>
  void for_each_row(std::int64_t rows, std::int64_t piece, Body const& body) {
    for_each((rows + piece - 1) / piece, [&](std::int64_t p) {
      for (auto i = p * piece, end = std::min(rows, i + piece); i < end; ++i) body(i);
    });
  }

  /// The compiled product of that shape, or null where oneDNN cannot multiply these types. Any thread may ask.
  onednn::product const* product(product_shape const& shape) {
    if (bf16_ == bfloat16_products::widen && (shape.a == dtype::bf16 || shape.b == dtype::bf16 || shape.c == dtype::bf16))
      return nullptr;
    {
      std::shared_lock lock(mutex_);
      if (auto found = products_.find(shape); found != products_.end()) return found->second.get();
    }
    auto made = onednn::product::make(shape);
    std::unique_lock lock(mutex_);
    auto& slot = products_[shape];
    if (!slot && made) slot = std::make_unique<onednn::product>(std::move(*made));
    return slot.get();
  }

 private:
  thread_pool pool_;
  bfloat16_products bf16_;
  bfloat16_kernel kernel_;
  std::shared_mutex mutex_;
  std::unordered_map<product_shape, std::unique_ptr<onednn::product>, product_shape_hash> products_;
};

}  // namespace snowcoder::cpu
