// SPDX-License-Identifier: Apache-2.0
// Kernels and launchers of adamw.hpp.
#pragma once

#include <snowcoder/backend/cuda/adamw.hpp>
#include <snowcoder/backend/cuda/element.cuh>
#include <snowcoder/backend/cuda/launch.cuh>
#include <snowcoder/backend/cuda/reduce.cuh>
#include <snowcoder/config/device_memory.hpp>

#include <algorithm>
#include <cstdint>
#include <type_traits>

namespace snowcoder::cuda {

namespace detail {

/// One element of the update.
__device__ inline void adamw_element(float& w, float& m, float& v, float gradient, adamw_step const& s) {
  float const g = gradient * s.gradient_scale;
  m = s.beta1 * m + (1.0f - s.beta1) * g;
  v = s.beta2 * v + (1.0f - s.beta2) * g * g;
  w = w * s.keep - s.rate * m / (sqrtf(v) * s.inverse_sqrt + s.epsilon);
}

/// Ranges as a kernel's parameter: flat elements [0, end[0]), [end[0], end[1]), ….
struct range_table {
  static constexpr int most = 256;
  int count = 0;
  std::int64_t end[most];
  bool decayed[most];
};

/// The range of a flat element that lies before the last end.
__device__ inline int range_of(range_table const& t, std::int64_t element) {
  int low = 0, high = t.count - 1;
  while (low < high) {
    int const middle = (low + high) / 2;
    if (element < t.end[middle])
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

__device__ inline float narrowed(float, float value, std::uint32_t) { return value; }
__device__ inline bfloat16 narrowed(bfloat16, float value, std::uint32_t draw) {
  bfloat16 out;
  out.bits = rounded_by_draw(value, draw);
  return out;
}

/// A thread takes one group of four flat elements, whose draws belong together; arrays begin at element `rounding.first`.
/// `Wide`: a whole group may be read by one instruction.
template <class Moment, bool Wide>
__global__ void adamw_groups(float* weights, Moment* first, Moment* second, float const* gradient, range_table ranges,
                             adamw_step decayed, adamw_step kept, moment_rounding rounding) {
  auto const group = rounding.first / 4 + thread_of_grid();
  auto const end = ranges.end[ranges.count - 1];
  if (group * 4 >= end) return;
  auto const draws = std::is_same_v<Moment, float> ? philox_block{} : rounding.group(group);
  auto const at = group * 4 - rounding.first;  // in the arrays
  bool const whole = at >= 0 && group * 4 + 4 <= end;
  pack<float, 4> w, g;
  pack<Moment, 4> m, v;
  if (Wide && whole) {
    w = load<4>(weights + at), g = load<4>(gradient + at), m = load<4>(first + at), v = load<4>(second + at);
  } else {
    for (int i = 0; i < 4; ++i)
      if (at + i >= 0 && group * 4 + i < end)
        w.at[i] = weights[at + i], g.at[i] = gradient[at + i], m.at[i] = first[at + i], v.at[i] = second[at + i];
  }
  int range = range_of(ranges, at < 0 ? rounding.first : group * 4);
  for (int i = 0; i < 4; ++i) {
    auto const element = group * 4 + i;
    if (at + i < 0 || element >= end) continue;
    while (element >= ranges.end[range]) ++range;
    float mean = float(m.at[i]), square = float(v.at[i]);
    adamw_element(w.at[i], mean, square, g.at[i], ranges.decayed[range] ? decayed : kept);
    m.at[i] = narrowed(Moment(), mean, draws.word[i]);
    v.at[i] = narrowed(Moment(), square, draws.word[i] >> 16);
  }
  if (Wide && whole) {
    store<4>(weights + at, w);
    store<4>(first + at, m);
    store<4>(second + at, v);
  } else {
    for (int i = 0; i < 4; ++i)
      if (at + i >= 0 && group * 4 + i < end) weights[at + i] = w.at[i], first[at + i] = m.at[i], second[at + i] = v.at[i];
  }
}

/// The arrays from flat element `rounding.first` on, up to the table's last end.
template <class Moment>
void update_groups(device& d, float* weights, Moment* first, Moment* second, float const* gradient, range_table const& ranges,
                   adamw_step const& decayed, adamw_step const& kept, moment_rounding rounding) {
  auto const from = rounding.first, end = ranges.end[ranges.count - 1];
  if (from == end) return;
  auto const starts = [&](auto const* p, std::size_t bytes) {
    return (reinterpret_cast<std::uintptr_t>(p) - std::uintptr_t(from) * sizeof(*p)) % bytes == 0;
  };
  bool const wide =
      starts(weights, 16) && starts(gradient, 16) && starts(first, 4 * sizeof(Moment)) && starts(second, 4 * sizeof(Moment));
  launch(d, "adamw", thread_each(pieces_of(end, 4) - from / 4),
         wide ? &adamw_groups<Moment, true> : &adamw_groups<Moment, false>, weights, first, second, gradient, ranges, decayed,
         kept, rounding);
}

/// One range of `size` elements from flat element `rounding.first` on.
inline range_table one_range(std::int64_t size, moment_rounding const& rounding) {
  range_table t;
  t.count = 1;
  t.end[0] = rounding.first + size;
  t.decayed[0] = true;
  return t;
}

/// Block b adds the squares of elements b * piece to (b + 1) * piece.
template <class V>
__global__ void sum_pieces(double* sums, V const* values, std::int64_t size, std::int64_t piece, bool squares) {
  auto const first = std::int64_t(blockIdx.x) * piece, end = first + piece < size ? first + piece : size;
  double sum = 0;
  for (auto i = first + threadIdx.x; i < end; i += blockDim.x) {
    auto const v = double(values[i]);
    sum += squares ? v * v : v;
  }
  sum = sum_of_block(sum);
  if (threadIdx.x == 0) sums[blockIdx.x] = sum;
}

}  // namespace detail

void adamw(device& d, float* weights, float* first_moment, float* second_moment, float const* gradient, std::int64_t size,
           adamw_step step) {
  moment_rounding const none(0, 0, 0);
  detail::update_groups(d, weights, first_moment, second_moment, gradient, detail::one_range(size, none), step, step, none);
}

void adamw(device& d, float* weights, bfloat16* first_moment, bfloat16* second_moment, float const* gradient, std::int64_t size,
           adamw_step step, moment_rounding rounding) {
  detail::update_groups(d, weights, first_moment, second_moment, gradient, detail::one_range(size, rounding), step, step,
                        rounding);
}

template <class Moment>
void adamw(device& d, float* weights, Moment* first_moment, Moment* second_moment, float const* gradient,
           std::span<adamw_range const> ranges, adamw_step decayed, adamw_step kept, moment_rounding rounding) {
  auto const begin = rounding.first;
  while (!ranges.empty()) {
    detail::range_table t;
    for (auto const& r : ranges.first(std::min<std::size_t>(ranges.size(), detail::range_table::most))) {
      t.end[t.count] = r.end;
      t.decayed[t.count++] = r.decayed;
    }
    auto const at = rounding.first - begin;
    detail::update_groups(d, weights + at, first_moment + at, second_moment + at, gradient + at, t, decayed, kept, rounding);
    rounding.first = t.end[t.count - 1];
    ranges = ranges.subspan(std::size_t(t.count));
  }
}

double sum_of_squares(device& d, float const* values, std::int64_t size) {
  if (size == 0) return 0;
  // Long enough pieces that their sums fit one block's second pass.
  auto const piece = std::max(config::square_pieces, pieces_of(size, config::square_pieces));
  auto const pieces = pieces_of(size, piece);
  auto* const sums = d.scratch<double>(0, pieces + 1);
  launch(d, "sum_of_squares", block_each(pieces), &detail::sum_pieces<float>, sums + 1, values, size, piece, true);
  launch(d, "sum_of_squares", block_each(1), &detail::sum_pieces<double>, sums, sums + 1, pieces, pieces, false);
  double sum = 0;
  download(d, &sum, static_cast<double const*>(sums), 1);
  return sum;
}

}  // namespace snowcoder::cuda
