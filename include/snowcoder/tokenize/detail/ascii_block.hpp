// SPDX-License-Identifier: Apache-2.0
// What BERT's basic tokenizer asks of 64 bytes at once: which are white space, which belong to a word, which ask for the
// code-point path (bytes of other scripts, control characters); the rest is punctuation. The plain loop is the twin that the
// tests hold the blocks against, and what nvcc sees.
#pragma once

#include <snowcoder/core/byte_block.hpp>

#include <cstdint>

namespace snowcoder::tokenize::detail {

/// Bit i speaks of byte i. `hard` is part of `word`; bytes in neither `word` nor `space` are punctuation.
struct ascii_block {
  std::uint64_t word = 0, space = 0, hard = 0;
  friend bool operator==(ascii_block const&, ascii_block const&) = default;
};

/// Reads 64 bytes; writes them to `out`, ASCII letters lower-cased if `lower`.
inline ascii_block read_ascii_block_plain(char const* text, char* out, bool lower) {
  ascii_block b;
  for (int i = 0; i < 64; ++i) {
    auto const c = static_cast<unsigned char>(text[i]);
    bool const upper = c >= 'A' && c <= 'Z', space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    bool const hard = c >= 0x7f || (c < 0x20 && !space);
    bool const word = hard || upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    b.word |= std::uint64_t(word) << i;
    b.space |= std::uint64_t(space) << i;
    b.hard |= std::uint64_t(hard) << i;
    out[i] = char(c | (upper && lower ? 0x20 : 0));
  }
  return b;
}

#if defined(SNOWCODER_BYTE_BLOCKS)

inline ascii_block read_ascii_block(char const* text, char* out, bool lower) {
  auto const b = byte_block::load(text);
  b.store(out, lower);
  auto const space = b.equal(' ') | b.equal('\t') | b.equal('\n') | b.equal('\r');
  auto const hard = b.not_ascii() | b.equal(0x7f) | (b.between(0, 0x1f) & ~space);
  return {hard | b.between('a', 'z') | b.between('A', 'Z') | b.between('0', '9'), space, hard};
}

#else

inline ascii_block read_ascii_block(char const* text, char* out, bool lower) {
  return read_ascii_block_plain(text, out, lower);
}

#endif

}  // namespace snowcoder::tokenize::detail
