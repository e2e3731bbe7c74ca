// SPDX-License-Identifier: Apache-2.0
// publish: a checkpoint as a Hugging Face folder.
#include SNOWCODER_RECIPE_HEADER

#include <snowcoder/pipeline/app.hpp>
#include <snowcoder/pipeline/publish.hpp>

using recipe = SNOWCODER_RECIPE;
using namespace snowcoder;

int main(int argc, char** argv) {
  pipeline::app<recipe> app("publish", "a checkpoint as a Hugging Face folder");
  pipeline::publish_options options;
  app.flags().add_option("--checkpoint", options.checkpoint, "checkpoint folder")->required();
  app.flags()
      .add_option("--format", options.format, "hf: a Hugging Face folder; gguf: one file")
      ->required()
      ->check(CLI::IsMember({"hf", "gguf"}));
  app.flags().add_option("--out", options.out, "folder to write")->required();
  app.flags().add_option("--tokenizer", options.tokenizer, "tokenizer.json (default: the one of the checkpoint's run folder)");
  app.flags().add_option("--dtype", options.dtype, "bf16 or f32")->check(CLI::IsMember({"bf16", "f32"}));
  return app.run(argc, argv, [&](pipeline::run_context& run) { return pipeline::publish_recipe<recipe>(run, options); });
}
