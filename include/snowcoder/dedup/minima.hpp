// SPDX-License-Identifier: Apache-2.0
// The inner loop of MinHash: for many permutations at once the smallest a x + b (mod 2^32) over a block of values x. Written
// in the compiler's vector types, as wide as the processor's registers; the plain loop is the twin.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace snowcoder::dedup {

/// a is odd, so x -> a x + b is a bijection of the 32-bit numbers. x is half of a mixed hash, that is, a random number: every
/// element of a set is equally likely to have the smallest value, for each (a, b).
template <std::size_t Count>
struct permutation_table {
  static constexpr std::size_t lanes = (Count + 15) / 16 * 16;  // whole registers; the rest is computed and not used
  alignas(64) std::array<std::uint32_t, lanes> a{}, b{};
};
template <std::size_t Count>
struct minima {
  alignas(64) std::array<std::uint32_t, permutation_table<Count>::lanes> value;
  minima() { value.fill(~0u); }
};

template <std::size_t Count>
void lower_minima_plain(minima<Count>& m, permutation_table<Count> const& t, std::span<std::uint32_t const> values) {
  for (auto const x : values)
    for (std::size_t i = 0; i < t.lanes; ++i) m.value[i] = std::min(m.value[i], t.a[i] * x + t.b[i]);
}

#if defined(__GNUC__) && !defined(__CUDACC__)
namespace detail {
#if defined(__AVX512F__)
inline constexpr std::size_t register_bytes = 64;
#elif defined(__AVX2__)
inline constexpr std::size_t register_bytes = 32;
#else
inline constexpr std::size_t register_bytes = 16;
#endif
typedef std::uint32_t minima_lanes __attribute__((vector_size(register_bytes)));
inline constexpr std::size_t lanes_at_once = register_bytes / sizeof(std::uint32_t);

/// `Registers` registers of permutations, from `first` on, over all values: a, b and the minima stay in registers.
template <std::size_t Registers>
inline void lower_some(std::uint32_t* minima, std::uint32_t const* a, std::uint32_t const* b,
                       std::span<std::uint32_t const> values) {
  minima_lanes m[Registers], x_a[Registers], x_b[Registers];
  std::memcpy(m, minima, sizeof m);
  std::memcpy(x_a, a, sizeof x_a);
  std::memcpy(x_b, b, sizeof x_b);
  for (auto const x : values)
#pragma GCC unroll 8
    for (std::size_t r = 0; r < Registers; ++r) {
      minima_lanes const y = x_a[r] * x + x_b[r];
      m[r] = y < m[r] ? y : m[r];
    }
  std::memcpy(minima, m, sizeof m);
}
}  // namespace detail

template <std::size_t Count>
void lower_minima(minima<Count>& m, permutation_table<Count> const& t, std::span<std::uint32_t const> values) {
  constexpr std::size_t registers = t.lanes / detail::lanes_at_once, together = 4, step = together * detail::lanes_at_once;
  std::size_t first = 0;
  for (; first + step <= t.lanes; first += step)
    detail::lower_some<together>(m.value.data() + first, t.a.data() + first, t.b.data() + first, values);
  if constexpr (constexpr std::size_t rest = registers % together; rest != 0)
    detail::lower_some<rest>(m.value.data() + first, t.a.data() + first, t.b.data() + first, values);
}
#else
template <std::size_t Count>
void lower_minima(minima<Count>& m, permutation_table<Count> const& t, std::span<std::uint32_t const> values) {
  lower_minima_plain(m, t, values);
}
#endif

}  // namespace snowcoder::dedup
