// SPDX-License-Identifier: Apache-2.0
// How often each pair of ids occurs while merges go on: one flat array, asked in batches so that its misses overlap.
#pragma once

#include <snowcoder/core/hash.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace snowcoder::tokenize {

class pair_counts {
 public:
  pair_counts() : slots_(std::size_t(1) << 16) {}

  /// The count of a pair_key, 0 if it is new; valid until the next new one.
  std::int64_t& operator[](std::uint64_t key) {
    auto i = find(key);
    if (slots_[i].key == key) return slots_[i].count;
    if (4 * (size_ + 1) > 3 * slots_.size()) {
      grow();
      i = find(key);
    }
    ++size_;
    slots_[i].key = key;
    return slots_[i].count;
  }
  void prefetch(std::uint64_t key) const { __builtin_prefetch(&slots_[home(key)], 1); }
  std::size_t size() const { return size_; }

 private:
  static constexpr std::uint64_t none = ~std::uint64_t(0);
  struct slot {
    std::uint64_t key = none;
    std::int64_t count = 0;
  };

  std::size_t home(std::uint64_t key) const { return std::size_t(snowcoder::detail::finish64(key)) & (slots_.size() - 1); }
  std::size_t find(std::uint64_t key) const {
    auto i = home(key);
    while (slots_[i].key != key && slots_[i].key != none) i = (i + 1) & (slots_.size() - 1);
    return i;
  }
  void grow() {
    auto const old = std::exchange(slots_, std::vector<slot>(slots_.size() * 2));
    for (auto const& s : old)
      if (s.key != none) slots_[find(s.key)] = s;
  }

  std::vector<slot> slots_;
  std::size_t size_ = 0;
};

}  // namespace snowcoder::tokenize
