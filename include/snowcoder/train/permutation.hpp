// SPDX-License-Identifier: Apache-2.0
// A permutation of [0, size) that is a function, not an array: a Feistel network over Philox draws, walked until it lands
// inside. Shuffling a trillion tokens takes no memory, and a resume needs no state but the index.
#pragma once

#include <snowcoder/core/contract.hpp>
#include <snowcoder/core/philox.hpp>

#include <bit>
#include <cstdint>

namespace snowcoder::train {

class permutation {
 public:
  /// Requires size >= 1. `source` names the decision; `pass` gives every pass over the data its own order.
  permutation(std::uint64_t size, draws source, std::uint64_t pass) : size_(size), source_(source), pass_(pass) {
    require(size >= 1, "permutation: at least one item");
    half_ = (std::bit_width(size - 1) + 1) / 2;
  }
  constexpr std::uint64_t size() const { return size_; }

  /// Where item i goes; i < size().
  constexpr std::uint64_t operator()(std::uint64_t i) const {
    if (size_ == 1) return 0;
    do i = network(i);
    while (i >= size_);  // the network permutes fewer than 4 * size values, so this ends soon
    return i;
  }

 private:
  constexpr std::uint64_t network(std::uint64_t x) const {
    constexpr int rounds = 6;
    std::uint64_t const mask = (std::uint64_t(1) << half_) - 1;
    std::uint64_t left = x >> half_, right = x & mask;
    for (int r = 0; r < rounds; ++r) {
      auto const mixed = left ^ (source_(right, pass_ * rounds + std::uint64_t(r)) & mask);
      left = right;
      right = mixed;
    }
    return left << half_ | right;
  }

  std::uint64_t size_;
  draws source_;
  std::uint64_t pass_;
  int half_ = 0;
};

}  // namespace snowcoder::train
