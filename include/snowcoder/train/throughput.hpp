// SPDX-License-Identifier: Apache-2.0
// How quick a run is: tokens by second, and the share of the hardware's peak that the model's own arithmetic reaches, in both
// conventions: attention counted causally, half of the square (6N + 6LdT), and in full as PaLM does (6N + 12LdT, arXiv
// 2204.02311 appendix B). What is computed again counts in neither.
#pragma once

#include <snowcoder/backend/operand.hpp>
#include <snowcoder/config/accounting.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>

namespace snowcoder::train {

struct throughput {
  double tokens_per_second = 0;
  double causal = 0, full_square = 0;  ///< utilisation: shares of the peak, 0 to 1
  double seconds_left = 0;
};

/// `tokens` of a model in `seconds`, with `left` tokens to go; `peak` in FLOP/s.
constexpr throughput throughput_of(config::decoder_shape const& s, std::int64_t tokens, double seconds, std::int64_t left,
                                   double peak) {
  if (tokens <= 0 || seconds <= 0) return {};
  double const rate = double(tokens) / seconds;
  throughput t{rate, 0, 0, double(left) / rate};
  if (peak > 0) {
    t.causal = rate * config::flop_per_token(s) / peak;
    t.full_square = rate * config::flop_per_token_full_square(s) / peak;
  }
  return t;
}

/// What the device's matrix product reaches on operands of T, in FLOP/s: the best of a few, of a size that fits its caches
/// badly enough to be honest. Takes some hundredths of a second.
template <class T, class Backend>
double product_peak(Backend& device) {
  constexpr std::int64_t n = requires { requires Backend::memory_is_the_hosts; } ? 1024 : 8192;
  typename Backend::template buffer<T> a(n * n), b(n * n);
  typename Backend::template buffer<float> c(n * n);
  double best = std::numeric_limits<double>::infinity();
  for (int run = 0; run < 4; ++run) {
    auto const began = std::chrono::steady_clock::now();
    matmul(device, matrix_view<float>(c.data(), n, n), operand<T>(a.data(), n, n, n, 1), operand<T>(b.data(), n, n, n, 1),
           product_options{});
    float last;
    download(device, &last, static_cast<float const*>(c.data()), 1);  // a device may still be at work
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
  }
  return 2.0 * double(n) * n * n / best;
}

}  // namespace snowcoder::train
