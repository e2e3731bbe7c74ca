// SPDX-License-Identifier: Apache-2.0
// What snowcoder_add_recipe(NAME mine …) compiles, of a recipe that has its base's name.
#define SNOWCODER_RECIPE_NAME "mine"
#include <snowcoder/pipeline/app.hpp>
#include <snowcoder/recipes/quickstart.hpp>

struct mine : snowcoder::recipes::quickstart {
#ifndef SNOWCODER_REJECT
  static constexpr std::string_view name = "mine";
#endif
};
void ask(snowcoder::pipeline::app<mine>& app) { app.flags(); }
