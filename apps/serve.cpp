// SPDX-License-Identifier: Apache-2.0
// serve: an OpenAI-compatible endpoint for a checkpoint.
#include SNOWCODER_RECIPE_HEADER

#include <snowcoder/pipeline/app.hpp>
#include <snowcoder/pipeline/serve.hpp>

using recipe = SNOWCODER_RECIPE;
using namespace snowcoder;

int main(int argc, char** argv) {
  pipeline::app<recipe> app("serve", "an OpenAI-compatible endpoint for a checkpoint, at 127.0.0.1");
  pipeline::serve_options options;
  app.flags().add_option("--checkpoint", options.checkpoint, "checkpoint folder")->required();
  app.flags().add_option("--port", options.port, "0 takes a free one")->required()->check(CLI::Range(0, 65535));
  app.flags().add_option("--tokenizer", options.tokenizer, "tokenizer.json (default: the one of the checkpoint's run folder)");
  app.flags().add_option("--device", options.device, "cpu or cuda")->check(CLI::IsMember({"cpu", "cuda"}));
  app.flags().add_option("--precision", options.precision, "f32 or bf16")->check(CLI::IsMember({"f32", "bf16"}));
  app.flags().add_option("--batch", options.batch, "answers at a time, where memory allows")->check(CLI::Range(1, 256));
  return app.run(argc, argv, [&](pipeline::run_context& run) { return pipeline::serve<recipe>(run, options); });
}
