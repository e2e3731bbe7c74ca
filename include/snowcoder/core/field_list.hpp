// SPDX-License-Identifier: Apache-2.0
// A configuration value names its fields once, each with where its default comes from; printing, hashing and the
// "paper or ours" table are made from that one list.
#pragma once

#include <snowcoder/core/text.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <tuple>

namespace snowcoder {

/// Where a default comes from: printed in the paper, derived from it by arithmetic, or our choice where it is silent.
enum class origin : std::uint8_t { paper, derived, ours };

template <class T, class M>
struct field {
  std::string_view name;
  M T::*member;
  origin from;
};

/// A configuration value: an aggregate with `static constexpr auto fields()` returning a tuple of field<…>.
template <class T>
concept has_fields = requires {
  T::fields();
};

template <has_fields T>
constexpr void append_text(std::string& out, T const& value);

template <class T, std::size_t N>
constexpr void append_text(std::string& out, std::array<T, N> const& values) {
  out += '{';
  for (std::size_t i = 0; i < N; ++i) {
    if (i) out += ", ";
    append_text(out, values[i]);
  }
  out += '}';
}

/// `{.layers = 24, .width = 2048}`: an initializer that gives the value back.
template <has_fields T>
constexpr void append_text(std::string& out, T const& value) {
  out += '{';
  bool first = true;
  std::apply(
      [&](auto const&... f) {
        (((out += first ? "." : ", ."), (out += f.name), (out += " = "), append_text(out, value.*(f.member)), first = false),
         ...);
      },
      T::fields());
  out += '}';
}

template <class T>
constexpr std::string text_of(T const& value) {
  std::string out;
  append_text(out, value);
  return out;
}

}  // namespace snowcoder
