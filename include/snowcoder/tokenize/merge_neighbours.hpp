// SPDX-License-Identifier: Apache-2.0
// What one merge did to the pairs on one side of the merged token: with which tokens it met, how often and where. Summed by
// neighbour first, because the same few neighbours come again and again, so the table of counts is asked once for each.
#pragma once

#include <snowcoder/record/token_id.hpp>
#include <snowcoder/tokenize/pair_queue.hpp>
#include <snowcoder/tokenize/symbol_text.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace snowcoder::tokenize {

class merge_neighbours {
 public:
  explicit merge_neighbours(std::size_t most_ids) : sums_(most_ids) {}

  void note(token_id with, place at, std::int64_t count) {
    auto& sum = sums_[std::size_t(with)];
    if (!sum.places++) touched_.push_back(with);
    sum.count += count;
    met_.push_back({with, at});
  }
  std::vector<token_id> const& touched() const { return touched_; }
  std::int64_t count(token_id with) const { return sums_[std::size_t(with)].count; }
  bool met(token_id with) const { return sums_[std::size_t(with)].places > 0; }

  /// An empty list for the places noted with `with`, to be filled by distribute(); it must stay where it is until then.
  void collect(token_id with, place_list& places) {
    places = place_list(sums_[std::size_t(with)].places);
    sums_[std::size_t(with)].next = places.begin();
  }
  /// Writes shift(neighbour, place) of every note to the lists of those that are collected, in the order of the notes.
  void distribute(auto const& shift) {
    for (auto const& m : met_)
      if (auto*& next = sums_[std::size_t(m.with)].next) *next++ = shift(m.with, m.at);
  }
  void clear() {
    for (auto with : touched_) sums_[std::size_t(with)] = {};
    touched_.clear();
    met_.clear();
    if (met_.capacity() > (std::size_t(1) << 16)) met_.shrink_to_fit();
  }

 private:
  struct sum {
    std::int64_t count = 0;
    place* next = nullptr;
    std::uint32_t places = 0;
  };
  struct meeting {
    token_id with;
    place at;
  };
  std::vector<sum> sums_;  // by id
  std::vector<token_id> touched_;
  std::vector<meeting> met_;
};

}  // namespace snowcoder::tokenize
