// SPDX-License-Identifier: Apache-2.0
// How tokenizer.json spells the splitters of this library, in both directions.
#pragma once

#include <snowcoder/io/json.hpp>
#include <snowcoder/io/json_field.hpp>

#include <string>
#include <string_view>

namespace snowcoder::io {

/// How tokenizer.json spells a splitter of this library.
inline json pre_tokenizer_of(std::string_view splitter) {
  json const bytes{{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", true}};
  if (splitter == "gpt2_split") return bytes;
  return {{"type", "Sequence"}, {"pretokenizers", json::array({json{{"type", "Digits"}, {"individual_digits", true}}, bytes})}};
}

/// The splitter that a tokenizer.json states; empty for one that this library does not have.
template <class Json>
std::string splitter_of(Json const& stated) {
  auto const is_bytes = [](Json const& p) {
    return text_or(p, "type") == "ByteLevel" && !flag_or(p, "add_prefix_space", true) && flag_or(p, "use_regex", true);
  };
  if (is_bytes(stated)) return "gpt2_split";
  auto const parts = value_or_null(stated, "pretokenizers");
  bool const digits_then_bytes = text_or(stated, "type") == "Sequence" && parts.is_array() && parts.size() == 2 &&
                                 text_or(parts[0], "type") == "Digits" && flag_or(parts[0], "individual_digits", false) &&
                                 is_bytes(parts[1]);
  return digits_then_bytes ? "starcoder_split" : "";
}

}  // namespace snowcoder::io
