// SPDX-License-Identifier: Apache-2.0
// measure() 64 bytes at a time: one load, a mask for every class of bytes, counts of bits. The answers are those of the plain
// loop (filter/plain_measure.hpp) for every input, UTF-8 or not; blocks that are not ASCII cost a few masks more.
//
// Why masks can tell characters apart in any input: a well-formed sequence begins with a lead byte and goes on with
// continuation bytes, so two such sequences never overlap, and a byte is inside a character exactly when one of the three
// bytes before it leads a well-formed sequence that long. Every other byte begins a character.
#pragma once

#include <snowcoder/core/byte_block.hpp>
#include <snowcoder/filter/block_runs.hpp>
#include <snowcoder/filter/letter_bitmap.hpp>
#include <snowcoder/filter/statistic.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>

#if defined(SNOWCODER_BYTE_BLOCKS)
namespace snowcoder::filter::detail {

/// Lead bytes of well-formed UTF-8 sequences among 64 bytes, by length. Reads three bytes beyond.
struct sequence_leads {
  std::uint64_t two, three, four;

  explicit sequence_leads(byte_block const& b, char const* p) {
    auto const second = byte_block::load(p + 1), third = byte_block::load(p + 2), fourth = byte_block::load(p + 3);
    auto const goes_on = second.between(0x80, 0xbf), goes_on_2 = goes_on & third.between(0x80, 0xbf);
    two = b.between(0xc2, 0xdf) & goes_on;
    three = b.between(0xe0, 0xef) & goes_on_2;
    if (three) {  // neither overlong nor a surrogate
      three &= ~(b.equal(0xe0) & second.between(0x80, 0x9f));
      three &= ~(b.equal(0xed) & second.between(0xa0, 0xbf));
    }
    four = b.between(0xf0, 0xf4) & goes_on_2;
    if (four) {
      four &= fourth.between(0x80, 0xbf);
      four &= ~(b.equal(0xf0) & second.between(0x80, 0x8f));
      four &= ~(b.equal(0xf4) & second.between(0x90, 0xbf));
    }
  }
  /// Bytes inside of these sequences, in this block and at the start of the next.
  std::uint64_t inside() const { return two << 1 | three << 1 | three << 2 | four << 1 | four << 2 | four << 3; }
  std::uint64_t inside_next() const { return two >> 63 | three >> 63 | three >> 62 | four >> 63 | four >> 62 | four >> 61; }
};

template <statistic_set Needs>
class block_pass {
  static constexpr bool lines = Needs.has(statistic::lines), letters = Needs.has(statistic::letters),
                        alphanumerics = Needs.has(statistic::alphanumerics), published = Needs.has(statistic::encoded),
                        corrected = Needs.has(statistic::encoded_corrected), encoded = published || corrected,
                        white_space = Needs.has(statistic::white_space), digits = Needs.has(statistic::digits),
                        replaced = Needs.has(statistic::replaced),
                        values = letters || alphanumerics || white_space || digits || replaced;

 public:
  explicit block_pass(document_statistics& s) : s_(s), runs_(s.text) {}

  void run() {
    each_block(s_.text, [&](char const* p, std::size_t base, std::uint64_t present) {
      block(p, base, present);
      return true;
    });
    finish();
  }

