// SPDX-License-Identifier: Apache-2.0
// The name of an enumerator, taken from the compiler: configuration values print themselves without a second list.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace snowcoder {

namespace detail {
template <auto V>
constexpr std::string_view enumerator() {
  std::string_view text = __PRETTY_FUNCTION__;
  auto const first = text.find('=', text.find('[')) + 1;  // "[with auto V = a::b; …]"
  text = text.substr(first, text.find_first_of(";]", first) - first);
  if (text.find('(') != text.npos) return {};  // "(E)7": no such value
  return text.substr(text.find_last_of(": ") + 1);
}
template <class E, std::size_t... I>
constexpr auto enumerators(std::index_sequence<I...>) {
  return std::array<std::string_view, sizeof...(I)>{enumerator<static_cast<E>(I)>()...};
}
}  // namespace detail

/// Enumerators are counted from 0 without gaps and there are fewer than 32 of them. Host compilers only: nvcc's front end
/// prints casts instead of names, so no static_assert on a name may stand in a header that a .cu file includes.
template <class E>
requires std::is_enum_v<E>
inline constexpr auto enumerator_names = detail::enumerators<E>(std::make_index_sequence<32>());

template <class E>
requires std::is_enum_v<E>
constexpr std::string_view name_of(E value) { return enumerator_names<E>[static_cast<std::size_t>(value)]; }

/// The enumerator of that name, if there is one.
template <class E>
requires std::is_enum_v<E>
constexpr std::optional<E> from_name(std::string_view name) {
  for (std::size_t i = 0; i < enumerator_names<E>.size() && !name.empty(); ++i)
    if (enumerator_names<E>[i] == name) return static_cast<E>(i);
  return {};
}

}  // namespace snowcoder
