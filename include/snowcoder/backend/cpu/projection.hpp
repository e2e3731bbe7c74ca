// SPDX-License-Identifier: Apache-2.0
// y = act(x W' + bias) for a weight that never changes: packed once into panels, in the arithmetic of T. Rows and results are
// float whatever T is. A row of y depends on that row of x alone, so neither batches nor threads change a bit.
// twin: backend/cpu/reference/projection.hpp
#pragma once

#include <snowcoder/backend/activation.hpp>
#include <snowcoder/backend/cpu/bfloat16_kernel.hpp>
#include <snowcoder/backend/cpu/buffer.hpp>
#include <snowcoder/backend/cpu/device.hpp>
#include <snowcoder/backend/cpu/element.hpp>
#include <snowcoder/backend/cpu/gelu.hpp>
#include <snowcoder/backend/cpu/half_rows.hpp>
#include <snowcoder/backend/cpu/library_projection.hpp>
#include <snowcoder/backend/cpu/pair_rows.hpp>
#include <snowcoder/backend/cpu/panel_packing.hpp>
#include <snowcoder/backend/cpu/panel_product.hpp>
#include <snowcoder/backend/cpu/quantise.hpp>
#include <snowcoder/backend/cpu/row_blocks.hpp>
#include <snowcoder/backend/cpu/tile_projection.hpp>
#include <snowcoder/core/contract.hpp>
#include <snowcoder/core/dtype.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <vector>

namespace snowcoder::cpu {

/// A packed weight (outputs, inputs) and its bias. T float: as given. bfloat16: rounded to it; the rows are too where the
/// processor multiplies pairs; where it multiplies halves, both become halves, with AVX2 16-bit integers. int8: per output
/// symmetric, at most 127 steps from 0 to the largest magnitude; rows are quantised as they come, 255 steps from their smallest
/// to their largest element.
template <class T>
class projection {
 public:
  projection() = default;
  /// `bias` (outputs) may be null.
  projection(matrix_view<float const> weight, float const* bias, bfloat16_kernel kernel = preferred_projection_kernel())
      : outputs_(weight.rows), inputs_(weight.columns), kernel_(kernel) {
    if (by_library()) {
      bias_ = buffer<float>(panels() * panel_width);
      if (bias) std::copy_n(bias, outputs_, bias_.data());
      plain_ = buffer<bfloat16>(outputs_ * inputs_);
      for (std::int64_t o = 0; o < outputs_; ++o)
        for (std::int64_t i = 0; i < inputs_; ++i) plain_.data()[o * inputs_ + i] = bfloat16(weight.row(o)[i]);
      return;
    }
    auto const per_word = elements_per_word();
    words_ = (inputs_ + per_word - 1) / per_word;
    if (std::is_same_v<T, std::int8_t>) words_ = (words_ + words_of_bytes - 1) / words_of_bytes * words_of_bytes;
    if (by_tiles()) words_ = (words_ + matrix_words - 1) / matrix_words * matrix_words;
    auto const padded = panels() * panel_width;
    panels_ = buffer<std::int32_t>(padded * words_);
    bias_ = buffer<float>(padded);
    if (bias) std::copy_n(bias, outputs_, bias_.data());
    if (std::is_same_v<T, std::int8_t> || by_halves() || by_shorts()) scales_ = buffer<float>(padded);
    if constexpr (std::is_same_v<T, std::int8_t>) sums_ = buffer<std::int32_t>(padded);
    std::vector<std::int32_t> line(static_cast<std::size_t>(words_));
    std::vector<bfloat16> pairs(2 * line.size());
    for (std::int64_t o = 0; o < outputs_; ++o) {
      float const* const row = weight.row(o);
      if constexpr (std::is_same_v<T, std::int8_t>) {
        auto* const bytes = reinterpret_cast<std::int8_t*>(line.data());
        scales_.data()[o] = quantise_weight({bytes, std::size_t(inputs_)}, row);
        for (std::int64_t i = 0; i < inputs_; ++i) sums_.data()[o] += bytes[i];
      } else if (per_word == 2) {
        for (std::int64_t i = 0; i < inputs_; ++i) store(pairs[std::size_t(i)], row[i]);
        if (by_halves()) scales_.data()[o] = to_halves(pairs);
        if (by_shorts()) scales_.data()[o] = to_shorts(pairs);
        std::memcpy(line.data(), pairs.data(), line.size() * sizeof(std::int32_t));
      } else {
        for (std::int64_t i = 0; i < inputs_; ++i)
          line[std::size_t(i)] = __builtin_bit_cast(std::int32_t, rounded_as<T>(row[i]));
      }
      auto* const panel = panels_.data() + o / panel_width * words_ * panel_width + o % panel_width;
      for (std::int64_t k = 0; k < words_; ++k) panel[k * panel_width] = line[std::size_t(k)];
    }
  }