 private:
  void block(char const* p, std::uint64_t base, std::uint64_t present) {
    auto const b = byte_block::load(p);
    auto starts = present;
    auto const not_ascii = b.not_ascii();
    if (not_ascii) [[unlikely]] {  // what was inside before goes on with such a byte
      sequence_leads const leads(b, p);
      auto const inside = leads.inside() | inside_;
      inside_ = leads.inside_next();
      inside_bytes_ += std::uint64_t(std::popcount(inside));
      starts &= ~inside;
      if constexpr (replaced)
        s_.replaced += std::uint64_t(std::popcount(starts & not_ascii & ~(leads.two | leads.three | leads.four)));
      if constexpr (values) {
        auto const byte = [&](int i) { return std::uint32_t(static_cast<unsigned char>(p[i])); };
        for (auto rest = leads.two; rest; rest &= rest - 1) {
          auto const i = std::countr_zero(rest);
          count_basic((byte(i) & 0x1f) << 6 | (byte(i + 1) & 0x3f));
        }
        for (auto rest = leads.three; rest; rest &= rest - 1) {
          auto const i = std::countr_zero(rest);
          count_basic((byte(i) & 0x0f) << 12 | (byte(i + 1) & 0x3f) << 6 | (byte(i + 2) & 0x3f));
        }
        for (auto rest = leads.four; rest; rest &= rest - 1) {
          auto const i = std::countr_zero(rest);
          char32_t const c =
              (byte(i) & 0x07) << 18 | (byte(i + 1) & 0x3f) << 12 | (byte(i + 2) & 0x3f) << 6 | (byte(i + 3) & 0x3f);
          if constexpr (letters) s_.letters += is_letter(c);
          if constexpr (alphanumerics) s_.alphanumerics += is_alphanumeric(c);
          count_rare(c);
        }
      }
    }
    auto const line_feeds = b.equal('\n');
    if constexpr (Needs.has(statistic::line_feeds)) s_.line_feeds += std::uint64_t(std::popcount(line_feeds));
    if constexpr (lines) end_lines(p, line_feeds, b.equal('\r'), starts);
    if constexpr (letters || alphanumerics || encoded || white_space || digits) {
      auto const lower = b.lower();
      auto const letter = lower.between('a', 'z'), digit = b.between('0', '9');
      if constexpr (letters) s_.letters += std::uint64_t(std::popcount(letter));
      if constexpr (alphanumerics) s_.alphanumerics += std::uint64_t(std::popcount(letter | digit));
      if constexpr (digits) s_.digits += std::uint64_t(std::popcount(digit));
      auto const white = b.between(0x09, 0x0d) | b.between(0x1c, 0x20);
      if constexpr (white_space) s_.white_space += std::uint64_t(std::popcount(white));
      if constexpr (encoded)
        runs_.feed({.base64 = letter | digit | b.equal('+') | b.equal('/') | b.equal('='),
                    .line_feeds = line_feeds,
                    .hex = digit | lower.between('a', 'f'),
                    .x = lower.equal('x'),
                    .backslash = b.equal('\\'),
                    .u = b.equal('u'),
                    .comma = b.equal(','),
                    .white_space = white,
                    .word = letter | digit | b.equal('_'),
                    .not_ascii = not_ascii},
                   base);
    }
  }

  void count_basic(char32_t c) {
    if constexpr (letters) s_.letters += is_basic_letter(c);
    if constexpr (alphanumerics) s_.alphanumerics += is_basic_alphanumeric(c);
    count_rare(c);
  }
  void count_rare(char32_t c) {
    if constexpr (white_space) s_.white_space += is_white_space(c);
    if constexpr (digits) s_.digits += is_digit(c);
    if constexpr (replaced) s_.replaced += c == 0xfffd;
  }

  void end_lines(char const* p, std::uint64_t line_feeds, std::uint64_t returns, std::uint64_t starts) {
    auto ends = line_feeds, content = starts & ~line_feeds;
    if (returns) [[unlikely]] {  // "\r\n" ends once
      ends |= returns & ~(line_feeds >> 1 | std::uint64_t(p[64] == '\n') << 63);
      content &= ~returns;
    }
    auto const characters = std::uint64_t(std::popcount(content));
    s_.line_characters += characters;
    if (ends == 0) {
      line_ += characters;
      return;
    }
    s_.lines += std::uint64_t(std::popcount(ends));
    auto const first = std::countr_zero(ends), last = 63 - std::countl_zero(ends);
    s_.longest_line = std::max(s_.longest_line, line_ + std::uint64_t(std::popcount(content & below(first))));
    if (s_.longest_line < 63)  // no line inside of a block is longer
      for (auto at = first; at < last;) {
        auto const next = at + 1 + std::countr_zero(ends >> at >> 1);
        s_.longest_line = std::max(s_.longest_line, std::uint64_t(std::popcount(content & below(next) & ~below(at))));
        at = next;
      }
    line_ = std::uint64_t(std::popcount(content >> last >> 1));
  }

  void finish() {
    s_.characters = s_.text.size() - inside_bytes_;
    if constexpr (lines) {
      s_.lines += !s_.text.empty() && s_.text.back() != '\n' && s_.text.back() != '\r';
      s_.longest_line = std::max(s_.longest_line, line_);
    }
    if constexpr (encoded) {
      runs_.finish(s_.text.size());
      s_.base64 = runs_.base64;
      s_.hex = runs_.hex;
      s_.unicode_escapes = runs_.unicode_escapes;
      s_.base64_corrected = runs_.base64_corrected;
      s_.hex_corrected = runs_.hex_corrected;
    }
  }

  document_statistics& s_;
  block_runs<published, corrected> runs_;
  std::uint64_t inside_ = 0, inside_bytes_ = 0, line_ = 0;
};

}  // namespace snowcoder::filter::detail
#endif
