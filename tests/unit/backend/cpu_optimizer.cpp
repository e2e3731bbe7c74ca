// SPDX-License-Identifier: Apache-2.0
// The optimizer's verbs on the CPU against their twins: AdamW with moments of both types, and the norm of a gradient.
#include "support/catch.hpp"
#include "support/drawn.hpp"

#include <snowcoder/backend/cpu/backend.hpp>
#include <snowcoder/backend/cpu/reference/adamw.hpp>

#include <algorithm>
#include <string_view>
#include <vector>

using namespace snowcoder;
using tests::distance;
using tests::normal;
using tests::tolerance;

TEST_CASE("adamw follows the paper's update", "[backend]") {
  config::optimizer const o{};
  constexpr std::int64_t n = 70'001;
  auto weights = normal<float>("w", n), m = std::vector<float>(n), v = m;
  auto twin_weights = weights, twin_m = m, twin_v = v;
  cpu::device d(3);
  for (std::int64_t step = 1; step <= 5; ++step) {
    auto const gradient = normal<float>(std::string_view("abcde").substr(0, std::size_t(step)), n);
    bool const decayed = step % 2;
    cpu::adamw(d, weights.data(), m.data(), v.data(), gradient.data(), n, adamw_step(o, 1e-2, step, 0.3, decayed));
    cpu::reference::adamw(twin_weights.data(), twin_m.data(), twin_v.data(), gradient.data(), n, o, 1e-2, step, 0.3, decayed);
  }
  CHECK(distance(weights, twin_weights) < tolerance<float>::adamw);
  CHECK(distance(m, twin_m) < tolerance<float>::adamw);
  CHECK(distance(v, twin_v) < tolerance<float>::adamw);
}

TEST_CASE("adamw with moments in bfloat16 follows its twin, draw by draw", "[backend]") {
  config::optimizer const o{};
  constexpr std::int64_t n = 70'001, first = 3;  // not at the begin of a group of draws
  auto weights = normal<float>("w", n);
  auto twin_weights = weights;
  std::vector<bfloat16> m(n), v(n), twin_m(n), twin_v(n);
  cpu::device d(3);
  for (std::int64_t step = 1; step <= 5; ++step) {
    auto const gradient = normal<float>(std::string_view("abcde").substr(0, std::size_t(step)), n);
    bool const decayed = step % 2;
    moment_rounding const rounding(7, step, first);
    cpu::adamw(d, weights.data(), m.data(), v.data(), gradient.data(), n, adamw_step(o, 1e-2, step, 0.3, decayed), rounding);
    cpu::reference::adamw(twin_weights.data(), twin_m.data(), twin_v.data(), gradient.data(), n, o, 1e-2, step, 0.3, decayed,
                          rounding);
    std::int64_t other = 0;
    for (std::size_t i = 0; i < m.size(); ++i) other += (m[i].bits != twin_m[i].bits) + (v[i].bits != twin_v[i].bits);
    CHECK(other <= tests::other_draws * 2 * n);
    // What differs now would be carried along: every step is judged alone.
    CHECK(distance(weights, twin_weights) < tolerance<float>::adamw);
    std::copy(twin_m.begin(), twin_m.end(), m.begin());
    std::copy(twin_v.begin(), twin_v.end(), v.begin());
    weights = twin_weights;
  }
}

TEST_CASE("the sum of squares is the same for any number of threads", "[backend]") {
  auto const values = normal<float>("values", 200'017);
  cpu::device d1(1), d3(3);
  auto const sum = cpu::sum_of_squares(d1, values.data(), std::int64_t(values.size()));
  CHECK(sum == cpu::sum_of_squares(d3, values.data(), std::int64_t(values.size())));
  CHECK(sum ==
        Approx(cpu::reference::sum_of_squares(values.data(), std::int64_t(values.size()))).epsilon(tests::squares_in_double));
}
