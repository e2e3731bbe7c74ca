// SPDX-License-Identifier: Apache-2.0
// The tokenizer of a BERT-family folder: tokenizer.json, or vocab.txt with tokenizer_config.json. Truncation and padding
// that such files carry are ignored (they hide in published files and change vectors silently).
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/io/json_field.hpp>
#include <snowcoder/io/mapped_file.hpp>
#include <snowcoder/record/word_piece_vocabulary.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace snowcoder::io {

/// From the text of a tokenizer.json; refuses what the WordPiece of this library would not do alike, by name.
inline expected<word_piece_vocabulary> parse_word_piece(std::string_view text, std::string const& where) {
  auto const refuse = [&](std::string what) { return failure(std::move(what), where, "only BERT's WordPiece is read here"); };
  auto const file = sorted_json::parse(text.begin(), text.end(), nullptr, false);
  if (file.is_discarded() || !file.is_object())
    return failure("not a tokenizer.json", where, "check that the file is complete");
  auto const model = value_or_null(file, "model"), normalizer = value_or_null(file, "normalizer"),
             vocab = value_or_null(model, "vocab");
  if (text_or(model, "type", "WordPiece") != "WordPiece" || !vocab.is_object()) return refuse("model is not WordPiece");
  if (text_or(model, "continuing_subword_prefix", "##") != "##") return refuse("continuing_subword_prefix is not \"##\"");
  if (auto const limit = value_or_null(model, "max_input_chars_per_word"); !limit.is_null() && limit != 100)
    return refuse("max_input_chars_per_word is not 100");
  if (text_or(normalizer, "type") != "BertNormalizer") return refuse("normalizer is not BertNormalizer");
  if (!flag_or(normalizer, "clean_text", true) || !flag_or(normalizer, "handle_chinese_chars", true))
    return refuse("normalizer without clean_text or handle_chinese_chars");
  if (text_or(value_or_null(file, "pre_tokenizer"), "type") != "BertPreTokenizer")
    return refuse("pre_tokenizer is not BertPreTokenizer");
  word_piece_vocabulary v;
  v.lower_case = flag_or(normalizer, "lowercase", true);
  if (flag_or(normalizer, "strip_accents", v.lower_case) != v.lower_case) return refuse("strip_accents differs from lowercase");
  v.tokens.resize(vocab.size());
  for (auto const& [token, id] : vocab.items()) {
    if (!id.is_number_unsigned() || id.get<std::uint64_t>() >= v.tokens.size() || !v.tokens[id.get<std::size_t>()].empty())
      return refuse("ids of the vocabulary are not 0 to its size, each once");
    v.tokens[id.get<std::size_t>()] = token;
  }
  return v;
}

/// From a folder as published (Arctic-embed, MiniLM, bert-base): tokenizer.json first, else vocab.txt.
inline expected<word_piece_vocabulary> read_word_piece(std::filesystem::path const& folder) {
  auto const whole = folder / "tokenizer.json", lines = folder / "vocab.txt", settings = folder / "tokenizer_config.json";
  std::error_code ignored;
  if (std::filesystem::exists(whole, ignored)) {
    SNOWCODER_TRY(auto const file, mapped_file::open(whole));
    return parse_word_piece(file.bytes(), whole.string());
  }
  if (!std::filesystem::exists(lines, ignored))
    return failure("no tokenizer.json and no vocab.txt", folder.string(),
                   "give the folder of a BERT-family encoder as published");
  SNOWCODER_TRY(auto const file, mapped_file::open(lines));
  word_piece_vocabulary v;
  for (auto rest = file.bytes(); !rest.empty();) {
    auto const end = std::min(rest.find('\n'), rest.size());
    auto line = rest.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    v.tokens.emplace_back(line);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (std::filesystem::exists(settings, ignored)) {
    SNOWCODER_TRY(auto const config, read_json(settings));
    v.lower_case = flag_or(config, "do_lower_case", true);
  }
  return v;
}

}  // namespace snowcoder::io
