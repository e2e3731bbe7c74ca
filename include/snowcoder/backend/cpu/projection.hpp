// SPDX-License-Identifier: Apache-2.0
// y = act(x W' + bias) for a weight that never changes: packed once into panels, in the arithmetic of T. Rows and results are
// float whatever T is. A row of y depends on that row of x alone, so neither batches nor threads change a bit.
// twin: backend/cpu/reference/projection.hpp
#pragma once

#include <snowcoder/backend/activation.hpp>
#include <snowcoder/backend/cpu/buffer.hpp>
#include <snowcoder/backend/cpu/device.hpp>
#include <snowcoder/backend/cpu/gelu.hpp>
#include <snowcoder/backend/cpu/half_rows.hpp>
#include <snowcoder/backend/cpu/library_projection.hpp>
#include <snowcoder/backend/cpu/pair_rows.hpp>
#include <snowcoder/backend/cpu/panel_product.hpp>
#include <snowcoder/backend/cpu/projection_weight.hpp>
#include <snowcoder/backend/cpu/quantise.hpp>
#include <snowcoder/backend/cpu/tile_projection.hpp>
#include <snowcoder/backend/cpu/word_projection.hpp>
#include <snowcoder/core/contract.hpp>
#include <snowcoder/core/dtype.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <cstdint>
#include <type_traits>

namespace snowcoder::cpu {

namespace detail {

struct rows_in_words;
struct row_scales;

template <class T, activation Act>
void project_as(device& d, matrix_view<float> y, matrix_view<float const> x, projection<T> const& w) {
  auto const* const bias = w.bias();
  auto const finish = [bias](std::int64_t j, float_lanes v) __attribute__((always_inline)) {
    v += load_lanes<float_lanes>(bias + j);
    if constexpr (Act == activation::gelu) v = std::is_same_v<T, float> ? gelu(v) : narrow_gelu(v);
    return v;
  };
  auto const plain = [&](std::int64_t, std::int64_t j, float_lanes s) __attribute__((always_inline)) { return finish(j, s); };
  if constexpr (std::is_same_v<T, std::int8_t>) {
    auto const stride = w.by_tiles() ? tile_stride(w.words()) : w.words();
    auto* const bytes = scratch<std::int32_t, rows_in_words>(tile_room(x.rows, stride));
    auto* const how = scratch<row_quantisation, row_scales>(x.rows);
    d.for_each_row(x.rows, 32, [&](std::int64_t i) {
      how[i] = quantise_row(reinterpret_cast<std::uint8_t*>(bytes + i * stride), x.row(i), x.columns);
    });
    auto const* scales = w.scales();
    auto const* const sums = w.sums();
    auto const end = [&](std::int64_t i, std::int64_t j, int_lanes s) __attribute__((always_inline)) {
      auto const right = s - broadcast(how[i].zero) * load_lanes<int_lanes>(sums + j);
      return finish(j, as_float_lanes(right) * (load_lanes<float_lanes>(scales + j) * how[i].step));
    };
    w.by_tiles() ? project_tiles<T>(d, y, bytes, stride, w, end) : project_words<byte_words>(d, y, bytes, stride, w, end);
  } else if (w.by_tiles()) {
    auto const stride = tile_stride(w.words());
    auto* const pairs = scratch<std::int32_t, rows_in_words>(tile_room(x.rows, stride));
    round_rows(d, reinterpret_cast<bfloat16*>(pairs), x, 2 * stride);
    project_tiles<T>(d, y, pairs, stride, w, plain);
  } else if (w.by_library()) {
    project_by_library(d, y, x, w.plain(), finish);
#if defined(__AVX512FP16__) && !defined(__CUDACC__)
  } else if (w.by_halves()) {
    auto* const halves = scratch<std::int32_t, rows_in_words>(x.rows * w.words());
    auto* const steps = scratch<float, row_scales>(x.rows);
    d.for_each_row(x.rows, 32, [&](std::int64_t i) {
      // Sums of half_chain products of less than 256 and less than 1, and of two such, stay below 2^15.
      auto const scale = scale_into(largest_magnitude(x.slice(i, 1)), 256.0f);
      store_scaled(reinterpret_cast<half*>(halves + i * w.words()), x.row(i), x.columns, 2 * w.words(), scale);
      steps[i] = 1 / scale;
    });
    auto const* scales = w.scales();
    project_words<half_words>(
        d, y, halves, w.words(), w, [&](std::int64_t i, std::int64_t j, float_lanes s) __attribute__((always_inline)) {
          return finish(j, s * (load_lanes<float_lanes>(scales + j) * steps[i]));
        });
#endif
  } else if (w.by_shorts()) {
    auto* const shorts = scratch<std::int32_t, rows_in_words>(x.rows * w.words());
    auto* const steps = scratch<float, row_scales>(x.rows);
    d.for_each_row(x.rows, 32, [&](std::int64_t i) {
      steps[i] = quantise_short(reinterpret_cast<std::int16_t*>(shorts + i * w.words()), x.row(i), x.columns, 2 * w.words());
    });
    auto const* scales = w.scales();
    project_words<short_words>(
        d, y, shorts, w.words(), w, [&](std::int64_t i, std::int64_t j, int_lanes s) __attribute__((always_inline)) {
          return finish(j, as_float_lanes(s) * (load_lanes<float_lanes>(scales + j) * steps[i]));
        });
  } else if (w.elements_per_word() == 2) {
    auto* const pairs = scratch<std::int32_t, rows_in_words>(x.rows * w.words());
    round_rows(d, reinterpret_cast<bfloat16*>(pairs), x, 2 * w.words());
    project_words<pair_words>(d, y, pairs, w.words(), w, plain);
  } else {
    project_words<float_words>(d, y, x.data, x.stride, w, plain);
  }
}

}  // namespace detail

/// `to` = the packed form of a weight (outputs, inputs) and its bias (outputs, or null).
template <class T>
void pack(device&, projection<T>& to, matrix_view<float const> weight, float const* bias) {
  to = projection<T>(weight, bias);
}

/// y (rows, outputs) = act(x (rows, inputs) x W' + bias). y and x must not overlap. With int8, pairs and 16-bit integers, rows
/// of x must be finite.
template <class T>
void project(device& d, matrix_view<float> y, matrix_view<float const> x, projection<T> const& w,
             activation act = activation::none) {
  require(y.rows == x.rows && y.columns == w.outputs() && x.columns == w.inputs(), "project: shapes of y, x and W agree");
  if (act == activation::gelu)
    detail::project_as<T, activation::gelu>(d, y, x, w);
  else
    detail::project_as<T, activation::none>(d, y, x, w);
}

}  // namespace snowcoder::cpu
