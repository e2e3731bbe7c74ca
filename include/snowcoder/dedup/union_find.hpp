// SPDX-License-Identifier: Apache-2.0
// Sets of items that belong together, joined from any thread without locks (Anderson and Woll 1991). A root always goes below
// a smaller one, so the smallest item of a set is its root, and the outcome does not depend on the order of joins.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>
#include <vector>

namespace snowcoder::dedup {

class union_find {
 public:
  explicit union_find(std::uint32_t count) : parent_(count) {
    for (std::uint32_t i = 0; i < count; ++i) parent_[i].store(i, std::memory_order_relaxed);
  }

  std::uint32_t root(std::uint32_t item) {
    for (;;) {
      auto above = parent_[item].load(std::memory_order_acquire);
      if (above == item) return item;
      auto const next = parent_[above].load(std::memory_order_acquire);
      if (next != above) parent_[item].compare_exchange_weak(above, next, std::memory_order_acq_rel);
      item = next;
    }
  }
  /// True is final; false may be overtaken by a join on another thread.
  bool joined(std::uint32_t a, std::uint32_t b) { return root(a) == root(b); }
  void join(std::uint32_t a, std::uint32_t b) {
    for (;;) {
      a = root(a);
      b = root(b);
      if (a == b) return;
      if (b < a) std::swap(a, b);
      auto expected = b;
      if (parent_[b].compare_exchange_strong(expected, a, std::memory_order_acq_rel)) return;
    }
  }
  std::uint32_t size() const { return std::uint32_t(parent_.size()); }

 private:
  std::vector<std::atomic<std::uint32_t>> parent_;
};

}  // namespace snowcoder::dedup
