// SPDX-License-Identifier: Apache-2.0
// Hugging Face's tokenizer.json, written and read, for byte-level pairs: ids agree with the package `tokenizers` on every
// text. What this library would do otherwise is refused by name.
#pragma once

#include <snowcoder/core/byte_alphabet.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/core/utf8.hpp>
#include <snowcoder/io/atomic_file.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/io/json_field.hpp>
#include <snowcoder/io/mapped_file.hpp>
#include <snowcoder/io/pre_tokenizer_json.hpp>
#include <snowcoder/record/byte_pair_vocabulary.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::io {

namespace detail {

inline std::string in_symbols(std::string_view bytes) {
  std::string text;
  for (char c : bytes) append_utf8(text, byte_symbols[static_cast<unsigned char>(c)]);
  return text;
}
inline std::optional<std::string> in_bytes(std::string_view symbols) {
  std::string bytes;
  while (!symbols.empty()) {
    auto const c = first_code_point(symbols);
    int const byte = c.valid ? byte_of_symbol(c.value) : -1;
    if (byte < 0) return {};
    bytes += char(byte);
    symbols.remove_prefix(std::size_t(c.bytes));
  }
  return bytes;
}

}  // namespace detail

/// The text of a tokenizer.json.
inline std::string tokenizer_text(byte_pair_vocabulary const& v) {
  auto const line = [](std::string_view text) { return to_line(json(text)); };
  std::vector<bool> is_sentinel(v.tokens.size());
  for (auto id : v.sentinels) is_sentinel[std::size_t(id)] = true;
  auto const spelled = [&](token_id id) {
    auto const& token = v.tokens[std::size_t(id)];
    return is_sentinel[std::size_t(id)] ? token : detail::in_symbols(token);
  };
  std::string out = "{\n  \"version\": \"1.0\",\n  \"truncation\": null,\n  \"padding\": null,\n  \"added_tokens\": [";
  for (bool first = true; auto id : v.sentinels) {
    out += std::exchange(first, false) ? "\n    " : ",\n    ";
    out += to_line(json{{"id", id},
                        {"content", v.tokens[std::size_t(id)]},
                        {"single_word", false},
                        {"lstrip", false},
                        {"rstrip", false},
                        {"normalized", false},
                        {"special", true}});
  }
  out += "\n  ],\n  \"normalizer\": null,\n  \"pre_tokenizer\": " + to_line(pre_tokenizer_of(v.splitter));
  out += ",\n  \"post_processor\": null,\n  \"decoder\": ";
  out += to_line(json{{"type", "ByteLevel"}, {"add_prefix_space", true}, {"trim_offsets", true}, {"use_regex", true}});
  out += ",\n  \"model\": {\n    \"type\": \"BPE\",\n    \"dropout\": null,\n    \"unk_token\": null,\n";
  out += "    \"continuing_subword_prefix\": null,\n    \"end_of_word_suffix\": null,\n    \"fuse_unk\": false,\n";
  out += "    \"byte_fallback\": false,\n    \"ignore_merges\": false,\n    \"vocab\": {";
  bool first = true;
  for (token_id id = 0; id < token_id(v.tokens.size()); ++id)
    if (!v.tokens[std::size_t(id)].empty()) {
      out += std::exchange(first, false) ? "\n      " : ",\n      ";
      out += line(spelled(id)) + ": " + std::to_string(id);
    }
  out += "\n    },\n    \"merges\": [";
  first = true;
  for (auto const& [left, right] : v.merges) {
    out += std::exchange(first, false) ? "\n      " : ",\n      ";
    out += line(spelled(left) + " " + spelled(right));
  }
  return out + "\n    ]\n  }\n}\n";
}

inline expected<void> write_tokenizer(std::filesystem::path const& path, byte_pair_vocabulary const& v) {
  return write_file(path, tokenizer_text(v));
}

