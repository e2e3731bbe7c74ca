// SPDX-License-Identifier: Apache-2.0
// generate: completions for a benchmark.
#include SNOWCODER_RECIPE_HEADER

#include <snowcoder/pipeline/app.hpp>
#include <snowcoder/pipeline/generate.hpp>

using recipe = SNOWCODER_RECIPE;
using namespace snowcoder;

int main(int argc, char** argv) {
  pipeline::app<recipe> app("generate", "completions for the tasks of a benchmark, greedy or drawn");
  pipeline::generate_options options;
  auto& flags = app.flags();
  auto* checkpoint = flags.add_option("--checkpoint", options.checkpoint, "checkpoint folder");
  flags.add_option("--tokenizer", options.tokenizer, "tokenizer.json (default: the one of the checkpoint's run folder)")
      ->needs(checkpoint);
  auto* server = flags
                     .add_option("--server", options.server,
                                 "address of an OpenAI-compatible server; key from OPENAI_API_KEY or --key-file")
                     ->excludes(checkpoint);
  auto* model = flags.add_option("--model", options.model, "name of the model on that server")->needs(server);
  server->needs(model);
  flags.add_option("--key-file", options.key_file, "file with the server's key")->check(CLI::ExistingFile)->needs(server);
  flags.add_option("--benchmark", options.benchmark, "benchmark file, as published")->required();
  flags.add_option("--out", options.out, "samples.jsonl to write")->required();
  flags.add_option("--limit", options.limit, "only the first so many tasks; default: all")->check(CLI::PositiveNumber);
  flags.add_option("--device", options.device, "cpu or cuda")->check(CLI::IsMember({"cpu", "cuda"}));
  flags.add_option("--precision", options.precision, "f32 or bf16")->check(CLI::IsMember({"f32", "bf16"}));
  flags.add_option("--in-flight", options.in_flight, "requests to the server at a time")->check(CLI::Range(1, 1024));
  flags.add_option("--batch", options.batch, "tasks at a time on a checkpoint; changes speed only")->check(CLI::Range(1, 256));
  flags.add_option("--temperature", options.temperature, "0, the default: greedy; above, drawn by --seed")
      ->check(CLI::Range(0.0, 100.0));
  flags.add_option("--top-p", options.top_p, "drawn from the likeliest tokens that hold so much")->check(CLI::Range(0.0, 1.0));
  flags.add_option("--samples-per-task", options.samples_per_task, "drawn for each task, to measure pass@10 and the like")
      ->check(CLI::Range(1, 10'000));
  flags.callback([&] {
    if (options.samples_per_task > 1 && options.temperature == 0)
      throw CLI::ValidationError("--samples-per-task", "several samples are drawn: give --temperature, such as 0.8");
    if (checkpoint->count() + server->count() == 0) throw CLI::RequiredError("--checkpoint or --server");
  });
  return app.run(argc, argv, [&](pipeline::run_context& run) { return pipeline::generate_samples<recipe>(run, options); });
}
