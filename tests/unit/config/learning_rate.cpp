// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <snowcoder/recipes/arctic_snowcoder_1b3.hpp>

#include <cmath>

using namespace snowcoder::config;
using paper = snowcoder::recipes::arctic_snowcoder_1b3;

TEST_CASE("phase 1 warms up to the peak and ends at the minimum") {
  auto const& r = paper::curriculum[0].rate;
  std::int64_t const n = 119209;
  CHECK(r.at(0, n) == Approx(5.3e-4 / 600));
  CHECK(r.at(599, n) == Approx(5.3e-4));
  CHECK(r.at(600, n) == Approx(5.3e-4));
  CHECK(r.at(n - 1, n) == Approx(5.3e-5).epsilon(1e-6));
  CHECK(r.at(600 + (n - 600) / 2, n) == Approx((5.3e-4 + 5.3e-5) / 2).epsilon(1e-4));
}

TEST_CASE("phase 2 re-warms and falls to zero; Table 5's other laws start at the minimum") {
  learning_rate const again{law::warm_up_linear, 5.3e-4, 0, 1000}, linear{law::linear, 5.3e-4, 5.3e-5, 0},
      constant{law::constant, 5.3e-4, 5.3e-5, 0};
  std::int64_t const n = 2384;
  CHECK(again.at(0, n) == Approx(5.3e-7));
  CHECK(again.at(n - 1, n) == Approx(5.3e-4 / (n - 1000)));
  CHECK(linear.at(0, n) == Approx(5.3e-5));
  CHECK(linear.at(n - 1, n) == Approx(5.3e-5 / n));
  CHECK(constant.at(n / 2, n) == 5.3e-5);
  // The areas stand 10 : 2 : 1 (re-warm-up : constant : linear) over a 10B run.
  double a = 0, b = 0, c = 0;
  for (std::int64_t t = 0; t < n; ++t) {
    a += again.at(t, n);
    b += linear.at(t, n);
    c += constant.at(t, n);
  }
  CHECK(a == Approx(0.632).epsilon(0.002));
  CHECK(c == Approx(0.126).epsilon(0.005));
  CHECK(b == Approx(0.063).epsilon(0.005));
}

TEST_CASE("every law is continuous, positive and clamped") {
  for (auto shape : {law::warm_up_cosine, law::warm_up_linear, law::linear, law::constant}) {
    learning_rate const r{shape, 1e-3, 1e-4, 10};
    for (std::int64_t t = 1; t < 300; ++t) {
      CHECK(r.at(t, 200) > 0);
      CHECK(std::abs(r.at(t, 200) - r.at(t - 1, 200)) <= 1e-4 + 1e-12);
    }
    CHECK(r.at(500, 200) == r.at(199, 200));
  }
}
