// SPDX-License-Identifier: Apache-2.0
// judge: verdicts for completions, by tests run in a sandbox.
#include SNOWCODER_RECIPE_HEADER

#include <snowcoder/pipeline/app.hpp>
#include <snowcoder/pipeline/judge.hpp>

using recipe = SNOWCODER_RECIPE;
using namespace snowcoder;

int main(int argc, char** argv) {
  pipeline::app<recipe> app("judge", "which completions of a benchmark pass its tests");
  pipeline::judge_options options;
  bool no_ground_truth = false;
  auto& flags = app.flags();
  flags.add_option("--benchmark", options.benchmark, "the benchmark's JSONL file (plain, .gz, .zst)")
      ->required()
      ->check(CLI::ExistingFile);
  auto* samples =
      flags.add_option("--samples", options.samples, "completions: rows of task_id and completion, or task_id and solution")
          ->check(CLI::ExistingFile);
  auto* canonical = flags.add_flag("--canonical", options.canonical, "judge the benchmark's own solutions instead");
  samples->excludes(canonical);
  flags.add_option("--out", options.out, "result file (JSON)")->required();
  flags
      .add_option("--packages", options.packages,
                  "a Python environment (venv) whose packages programs may import, as BigCodeBench's do")
      ->check(CLI::ExistingDirectory);
  flags.add_option("--workers", options.workers, "samples judged at the same time (default: --threads)")
      ->check(CLI::Range(1, 1024));
  flags.add_flag("--no-ground-truth", no_ground_truth, "do not judge the benchmark's own solutions beside the samples");
  flags.add_flag("--allow-weaker-sandbox", options.allow_weaker,
                 "go on where this machine cannot keep untrusted code from files; only for code that you trust");
  flags.final_callback([&] {
    if (options.samples.empty() && !options.canonical) throw CLI::RequiredError("--samples FILE or --canonical");
  });
  return app.run(argc, argv, [&](pipeline::run_context& run) {
    options.ground_truth = !no_ground_truth;
    return pipeline::judge<recipe>(options, run);
  });
}
