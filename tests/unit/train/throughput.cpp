// SPDX-License-Identifier: Apache-2.0
// Tokens by second and utilisation in both conventions, against figures of the field.
#include "support/catch.hpp"

#include <snowcoder/recipes/arctic_snowcoder_1b3.hpp>
#include <snowcoder/train/throughput.hpp>

using namespace snowcoder;

TEST_CASE("utilisation of the paper's model at 50,000 tokens a second on an H100", "[train]") {
  constexpr auto t = train::throughput_of(recipes::arctic_snowcoder_1b3::model, 500'000, 10, 5'000'000, 989.4e12);
  CHECK(t.tokens_per_second == Approx(50'000));
  CHECK(t.causal == Approx(0.536).epsilon(0.001));       // 10.60 GFLOP a token
  CHECK(t.full_square == Approx(0.658).epsilon(0.001));  // 13.02
  CHECK(t.seconds_left == Approx(100));
}

TEST_CASE("nothing trained yet, or no peak known, gives no figure instead of a wrong one", "[train]") {
  constexpr auto model = recipes::arctic_snowcoder_1b3::model;
  CHECK(train::throughput_of(model, 0, 1, 10, 1e12).tokens_per_second == 0);
  CHECK(train::throughput_of(model, 10, 0, 10, 1e12).seconds_left == 0);
  CHECK(train::throughput_of(model, 10, 1, 10, 0).causal == 0);
}
