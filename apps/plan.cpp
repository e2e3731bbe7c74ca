// SPDX-License-Identifier: Apache-2.0
// plan: what a recipe costs on given hardware.
#include SNOWCODER_RECIPE_HEADER

#include <snowcoder/pipeline/app.hpp>
#include <snowcoder/pipeline/plan.hpp>

using recipe = SNOWCODER_RECIPE;
using namespace snowcoder;

int main(int argc, char** argv) {
  pipeline::app<recipe> app("plan", "tokens, steps, FLOP, disk, memory and hours of the recipe");
  std::string name = "h100";
  app.flags().add_option("--hardware", name, "h100, a100 or cpu")->check(CLI::IsMember({"h100", "a100", "cpu"}));
  return app.run(argc, argv, [&](pipeline::run_context&) -> expected<pipeline::outcome> {
    std::fputs(pipeline::plan<recipe>(*pipeline::find_hardware(name)).c_str(), stdout);
    return pipeline::outcome::done;
  });
}
