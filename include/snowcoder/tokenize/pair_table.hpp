// SPDX-License-Identifier: Apache-2.0
// A hash table from a pair of ids to a value: open addressing in one flat array, because merging asks it once per byte.
#pragma once

#include <snowcoder/core/hash.hpp>
#include <snowcoder/record/token_id.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace snowcoder::tokenize {

/// Both ids must be non-negative and not both 2^31 - 1.
constexpr std::uint64_t pair_key(token_id left, token_id right) {
  return std::uint64_t(std::uint32_t(left)) << 32 | std::uint32_t(right);
}

template <class Value>
class pair_table {
 public:
  explicit pair_table(std::size_t expected = 16) { rebuild(expected * 2); }

  Value const* find(std::uint64_t key) const {
    for (std::size_t i = place(key);; i = (i + 1) & mask_) {
      if (slots_[i].first == key) return &slots_[i].second;
      if (slots_[i].first == none) return nullptr;
    }
  }
  /// The value of `key`, made if absent; valid until the next insertion.
  Value& operator[](std::uint64_t key) {
    if (2 * (size_ + 1) > slots_.size()) rebuild(slots_.size() * 2);
    for (std::size_t i = place(key);; i = (i + 1) & mask_) {
      if (slots_[i].first == key) return slots_[i].second;
      if (slots_[i].first != none) continue;
      slots_[i].first = key;
      ++size_;
      return slots_[i].second;
    }
  }
  std::size_t size() const { return size_; }

  /// In no useful order: sort what you make of it.
  void for_each(auto&& visit) const {
    for (auto const& [key, value] : slots_)
      if (key != none) visit(key, value);
  }

 private:
  static constexpr std::uint64_t none = ~std::uint64_t(0);

  std::size_t place(std::uint64_t key) const { return std::size_t(snowcoder::detail::finish64(key)) & mask_; }
  void rebuild(std::size_t least) {
    std::size_t capacity = 16;
    while (capacity < least) capacity *= 2;
    auto old = std::exchange(slots_, std::vector<std::pair<std::uint64_t, Value>>(capacity, {none, Value{}}));
    mask_ = capacity - 1;
    for (auto& [key, value] : old) {
      if (key == none) continue;
      auto i = place(key);
      while (slots_[i].first != none) i = (i + 1) & mask_;
      slots_[i] = {key, std::move(value)};
    }
  }

  std::vector<std::pair<std::uint64_t, Value>> slots_;
  std::size_t mask_ = 0, size_ = 0;
};

}  // namespace snowcoder::tokenize
