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

namespace detail {
/// Tokens that are found in raw text; those that Hugging Face finds otherwise are refused by name.
inline expected<void> read_added_tokens(sorted_json const& file, word_piece_vocabulary& v, std::string const& where) {
  auto const list = value_or_null(file, "added_tokens");
  for (auto const& row : list.is_array() ? list : sorted_json::array()) {
    auto const text = text_or(row, "content");
    auto const id = value_or_null(row, "id");
    auto const refuse = [&](std::string why) {
      return failure("added token \"" + text + "\" " + why, where, "only tokens found as they are spelled are read here");
    };
    if (text.empty() || !id.is_number_unsigned() || id.get<std::uint64_t>() >= 0x7fffffff)
      return refuse("has no text or no id");
    if (flag_or(row, "normalized", false)) return refuse("is normalized");
    if (flag_or(row, "single_word", false)) return refuse("is single_word");
    auto const place = id.get<std::size_t>();  // lstrip and rstrip take white space along, which makes no id anyway
    if (place < v.tokens.size() && v.tokens[place] != text) return refuse("has the id of another token");
    v.added.push_back({text, std::int32_t(place)});
  }
  return {};
}
}  // namespace detail

/// From the text of a tokenizer.json; refuses what the WordPiece of this library would not do alike, by name.
inline expected<word_piece_vocabulary> parse_word_piece(std::string_view text, std::string const& where) {
  auto const refuse = [&](std::string what) { return failure(std::move(what), where, "only BERT's WordPiece is read here"); };
  auto const file = parsed<sorted_json>(text);
  if (file.is_discarded() || !file.is_object())
    return failure("not a tokenizer.json", where, "check that the file is complete");
  auto const model = value_or_null(file, "model"), normalizer = value_or_null(file, "normalizer"),
             vocab = value_or_null(model, "vocab");
  if (text_or(model, "type", "WordPiece") != "WordPiece" || !vocab.is_object()) return refuse("model is not WordPiece");
  if (text_or(model, "continuing_subword_prefix", "##") != "##") return refuse("continuing_subword_prefix is not \"##\"");
  if (text_or(normalizer, "type") != "BertNormalizer") return refuse("normalizer is not BertNormalizer");
  if (text_or(value_or_null(file, "pre_tokenizer"), "type") != "BertPreTokenizer")
    return refuse("pre_tokenizer is not BertPreTokenizer");
  word_piece_vocabulary v;
  v.rules.clean_text = flag_or(normalizer, "clean_text", true);
  v.rules.ideographs_apart = flag_or(normalizer, "handle_chinese_chars", true);
  v.rules.lower_case = flag_or(normalizer, "lowercase", true);
  v.rules.strip_accents = flag_or(normalizer, "strip_accents", v.rules.lower_case);
  if (auto const limit = value_or_null(model, "max_input_chars_per_word"); !limit.is_null()) {
    if (!limit.is_number_unsigned() || limit.get<std::uint64_t>() < 1 || limit.get<std::uint64_t>() > 10'000)
      return refuse("max_input_chars_per_word is not from 1 to 10000");
    v.rules.longest_word = limit.get<int>();
  }
  v.unknown = text_or(model, "unk_token", "[UNK]");
  v.tokens.resize(vocab.size());
  for (auto const& [token, id] : vocab.items()) {
    if (!id.is_number_unsigned() || id.get<std::uint64_t>() >= v.tokens.size() || !v.tokens[id.get<std::size_t>()].empty())
      return refuse("ids of the vocabulary are not 0 to its size, each once");
    v.tokens[id.get<std::size_t>()] = token;
  }
  SNOWCODER_CHECK(detail::read_added_tokens(file, v, where));
  return v;
}

namespace detail {
/// What tokenizer_config.json says of the rules. Beside a tokenizer.json it must say the same: programs differ in whom they
/// believe.
inline expected<void> read_word_piece_settings(std::filesystem::path const& path, bool must_agree, word_piece_vocabulary& v) {
  SNOWCODER_TRY(auto const config, read_json(path));
  if (!must_agree && !flag_or(config, "do_basic_tokenize", true))
    return failure("do_basic_tokenize is false", path.string(), "only BERT's own basic tokenizer is read here");
  auto rules = v.rules;
  rules.lower_case = flag_or(config, "do_lower_case", must_agree ? rules.lower_case : true);
  rules.ideographs_apart = flag_or(config, "tokenize_chinese_chars", rules.ideographs_apart);
  rules.strip_accents = flag_or(config, "strip_accents", must_agree ? rules.strip_accents : rules.lower_case);
  if (must_agree && rules != v.rules)
    return failure("do_lower_case, strip_accents or tokenize_chinese_chars is not what tokenizer.json says", path.string(),
                   "make the two files agree; published vectors were made with one of them");
  v.rules = rules;
  return {};
}
}  // namespace detail

/// From a folder as published (Arctic-embed, MiniLM, bert-base): tokenizer.json first, else vocab.txt; or from either file,
/// a .txt or .json, with the tokenizer_config.json that lies beside a .txt.
inline expected<word_piece_vocabulary> read_word_piece(std::filesystem::path const& path) {
  std::error_code ignored;
  bool const is_folder = !std::filesystem::is_regular_file(path, ignored), is_lines = path.extension() == ".txt";
  auto const folder = is_folder ? path : path.parent_path(), lines = is_folder ? folder / "vocab.txt" : path,
             whole = folder / "tokenizer.json", settings = folder / "tokenizer_config.json";
  if (!is_folder && !is_lines) {
    SNOWCODER_TRY(auto const file, mapped_file::open(path));
    return parse_word_piece(file.bytes(), path.string());
  }
  if (is_folder && std::filesystem::exists(whole, ignored)) {
    SNOWCODER_TRY(auto const file, mapped_file::open(whole));
    SNOWCODER_TRY(auto v, parse_word_piece(file.bytes(), whole.string()));
    if (std::filesystem::exists(settings, ignored)) SNOWCODER_CHECK(detail::read_word_piece_settings(settings, true, v));
    return v;
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
  if (std::filesystem::exists(settings, ignored)) SNOWCODER_CHECK(detail::read_word_piece_settings(settings, false, v));
  v.add_usual_tokens();
  return v;
}

}  // namespace snowcoder::io
