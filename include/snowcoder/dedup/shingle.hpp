// SPDX-License-Identifier: Apache-2.0
// A text as the runs of its words (or of its characters), each run a 64-bit hash: what MinHash signatures are made of. Runs
// come in blocks, without a set, without memory of their own; sets are made where an index of Jaccard asks for them
// (dedup/shingle_set.hpp).
#pragma once

#include <snowcoder/config/near_duplicate.hpp>
#include <snowcoder/core/word_hash.hpp>
#include <snowcoder/core/word_spans.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace snowcoder::dedup {

/// Joins hashes of units (words, characters) to hashes of runs of `width` of them, at most config::longest_shingle.
class run_hasher {
 public:
  static constexpr std::size_t block = 1024;

  explicit run_hasher(int width) : width_(std::size_t(width)), leaving_(1) {
    for (std::size_t i = 1; i < width_; ++i) leaving_ *= run_hash::base;
  }
  /// take(std::span<std::uint64_t const>) gets a block of runs whenever one is full.
  template <class Take>
  void add(std::uint64_t unit, Take&& take) {
    units_[held_++] = unit;
    if (held_ == units_.size()) flush(take);
  }
  /// After the last unit. Fewer units than a run are one run. Returns the number of units.
  template <class Take>
  std::int64_t finish(Take&& take) {
    if (done_ + std::int64_t(held_) >= std::int64_t(width_)) {
      flush(take);
    } else if (held_ > 0) {
      std::uint64_t rolled = 0;
      for (std::size_t i = 0; i < held_; ++i) rolled = run_hash::join(rolled, units_[i]);
      runs_[0] = run_hash::finish(rolled, held_);
      take(std::span<std::uint64_t const>(runs_.data(), 1));
    }
    return done_ + std::int64_t(held_);
  }

 private:
  template <class Take>
  void flush(Take&& take) {
    if (held_ < width_) return;
    std::uint64_t rolled = 0;
    for (std::size_t i = 0; i + 1 < width_; ++i) rolled = run_hash::join(rolled, units_[i]);
    auto const count = held_ - width_ + 1;
    for (std::size_t i = 0; i < count; ++i) {
      rolled = run_hash::join(rolled, units_[i + width_ - 1]);
      runs_[i] = run_hash::finish(rolled, width_);
      rolled -= units_[i] * leaving_;
    }
    take(std::span<std::uint64_t const>(runs_.data(), count));
    std::copy(units_.begin() + std::ptrdiff_t(count), units_.begin() + std::ptrdiff_t(held_), units_.begin());
    done_ += std::int64_t(count);
    held_ = width_ - 1;
  }

  std::size_t width_, held_ = 0;
  std::uint64_t leaving_;
  std::int64_t done_ = 0;  // units that have left the block
  std::array<std::uint64_t, block + std::size_t(config::longest_shingle)> units_, runs_;
};

/// Calls take(std::span<std::uint64_t const>) for blocks of the runs of `width` units of a text, in order, repeats included;
/// a text with fewer units is one run. Returns the number of units.
template <class Take>
std::int64_t for_each_shingle_block(std::string_view text, int width, config::shingle_unit unit, Take&& take) {
  run_hasher runs(width);
  if (unit == config::shingle_unit::words) {
    auto const* const end = text.data() + text.size();
    for_each_word_span(
        text, [&](std::size_t first, std::size_t last) { runs.add(hash_word(text.data() + first, last - first, end), take); });
  } else {
    for (std::size_t i = 0; i < text.size();) {  // code points, as they are: case and white space count
      std::uint64_t character = static_cast<unsigned char>(text[i++]);
      for (; i < text.size() && continues_character(text[i]); ++i)
        character = character << 8 | static_cast<unsigned char>(text[i]);
      runs.add(hash_character(character), take);
    }
  }
  return runs.finish(take);
}

}  // namespace snowcoder::dedup
