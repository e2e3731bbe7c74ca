// SPDX-License-Identifier: Apache-2.0
// A weight that never changes, packed once into panels in the arithmetic of T, for projection.hpp.
#pragma once

#include <snowcoder/backend/cpu/bfloat16_kernel.hpp>
#include <snowcoder/backend/cpu/buffer.hpp>
#include <snowcoder/backend/cpu/element.hpp>
#include <snowcoder/backend/cpu/half_rows.hpp>
#include <snowcoder/backend/cpu/matrix_tiles.hpp>
#include <snowcoder/backend/cpu/panel_product.hpp>
#include <snowcoder/backend/cpu/quantise.hpp>
#include <snowcoder/core/dtype.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <algorithm>
#include <cmath>
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

}  // namespace snowcoder::cpu
