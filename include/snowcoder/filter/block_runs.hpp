// SPDX-License-Identifier: Apache-2.0
// Data written as text, found in masks of 64 bytes: what the scanners of filter/encoded_run.hpp find in a walk over all
// bytes. Long runs of one class are counted in the masks; hexadecimal bytes and escapes are left to the scanners, which see
// only the few stretches that can hold a match.
#pragma once

#include <snowcoder/filter/encoded_run.hpp>

#include <bit>
#include <cstdint>
#include <string_view>

namespace snowcoder::filter::detail {

constexpr std::uint64_t below(int bit) { return (std::uint64_t(1) << bit) - 1; }  // bit < 64

/// Maximal runs of at least `Least` (at most 64) set bits in a row of masks, reported as found(begin, end).
template <int Least>
class long_runs {
 public:
  void feed(std::uint64_t mask, std::uint64_t base, auto&& found) {
    if (mask == ~std::uint64_t(0)) {
      length_ += 64;
      return;
    }
    auto const head = std::countr_one(mask);
    if (length_ + std::uint64_t(head) >= Least) found(base - length_, base + std::uint64_t(head));
    auto const tail = std::countl_one(mask);
    if constexpr (Least < 64)
      if (std::popcount(mask) >= Least) within(mask & ~below(head), 64 - tail, base, found);
    length_ = std::uint64_t(tail);
  }

 private:
  static void within(std::uint64_t mask, int end, std::uint64_t base, auto&& found) {
    for (int at = 0; (mask >> at) != 0;) {
      at += std::countr_zero(mask >> at);
      if (at >= end) break;
      auto const length = std::countr_one(mask >> at);
      if (length >= Least) found(base + std::uint64_t(at), base + std::uint64_t(at + length));
      at += length;  // < end <= 64
    }
  }
  std::uint64_t length_ = 0;
};

/// Stretches between bytes that no match of the hexadecimal expression contains, which hold at least seven of the eight
/// pairs of digits that a match has (the mark of a pair is the byte behind it, which for the last may lie outside).
class hex_stretches {
 public:
  /// The stretch that is open counts whatever its pairs.
  void must_see() { pairs_ += least; }
  void feed(std::uint64_t breaks, std::uint64_t pairs, std::uint64_t base, auto&& found) {
    if (breaks == 0) {
      pairs_ += std::uint64_t(std::popcount(pairs));
      return;
    }
    auto const first = std::countr_zero(breaks), last = 63 - std::countl_zero(breaks);
    if (pairs_ + std::uint64_t(std::popcount(pairs & below(first))) >= least) found(begin_, base + std::uint64_t(first));
    if (std::uint64_t(std::popcount(pairs)) >= least) {
      for (int at = first; at < last;) {
        auto const next = at + 1 + std::countr_zero(breaks >> at >> 1);
        if (std::uint64_t(std::popcount(pairs & below(next) & ~below(at))) >= least)
          found(base + std::uint64_t(at) + 1, base + std::uint64_t(next));
        at = next;
      }
    }
    pairs_ = std::uint64_t(std::popcount(pairs >> last >> 1));
    begin_ = base + std::uint64_t(last) + 1;
  }

 private:
  static constexpr std::uint64_t least = 7;
  std::uint64_t pairs_ = 0, begin_ = 0;
};

/// The masks of one block that encoded data is looked for in.
struct encoded_masks {
  std::uint64_t base64 = 0, line_feeds = 0, hex = 0, x = 0, backslash = 0, u = 0, comma = 0, white_space = 0, word = 0,
                not_ascii = 0;
};

/// All runs of encoded data of a text, fed with its masks in order.
template <bool Published, bool Corrected>
class block_runs {
 public:
  encoded_runs base64, hex, unicode_escapes, base64_corrected, hex_corrected;

  explicit block_runs(std::string_view text) : text_(text) {}

  void feed(encoded_masks const& m, std::uint64_t base) {
    auto const before = [](std::uint64_t now, std::uint64_t then, int bytes) { return now << bytes | then >> (64 - bytes); };
    auto const pairs = ~m.word & before(m.hex, then_.hex, 1) & before(m.hex, then_.hex, 2) &
                       (~before(m.word, then_.word, 3) | before(m.x, then_.x, 3));
    auto const breaks = ~(m.hex | m.x | m.backslash | m.comma | m.white_space | m.not_ascii);
    if constexpr (Published) {
      long_base64_.feed(m.base64 | m.line_feeds, base, [&](auto begin, auto end) { base64.add(end - begin); });
      auto const broken_comma = before(m.comma, then_.comma, 1) & ~(m.hex | m.backslash);  // nothing goes on behind it
      hex_.feed(breaks | broken_comma, pairs, base,
                [&](auto begin, auto end) { add_hex_runs<encoded_form::published>(hex, text_, begin, end); });
    }
    if constexpr (Corrected) {
      base64_lines_.feed(m.base64, base, [&](auto begin, auto) {
        if (begin < base64_end_) return;  // read with the lines before
        base64_end_ = begin;
        if (auto const length = corrected_base64_length(text_, base64_end_)) base64_corrected.add(length);
      });
      digits_.feed(m.hex, base, [&](auto, auto) { hex_corrected_.must_see(); });
      hex_corrected_.feed(breaks, pairs, base, [&](auto begin, auto end) {
        add_hex_runs<encoded_form::corrected>(hex_corrected, text_, begin, end);
      });
    }
    escapes_.feed(m.hex | m.backslash | m.u, base,
                  [&](auto begin, auto end) { add_unicode_escape_runs(unicode_escapes, text_, begin, end); });
    then_ = m;
  }
  /// The end of the text, where every run ends.
  void finish(std::uint64_t size) { feed({}, size); }

 private:
  std::string_view text_;
  encoded_masks then_;
  long_runs<64> long_base64_, digits_;
  long_runs<60> base64_lines_;
  long_runs<48> escapes_;
  hex_stretches hex_, hex_corrected_;
  std::size_t base64_end_ = 0;
};

}  // namespace snowcoder::filter::detail
