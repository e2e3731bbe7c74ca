// SPDX-License-Identifier: Apache-2.0
// A chunk of text to what BERT's basic tokenizer makes of ASCII: words and single punctuation marks, by their places. Bytes
// of other scripts and control characters count as parts of words here, and a word with such a part is called hard.
#pragma once

#include <snowcoder/tokenize/detail/ascii_block.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace snowcoder::tokenize::detail {

class ascii_units {
 public:
  static constexpr std::size_t chunk = 2048;

  /// Reads the units that surely end within the first chunk of `text`; returns the bytes read, 0 where a word fills it all.
  std::size_t read(std::string_view text, bool lower) {
    auto const size = std::min(text.size(), chunk);
    bool in_word = false, in_unit = false;
    std::uint16_t *begin = begins_.data(), *end = ends_.data();
    std::uint64_t any_hard = 0;
    for (std::size_t at = 0; at < size; at += 64) {
      char const* source = text.data() + at;
      if (size - at < 64) {
        std::array<char, 64> last;
        std::memset(last.data(), ' ', 64);
        std::memcpy(last.data(), source, size - at);
        std::memcpy(text_.data() + at, last.data(), 64);
        source = text_.data() + at;
      }
      auto const b = read_ascii_block(source, text_.data() + at, lower);
      auto const inside = b.word & (b.word << 1 | std::uint64_t(in_word));  // bytes that continue a word
      auto starts = ~inside & ~b.space, stops = ~inside & (~b.space << 1 | std::uint64_t(in_unit));
      in_word = b.word >> 63;
      in_unit = !(b.space >> 63);
      any_hard |= hard_[at / 64] = b.hard;
      begin = write_places(starts, at, begin);
      end = write_places(stops, at, end);
    }
    count_ = std::size_t(end - ends_.data());
    has_hard_ = any_hard != 0;
    if (count_ == std::size_t(begin - begins_.data())) return size;
    if (size == text.size()) {  // the text ends with the chunk, and so does the last unit
      *end = std::uint16_t(size);
      ++count_;
      return size;
    }
    return begins_[count_];
  }

  std::size_t count() const { return count_; }
  std::size_t begin(std::size_t i) const { return begins_[i]; }
  std::size_t size(std::size_t i) const { return std::size_t(ends_[i] - begins_[i]); }
  /// The chunk, lower-cased if so asked; at least 64 bytes can be read behind any unit's begin.
  char const* text() const { return text_.data(); }

  bool has_hard() const { return has_hard_; }
  bool is_hard(std::size_t i) const {
    auto const first = begins_[i], last = std::uint16_t(ends_[i] - 1);
    auto const low = ~std::uint64_t(0) << (first & 63), high = ~std::uint64_t(0) >> (63 - (last & 63));
    if (first / 64 == last / 64) return hard_[first / 64] & low & high;
    if (hard_[first / 64] & low || hard_[last / 64] & high) return true;
    for (auto b = first / 64 + 1; b < last / 64; ++b)
      if (hard_[std::size_t(b)]) return true;
    return false;
  }

 private:
  static std::uint16_t* write_places(std::uint64_t bits, std::size_t at, std::uint16_t* out) {
    auto* const end = out + std::popcount(bits);
    while (bits) {  // eight a turn, so that few turns are guessed wrong; what is written beyond the end is written over
      for (int i = 0; i < 8; ++i) {
        out[i] = std::uint16_t(at + std::size_t(std::countr_zero(bits)));
        bits &= bits - 1;
      }
      out += 8;
    }
    return end;
  }

  std::size_t count_ = 0;
  bool has_hard_ = false;
  std::array<std::uint16_t, chunk + 64> begins_, ends_;
  std::array<std::uint64_t, chunk / 64> hard_;
  alignas(64) std::array<char, chunk + 128> text_{};
};

/// Bytes of the word that `text` begins with, in the sense of ascii_units.
inline std::size_t end_of_ascii_word(std::string_view text) {
  std::array<char, 64> block, unused;
  for (std::size_t at = 0; at < text.size(); at += 64) {
    auto const size = std::min<std::size_t>(64, text.size() - at);
    std::memset(block.data(), ' ', 64);
    std::memcpy(block.data(), text.data() + at, size);
    auto const inside = std::size_t(std::countr_one(read_ascii_block(block.data(), unused.data(), false).word));
    if (inside < size) return at + inside;
  }
  return text.size();
}

}  // namespace snowcoder::tokenize::detail
