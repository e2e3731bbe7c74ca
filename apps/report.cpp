// SPDX-License-Identifier: Apache-2.0
// report: one self-contained HTML page with plots on a run folder.
#include SNOWCODER_RECIPE_HEADER

#include <snowcoder/pipeline/app.hpp>
#include <snowcoder/pipeline/report.hpp>

using recipe = SNOWCODER_RECIPE;
using namespace snowcoder;

int main(int argc, char** argv) {
  pipeline::app<recipe> app("report", "data funnel, scores, selection, losses and evaluation of a run folder");
  std::filesystem::path folder, out;
  app.flags().add_option("--run", folder, "run folder")->required();
  app.flags().add_option("--out", out, "the HTML file")->required();
  return app.run(argc, argv, [&](pipeline::run_context& run) { return pipeline::report<recipe>(run, folder, out); });
}
