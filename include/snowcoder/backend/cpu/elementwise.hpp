// SPDX-License-Identifier: Apache-2.0
// Sums and conversions of flat arrays, in pieces.   twin: backend/cpu/reference/elementwise.hpp
#pragma once

#include <snowcoder/backend/cpu/device.hpp>
#include <snowcoder/backend/cpu/element.hpp>

#include <algorithm>
#include <cstdint>

namespace snowcoder::cpu {

namespace detail {
inline constexpr std::int64_t flat_piece = 1 << 15;

/// body(first, count) for consecutive pieces of [0, size).
template <class Body>
void for_each_piece(device& d, std::int64_t size, Body const& body) {
  d.for_each((size + flat_piece - 1) / flat_piece,
             [&](std::int64_t p) { body(p * flat_piece, std::min(flat_piece, size - p * flat_piece)); });
}
}  // namespace detail

/// out = a + b, added in float. out may be a or b.
template <class T>
void add(device& d, T* out, T const* a, T const* b, std::int64_t size) {
  detail::for_each_piece(d, size, [&](std::int64_t first, std::int64_t count) {
    T* o = out + first;
    T const *x = a + first, *y = b + first;
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i) store(o[i], float(x[i]) + float(y[i]));
  });
}

/// out = To(in), through float.
template <class To, class From>
void cast(device& d, To* out, From const* in, std::int64_t size) {
  detail::for_each_piece(d, size, [&](std::int64_t first, std::int64_t count) {
    To* o = out + first;
    From const* x = in + first;
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i) store(o[i], float(x[i]));
  });
}

/// out = value, everywhere.
template <class T>
void fill(device& d, T* out, T value, std::int64_t size) {
  detail::for_each_piece(d, size, [&](std::int64_t first, std::int64_t count) { std::fill_n(out + first, count, value); });
}

/// The host's bytes to the device and back: on the CPU both are copies.
template <class T>
void upload(device&, T* to, T const* host, std::int64_t size) {
  std::copy_n(host, size, to);
}
template <class T>
void download(device&, T* host, T const* from, std::int64_t size) {
  std::copy_n(from, size, host);
}

}  // namespace snowcoder::cpu
