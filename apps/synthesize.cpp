// SPDX-License-Identifier: Apache-2.0
// synthesize: new source files, written by a model from selected seeds.
#include SNOWCODER_RECIPE_HEADER

#include <snowcoder/pipeline/app.hpp>
#include <snowcoder/pipeline/synthesize.hpp>

using recipe = SNOWCODER_RECIPE;
using namespace snowcoder;

int main(int argc, char** argv) {
  pipeline::app<recipe> app("synthesize", "source files that a language model writes from selected seeds");
  pipeline::synthesize_options options;
  auto& flags = app.flags();
  flags.add_option("--in", options.in, "documents, as prepare writes them")->required()->check(CLI::ExistingDirectory);
  flags.add_option("--selection", options.selection, "selection manifest: its documents are the seeds")
      ->required()
      ->check(CLI::ExistingFile);
  flags.add_option("--out", options.out, "folder of the new documents")->required();
  auto* server = flags.add_option("--server", options.server,
                                  "address of an OpenAI-compatible server; key from OPENAI_API_KEY or --key-file");
  flags.add_option("--model", options.model, "the server's name of the model");
  flags.add_option("--licence", options.licence,
                   "licence of the answers' model, such as \"Llama 3.1 Community License\": for documents and model card");
  flags.add_option("--replay", options.replay, "answers recorded earlier (journal.jsonl, plain, .gz or .zst)")
      ->check(CLI::ExistingFile)
      ->excludes(server);
  flags.add_option("--tokenizer", options.tokenizer, "tokenizer.json for counting; without it three bytes are one token")
      ->check(CLI::ExistingFile);
  flags.add_option("--benchmarks", options.benchmarks, "benchmark files that no document may contain")
      ->check(CLI::ExistingFile);
  flags.add_option("--limit", options.limit, "use so many seeds, an even sample (default: all)")->check(CLI::PositiveNumber);
  flags
      .add_option("--tokens", options.tokens,
                  "tokens to be written (default: a pass of the recipe's synthetic phase, where its mix is made by seeds)")
      ->check(CLI::PositiveNumber);
  flags.add_option("--parallel", options.parallel, "requests in flight")->check(CLI::Range(1, 4096));
  flags.add_option("--timeout", options.timeout, "seconds for one request")->check(CLI::Range(1, 86400));
  flags.add_option("--key-file", options.key_file, "file with the server's key")->check(CLI::ExistingFile);
  flags.final_callback([&] {
    if (options.replay.empty() && (options.server.empty() || options.model.empty()))
      throw CLI::RequiredError("--server URL with --model NAME, or --replay FILE");
  });
  return app.run(argc, argv, [&](pipeline::run_context& run) { return pipeline::synthesize<recipe>(run, options); });
}
