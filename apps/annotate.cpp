// SPDX-License-Identifier: Apache-2.0
// annotate: vectors of the frozen encoder, the head, scores of documents (paper section 2.3, Table 4, Figure 2).
#include SNOWCODER_RECIPE_HEADER

#include <snowcoder/core/file_name.hpp>
#include <snowcoder/pipeline/annotate.hpp>
#include <snowcoder/pipeline/app.hpp>

#include <string>

using recipe = SNOWCODER_RECIPE;
using namespace snowcoder;

namespace {

/// Heads with their encoder, or `--scorer` in place of them, and what each of those needs.
template <class Options>
void add_scorer_flags(CLI::App& command, Options& options) {
  auto* const encoder = command.add_option("--encoder", options.encoder, "folder of a BERT-family encoder as published");
  auto* const heads = command.add_option("--head", options.heads, "heads of annotate train, all in one pass");
  heads->check(CLI::ExistingFile)->needs(encoder);
  encoder->needs(heads);
  pipeline::rival_options& o = options.rival;
  command.add_option("--scorer", o.scorer, "a rival: random, heuristics, ngram, perplexity or column")
      ->check(CLI::IsMember({"random", "heuristics", "ngram", "perplexity", "column"}))
      ->excludes(heads);
  command.add_option("--model", o.model, "ngram: a file of annotate ngram")->check(CLI::ExistingFile);
  command.add_option("--checkpoint", o.checkpoint, "perplexity: the checkpoint")->check(CLI::ExistingDirectory);
  command.add_option("--tokenizer", o.tokenizer, "perplexity: its tokenizer.json, when it is not in the run's folder");
  command.add_option("--tokens", o.tokens, "perplexity: tokens of a file that are read; 0: all");
  command.add_option("--column", o.column, "column: JSON lines of {id, FIELD}")->check(CLI::ExistingFile);
  command.add_option("--field", o.field, "column: the name of the number");
}

}  // namespace