  std::int64_t outputs() const { return outputs_; }
  std::int64_t inputs() const { return inputs_; }
  std::int64_t words() const { return words_; }
  std::int64_t panels() const { return (outputs_ + panel_width - 1) / panel_width; }
  std::int64_t elements_per_word() const {
    if constexpr (std::is_same_v<T, std::int8_t>) return 4;
    return std::is_same_v<T, bfloat16> && (kernel_ == bfloat16_kernel::pairs || by_tiles() || by_halves() || by_shorts()) ? 2
                                                                                                                          : 1;
  }
  bool by_tiles() const { return !std::is_same_v<T, float> && kernel_ == bfloat16_kernel::tiles && has_matrix_tiles(); }
  bool by_halves() const { return has_half_lanes && std::is_same_v<T, bfloat16> && kernel_ == bfloat16_kernel::halves; }
  bool by_shorts() const { return std::is_same_v<T, bfloat16> && kernel_ == bfloat16_kernel::shorts; }
  bool by_library() const { return std::is_same_v<T, bfloat16> && kernel_ == bfloat16_kernel::library; }
  /// As oneDNN gets it.
  matrix_view<bfloat16 const> plain() const { return {plain_.data(), outputs_, inputs_}; }
  template <class Word>
  Word const* panel(std::int64_t p) const {
    return reinterpret_cast<Word const*>(panels_.data() + p * words_ * panel_width);
  }
  float const* bias() const { return bias_.data(); }
  float const* scales() const { return scales_.data(); }
  std::int32_t const* sums() const { return sums_.data(); }

 private:
  /// Rewrites bfloat16 as halves, scaled to less than 1 in magnitude; what one is times the other.
  static float to_halves([[maybe_unused]] std::vector<bfloat16>& values) {
    float scale = 1;
#if defined(__AVX512FP16__) && !defined(__CUDACC__)
    float most = 0;
    for (auto v : values) most = std::max(most, std::abs(float(v)));
    scale = scale_into(most, 1.0f);
    for (auto& v : values) v.bits = half_of(float(v) * scale).bits;
#endif
    return 1 / scale;
  }

  /// Rewrites bfloat16 as 16-bit integers; what one of them stands for.
  static float to_shorts(std::vector<bfloat16>& values) {
    std::vector<float> const wide(values.begin(), values.end());
    std::vector<std::int16_t> shorts(values.size());
    auto const count = std::int64_t(values.size());
    float const step = quantise_short(shorts.data(), wide.data(), count, count);
    for (std::size_t i = 0; i < values.size(); ++i) values[i].bits = std::uint16_t(shorts[i]);
    return step;
  }

