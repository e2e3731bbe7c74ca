// SPDX-License-Identifier: Apache-2.0
// select: the best share of every language (paper section 2.3), or a random share through the same budget code.
#include SNOWCODER_RECIPE_HEADER

#include <snowcoder/pipeline/app.hpp>
#include <snowcoder/pipeline/select.hpp>

using recipe = SNOWCODER_RECIPE;
using namespace snowcoder;

int main(int argc, char** argv) {
  pipeline::app<recipe> app("select", "the best share of every language, by scores");
  pipeline::select_options options;
  auto& flags = app.flags();
  flags.add_option("--in", options.in, "folder with documents/ and attributes/")->required();
  flags.add_option("--out", options.out, "the selection manifest, .json")->required();
  auto* const scores = flags.add_option("--scores", options.scores, "name of the score attribute");
  auto* const random = flags.add_flag("--random", options.random, "hashed scores: the control arm")->excludes(scores);
  flags.add_option("--share", options.share, "of every language, instead of the recipe's")->check(CLI::Range(1e-9, 1.0));
  auto* const tokenizer =
      flags.add_option("--tokenizer", options.tokenizer, "tokenizer.json that counts tokens")->check(CLI::ExistingFile);
  flags.add_option("--tokens", options.tokens, "name of an attribute that holds token counts")->excludes(tokenizer);
  flags
      .add_option("--device", options.device, "cpu or cuda: where the bounds of languages are found; the selection is the same")
      ->check(CLI::IsMember({"cpu", "cuda"}))
      ->default_str("cpu");
  flags.add_option("--memory", options.memory, "bytes of candidates that are sorted at a time, such as 1G")
      ->transform(CLI::AsSizeValue(false))
      ->default_str("1G");
  flags.final_callback([&] {
    if (!*scores && !*random) throw CLI::RequiredError("--scores or --random");
    if (recipe::selection.unit == config::mix_unit::tokens && options.tokenizer.empty() && options.tokens.empty())
      throw CLI::RequiredError("--tokenizer FILE or --tokens NAME (the recipe's budget is in tokens)");
  });
  return app.run(argc, argv, [&](pipeline::run_context& run) { return pipeline::select_documents<recipe>(run, options); });
}
