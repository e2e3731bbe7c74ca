// SPDX-License-Identifier: Apache-2.0
// The pairs in line to be merged: the most frequent first, among equals the one with the smaller left id, then the smaller
// right id. Counts fall while a pair waits; it keeps the count with which it came until it is at the head.
#pragma once

#include <snowcoder/tokenize/symbol_text.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace snowcoder::tokenize {

/// The places where a pair came into being, rising. Most pairs have one or two: those lie inside.
class place_list {
 public:
  place_list() = default;
  explicit place_list(std::uint32_t size) : size_(size) {
    if (size > inside) many_ = new place[size];
  }
  place_list(place_list&& other) noexcept { swap(other); }
  place_list& operator=(place_list&& other) noexcept { return swap(other), *this; }
  ~place_list() {
    if (size_ > inside) delete[] many_;
  }
  place* begin() { return size_ > inside ? many_ : few_; }
  place* end() { return begin() + size_; }
  std::uint32_t size() const { return size_; }

 private:
  static constexpr std::uint32_t inside = 2;
  void swap(place_list& other) {
    std::swap(size_, other.size_);
    std::swap(many_, other.many_);
  }
  std::uint32_t size_ = 0;
  union {
    place few_[inside];
    place* many_ = nullptr;
  };
};

struct candidate_pair {
  std::int64_t count;
  std::uint64_t key;  // pair_key
  place_list places;

  bool before(candidate_pair const& other) const { return count != other.count ? count > other.count : key < other.key; }
};

/// Most pairs are rare and never reach the head: only those above a bar that comes down in steps are kept in order.
class pair_queue {
 public:
  void push(candidate_pair c) {
    if (c.count < bar_) {
      rare_.push_back(std::move(c));
      return;
    }
    heap_.push_back(std::move(c));
    std::push_heap(heap_.begin(), heap_.end(), after{});
  }
  bool empty() const { return heap_.empty() && rare_.empty(); }
  candidate_pair pop() {
    if (heap_.empty()) lower_bar();
    std::pop_heap(heap_.begin(), heap_.end(), after{});
    auto c = std::move(heap_.back());
    heap_.pop_back();
    return c;
  }

 private:
  struct after {
    bool operator()(candidate_pair const& a, candidate_pair const& b) const { return b.before(a); }
  };
  void lower_bar() {
    bar_ = 0;
    for (auto const& c : rare_) bar_ = std::max(bar_, c.count);
    bar_ -= bar_ / 4;
    auto const kept = std::partition(rare_.begin(), rare_.end(), [&](candidate_pair const& c) { return c.count < bar_; });
    heap_.assign(std::move_iterator(kept), std::move_iterator(rare_.end()));
    rare_.erase(kept, rare_.end());
    std::make_heap(heap_.begin(), heap_.end(), after{});
  }

  std::int64_t bar_ = std::int64_t(1) << 62;
  std::vector<candidate_pair> heap_, rare_;
};

}  // namespace snowcoder::tokenize