int main(int argc, char** argv) {
  pipeline::app<recipe> app("annotate", "vectors, heads and quality scores of the annotator");
  app.flags().require_subcommand(1);
  CLI::IsMember const precisions({"f32", "bf16", "f16", "int8"}), devices({"cpu", "cuda"});

  pipeline::embed_options embed;
  auto* const embed_command = app.flags().add_subcommand("embed", "vectors of documents, plain source files or instructions");
  embed_command->add_option("--encoder", embed.encoder, "folder of a BERT-family encoder as published")->required();
  embed_command
      ->add_option("--in", embed.in, "document shards, a folder of source files, or a .jsonl of {language, problem, solution}")
      ->required();
  embed_command->add_option("--out", embed.out, "folder for the vectors")->required();
  embed_command->add_option("--precision", embed.precision, "f32, bf16, int8 on a CPU or f16 on a GPU")->check(precisions);
  embed_command->add_option("--device", embed.device, "cpu or cuda, of the encoder")->check(devices);
  embed_command->add_option("--sections", embed.sections, "first (enough for training) or all (top, middle, bottom)")
      ->check(CLI::IsMember({"first", "all"}));
  embed_command->add_option("--store", embed.store, "f16 or f32")->check(CLI::IsMember({"f16", "f32"}));
  embed_command
      ->add_option("--sample", embed.sample, "documents: only so many, those that training would draw first as negatives")
      ->check(CLI::NonNegativeNumber);

  pipeline::label_options label;
  auto* const label_command =
      app.flags().add_subcommand("label", "grades of educational value from a language model, for ANN-EDU");
  label_command->add_option("--in", label.in, "folder with documents/")->required()->check(CLI::ExistingDirectory);
  label_command->add_option("--out", label.out, "labels, .jsonl")->required();
  auto* const server = label_command->add_option(
      "--server", label.server, "address of an OpenAI-compatible server; key from OPENAI_API_KEY or --key-file");
  label_command->add_option("--model", label.model, "the server's name of the model");
  label_command->add_option("--replay", label.replay, "answers recorded earlier")->check(CLI::ExistingFile)->excludes(server);
  label_command->add_option("--count", label.count, "documents to label; default: as many as the recipe trains on")
      ->check(CLI::PositiveNumber);
  label_command->add_option("--parallel", label.parallel, "requests in flight")->check(CLI::Range(1, 4096));
  label_command->add_option("--timeout", label.timeout, "seconds for one request")->check(CLI::Range(1, 86400));
  label_command->add_option("--key-file", label.key_file, "file with the server's key")->check(CLI::ExistingFile);

  pipeline::ngram_options ngram;
  auto* const ngram_command = app.flags().add_subcommand("ngram", "a linear n-gram model, the rival of the heads");
  ngram_command->add_option("--positives", ngram.positives, "documents, folders of source files, or instructions.jsonl")
      ->required();
  ngram_command->add_option("--negatives", ngram.negatives, "folder with documents/, drawn from")->required();
  ngram_command->add_option("--out", ngram.out, "the model, .safetensors")->required();
  ngram_command->add_option("--order", ngram.settings.order, "words in the longest n-gram")->check(CLI::Range(1, 5));
  ngram_command->add_option("--bits", ngram.settings.bits, "2^bits buckets")->check(CLI::Range(8, 26));
  ngram_command->add_option("--epochs", ngram.settings.epochs)->check(CLI::Range(1, 1000));

  pipeline::train_head_options train;
  auto* const train_command = app.flags().add_subcommand("train", "a head from cached vectors");
  train_command->add_option("--vectors", train.vectors, "folders of annotate embed")->required();
  train_command
      ->add_option("--labels", train.labels, "JSON lines: {folder, label: 1 | negatives | edu_head} or {id, label: number}")
      ->required()
      ->check(CLI::ExistingFile);
  train_command->add_option("--out", train.out, "the head, .safetensors")->required();
  train_command
      ->add_option("--recipe", train.recipe, "instead of the recipe's: edu, ins, hq, hqins, or all: --out is then a folder")
      ->check(CLI::IsMember({"edu", "ins", "hq", "hqins", "all"}));
  train_command->add_option("--shape", train.shape, "instead of the recipe's: linear or pooled_tanh")
      ->check(CLI::IsMember({"linear", "pooled_tanh"}));
  train_command->add_option("--edu-head", train.edu_head, "the head that decides rows labelled edu_head")
      ->check(CLI::ExistingFile);

  pipeline::score_options score;
  auto* const score_command = app.flags().add_subcommand("score", "score attributes of documents");
  score_command->add_option("--in", score.in, "folder with documents/")->required();
  add_scorer_flags(*score_command, score);
  score_command->add_option("--name", score.names, "names of the attributes, one per head; default: the head files' names")
      ->check([](std::string const& name) { return is_file_name(name) ? "" : std::string(file_name_rule); });
  score_command->add_option("--precision", score.precision, "f32, bf16, int8 on a CPU or f16 on a GPU")->check(precisions);
  score_command->add_option("--device", score.device, "cpu or cuda, of the encoder")->check(devices);

  pipeline::auc_options auc;
  auto* const auc_command =
      app.flags().add_subcommand("auc", "benchmark solutions against documents unseen in training (Figure 2)");
  add_scorer_flags(*auc_command, auc);
  auc_command->add_option("--benchmark", auc.benchmarks, "published JSONL files")->required()->check(CLI::ExistingFile);
  auc_command->add_option("--in", auc.in, "folder with documents/")->required();
  auc_command->add_option("--out", auc.out, "results as JSON")->required();
  auc_command->add_option("--negatives", auc.negatives, "unseen documents at most")->check(CLI::PositiveNumber);
  auc_command->add_option("--precision", auc.precision, "f32, bf16, int8 on a CPU or f16 on a GPU")->check(precisions);
  auc_command->add_option("--device", auc.device, "cpu or cuda, of the encoder")->check(devices);

  pipeline::encoder_selftest_options selftest;
  auto* const selftest_command =
      app.flags().add_subcommand("selftest", "compare every verb of the encoder with its twin, at the recipe's widths");
  selftest_command->add_option("--precision", selftest.precision, "f32, bf16, int8 on a CPU or f16 on a GPU")
      ->check(precisions);
  selftest_command->add_option("--device", selftest.device, "cpu or cuda")->check(devices);

  label_command->final_callback([&] {
    if (label.replay.empty() && (label.server.empty() || label.model.empty()))
      throw CLI::RequiredError("--server URL with --model NAME, or --replay FILE");
  });
  auto const check_scorer = [](auto const& o) {
    if (o.heads.empty() && o.rival.scorer.empty()) throw CLI::RequiredError("--head with --encoder, or --scorer");
    if (auto const flag = pipeline::missing_flag(o.rival); !flag.empty()) throw CLI::RequiredError(flag);
  };
  auc_command->final_callback([&] { check_scorer(auc); });
  score_command->final_callback([&] {
    check_scorer(score);
    if (score.names.size() > std::max<std::size_t>(1, score.heads.size()))
      throw CLI::ValidationError("--name", "more names than heads");
  });
  return app.run(argc, argv, [&](pipeline::run_context& run) -> expected<pipeline::outcome> {
    if (*embed_command) return pipeline::embed<recipe>(run, embed);
    if (*label_command) return pipeline::label_documents<recipe>(run, label);
    if (*ngram_command) return pipeline::train_ngram_model<recipe>(run, ngram);
    if (*train_command) return pipeline::train_annotator<recipe>(run, train);
    if (*selftest_command) return pipeline::selftest_encoder<recipe>(run, selftest);
    if (*score_command) return pipeline::score<recipe>(run, score);
    return pipeline::measure_auc<recipe>(run, auc);
  });
}
