// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <snowcoder/core/philox.hpp>

#include <algorithm>
#include <numeric>
#include <vector>

using namespace snowcoder;

TEST_CASE("draws depend on decision, seed and index alone") {
  draws const a("file order", 1), b("file order", 1), c("file order", 2), d("epoch", 1);
  CHECK(a(7) == b(7));
  CHECK(a(7) != c(7));
  CHECK(a(7) != d(7));
  CHECK(a(7) != a(8));
  CHECK(a(7, 1) != a(7));
}

TEST_CASE("uniform, below and normal have the moments they should") {
  draws const r("moments", 3);
  double sum = 0, normal = 0, square = 0;
  int const n = 100000;
  std::vector<int> counts(7);
  for (int i = 0; i < n; ++i) {
    sum += r.uniform(std::uint64_t(i));
    double const z = r.normal(std::uint64_t(i), 1);
    normal += z;
    square += z * z;
    ++counts[r.below(7, std::uint64_t(i), 2)];
  }
  CHECK(sum / n == Approx(0.5).margin(0.005));  // 5 standard errors
  CHECK(normal / n == Approx(0.0).margin(0.016));
  CHECK(square / n == Approx(1.0).margin(0.023));
  for (int c : counts) CHECK(c == Approx(n / 7.0).margin(560));
}

TEST_CASE("shuffle permutes, and differs by seed") {
  std::vector<int> a(100), b;
  std::iota(a.begin(), a.end(), 0);
  b = a;
  shuffle(a, draws("x", 1));
  shuffle(b, draws("x", 2));
  CHECK(a != b);
  std::sort(a.begin(), a.end());
  for (int i = 0; i < 100; ++i) CHECK(a[std::size_t(i)] == i);
}
