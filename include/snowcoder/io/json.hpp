// SPDX-License-Identifier: Apache-2.0
// JSON, wrapped once: nlohmann-json for writing and small files (keys keep their order). Bulk rows are read with simdjson
// in io/document_file.hpp.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/atomic_file.hpp>
#include <snowcoder/io/mapped_file.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace snowcoder::io {

using json = nlohmann::ordered_json;

/// For what strangers send, and objects of many thousand keys; their order is lost. The other kind looks keys up one by one: a
/// megabyte of keys takes it some ten seconds.
using sorted_json = nlohmann::json;

/// Text of a value on one line; bytes that are not UTF-8 become U+FFFD.
inline std::string to_line(json const& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

/// Values lie this deep in one another at most: copying and writing them takes stack for every level, and a text of strangers
/// must not say how much.
inline constexpr int most_nested = 512;

inline bool nested_too_deeply(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto const c = text[i];
    if (quoted) {
      i += c == '\\';
      quoted = c != '"';
    } else if (c == '"') {
      quoted = true;
    } else if (c == '[' || c == '{') {
      if (++depth > most_nested) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

/// The value of a text; discarded where that is no JSON, or nested too deeply.
template <class Json = json>
Json parsed(std::string_view text) {
  if (nested_too_deeply(text)) return Json(Json::value_t::discarded);
  return Json::parse(text.begin(), text.end(), nullptr, false);
}

/// `where` names the text in the error.
template <class Json = json>
expected<Json> parse_json(std::string_view text, std::string const& where) {
  if (nested_too_deeply(text))
    return failure("JSON nested deeper than " + std::to_string(most_nested), where, "check that it is the file that you mean");
  auto value = Json::parse(text.begin(), text.end(), nullptr, false);
  if (value.is_discarded()) return failure("not valid JSON", where, "check that the file is complete");
  return value;
}

inline expected<json> read_json(std::filesystem::path const& path) {
  SNOWCODER_TRY(auto file, mapped_file::open(path));
  return parse_json(file.bytes(), path.string());
}

inline expected<void> write_json(std::filesystem::path const& path, json const& value) {
  return write_file(path, value.dump(2, ' ', false, json::error_handler_t::replace) + "\n");
}

}  // namespace snowcoder::io
