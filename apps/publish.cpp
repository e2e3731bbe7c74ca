// SPDX-License-Identifier: Apache-2.0
// publish: a checkpoint as a Hugging Face folder or a GGUF file; `publish import`: such a folder as a checkpoint.
#include SNOWCODER_RECIPE_HEADER

#include <snowcoder/pipeline/app.hpp>
#include <snowcoder/pipeline/publish.hpp>

using recipe = SNOWCODER_RECIPE;
using namespace snowcoder;

int main(int argc, char** argv) {
  pipeline::app<recipe> app("publish", "a checkpoint as a Hugging Face folder or a GGUF file, and back");
  pipeline::publish_options options;
  auto& flags = app.flags();
  auto* checkpoint = flags.add_option("--checkpoint", options.checkpoint, "checkpoint folder");
  auto* format = flags.add_option("--format", options.format, "hf: a Hugging Face folder; gguf: one file for llama.cpp");
  format->check(CLI::IsMember({"hf", "gguf"}))->default_str("");  // required below
  auto* out = flags.add_option("--out", options.out, "folder or file to write");
  flags.add_option("--tokenizer", options.tokenizer, "tokenizer.json (default: the one of the checkpoint's run folder)");
  flags.add_option("--dtype", options.dtype, "bf16 or f32; gguf also f16 and q8_0")
      ->check(CLI::IsMember({"bf16", "f32", "f16", "q8_0"}));

  pipeline::import_options import;
  auto* back = flags.add_subcommand("import", "a Llama-family folder as Hugging Face publishes it, as a checkpoint");
  back->add_option("--in", import.in, "folder with config.json and safetensors")->required();
  back->add_option("--out", import.out, "checkpoint folder to write")->required();

  flags.callback([&] {
    if (!back->parsed())
      for (auto const* needed : {checkpoint, format, out})
        if (needed->count() == 0) throw CLI::RequiredError(needed->get_name());
  });
  return app.run(argc, argv, [&](pipeline::run_context& run) {
    return back->parsed() ? pipeline::import_recipe<recipe>(run, import) : pipeline::publish_recipe<recipe>(run, options);
  });
}
