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
struct same_keeper : recipes::quickstart {
  using keeper = dedup::default_keeper;
};
struct other_keeper : recipes::quickstart {
  using keeper = dedup::bigcode_keeper;
};
struct other_notebooks : recipes::quickstart {
  static constexpr auto notebooks = config::notebook_form::structured;
};
struct more_lanes : recipes::quickstart {
  static constexpr int reduction_lanes = 8;
};

static_assert(config::fingerprint<renamed> == config::fingerprint<recipes::quickstart>);
static_assert(config::fingerprint<same_keeper> == config::fingerprint<recipes::quickstart>);
static_assert(config::fingerprint<colder> != config::fingerprint<recipes::quickstart>);
static_assert(config::fingerprint<other_keeper> != config::fingerprint<recipes::quickstart>);
static_assert(config::fingerprint<other_notebooks> != config::fingerprint<recipes::quickstart>);
static_assert(config::fingerprint<more_lanes> != config::fingerprint<recipes::quickstart>);

TEST_CASE("the recipe's text holds every part") {
  auto const text = config::recipe_text<recipes::quickstart>();
  for (auto part :
       {"languages = {python, java", "notebooks = script", "filters = ", "splitter = ", "keeper = keep_by<most_stars",
        "reduction_lanes = 4", "model = {.layers = 4", ".rate = {.shape = warm_up_cosine"})
    CHECK(text.find(part) != text.npos);
  CHECK(hash(text) == config::fingerprint<recipes::quickstart>);
}
