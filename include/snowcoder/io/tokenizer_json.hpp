// SPDX-License-Identifier: Apache-2.0
// The small parts of a tokenizer.json: byte symbols, normalizer, decoder, template; and the text of a whole file.
#pragma once

#include <snowcoder/core/byte_alphabet.hpp>
#include <snowcoder/core/utf8.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/io/json_field.hpp>
#include <snowcoder/io/pre_tokenizer_json.hpp>
#include <snowcoder/record/byte_pair_vocabulary.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
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
/// Nothing for a text that holds another character than the 256 byte symbols.
inline std::optional<std::string> in_bytes(std::string_view symbols) {
  static constexpr auto byte_of = [] {
    std::array<std::int16_t, 512> all{};
    all.fill(-1);
    for (int b = 0; b < 256; ++b) all[byte_symbols[std::size_t(b)]] = std::int16_t(b);
    return all;
  }();
  std::string bytes;
  for (std::size_t i = 0; i < symbols.size();) {
    auto const c = first_code_point(symbols.substr(i));
    if (!c.valid || c.value >= byte_of.size() || byte_of[c.value] < 0) return {};
    bytes += char(byte_of[c.value]);
    i += std::size_t(c.bytes);
  }
  return bytes;
}

// Each reader below returns what it refuses; empty when nothing.

inline std::string read_normalizer(sorted_json const& stated, bool& nfc) {
  if (stated.is_null()) return {};
  auto const type = text_or(stated, "type");
  if (type == "NFC") return nfc = true, std::string();
  if (type != "Sequence") return "normalizer " + type;
  for (auto const& part : value_or_null(stated, "normalizers"))
    if (auto what = read_normalizer(part, nfc); !what.empty()) return what;
  return {};
}

inline std::string read_decoder(sorted_json const& stated) {
  auto const type = text_or(stated, "type");
  if (stated.is_null() || type == "ByteLevel") return {};
  if (type != "Sequence") return "decoder " + type;
  for (auto const& part : value_or_null(stated, "decoders"))
    if (auto what = read_decoder(part); !what.empty()) return what;
  return {};
}

/// Ids of one place of a template, or what is wrong with it.
inline std::string read_template(sorted_json const& stated, byte_pair_vocabulary& v) {
  auto const special = value_or_null(stated, "special_tokens");
  bool text_seen = false;
  for (auto const& place : value_or_null(stated, "single")) {
    if (auto const sequence = value_or_null(place, "Sequence"); !sequence.is_null()) {
      if (text_seen || text_or(sequence, "id") != "A") return "template that repeats a text";
      text_seen = true;
      continue;
    }
    auto const name = text_or(value_or_null(place, "SpecialToken"), "id");
    auto const ids = value_or_null(value_or_null(special, name.c_str()), "ids");
    if (!ids.is_array() || ids.empty()) return "template with a token without ids: " + name;
    for (auto const& id : ids) {
      if (!id.is_number_unsigned() || id.get<std::uint64_t>() >= v.tokens.size())
        return "template with an id beyond the vocabulary";
      (text_seen ? v.after : v.before).push_back(id.get<token_id>());
    }
  }
  return text_seen ? "" : "template without the text";
}

inline std::string read_post_processor(sorted_json const& stated, byte_pair_vocabulary& v) {
  auto const type = text_or(stated, "type");
  if (stated.is_null() || type == "ByteLevel") return {};
  if (type == "Sequence") {
    for (auto const& part : value_or_null(stated, "processors"))
      if (auto what = read_post_processor(part, v); !what.empty()) return what;
    return {};
  }
  if (!v.before.empty() || !v.after.empty()) return "post_processor with two templates";
  if (type == "TemplateProcessing") return read_template(stated, v);
  if (type != "RobertaProcessing" && type != "BertProcessing") return "post_processor " + type;
  for (auto const& [key, row] : {std::pair{"cls", &v.before}, std::pair{"sep", &v.after}}) {
    auto const pair = value_or_null(stated, key);
    if (!pair.is_array() || pair.size() != 2 || !pair[1].is_number_unsigned() ||
        pair[1].get<std::uint64_t>() >= v.tokens.size())
      return "post_processor without " + std::string(key);
    row->push_back(pair[1].get<token_id>());
  }
  return {};
}

}  // namespace detail

/// The text of a tokenizer.json.
inline std::string tokenizer_text(byte_pair_vocabulary const& v) {
  auto const line = [](std::string_view text) { return to_line(json(text)); };
  auto const truth = [](bool value) { return value ? "true" : "false"; };
  std::vector<bool> is_sentinel(v.tokens.size());
  for (auto id : v.sentinels) is_sentinel[std::size_t(id)] = true;
  auto const spelled = [&](token_id id) {
    auto const& token = v.tokens[std::size_t(id)];
    return is_sentinel[std::size_t(id)] ? token : detail::in_symbols(token);
  };
  std::string out = "{\n  \"version\": \"1.0\",\n  \"truncation\": null,\n  \"padding\": null,\n  \"added_tokens\": [";
  for (bool first = true; auto id : v.sentinels) {
    sentinel_rule rule{.id = id};
    for (auto const& r : v.rules)
      if (r.id == id) rule = r;
    out += std::exchange(first, false) ? "\n    " : ",\n    ";
    out += to_line(json{{"id", id},
                        {"content", v.tokens[std::size_t(id)]},
                        {"single_word", false},
                        {"lstrip", rule.lstrip},
                        {"rstrip", rule.rstrip},
                        {"normalized", rule.normalized},
                        {"special", rule.special}});
  }
  out += std::string("\n  ],\n  \"normalizer\": ") + (v.nfc ? "{\"type\":\"NFC\"}" : "null");
  out += ",\n  \"pre_tokenizer\": " + to_line(pre_tokenizer_of(v.splitter));
  out += ",\n  \"post_processor\": " + (v.post_processor.empty() ? "null" : v.post_processor) + ",\n  \"decoder\": ";
  out += to_line(json{{"type", "ByteLevel"}, {"add_prefix_space", true}, {"trim_offsets", true}, {"use_regex", true}});
  out += ",\n  \"model\": {\n    \"type\": \"BPE\",\n    \"dropout\": null,\n    \"unk_token\": null,\n";
  out += "    \"continuing_subword_prefix\": null,\n    \"end_of_word_suffix\": null,\n    \"fuse_unk\": false,\n";
  out +=
      std::string("    \"byte_fallback\": ") + truth(v.byte_fallback) + ",\n    \"ignore_merges\": " + truth(v.ignore_merges);
  out += ",\n    \"vocab\": {";
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

}  // namespace snowcoder::io
