// SPDX-License-Identifier: Apache-2.0
// rejects.jsonl: one row for everything that did not go on, with its reason.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/atomic_file.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/record/reject.hpp>

#include <filesystem>
#include <span>
#include <string>

namespace snowcoder::io {

/// Where the rows about a single file stand. The whole name counts: v1.5 and v1.6 are two files.
inline std::filesystem::path rejects_beside(std::filesystem::path const& file) { return file.string() + ".rejects.jsonl"; }

inline std::string reject_line(reject const& r) {
  return to_line(json{{"id", r.id}, {"stage", r.stage}, {"reason", r.reason}, {"detail", r.detail}});
}

/// Writes the rows; with none there is no file, and one left by an earlier run goes away.
inline expected<void> write_rejects(std::filesystem::path const& path, std::span<reject const> rejects) {
  if (rejects.empty()) {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
    return {};
  }
  std::string text;
  for (auto const& r : rejects) text += reject_line(r) + "\n";
  return write_file(path, text);
}

}  // namespace snowcoder::io
