// SPDX-License-Identifier: Apache-2.0
// A file as it comes out of a folder, an archive or a row, before anything is known of it but its place.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace snowcoder::corpus {

struct source_file {
  std::string repository;
  std::string path;    ///< inside the repository, '/' between parts
  std::string source;  ///< "folder", "archive", "git", "jsonl", "parquet"
  std::string text;
  std::string id;        ///< 32 hexadecimal digits when the row has such an id, else empty
  std::string language;  ///< as declared; empty: to be found out
  std::string licence, created;
  std::optional<std::int64_t> stars, forks = {};
};

/// What ingest takes at most.
struct limits {
  std::int64_t file_bytes = 1'000'000;   ///< The Stack: files above 1 MB are data
  int folder_depth = 64;                 ///< Software Heritage's
  std::int64_t unit_files = 10'000'000;  ///< of an archive or a repository; beyond are bombs (The Stack v3: 1M)
};

/// A file that ingest does not take. `broken` marks input that could not be read as what it claims to be; the rest are
/// ordinary drops (too large, a link, …).
struct ingest_refusal {
  std::string repository, path;
  std::string reason;  ///< "not_utf8", "too_large", "symbolic_link", …
  std::string detail;
  std::int64_t bytes = 0;
  bool broken = false;
};

}  // namespace snowcoder::corpus
