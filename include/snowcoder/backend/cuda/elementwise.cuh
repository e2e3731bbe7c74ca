// SPDX-License-Identifier: Apache-2.0
// Kernels and launchers of elementwise.hpp. A thread takes N neighbours; the one behind the last whole group takes the rest.
#pragma once

#include <snowcoder/backend/cuda/element.cuh>
#include <snowcoder/backend/cuda/elementwise.hpp>
#include <snowcoder/backend/cuda/launch.cuh>

namespace snowcoder::cuda {

namespace detail {

template <class T, int N>
__global__ void add_arrays(T* out, T const* a, T const* b, std::int64_t size) {
  auto const first = thread_of_grid() * N;
  if (first + N <= size) {
    auto const x = load<N>(a + first), y = load<N>(b + first);
    pack<T, N> sum;
    for (int i = 0; i < N; ++i) sum.at[i] = nearest<T>(float(x.at[i]) + float(y.at[i]));
    store<N>(out + first, sum);
  } else {
    for (auto i = first; i < size; ++i) out[i] = nearest<T>(float(a[i]) + float(b[i]));
  }
}

template <class To, class From, int N>
__global__ void cast_array(To* out, From const* in, std::int64_t size) {
  auto const first = thread_of_grid() * N;
  if (first + N <= size) {
    auto const x = load<N>(in + first);
    pack<To, N> y;
    for (int i = 0; i < N; ++i) y.at[i] = nearest<To>(float(x.at[i]));
    store<N>(out + first, y);
  } else {
    for (auto i = first; i < size; ++i) out[i] = nearest<To>(float(in[i]));
  }
}

template <class T, int N>
__global__ void fill_array(T* out, T value, std::int64_t size) {
  auto const first = thread_of_grid() * N;
  if (first + N <= size) {
    pack<T, N> all;
    for (int i = 0; i < N; ++i) all.at[i] = value;
    store<N>(out + first, all);
  } else {
    for (auto i = first; i < size; ++i) out[i] = value;
  }
}

/// Whether all of these addresses are multiples of N of their elements.
template <int N, class... T>
bool starts_aligned(T const*... p) {
  return (aligned<N>(p, N, N) && ...);
}

}  // namespace detail

template <class T>
void add(device& d, T* out, T const* a, T const* b, std::int64_t size) {
  constexpr int n = detail::widest<T>;
  bool const wide = detail::starts_aligned<n>(out, a, b);
  launch(d, "add", thread_each(pieces_of(size, wide ? n : 1)), wide ? &detail::add_arrays<T, n> : &detail::add_arrays<T, 1>,
         out, a, b, size);
}

template <class To, class From>
void cast(device& d, To* out, From const* in, std::int64_t size) {
  constexpr int n = 4;
  bool const wide = detail::starts_aligned<n>(out) && detail::starts_aligned<n>(in);
  launch(d, "cast", thread_each(pieces_of(size, wide ? n : 1)),
         wide ? &detail::cast_array<To, From, n> : &detail::cast_array<To, From, 1>, out, in, size);
}

template <class T>
void fill(device& d, T* out, T value, std::int64_t size) {
  constexpr int n = detail::widest<T>;
  bool const wide = detail::starts_aligned<n>(out);
  launch(d, "fill", thread_each(pieces_of(size, wide ? n : 1)), wide ? &detail::fill_array<T, n> : &detail::fill_array<T, 1>,
         out, value, size);
}

}  // namespace snowcoder::cuda
