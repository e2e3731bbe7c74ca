// SPDX-License-Identifier: Apache-2.0
// Sets of items that belong together. The smallest item of a set is its root, so the outcome does not depend on the order
// in which pairs were joined.
#pragma once

#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

namespace snowcoder::dedup {

class union_find {
 public:
  explicit union_find(std::uint32_t count) : parent_(count) { std::iota(parent_.begin(), parent_.end(), 0u); }

  std::uint32_t root(std::uint32_t item) {
    while (parent_[item] != item) item = parent_[item] = parent_[parent_[item]];
    return item;
  }
  bool joined(std::uint32_t a, std::uint32_t b) { return root(a) == root(b); }
  void join(std::uint32_t a, std::uint32_t b) {
    a = root(a);
    b = root(b);
    if (b < a) std::swap(a, b);
    parent_[b] = a;
  }
  std::uint32_t size() const { return std::uint32_t(parent_.size()); }

 private:
  std::vector<std::uint32_t> parent_;
};

}  // namespace snowcoder::dedup
