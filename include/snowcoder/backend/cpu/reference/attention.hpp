// SPDX-License-Identifier: Apache-2.0
// Twin of backend/cpu/attention.hpp, attention_backward.hpp and attention_cached.hpp.
#pragma once

#include <snowcoder/backend/attention_shape.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace snowcoder::cpu::reference {

/// softmax(scale * q.k) over keys [first, count), in double; zero before them.
template <class T>
std::vector<double> attention_weights(T const* q, matrix_view<T const> keys, std::int64_t count, float scale,
                                      std::int64_t first = 0) {
  std::vector<double> p(static_cast<std::size_t>(count));
  for (std::int64_t j = first; j < count; ++j) {
    double dot = 0;
    for (std::int64_t e = 0; e < keys.columns; ++e) dot += double(float(q[e])) * double(float(keys.row(j)[e]));
    p[std::size_t(j)] = dot * double(scale);
  }
  double const most = *std::max_element(p.begin() + first, p.end());
  double sum = 0;
  for (auto j = std::size_t(first); j < p.size(); ++j) sum += p[j] = std::exp(p[j] - most);
  for (auto& v : p) v /= sum;
  return p;
}

template <class T>
void attention(matrix_view<T> out, matrix_view<T const> qkv, attention_shape s) {
  for (std::int64_t b = 0; b < s.sequences; ++b)
    for (std::int64_t h = 0; h < s.heads; ++h) {
      auto const rows = qkv.slice(b * s.length, s.length);
      auto const q = rows.part(s.q(h), s.head_width), k = rows.part(s.k(h), s.head_width), v = rows.part(s.v(h), s.head_width);
      for (std::int64_t i = 0; i < s.length; ++i) {
        auto const p = attention_weights(q.row(i), k, i + 1, s.scale(), s.start(b, i));
        for (std::int64_t e = 0; e < s.head_width; ++e) {
          double sum = 0;
          for (std::int64_t j = 0; j <= i; ++j) sum += p[std::size_t(j)] * double(float(v.row(j)[e]));
          out.row(b * s.length + i)[s.q(h) + e] = T(float(sum));
        }
      }
    }
}

/// dV = P' dO;  dS = P * (dO V' - rowsum(dO * O));  dQ = scale dS K;  dK = scale dS' Q. Query heads of a group add up. A row
/// whose dO is zero adds nothing and is passed over.
template <class T>
void attention_backward(matrix_view<T> dqkv, matrix_view<T const> qkv, matrix_view<T const> dout, attention_shape s) {
  auto const hw = s.head_width;
  for (std::int64_t b = 0; b < s.sequences; ++b) {
    auto const rows = qkv.slice(b * s.length, s.length), up = dout.slice(b * s.length, s.length);
    std::vector<double> gradient(std::size_t(s.length * s.packed()));
    auto const g = [&](std::int64_t row, std::int64_t column) -> double& {
      return gradient[std::size_t(row * s.packed() + column)];
    };
    for (std::int64_t h = 0; h < s.heads; ++h) {
      auto const q = rows.part(s.q(h), hw), k = rows.part(s.k(h), hw), v = rows.part(s.v(h), hw), o = up.part(s.q(h), hw);
      for (std::int64_t i = 0; i < s.length; ++i) {
        if (std::all_of(o.row(i), o.row(i) + hw, [](T x) { return float(x) == 0; })) continue;
        auto const p = attention_weights(q.row(i), k, i + 1, s.scale(), s.start(b, i));
        std::vector<double> dp(p.size());
        double total = 0;
        for (std::int64_t j = 0; j <= i; ++j) {
          for (std::int64_t e = 0; e < hw; ++e) dp[std::size_t(j)] += double(float(o.row(i)[e])) * double(float(v.row(j)[e]));
          total += dp[std::size_t(j)] * p[std::size_t(j)];
        }
        for (std::int64_t j = 0; j <= i; ++j) {
          double const ds = p[std::size_t(j)] * (dp[std::size_t(j)] - total) * double(s.scale());
          for (std::int64_t e = 0; e < hw; ++e) {
            g(i, s.q(h) + e) += ds * double(float(k.row(j)[e]));
            g(j, s.k(h) + e) += ds * double(float(q.row(i)[e]));
            g(j, s.v(h) + e) += p[std::size_t(j)] * double(float(o.row(i)[e]));
          }
        }
      }
    }
    for (std::int64_t i = 0; i < s.length; ++i)
      for (std::int64_t c = 0; c < s.packed(); ++c) dqkv.row(b * s.length + i)[c] = T(float(g(i, c)));
  }
}

template <class T>
void attention_cached(matrix_view<T> out, matrix_view<T const> q, matrix_view<T const> keys, matrix_view<T const> values,
                      std::int64_t start, attention_shape s) {
  for (std::int64_t i = 0; i < q.rows; ++i)
    for (std::int64_t h = 0; h < s.heads; ++h) {
      auto const kv = h / s.group() * s.head_width;
      auto const p = attention_weights(q.row(i) + s.q(h), keys.part(kv, s.head_width), start + i + 1, s.scale());
      for (std::int64_t e = 0; e < s.head_width; ++e) {
        double sum = 0;
        for (std::size_t j = 0; j < p.size(); ++j) sum += p[j] * double(float(values.row(std::int64_t(j))[kv + e]));
        out.row(i)[s.q(h) + e] = T(float(sum));
      }
    }
}

}  // namespace snowcoder::cpu::reference
