// SPDX-License-Identifier: Apache-2.0
// The key of a model server: read once, sent with every request, and never written.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/compressed.hpp>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace snowcoder::pipeline {

/// The first line of `file`, else OPENAI_API_KEY, else none.
inline expected<std::string> server_key(std::filesystem::path const& file) {
  if (file.empty()) {
    char const* value = std::getenv("OPENAI_API_KEY");
    return std::string(value ? value : "");
  }
  SNOWCODER_TRY(auto lines, io::line_reader::open(file));
  std::string_view line;
  SNOWCODER_TRY(bool const any, lines.next(line));
  auto const last = line.find_last_not_of(" \t\r");
  if (!any || last == line.npos) return failure("the key file is empty", file.string());
  return std::string(line.substr(0, last + 1));
}

/// The header that shows a key, where there is one.
inline std::vector<std::string> authorization(std::string const& key) {
  return key.empty() ? std::vector<std::string>() : std::vector{"Authorization: Bearer " + key};
}

/// What to see to where a server will not serve us at all (status 401, 403, 404).
inline constexpr std::string_view check_server_flags = "check --server, --model and the key (OPENAI_API_KEY or --key-file)";

}  // namespace snowcoder::pipeline
