// SPDX-License-Identifier: Apache-2.0
// Halves: every bit pattern goes to float and back, and floats are rounded as the compiler's own type rounds them.
#include "support/catch.hpp"

#include <snowcoder/core/dtype.hpp>
#include <snowcoder/core/philox.hpp>

#include <cmath>
#include <cstdint>
#include <limits>

using namespace snowcoder;

namespace {
float16 half(unsigned bits) { return __builtin_bit_cast(float16, std::uint16_t(bits)); }
}  // namespace

TEST_CASE("halves widen exactly, and every one goes to float and back") {
  CHECK(float(half(0x3c00)) == 1.0f);
  CHECK(float(half(0xc000)) == -2.0f);
  CHECK(float(half(0x7bff)) == 65504.0f);
  CHECK(float(half(0x0001)) == 0x1.0p-24f);
  CHECK(std::signbit(float(half(0x8000))));
  CHECK(float(half(0x7c00)) == std::numeric_limits<float>::infinity());
  int wrong = 0, nans = 0;
  for (unsigned h = 0; h < 65536; ++h) {
    float const f = float(half(h));
    nans += std::isnan(f);
    wrong += std::isnan(f) ? !std::isnan(float(float16(f))) : float16(f) != half(h);
  }
  CHECK(wrong == 0);
  CHECK(nans == 2 * 1023);
}

TEST_CASE("a float becomes the nearest half, ties the even one") {
  CHECK(float16(1.0f + 0x1.0p-11f).bits == 0x3c00);
  CHECK(float16(1.0f + 0x1.8p-11f).bits == 0x3c01);
  CHECK(float16(-65519.0f).bits == 0xfbff);
  CHECK(float16(-65520.0f).bits == 0xfc00);
#ifdef __FLT16_MAX__
  draws const source("floats", 3);
  int wrong = 0;
  for (std::uint64_t i = 0; i < 2'000'000; ++i) {
    auto u = std::uint32_t(source(i));
    if (i % 2) u = (u & 0xbfffffffu) | 0x38000000u;                  // more of those that halves can tell apart
    if (i % 3 == 0) u = (u & 0xffffe000u) | (i % 2 ? 0x1000u : 0u);  // ties, and halves themselves
    auto const f = __builtin_bit_cast(float, u);
    auto const want = __builtin_bit_cast(std::uint16_t, _Float16(f));
    wrong += std::isnan(f) ? !std::isnan(float(float16(f))) : float16(f).bits != want;
  }
  CHECK(wrong == 0);
#endif
}
