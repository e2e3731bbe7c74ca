// SPDX-License-Identifier: Apache-2.0
// Element types of GGUF tensors and how floats become them. Q8_0: blocks of 32 along a row, each a scale in half precision
// and 32 signed bytes; rounding as in the package `gguf` (half away from zero, by the scale before it is rounded to half).
#pragma once

#include <snowcoder/core/dtype.hpp>
#include <snowcoder/io/value_bytes.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>

namespace snowcoder::io {

/// The numbers are the format's own.
enum class gguf_type : std::uint32_t { f32 = 0, f16 = 1, q8_0 = 8, bf16 = 30 };

/// Elements that share a block; a row is whole blocks.
constexpr std::int64_t block_of(gguf_type t) { return t == gguf_type::q8_0 ? 32 : 1; }

constexpr std::uint64_t row_bytes(gguf_type t, std::int64_t columns) {
  auto const n = std::uint64_t(columns);
  return t == gguf_type::f32 ? 4 * n : t == gguf_type::q8_0 ? n / 32 * 34 : 2 * n;
}

/// Whether every value stays finite as an element of type `t`.
inline bool representable(gguf_type t, std::span<float const> values) {
  float const half = 65520.0f;  // the first to round to infinity
  float const most = t == gguf_type::f16 ? half : t == gguf_type::q8_0 ? 127 * half : std::numeric_limits<float>::infinity();
  return std::all_of(values.begin(), values.end(), [most](float v) { return std::abs(v) < most; });
}

/// Appends `values`, whole rows and representable, as elements of type `t`.
inline void encode(gguf_type t, std::span<float const> values, std::string& out) {
  switch (t) {
    case gguf_type::f32:
      out.append(reinterpret_cast<char const*>(values.data()), values.size_bytes());
      return;
    case gguf_type::f16:
      for (float v : values) out += bytes_of(float16::rounded(v));
      return;
    case gguf_type::bf16:
      for (float v : values) out += bytes_of(bfloat16::rounded(v));
      return;
    case gguf_type::q8_0:
      for (std::size_t at = 0; at + 32 <= values.size(); at += 32) {
        auto const block = values.subspan(at, 32);
        float largest = 0;
        for (float v : block) largest = std::max(largest, std::abs(v));
        float const scale = largest / 127.0f;
        // a scale whose inverse is infinite is zero as a half
        float const inverse = scale >= std::numeric_limits<float>::min() ? 1.0f / scale : 0.0f;
        out += bytes_of(float16::rounded(scale));
        for (float v : block) out += bytes_of(std::int8_t(std::round(v * inverse)));
      }
      return;
  }
}

}  // namespace snowcoder::io
