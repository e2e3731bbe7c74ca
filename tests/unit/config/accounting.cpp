// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <snowcoder/config/accounting.hpp>
#include <snowcoder/recipes/arctic_snowcoder_1b3.hpp>
#include <snowcoder/recipes/quickstart.hpp>

using namespace snowcoder;
using paper = recipes::arctic_snowcoder_1b3;

static_assert(config::recipe<paper> && config::recipe<recipes::quickstart>);
static_assert(!config::recipe<int> && !config::named_model<config::decoder_shape>);

TEST_CASE("the paper's figures come out of its recipe") {
  CHECK(config::parameters(paper::model) == 1'364'297'728);
  CHECK(paper::curriculum[0].steps(8192) == 119'209);
  CHECK(paper::curriculum[1].steps(8192) == 11'921);
  CHECK(paper::curriculum[2].steps(8192) == 1'192);
  CHECK(config::total_tokens<paper>() == 555'000'000'000);
  CHECK(double(config::total_tokens<paper>()) * config::bytes_per_token(paper::vocabulary) == Approx(1.11e12));
  CHECK(config::flop_per_token(paper::model) == Approx(10.60e9).epsilon(0.001));
  CHECK(config::flop_per_token_full_square(paper::model) == Approx(13.02e9).epsilon(0.001));
  CHECK(paper::selection.share * 400e9 == Approx(12.5e9));
  CHECK(paper::languages.size() == 18);
  CHECK(config::flop_per_token(paper::encoder, 512) == Approx(188.7e6).epsilon(0.001));
}

TEST_CASE("the toy shape of the reference has its parameters") {
  constexpr config::decoder_shape toy{
      .layers = 4, .width = 128, .hidden = 352, .heads = 4, .kv_heads = 4, .vocabulary = 4096, .context = 512};
  CHECK(config::parameters(toy) == 1'328'256);
  CHECK(config::parameters(recipes::quickstart::model) == 1'328'256);
}

TEST_CASE("grouped heads and an untied head change the count as they should") {
  constexpr config::decoder_shape s{
      .layers = 1, .width = 8, .hidden = 16, .heads = 4, .kv_heads = 2, .vocabulary = 10, .context = 4, .tied = false};
  CHECK(config::parameters(s) == (2 * 64 + 2 * 8 * 4 + 3 * 8 * 16 + 2 * 8) + 8 + 2 * 80);
}
