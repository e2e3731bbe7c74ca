// SPDX-License-Identifier: Apache-2.0
// JSON, wrapped once: nlohmann-json for writing and small files (keys keep their order). Bulk rows are read with simdjson
// in io/document_file.hpp.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/atomic_file.hpp>
#include <snowcoder/io/mapped_file.hpp>

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace snowcoder::io {

using json = nlohmann::ordered_json;

/// For objects of many thousand keys, whose order is lost: the other kind looks keys up one by one.
using sorted_json = nlohmann::json;

/// Text of a value on one line; bytes that are not UTF-8 become U+FFFD.
inline std::string to_line(json const& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

/// `where` names the text in the error.
inline expected<json> parse_json(std::string_view text, std::string const& where) {
  auto value = json::parse(text.begin(), text.end(), nullptr, false);
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
