// SPDX-License-Identifier: Apache-2.0
// Sets of items that belong together, joined from any thread without locks (Anderson and Woll 1991). A root always goes below
// a smaller one, so the smallest item of a set is its root, and the outcome does not depend on the order of joins.
#pragma once

#include <atomic>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace snowcoder::dedup {

class union_find {
 public:
  explicit union_find(std::uint32_t count) : own_(count), parents_(own_) { start(); }
  /// Of as many items as there is room for: `parents`, which must stay where they are and are nobody else's.
  explicit union_find(std::span<std::uint32_t> parents) : parents_(parents) { start(); }
  union_find(union_find&&) = default;

  std::uint32_t root(std::uint32_t item) {
    for (;;) {
      auto above = parent(item).load(std::memory_order_acquire);
      if (above == item) return item;
      auto const next = parent(above).load(std::memory_order_acquire);
      if (next != above) parent(item).compare_exchange_weak(above, next, std::memory_order_acq_rel);
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
      if (parent(b).compare_exchange_strong(expected, a, std::memory_order_acq_rel)) return;
    }
  }
  std::uint32_t size() const { return std::uint32_t(parents_.size()); }

 private:
  void start() { std::iota(parents_.begin(), parents_.end(), 0u); }
  std::atomic_ref<std::uint32_t> parent(std::uint32_t item) { return std::atomic_ref(parents_[item]); }

  std::vector<std::uint32_t> own_;
  std::span<std::uint32_t> parents_;
};

}  // namespace snowcoder::dedup
