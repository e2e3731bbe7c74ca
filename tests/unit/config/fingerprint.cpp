// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <snowcoder/config/fingerprint.hpp>
#include <snowcoder/recipes/quickstart.hpp>

using namespace snowcoder;

struct renamed : recipes::quickstart {
  static constexpr std::string_view name = "renamed";
};
struct colder : recipes::quickstart {
  static constexpr config::optimizer optimizer{.weight_decay = 0.05};
};

static_assert(config::fingerprint<renamed> == config::fingerprint<recipes::quickstart>);
static_assert(config::fingerprint<colder> != config::fingerprint<recipes::quickstart>);

TEST_CASE("the recipe's text holds every part") {
  auto const text = config::recipe_text<recipes::quickstart>();
  for (auto part :
       {"languages = {python, java", "filters = ", "splitter = ", "model = {.layers = 4", ".rate = {.shape = warm_up_cosine"})
    CHECK(text.find(part) != text.npos);
  CHECK(hash(text) == config::fingerprint<recipes::quickstart>);
}
