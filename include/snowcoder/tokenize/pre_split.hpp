// SPDX-License-Identifier: Apache-2.0
// Splitters: how text is cut before byte pairs are merged; no token crosses a cut. A splitter is a named empty type that a
// recipe names; each gives exactly the pieces of the Hugging Face pre-tokenizer that tokenizer.json states for it.
//
// Input is UTF-8 by contract. A byte that is not UTF-8 counts as one symbol, neither letter, digit nor white space; the
// pieces joined are always the text.
#pragma once

#include <snowcoder/core/utf8.hpp>
#include <snowcoder/tokenize/unicode_class.hpp>

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>

namespace snowcoder::tokenize {

namespace detail {
/// Takes pieces and does nothing: nvcc knows no lambda inside a concept.
struct ignore_piece {
  void operator()(std::string_view) const {}
};
}  // namespace detail

/// What a recipe may name as its splitter.
template <class S>
concept splitter = requires(std::string_view text) {
  { S::name } -> std::convertible_to<std::string_view>;
  { S::text() } -> std::convertible_to<std::string>;
  S::split(text, detail::ignore_piece{});
};

namespace detail {

enum class kind : unsigned char { symbol, letter, number, white };

struct kind_at {
  kind of;
  std::size_t bytes;
};

inline kind_at read_kind(std::string_view text, std::uint16_t const* classes) {
  auto const c = first_code_point(text);
  if (!c.valid) return {kind::symbol, 1};
  auto const bits = classes[c.value];
  return {bits & letter   ? kind::letter
          : bits & number ? kind::number
          : bits & white  ? kind::white
                          : kind::symbol,
          std::size_t(c.bytes)};
}

/// Length of the contraction ('s 't 're 've 'm 'll 'd) that `text` begins with, else 0.
inline std::size_t contraction(std::string_view text) {
  if (text.size() < 2 || text[0] != '\'') return 0;
  if (text[1] == 's' || text[1] == 't' || text[1] == 'm' || text[1] == 'd') return 2;
  auto const two = text.substr(1, 2);
  return two == "re" || two == "ve" || two == "ll" ? 3 : 0;
}

/// GPT-2's regular expression by hand:
/// 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
void split_gpt2(std::string_view text, std::uint16_t const* classes, auto&& emit) {
  auto const run_of = [&](kind wanted, std::size_t end) {
    while (end < text.size()) {
      auto const next = read_kind(text.substr(end), classes);
      if (next.of != wanted) break;
      end += next.bytes;
    }
    return end;
  };
  while (!text.empty()) {
    std::size_t end = contraction(text);
    if (!end) {
      auto const first = read_kind(text, classes);
      auto body = first;
      if (text[0] == ' ' && text.size() > 1) body = read_kind(text.substr(1), classes);
      bool const led = text[0] == ' ' && body.of != kind::white;  // one space goes with what follows it
      if (led && text.size() > 1) {
        end = run_of(body.of, 1 + body.bytes);
      } else if (first.of != kind::white) {
        end = run_of(first.of, first.bytes);
      } else {  // white space: all of it at the end of the text, else all but the last, which may lead the next piece
        std::size_t last = 0;
        end = first.bytes;
        while (end < text.size()) {
          auto const next = read_kind(text.substr(end), classes);
          if (next.of != kind::white) break;
          last = end;
          end += next.bytes;
        }
        if (end < text.size() && last) end = last;
      }
    }
    emit(text.substr(0, end));
    text.remove_prefix(end);
  }
}

}  // namespace detail

/// GPT-2: contractions, words, numbers, symbols, white space.
struct gpt2_split {
  static constexpr std::string_view name = "gpt2_split";
  static constexpr std::string text() { return "gpt2_split"; }

  /// Calls emit(std::string_view) for each piece of `text`, in order.
  static void split(std::string_view text, auto&& emit) { detail::split_gpt2(text, unicode_classes(), emit); }
};

/// StarCoder: every digit alone, then GPT-2 on what lies between the digits.
struct starcoder_split {
  static constexpr std::string_view name = "starcoder_split";
  static constexpr std::string text() { return "starcoder_split"; }

  /// Calls emit(std::string_view) for each piece of `text`, in order.
  static void split(std::string_view text, auto&& emit) {
    auto const* classes = unicode_classes();
    std::size_t begin = 0;
    for (std::size_t at = 0; at < text.size();) {
      auto const c = first_code_point(text.substr(at));
      auto const next = at + std::size_t(c.bytes);
      if (c.valid && classes[c.value] & detail::digit) {
        detail::split_gpt2(text.substr(begin, at - begin), classes, emit);
        detail::split_gpt2(text.substr(at, next - at), classes, emit);
        begin = next;
      }
      at = next;
    }
    detail::split_gpt2(text.substr(begin), classes, emit);
  }
};

static_assert(splitter<gpt2_split> && splitter<starcoder_split>);

}  // namespace snowcoder::tokenize
