// SPDX-License-Identifier: Apache-2.0
// tokenize: train a vocabulary, encode a file, pack the documents of a phase into a token file, write down its order.
#include SNOWCODER_RECIPE_HEADER

#include <snowcoder/pipeline/app.hpp>
#include <snowcoder/pipeline/pack.hpp>
#include <snowcoder/pipeline/token_index.hpp>
#include <snowcoder/pipeline/tokenize_decode.hpp>
#include <snowcoder/pipeline/tokenize_encode.hpp>
#include <snowcoder/pipeline/tokenize_train.hpp>

using recipe = SNOWCODER_RECIPE;
using namespace snowcoder;

int main(int argc, char** argv) {
  pipeline::app<recipe> app("tokenize", "vocabulary, ids, and token files");
  auto& flags = app.flags();
  flags.require_subcommand(1);

  pipeline::train_tokenizer_options train;
  auto* train_flags = flags.add_subcommand("train", "train the vocabulary on clean documents");
  train_flags->add_option("--in", train.in, "folder of documents")->required()->check(CLI::ExistingDirectory);
  train_flags->add_option("--out", train.out, "tokenizer.json to write")->required();
  train_flags->add_option("--vocabulary", train.vocabulary, "ids in all; default: the recipe's")->check(CLI::PositiveNumber);
  train_flags->add_option("--sample", train.sample, "train on about so much text, drawn by document")
      ->transform(CLI::AsSizeValue(false))
      ->default_str("4G");
  train_flags->add_option("--memory", train.memory, "give up when the sample's distinct words need more, by estimate")
      ->transform(CLI::AsSizeValue(false))
      ->default_str("4G");

  pipeline::encode_options encode;
  auto* encode_flags = flags.add_subcommand("encode", "ids of a file: one document, or one per JSONL row");
  encode_flags->add_option("--tokenizer", encode.tokenizer, "tokenizer.json, vocab.txt or .model, or the folder of a model")
      ->required()
      ->check(CLI::ExistingPath);
  encode_flags->add_option("--in", encode.in, "text file, or .jsonl, .jsonl.gz, .jsonl.zst")
      ->required()
      ->check(CLI::ExistingFile);
  encode_flags->add_option("--out", encode.out, "token file to write, such as out/a.bin; out/a.idx goes beside it")->required();
  encode_flags->add_flag_callback(
      "--sentinels", [&] { encode.added = std::max(encode.added, pipeline::added_ids::sentinels); },
      "sentinels spelled in the text become their ids; else they are plain text");
  encode_flags->add_flag_callback(
      "--template", [&] { encode.added = pipeline::added_ids::from_template; },
      "also put around every text what the file's template says");
  encode_flags->add_option("--cache", encode.cache_bytes, "word cache of each thread; no effect on ids")
      ->transform(CLI::AsSizeValue(false))
      ->default_str("64M");

  pipeline::decode_options decode;
  auto* decode_flags = flags.add_subcommand("decode", "the texts of a token file");
  decode_flags->add_option("--tokenizer", decode.tokenizer, "the one that made the ids")->required()->check(CLI::ExistingPath);
  decode_flags->add_option("--in", decode.in, "token file, such as out/a.bin, with out/a.idx beside it")
      ->required()
      ->check(CLI::ExistingFile);
  decode_flags->add_option("--out", decode.out, ".jsonl: a row per document; else one text after the other")->required();
  bool no_sentinels = false;
  decode_flags->add_flag("--no-sentinels", no_sentinels, "sentinels give no text; else they are spelled");

  pipeline::pack_options pack;
  std::vector<std::string> phases;
  for (auto const& p : recipe::curriculum) phases.emplace_back(p.name);
  auto* pack_flags = flags.add_subcommand("pack", "token file of a phase, grouped as the recipe says");
  pack_flags->add_option("--tokenizer", pack.tokenizer, "tokenizer.json")->required()->check(CLI::ExistingFile);
  pack_flags->add_option("--in", pack.in, "folder of documents")->required()->check(CLI::ExistingDirectory);
  pack_flags
      ->add_option("--out", pack.out, "prefix of the token file, such as tokens/general: writes tokens/general.bin and .idx")
      ->required();
  pack_flags->add_option("--selection", pack.selection, "only the documents of this manifest")->check(CLI::ExistingFile);
  pack_flags->add_option("--real", pack.real, "real documents to blend in, if the recipe does so in a synthetic phase")
      ->check(CLI::ExistingDirectory);
  pack_flags->add_option("--phase", pack.phase, "of the recipe; default: its first")->check(CLI::IsMember(phases));
  pack_flags->add_option("--limit-tokens", pack.limit_tokens, "pack only about so many tokens, groups drawn at random")
      ->check(CLI::PositiveNumber);

  pipeline::index_options index;
  auto* index_flags =
      flags.add_subcommand("index", "the order in which a phase reads a token file, as Megatron's three arrays");
  index_flags->add_option("--tokens", index.tokens, "prefix of the token file, such as tokens/general, without .bin")
      ->required();
  index_flags->add_option("--out", index.out, "folder of the .npy files to write")->required();
  index_flags->add_option("--phase", index.phase, "of the recipe; with --seed it names the order")
      ->required()
      ->check(CLI::IsMember(phases));
  index_flags->add_option("--sequence", index.sequence, "predictions a sequence; default: the model's context")
      ->check(CLI::PositiveNumber);
  index_flags->add_option("--passes", index.passes, "over the file; default: as many as the phase trains")
      ->check(CLI::PositiveNumber);

  return app.run(argc, argv, [&](pipeline::run_context& context) -> expected<pipeline::outcome> {
    if (index_flags->parsed()) return pipeline::index_tokens<recipe>(context, index);
    if (train_flags->parsed()) return pipeline::train_tokenizer<recipe>(context, train);
    if (encode_flags->parsed()) return pipeline::encode_file(context, encode);
    decode.sentinels = !no_sentinels;
    return decode_flags->parsed() ? pipeline::decode_file(context, decode) : pipeline::pack<recipe>(context, pack);
  });
}