  std::int64_t outputs_ = 0, inputs_ = 0, words_ = 0;
  bfloat16_kernel kernel_ = bfloat16_kernel::widened;
  buffer<std::int32_t> panels_, sums_;  ///< sums: of each output's bytes
  buffer<float> bias_, scales_;
  buffer<bfloat16> plain_;
};

namespace detail {

/// Words of k that a task multiplies at once: such a piece of a panel stays in the first cache while rows pass by, and sums
/// wait for the next piece in y. So small that the next panel's piece has room beside it.
inline constexpr std::int64_t block_words = 128;

/// What lies at column j of y's row, as lanes of any kind; zeros behind the row's end.
template <class Lanes>
__attribute__((always_inline)) inline Lanes load_columns(matrix_view<float> y, std::int64_t row, std::int64_t j) {
  auto const* const at = y.row(row) + j;
  if (j + lanes <= y.columns) return load_lanes<Lanes>(at);
  return Lanes(load_first(at, std::max<std::int64_t>(y.columns - j, 0)));
}
__attribute__((always_inline)) inline void store_columns(matrix_view<float> y, std::int64_t row, std::int64_t j,
                                                         float_lanes v) {
  auto* const at = y.row(row) + j;
  if (j + lanes <= y.columns)
    store_lanes(at, v);
  else if (j < y.columns)
    store_first(at, v, y.columns - j);
}

/// y's tile at (row, column) [+]= the tile of `a` at that row times `words` words of a panel; behind the last word
/// end(row, column, sum) turns a vector of sums into what is stored, until then sums lie in y as they are.
template <class Words, int Rows, class End>
void project_tile(matrix_view<float> y, std::int64_t row, std::int64_t column, row_words<Words> const& a,
                  typename Words::word const* panel, std::int64_t words, bool begun, bool whole, End const& end) {
  using sums = typename Words::sums;
  alignas(64) float edge[Rows * panel_width];
  bool const fits = column + panel_width <= y.columns;
  float* const c = fits ? y.row(row) + column : edge;
  auto const c_row = fits ? y.stride : panel_width;
  auto const each = [&](auto const& what) __attribute__((always_inline)) {
    for (int r = 0; r < Rows; ++r)
      for (std::int64_t j = 0; j < panel_width; j += lanes) what(row + r, column + j, c + r * c_row + j);
  };
  if (begun && !fits) each([&](std::int64_t i, std::int64_t j, float* at) { store_lanes(at, load_columns<sums>(y, i, j)); });
  auto const multiply = begun ? multiply_tile<Words, Rows, true> : multiply_tile<Words, Rows, false>;
  multiply(c, c_row, a.at(row), a.stride, a.step, panel, words);
  if (whole) each([&](std::int64_t i, std::int64_t j, float* at) { store_lanes(at, end(i, j, load_lanes<sums>(at))); });
  if (!fits) each([&](std::int64_t i, std::int64_t j, float* at) { store_columns(y, i, j, load_lanes<float_lanes>(at)); });
}

/// The same where sums are good for half_chain words and go on in y as floats.
template <class Words, int Rows, class End>
void project_chains(matrix_view<float> y, std::int64_t row, std::int64_t column, row_words<Words> const& a,
                    typename Words::word const* panel, std::int64_t words, bool begun, bool whole, End const& end) {
  using sums = typename Words::sums;
  for (std::int64_t from = 0; from < words; from += half_chain) {
    bool const done = whole && from + half_chain >= words;
    panel_tile<Words, Rows>(
        std::min(half_chain, words - from), a.at(row) + from * a.step, a.stride, a.step, panel + from * panel_width,
        [](int, int) __attribute__((always_inline)) { return sums{}; },
        [&](int r, int half, sums s) __attribute__((always_inline)) {
          auto const i = row + r, j = column + half * lanes;
          auto total = sum_of_pairs(s);
          if (begun || from > 0) total += load_columns<float_lanes>(y, i, j);
          store_columns(y, i, j, done ? end(i, j, total) : total);
        });
  }
}

/// Every tile of y: end(row, column, sum) turns a vector of sums into what is stored. Rows of x are `stride` words apart.
template <class Words, class T, class End>
void project_words(device& d, matrix_view<float> y, typename Words::word const* x, std::int64_t stride, projection<T> const& w,
                   End const& end) {
  using word = typename Words::word;
  auto const high = even_block(y.rows, block_rows, d.threads());
  auto const down = (y.rows + high - 1) / high, across = (w.panels() + block_panels - 1) / block_panels;
  d.for_each(down * across, [&](std::int64_t task) {
    auto const first = task / across * high, rows = std::min(high, y.rows - first);
    auto const begin = task % across * block_panels, last = std::min(w.panels(), begin + block_panels);
    auto const block = y.slice(first, rows);
    auto const stored = [&](std::int64_t i, std::int64_t j, auto sums) __attribute__((always_inline)) {
      return end(first + i, j, sums);
    };
    bool const in_place = rows_lie_apart(stride);
    auto* const groups = in_place ? nullptr : scratch<word, 27>((high / tile_rows + 1) * block_words * group_rows);
    for (std::int64_t k = 0; k < w.words(); k += block_words) {
      auto const here = std::min(block_words, w.words() - k);
      row_words<Words> a{x + first * stride + k, stride, 1, tile_rows * stride};
      if (!in_place) {
        a = {groups, 1, group_rows, block_words * group_rows};
        pack_groups<moved_words<word>>(groups, a.tile, operand<word>(x + first * stride, rows, w.words(), stride, 1), k, here);
      }
      for (auto p = begin; p < last; ++p) {
        auto const* const panel = w.template panel<word>(p) + k * panel_width;
        // The next piece of a panel comes while this one's tiles are computed: none of them has to wait for it.
        auto const* const next =
            p + 1 < last ? panel + w.words() * panel_width : w.template panel<word>(begin) + (k + here) * panel_width;
        auto const lines = here * panel_width * std::int64_t(sizeof(word)) / 64 * tile_rows / rows;
        for_each_tile(rows, [&]<int Rows>(std::integral_constant<int, Rows>, std::int64_t at) {
          for (std::int64_t i = 0; i <= lines; ++i)
            __builtin_prefetch(next + (at / tile_rows * (lines + 1) + i) * (64 / sizeof(word)), 0, 3);
          constexpr bool one_chain = std::is_same_v<typename accumulated<typename Words::sums>::type, typename Words::sums>;
          bool const begun = k > 0, whole = k + here == w.words();
          if constexpr (one_chain)
            project_tile<Words, Rows>(block, at, p * panel_width, a, panel, here, begun, whole, stored);
          else
            project_chains<Words, Rows>(block, at, p * panel_width, a, panel, here, begun, whole, stored);
        });
      }
    }
  });
}

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
    auto* const bytes = scratch<std::int32_t, 20>(tile_room(x.rows, stride));
    auto* const how = scratch<row_quantisation, 21>(x.rows);
    constexpr std::int64_t piece = 32;
    d.for_each((x.rows + piece - 1) / piece, [&](std::int64_t p) {
      for (auto i = p * piece, end = std::min(x.rows, i + piece); i < end; ++i)
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
    auto* const pairs = scratch<std::int32_t, 20>(tile_room(x.rows, stride));
    round_rows(d, reinterpret_cast<bfloat16*>(pairs), x, 2 * stride);
    project_tiles<T>(d, y, pairs, stride, w, plain);
  } else if (w.by_library()) {
    project_by_library(d, y, x, w.plain(), finish);
#if defined(__AVX512FP16__) && !defined(__CUDACC__)
  } else if (w.by_halves()) {
    auto* const halves = scratch<std::int32_t, 20>(x.rows * w.words());
    auto* const steps = scratch<float, 21>(x.rows);
    constexpr std::int64_t piece = 32;
    d.for_each((x.rows + piece - 1) / piece, [&](std::int64_t p) {
      for (auto i = p * piece, end = std::min(x.rows, i + piece); i < end; ++i) {
        // Sums of half_chain products of less than 256 and less than 1, and of two such, stay below 2^15.
        auto const scale = scale_into(largest_magnitude(x.slice(i, 1)), 256.0f);
        store_scaled(reinterpret_cast<half*>(halves + i * w.words()), x.row(i), x.columns, 2 * w.words(), scale);
        steps[i] = 1 / scale;
      }
    });
    auto const* scales = w.scales();
    project_words<half_words>(
        d, y, halves, w.words(), w, [&](std::int64_t i, std::int64_t j, float_lanes s) __attribute__((always_inline)) {
          return finish(j, s * (load_lanes<float_lanes>(scales + j) * steps[i]));
        });
#endif
  } else if (w.by_shorts()) {
    auto* const shorts = scratch<std::int32_t, 20>(x.rows * w.words());
    auto* const steps = scratch<float, 21>(x.rows);
    constexpr std::int64_t piece = 32;
    d.for_each((x.rows + piece - 1) / piece, [&](std::int64_t p) {
      for (auto i = p * piece, end = std::min(x.rows, i + piece); i < end; ++i)
        steps[i] = quantise_short(reinterpret_cast<std::int16_t*>(shorts + i * w.words()), x.row(i), x.columns, 2 * w.words());
    });
    auto const* scales = w.scales();
    project_words<short_words>(
        d, y, shorts, w.words(), w, [&](std::int64_t i, std::int64_t j, int_lanes s) __attribute__((always_inline)) {
          return finish(j, as_float_lanes(s) * (load_lanes<float_lanes>(scales + j) * steps[i]));
        });
  } else if (w.elements_per_word() == 2) {
    auto* const pairs = scratch<std::int32_t, 20>(x.rows * w.words());
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