/// From the text of a tokenizer.json; `where` names it in errors.
inline expected<byte_pair_vocabulary> parse_tokenizer(std::string_view text, std::string const& where) {
  auto const refuse = [&](std::string what) {
    return failure(std::move(what), where, "only byte-level pairs as this library writes them are read");
  };
  auto const file = sorted_json::parse(text.begin(), text.end(), nullptr, false);
  if (file.is_discarded() || !file.is_object())
    return failure("not a tokenizer.json", where, "check that the file is complete");
  if (!value_or_null(file, "normalizer").is_null()) return refuse("tokenizer has a normalizer");
  auto const model = value_or_null(file, "model");
  if (text_or(model, "type", "BPE") != "BPE") return refuse("model is " + text_or(model, "type") + ", not BPE");
  for (auto const* key : {"dropout", "continuing_subword_prefix", "end_of_word_suffix"})
    if (auto const value = value_or_null(model, key); !value.is_null() && value != "")
      return refuse("model sets " + std::string(key));
  if (flag_or(model, "ignore_merges", false)) return refuse("model sets ignore_merges");
  if (flag_or(model, "byte_fallback", false)) return refuse("model sets byte_fallback");

  byte_pair_vocabulary v;
  v.splitter = splitter_of(value_or_null(file, "pre_tokenizer"));
  if (v.splitter.empty()) return refuse("pre_tokenizer is neither ByteLevel nor Digits and ByteLevel");
  auto const put = [&](sorted_json const& id, std::string token) {
    constexpr std::uint64_t most = 1 << 24;
    if (!id.is_number_unsigned() || id.get<std::uint64_t>() >= most) return false;
    auto const i = id.get<std::size_t>();
    if (i >= v.tokens.size()) v.tokens.resize(i + 1);
    if (!v.tokens[i].empty() && v.tokens[i] != token) return false;
    v.tokens[i] = std::move(token);
    return true;
  };

  auto const added = value_or_null(file, "added_tokens");
  if (!added.is_array() && !added.is_null()) return refuse("added_tokens is not a list");
  std::map<std::string, token_id, std::less<>> id_of;
  for (auto const& entry : added) {
    auto const content = text_or(entry, "content");
    if (flag_or(entry, "single_word", false) || flag_or(entry, "lstrip", false) || flag_or(entry, "rstrip", false))
      return refuse("added token " + content + " sets single_word, lstrip or rstrip");
    if (content.empty() || !put(value_or_null(entry, "id"), content))
      return refuse("added token without content, id, or with another's id");
    id_of[content] = entry["id"].get<token_id>();
    v.sentinels.push_back(id_of[content]);
  }
  std::sort(v.sentinels.begin(), v.sentinels.end());
  v.sentinels.erase(std::unique(v.sentinels.begin(), v.sentinels.end()), v.sentinels.end());

  auto const vocab = value_or_null(model, "vocab");
  if (!vocab.is_object()) return refuse("model has no vocab");
  for (auto const& [spelled, id] : vocab.items()) {
    if (auto const found = id_of.find(spelled); found != id_of.end()) {
      if (id != found->second) return refuse("added token " + spelled + " has two ids");
      continue;
    }
    auto bytes = detail::in_bytes(spelled);
    if (!bytes || bytes->empty()) return refuse("token \"" + spelled + "\" is not written in byte symbols");
    if (!put(id, std::move(*bytes))) return refuse("token \"" + spelled + "\" has no id of its own");
    id_of[spelled] = id.get<token_id>();
  }

  auto const merges = value_or_null(model, "merges");
  if (!merges.is_array()) return refuse("model has no merges");
  for (auto const& entry : merges) {  // "a b", or ["a", "b"] since tokenizers 0.20
    bool const pair = entry.is_array() && entry.size() == 2 && entry[0].is_string() && entry[1].is_string();
    auto const both = entry.is_string() ? entry.get<std::string>()
                      : pair            ? entry[0].get<std::string>() + " " + entry[1].get<std::string>()
                                        : "";
    auto const space = std::min(both.find(' '), both.size());
    auto const left = id_of.find(std::string_view(both).substr(0, space));
    auto const right = id_of.find(std::string_view(both).substr(std::min(space + 1, both.size())));
    if (left == id_of.end() || right == id_of.end()) return refuse("merge \"" + both + "\" joins unknown tokens");
    v.merges.emplace_back(left->second, right->second);
  }
  return v;
}

inline expected<byte_pair_vocabulary> read_tokenizer(std::filesystem::path const& path) {
  SNOWCODER_TRY(auto const file, mapped_file::open(path));
  return parse_tokenizer(file.bytes(), path.string());
}

}  // namespace snowcoder::io
