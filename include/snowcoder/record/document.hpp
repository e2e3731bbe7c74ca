// SPDX-License-Identifier: Apache-2.0
// A source file on its way from corpus to tokens, in the Dolma layout (id, text, source, added, created, metadata).
#pragma once

#include <snowcoder/config/language.hpp>
#include <snowcoder/core/hash.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace snowcoder {

struct document {
  std::string id;      ///< document_id(…), 32 hexadecimal digits
  std::string text;    ///< UTF-8
  std::string source;  ///< where it came from: "folder", "archive", "git", "jsonl", "parquet", "synthetic"
  std::string repository;
  std::string path;  ///< inside the repository, '/' between parts
  config::language language = config::language::other;
  std::string licence;  ///< empty: unknown
  std::optional<std::int64_t> stars;
  std::string created;  ///< empty: unknown
  std::optional<std::int64_t> forks = {};

  hash128 content_hash() const { return hash(text); }
};

/// Names a document by its place and content, so that equal inputs have equal ids in every run.
inline std::string document_id(std::string const& repository, std::string const& path, std::string const& text) {
  auto const content = hash(text);
  return hash(repository + '\0' + path, mix64(content.high, content.low)).hex();
}

}  // namespace snowcoder
