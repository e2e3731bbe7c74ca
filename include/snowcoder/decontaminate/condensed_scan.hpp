// SPDX-License-Identifier: Apache-2.0
// One pass over the bytes of a document that asks two questions at once, each about a condensed form of it:
//
//   squeezed   without white space and line continuations (a backslash before a line's end), in lower case
//   joined     its words in lower case, one blank between them
//
// Both are made 64 bytes at a time into buffers that stay in the first-level cache. A window of the squeezed text is looked
// up at every `stride`-th place, a window of the joined text at the beginning of every word. Memory does not depend on the
// document.
#pragma once

#include <snowcoder/decontaminate/anchor_table.hpp>
#include <snowcoder/decontaminate/text_block.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace snowcoder::decontaminate {

namespace detail {
constexpr bool continues_line(std::string_view text, std::size_t i) {
  return text[i] == '\\' && i + 1 < text.size() &&
         (text[i + 1] == '\n' || (text[i + 1] == '\r' && i + 2 < text.size() && text[i + 2] == '\n'));
}
}  // namespace detail

/// Does byte i stand in the squeezed text?
constexpr bool in_squeezed(std::string_view text, std::size_t i) {
  return !is_space(text[i]) && !detail::continues_line(text, i);
}
/// Does byte i stand in the joined text, as part of a word or as the blank after one?
constexpr bool in_joined(std::string_view text, std::size_t i) {
  return is_word_byte(text[i]) || (i > 0 && is_word_byte(text[i - 1]));
}

inline std::string squeezed(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i)
    if (in_squeezed(text, i)) out += to_lower(text[i]);
  return out;
}
/// With a blank after every word, the last one too.
inline std::string joined(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 1);
  for (std::size_t i = 0; i < text.size(); ++i)
    if (in_joined(text, i)) out += is_word_byte(text[i]) ? to_lower(text[i]) : ' ';
  if (!out.empty() && out.back() != ' ') out += ' ';
  return out;
}

template <class Block>
class condensed_scan {
 public:
  condensed_scan(window_hash squeezed_window, std::size_t stride, window_hash joined_window)
      : squeezed_window_(squeezed_window), joined_window_(joined_window), stride_(stride) {}

  /// Calls squeezed(key, last) and joined(key, last) for the windows whose key their table may have; `last` is the place in
  /// `text` of the window's last byte.
  template <class Squeezed, class Joined>
  void operator()(std::string_view text, anchor_table const& squeezed_table, Squeezed&& squeezed,
                  anchor_table const& joined_table, Joined&& joined) {
    squeezed_.size = joined_.size = next_ = 0;
    joined_.bytes[joined_.size++] = ' ';
    word_before_ = 0;
    for (chunk_ = 0; chunk_ < text.size(); chunk_ += chunk_bytes) {
      condense(text);
      ask_squeezed(squeezed_table, [&](std::uint64_t key, std::size_t last) {
        squeezed(key, place(squeezed_, last, [&](std::size_t i) { return in_squeezed(text, i); }));
      });
      ask_joined(joined_table, [&](std::uint64_t key, std::size_t last) {
        joined(key, place(joined_, last, [&](std::size_t i) { return in_joined(text, i); }));
      });
    }
  }

 private:
  static constexpr std::size_t blocks = 96, chunk_bytes = 64 * blocks;
  struct condensed {
    std::size_t size = 0;
    std::array<std::uint32_t, blocks> at{};  // where each block of the chunk begins
    std::array<char, window_hash::widest + chunk_bytes + 128> bytes;

    void keep_from(std::size_t begin) {
      std::memmove(bytes.data(), bytes.data() + begin, size - begin);
      size -= begin;
    }
  };

  void condense(std::string_view text) {
    auto *s = squeezed_.bytes.data() + squeezed_.size, *j = joined_.bytes.data() + joined_.size;
    auto const end = std::min(chunk_ + chunk_bytes, text.size());
    used_ = 0;
    for (auto at = chunk_; at < end; at += 64, ++used_) {
      squeezed_.at[used_] = std::uint32_t(s - squeezed_.bytes.data());
      joined_.at[used_] = std::uint32_t(j - joined_.bytes.data());
      std::uint64_t present = ~std::uint64_t(0);
      auto const* p = text.data() + at;
      std::array<char, 64> rest;
      if (auto const left = text.size() - at; left < 64) {
        present = (std::uint64_t(1) << left) - 1;
        rest.fill(0);
        std::memcpy(rest.data(), p, left);
        p = rest.data();
      }
      auto const block = Block::load(p);
      auto const words = block.words() & present;
      auto bare = ~block.spaces() & present;
      for (auto back = block.equal('\\') & present; back; back &= back - 1)
        if (detail::continues_line(text, at + std::size_t(std::countr_zero(back)))) bare &= ~(back & -back);
      auto const low = block.lower();
      s = low.packed(s, bare);
      j = low.words_only().packed(j, words | ((words << 1 | word_before_) & present));
      word_before_ = words >> 63;
    }
    squeezed_.size = std::size_t(s - squeezed_.bytes.data());
    joined_.size = std::size_t(j - joined_.bytes.data());
  }

  template <class Found>
  void ask_squeezed(anchor_table const& table, Found&& found) {
    auto const hash = squeezed_window_;
    auto const filter = table.filter_of_keys();
    auto const width = hash.width(), stride = stride_, size = squeezed_.size;
    auto next = next_;
    for (; next + width <= size; next += stride) {
      auto const key = hash(squeezed_.bytes.data() + next);
      if (filter.may_have(key)) [[unlikely]]
        found(key, next + width - 1);
    }
    auto const kept = std::min(next, squeezed_.size);
    squeezed_.keep_from(kept);
    next_ = next - kept;
  }

  template <class Found>
  void ask_joined(anchor_table const& table, Found&& found) {
    auto const hash = joined_window_;
    auto const filter = table.filter_of_keys();
    auto const width = hash.width();
    auto const blanks = joined_.size > width ? joined_.size - width : 0;  // a window after each of them is complete
    for (std::size_t at = 0; at < blanks; at += 64) {
      auto words = Block::load(joined_.bytes.data() + at).equal(' ');
      if (blanks - at < 64) words &= (std::uint64_t(1) << (blanks - at)) - 1;
      for (; words; words &= words - 1) {
        auto const begin = at + std::size_t(std::countr_zero(words)) + 1;
        auto const key = hash(joined_.bytes.data() + begin);
        if (filter.may_have(key)) [[unlikely]]
          found(key, begin + width - 1);
      }
    }
    joined_.keep_from(blanks);
  }

  /// A window is found when its last byte has come, so that byte lies in this chunk.
  template <class Kept>
  std::size_t place(condensed const& c, std::size_t i, Kept&& kept) const {
    auto const block = std::size_t(std::upper_bound(c.at.begin(), c.at.begin() + std::ptrdiff_t(used_), i) - c.at.begin()) - 1;
    auto at = chunk_ + 64 * block;
    for (auto left = i - c.at[block];; ++at)
      if (kept(at) && left-- == 0) return at;
  }

  window_hash squeezed_window_, joined_window_;
  std::size_t stride_, chunk_ = 0, used_ = 0, next_ = 0;
  std::uint64_t word_before_ = 0;
  condensed squeezed_, joined_;
};

}  // namespace snowcoder::decontaminate
