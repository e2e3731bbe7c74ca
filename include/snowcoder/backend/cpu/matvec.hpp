// SPDX-License-Identifier: Apache-2.0
// Products of one or a few rows with a weight, for generation: the weight is read once from memory, which is all that such
// a product costs. Every element of the result is one sum in an order that depends on the number of columns alone, so a row
// has the same bits whatever rows are computed beside it.   twin: backend/cpu/reference/matmul.hpp
#pragma once

#include <snowcoder/backend/cpu/device.hpp>
#include <snowcoder/backend/cpu/element.hpp>
#include <snowcoder/backend/cpu/lanes.hpp>
#include <snowcoder/core/contract.hpp>
#include <snowcoder/core/dtype.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace snowcoder::cpu {

namespace detail {

inline constexpr std::int64_t matvec_rows = lanes == 16 ? 4 : 2;  // 16 registers hold 8 sums, 2 inputs and a weight
inline constexpr std::int64_t matvec_outputs = 4;                 ///< streams that are read together

/// How a vector of elements enters the sums: floats one by one, bfloat16 in pairs that are never widened in memory.
template <class T>
struct matvec_elements {
  using vector = std::conditional_t<std::is_same_v<T, float>, float_lanes, int_lanes>;
  static constexpr std::int64_t count = sizeof(vector) / sizeof(T);
  [[gnu::always_inline]] static vector load(T const* from) {
    vector v;
    std::memcpy(&v, from, sizeof v);
    return v;
  }
  [[gnu::always_inline]] static float_lanes add(float_lanes sums, vector a, vector b) {
    if constexpr (std::is_same_v<T, float>)
      return multiply_add(sums, a, b);
    else
      return add_pair_products(sums, a, b);
  }
};

using matvec_quad = float __attribute__((vector_size(16)));

/// The lanes of a sum, added to four; always in the same order.
[[gnu::always_inline]] inline matvec_quad quarters(float_lanes sum) {
  matvec_quad q[lanes / 4];
  std::memcpy(q, &sum, sizeof q);
  if constexpr (lanes == 16)
    return (q[0] + q[2]) + (q[1] + q[3]);
  else if constexpr (lanes == 8)
    return q[0] + q[1];
  else
    return q[0];
}
/// The four that are left of each of four sums, (0 + 2) + (1 + 3) of each.
[[gnu::always_inline]] inline matvec_quad across(matvec_quad a, matvec_quad b, matvec_quad c, matvec_quad d) {
  using places = std::int32_t __attribute__((vector_size(16)));
  auto const pairs = [](matvec_quad x, matvec_quad y) {  // x0 + x2, y0 + y2, x1 + x3, y1 + y3
    return __builtin_shuffle(x, y, places{0, 4, 1, 5}) + __builtin_shuffle(x, y, places{2, 6, 3, 7});
  };
  auto const x = pairs(a, b), y = pairs(c, d);
  return __builtin_shuffle(x, y, places{0, 1, 4, 5}) + __builtin_shuffle(x, y, places{2, 3, 6, 7});
}

/// sums[r][o] = x.row(r) . weight.row(o) for `Outputs` rows of the weight and `Rows` of x.
template <int Outputs, int Rows, class T>
[[gnu::always_inline]] inline void matvec_block(float (&sums)[matvec_rows][matvec_outputs], matrix_view<T const> weight,
                                                matrix_view<T const> x) {
  using elements = matvec_elements<T>;
  float_lanes sum[Outputs][Rows] = {};
  auto const whole = weight.columns / elements::count * elements::count;
  for (std::int64_t k = 0; k < whole; k += elements::count) {
    typename elements::vector in[Rows];
#pragma GCC unroll 4
    for (int r = 0; r < Rows; ++r) in[r] = elements::load(x.row(r) + k);
#pragma GCC unroll 4
    for (int o = 0; o < Outputs; ++o) {
      T const* const from = weight.row(o) + k;
      // The rows that come next are on their way: the processor's own look-ahead ends with a row's page.
      __builtin_prefetch(from + matvec_outputs * weight.stride);
      auto const w = elements::load(from);
#pragma GCC unroll 4
      for (int r = 0; r < Rows; ++r) sum[o][r] = elements::add(sum[o][r], w, in[r]);
    }
  }
#pragma GCC unroll 4
  for (int r = 0; r < Rows; ++r) {
    if constexpr (Outputs == 4) {
      auto const all = across(quarters(sum[0][r]), quarters(sum[1][r]), quarters(sum[2][r]), quarters(sum[3][r]));
      std::memcpy(sums[r], &all, sizeof all);
    } else {
#pragma GCC unroll 4
      for (int o = 0; o < Outputs; ++o) {
        auto const q = quarters(sum[o][r]);
        sums[r][o] = (q[0] + q[2]) + (q[1] + q[3]);
      }
    }
    // Fused by name, as in multiply_add.
    for (int o = 0; o < Outputs; ++o)
      for (auto k = whole; k < weight.columns; ++k)
        sums[r][o] = std::fma(float(x.row(r)[k]), float(weight.row(o)[k]), sums[r][o]);
  }
}

/// All rows of x with `Outputs` rows of the weight; y holds the results' first column.
template <int Outputs, class Y, class T>
void matvec_outputs_of(matrix_view<Y> y, matrix_view<T const> weight, matrix_view<T const> x) {
  float sums[matvec_rows][matvec_outputs];
  std::int64_t r = 0;
  auto const keep = [&](std::int64_t rows) {
    for (std::int64_t i = 0; i < rows; ++i)
      for (int o = 0; o < Outputs; ++o) store(y.row(r + i)[o], sums[i][o]);
    r += rows;
  };
  while (x.rows - r >= matvec_rows) {
    matvec_block<Outputs, matvec_rows>(sums, weight, x.slice(r, matvec_rows));
    keep(matvec_rows);
  }
  while (x.rows - r > 0) {
    matvec_block<Outputs, 1>(sums, weight, x.slice(r, 1));
    keep(1);
  }
}

}  // namespace detail

/// y (rows, outputs) = x (rows, inputs) x weight', weight (outputs, inputs). Y is float or T. Sums are float. For few rows:
/// the weight is read once, but the arithmetic is that of plain vectors.
template <class Y, class T>
void matvec(device& d, matrix_view<Y> y, matrix_view<T const> x, matrix_view<T const> weight) {
  require(y.rows == x.rows && y.columns == weight.rows && x.columns == weight.columns, "matvec: shapes agree");
  constexpr auto group = detail::matvec_outputs;
  constexpr std::int64_t piece_bytes = 1 << 17;  // long enough to stream, short enough that threads end together
  auto const piece = std::max<std::int64_t>(1, piece_bytes / std::int64_t(sizeof(T)) / weight.columns / group) * group;
  d.for_each((weight.rows + piece - 1) / piece, [&](std::int64_t p) {
    auto o = p * piece;
    auto const end = std::min(weight.rows, o + piece);
    for (; o + group <= end; o += group) detail::matvec_outputs_of<group>(y.part(o, group), weight.slice(o, group), x);
    for (; o < end; ++o) detail::matvec_outputs_of<1>(y.part(o, 1), weight.slice(o, 1), x);
  });
}

}  // namespace snowcoder::cpu
