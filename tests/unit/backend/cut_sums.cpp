// SPDX-License-Identifier: Apache-2.0
// The model of sums that are cut: exact where nothing is lost, short of the sum elsewhere, and further with every step.
#include "support/cut_sums.hpp"

#include "support/catch.hpp"

#include <snowcoder/core/philox.hpp>

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

using namespace snowcoder;
using namespace snowcoder::tests;

namespace {

/// Of `sums` sums of normal products of that depth: distances of rounded ones and of cut ones from those in double.
std::pair<distance_of_sums, distance_of_sums> drawn(std::int64_t depth, std::int64_t sums) {
  std::pair<distance_of_sums, distance_of_sums> apart;
  draws const source("operands", 7);
  for (std::int64_t s = 0; s < sums; ++s) {
    rounded_sum rounded;
    cut_sum cut;
    double exact = 0;
    std::array<double, cut_rule().products> step;
    for (std::int64_t k = 0; k < depth; ++k) {
      auto const at = std::uint64_t(s * depth + k);
      bfloat16 const a(float(source.normal(at, 0))), b(float(source.normal(at, 1)));
      auto const place = std::size_t(k % cut_rule().products);
      exact += step[place] = double(float(a)) * double(float(b));
      rounded.add(a, b);
      if (place + 1 == step.size()) cut.add(step);
    }
    apart.first.add(double(rounded.value()), exact);
    apart.second.add(double(cut.value()), exact);
  }
  return apart;
}

}  // namespace

TEST_CASE("a cut sum is exact where nothing is lost", "[backend]") {
  cut_sum sum;
  double exact = 0;
  std::vector<double> step(cut_rule().products);
  for (int i = 0; i < 100; ++i) {
    for (std::size_t j = 0; j < step.size(); ++j) exact += step[j] = double((i * 37 + int(j) * 11) % 201 - 100) / 8;
    sum.add(step);
  }
  CHECK(double(sum.value()) == exact);
  sum.add(std::array{0.0, -exact});
  CHECK(sum.value() == 0.0f);
  sum.add(std::array{0.0, 0.0});
  CHECK(sum.value() == 0.0f);
}

TEST_CASE("what lies below the last bits that are kept is lost, whatever its sign", "[backend]") {
  double const last = 0x1.0p-25;  // beside one: two bits below a float's last
  for (double sign : {1.0, -1.0}) {
    cut_sum sum;
    sum.add(std::array{sign, sign * 0.9 * last, sign * 0.9 * last});
    CHECK(double(sum.value()) == sign);
    sum.add(std::array{sign * 3 * last});
    CHECK(double(sum.value()) == sign);  // kept while it is added, then cut from the float
    sum.add(std::array{sign * 3 * last, sign * last});
    CHECK(double(sum.value()) == sign * (1 + 0x1.0p-23));
    sum.add(std::array{-sign * last});  // one less than a float's last bit: that bit goes
    CHECK(double(sum.value()) == sign);
  }
}

TEST_CASE("cut sums lie nearer to zero, rounded ones to either side", "[backend]") {
  auto const [rounded, cut] = drawn(4096, 400);
  CHECK(cut.inwards() > 0.5 * cut.rms());
  CHECK(std::abs(rounded.inwards()) < 0.2 * rounded.rms());
}

TEST_CASE("the error of cut sums grows with their depth, that of rounded ones about with its root", "[backend]") {
  auto const [rounded, cut] = drawn(512, 400);
  auto const [rounded_deep, cut_deep] = drawn(8192, 400);
  double const cut_growth = cut_deep.rms() / cut.rms(), rounded_growth = rounded_deep.rms() / rounded.rms();
  CHECK(cut_growth > 12);
  CHECK(cut_growth < 24);
  // The root of 16, and something more: additions to a short sum are often exact, as products have 16 bits.
  CHECK(rounded_growth > 3);
  CHECK(rounded_growth < 8);
}
