// SPDX-License-Identifier: Apache-2.0
// plan: what a recipe costs on given hardware.
#include SNOWCODER_RECIPE_HEADER

#include <snowcoder/pipeline/app.hpp>
#include <snowcoder/pipeline/plan.hpp>

using recipe = SNOWCODER_RECIPE;
using namespace snowcoder;

int main(int argc, char** argv) {
  pipeline::app<recipe> app("plan", "tokens, steps, FLOP, disk, memory and hours of the recipe");
  std::vector<std::string> names;
  for (auto const& h : pipeline::hardware_table) names.emplace_back(h.name);
  std::string name = names.front();
  app.flags().add_option("--hardware", name, "what it runs on")->check(CLI::IsMember(names));
  return app.run(argc, argv, [&](pipeline::run_context&) -> expected<pipeline::outcome> {
    std::fputs(pipeline::plan<recipe>(*pipeline::find_hardware(name)).c_str(), stdout);
    return pipeline::outcome::done;
  });
}
