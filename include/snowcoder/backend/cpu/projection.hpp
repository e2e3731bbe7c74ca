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
#include <snowcoder/backend/cpu/library_projection.hpp>
#include <snowcoder/backend/cpu/panel_product.hpp>
#include <snowcoder/backend/cpu/quantise.hpp>
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
/// processor multiplies pairs. int8: per output symmetric, 127 steps from 0 to the largest magnitude; rows are quantised as
/// they come, 255 steps from their smallest to their largest element.
template <class T>
class projection {
 public:
  projection() = default;
  /// `bias` (outputs) may be null.
  projection(matrix_view<float const> weight, float const* bias, bfloat16_kernel kernel = preferred_bfloat16_kernel())
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
    auto const padded = panels() * panel_width;
    panels_ = buffer<std::int32_t>(padded * words_);
    bias_ = buffer<float>(padded);
    if (bias) std::copy_n(bias, outputs_, bias_.data());
    if constexpr (std::is_same_v<T, std::int8_t>) scales_ = buffer<float>(padded), sums_ = buffer<std::int32_t>(padded);
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
    return std::is_same_v<T, bfloat16> && kernel_ == bfloat16_kernel::pairs ? 2 : 1;
  }
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
  std::int64_t outputs_ = 0, inputs_ = 0, words_ = 0;
  bfloat16_kernel kernel_ = bfloat16_kernel::widened;
  buffer<std::int32_t> panels_, sums_;  ///< sums: of each output's bytes
  buffer<float> bias_, scales_;
  buffer<bfloat16> plain_;
};

namespace detail {

/// Every tile of y: end(row, column, sum) turns a vector of sums into what is stored.
template <class Words, class T, class End>
void project_words(device& d, matrix_view<float> y, typename Words::word const* x, std::int64_t stride, projection<T> const& w,
                   End const& end) {
  auto const down = (y.rows + block_rows - 1) / block_rows, across = (w.panels() + block_panels - 1) / block_panels;
  d.for_each(down * across, [&](std::int64_t task) {
    auto const first = task / across * block_rows, rows = std::min(block_rows, y.rows - first);
    auto const last = std::min(w.panels(), (task % across + 1) * block_panels);
    for (auto p = task % across * block_panels; p < last; ++p) {
      auto const* const panel = w.template panel<typename Words::word>(p);
      auto const column = p * panel_width;
      for_each_tile(rows, [&]<int Rows>(std::integral_constant<int, Rows>, std::int64_t at) {
        auto const row = first + at;
        panel_tile<Words, Rows>(
            w.words(), x + row * stride, stride, 1, panel, [](int, int) { return typename Words::sums{}; },
            [&](int r, int half, typename Words::sums s) __attribute__((always_inline)) {
              auto const j = column + half * lanes;
              auto const value = end(row + r, j, s);
              float* const to = y.row(row + r) + j;
              if (j + lanes <= y.columns)
                store_lanes(to, value);
              else if (j < y.columns)
                store_first(to, value, y.columns - j);
            });
      });
    }
  });
}

template <class T, activation Act>
void project_as(device& d, matrix_view<float> y, matrix_view<float const> x, projection<T> const& w) {
  auto const* const bias = w.bias();
  auto const finish = [bias](std::int64_t j, float_lanes v) __attribute__((always_inline)) {
    v += load_lanes<float_lanes>(bias + j);
    if constexpr (Act == activation::gelu) v = gelu(v);
    return v;
  };
  auto const plain = [&](std::int64_t, std::int64_t j, float_lanes s) __attribute__((always_inline)) { return finish(j, s); };
  if constexpr (std::is_same_v<T, std::int8_t>) {
    auto* const bytes = scratch<std::int32_t, 20>(x.rows * w.words());
    auto* const how = scratch<row_quantisation, 21>(x.rows);
    constexpr std::int64_t piece = 32;
    d.for_each((x.rows + piece - 1) / piece, [&](std::int64_t p) {
      for (auto i = p * piece, end = std::min(x.rows, i + piece); i < end; ++i)
        how[i] = quantise_row(reinterpret_cast<std::uint8_t*>(bytes + i * w.words()), x.row(i), x.columns);
    });
    auto const* scales = w.scales();
    auto const* const sums = w.sums();
    project_words<byte_words>(
        d, y, bytes, w.words(), w, [&](std::int64_t i, std::int64_t j, int_lanes s) __attribute__((always_inline)) {
          auto const right = s - broadcast(how[i].zero) * load_lanes<int_lanes>(sums + j);
          return finish(j, as_float_lanes(right) * (load_lanes<float_lanes>(scales + j) * how[i].step));
        });
  } else if (w.by_library()) {
    project_by_library(d, y, x, w.plain(), finish);
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

/// y (rows, outputs) = act(x (rows, inputs) x W' + bias). y and x must not overlap. With int8 and with pairs, rows of x must be
/// finite.
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
