// SPDX-License-Identifier: Apache-2.0
// annotate: vectors of the frozen encoder, the head, scores of documents (paper section 2.3, Table 4, Figure 2).
#include SNOWCODER_RECIPE_HEADER

#include <snowcoder/pipeline/annotate.hpp>
#include <snowcoder/pipeline/app.hpp>

#include <string>

using recipe = SNOWCODER_RECIPE;
using namespace snowcoder;

int main(int argc, char** argv) {
  pipeline::app<recipe> app("annotate", "vectors, heads and quality scores of the annotator");
  app.flags().require_subcommand(1);
  CLI::IsMember const precisions({"f32", "bf16"});

  pipeline::embed_options embed;
  auto* const embed_command = app.flags().add_subcommand("embed", "vectors of documents, plain source files or instructions");
  embed_command->add_option("--encoder", embed.encoder, "folder of a BERT-family encoder as published")->required();
  embed_command
      ->add_option("--in", embed.in, "document shards, a folder of source files, or a .jsonl of {language, problem, solution}")
      ->required();
  embed_command->add_option("--out", embed.out, "folder for the vectors")->required();
  embed_command->add_option("--precision", embed.precision, "f32 or bf16")->check(precisions);
  embed_command->add_option("--sections", embed.sections, "first (enough for training) or all (top, middle, bottom)")
      ->check(CLI::IsMember({"first", "all"}));
  embed_command->add_option("--store", embed.store, "f16 or f32")->check(CLI::IsMember({"f16", "f32"}));
  embed_command
      ->add_option("--sample", embed.sample, "documents: only so many, those that training would draw first as negatives")
      ->check(CLI::NonNegativeNumber);

  pipeline::train_head_options train;
  auto* const train_command = app.flags().add_subcommand("train", "a head from cached vectors");
  train_command->add_option("--vectors", train.vectors, "folders of annotate embed")->required();
  train_command
      ->add_option("--labels", train.labels, "JSON lines: {folder, label: 1 | negatives | edu_head} or {id, label: number}")
      ->required()
      ->check(CLI::ExistingFile);
  train_command->add_option("--out", train.out, "the head, .safetensors")->required();
  train_command->add_option("--recipe", train.recipe, "instead of the recipe's: edu, ins, hq or hqins")
      ->check(CLI::IsMember({"edu", "ins", "hq", "hqins"}));
  train_command->add_option("--shape", train.shape, "instead of the recipe's: linear or pooled_tanh")
      ->check(CLI::IsMember({"linear", "pooled_tanh"}));
  train_command->add_option("--edu-head", train.edu_head, "the head that decides rows labelled edu_head")
      ->check(CLI::ExistingFile);

  pipeline::score_options score;
  auto* const score_command = app.flags().add_subcommand("score", "score attributes of documents");
  score_command->add_option("--in", score.in, "folder with documents/")->required();
  auto* const score_encoder =
      score_command->add_option("--encoder", score.encoder, "folder of a BERT-family encoder as published");
  auto* const score_heads = score_command->add_option("--head", score.heads, "heads of annotate train, all in one pass")
                                ->check(CLI::ExistingFile)
                                ->needs(score_encoder);
  score_encoder->needs(score_heads);
  score_command->add_option("--name", score.names, "names of the attributes, one per head; default: the head files' names");
  score_command->add_option("--scorer", score.scorer, "without a model: random or heuristics")
      ->check(CLI::IsMember({"random", "heuristics"}))
      ->excludes(score_heads)
      ->excludes(score_encoder);
  score_command->add_option("--precision", score.precision, "f32 or bf16")->check(precisions);

  pipeline::auc_options auc;
  auto* const auc_command =
      app.flags().add_subcommand("auc", "benchmark solutions against documents unseen in training (Figure 2)");
  auc_command->add_option("--encoder", auc.encoder, "folder of a BERT-family encoder as published")->required();
  auc_command->add_option("--head", auc.heads, "heads of annotate train")->required()->check(CLI::ExistingFile);
  auc_command->add_option("--benchmark", auc.benchmarks, "published JSONL files")->required()->check(CLI::ExistingFile);
  auc_command->add_option("--in", auc.in, "folder with documents/")->required();
  auc_command->add_option("--out", auc.out, "results as JSON")->required();
  auc_command->add_option("--negatives", auc.negatives, "unseen documents at most")->check(CLI::PositiveNumber);
  auc_command->add_option("--precision", auc.precision, "f32 or bf16")->check(precisions);

  score_command->final_callback([&] {
    if (score.heads.empty() && score.scorer.empty()) throw CLI::RequiredError("--head with --encoder, or --scorer");
    if (score.names.size() > std::max<std::size_t>(1, score.heads.size()))
      throw CLI::ValidationError("--name", "more names than heads");
  });
  return app.run(argc, argv, [&](pipeline::run_context& run) -> expected<pipeline::outcome> {
    if (*embed_command) return pipeline::embed<recipe>(run, embed);
    if (*train_command) return pipeline::train_annotator<recipe>(run, train);
    if (*score_command) return pipeline::score<recipe>(run, score);
    return pipeline::measure_auc<recipe>(run, auc);
  });
}
