// SPDX-License-Identifier: Apache-2.0
// prepare explain: what became of one document, by id or by "repository/path".
#pragma once

#include <snowcoder/io/document_stream.hpp>
#include <snowcoder/io/json_field.hpp>
#include <snowcoder/io/json_rows.hpp>

#include <filesystem>
#include <string>

namespace snowcoder::pipeline {

/// Lines for a person; an error when nothing in `out` has this id or place.
inline expected<std::string> explain_document(std::filesystem::path const& out, std::string const& id) {
  std::string answer;
  SNOWCODER_CHECK(io::for_each_row(out / "rejects.jsonl", [&](io::json const& row, std::string const&) -> expected<void> {
    auto const place = io::text_or(row, "repository") + "/" + io::text_or(row, "path");
    if (io::text_or(row, "id") != id && place != id) return {};
    answer += place + "\n  dropped by " + io::text_or(row, "stage") + ": " + io::text_or(row, "reason");
    if (auto const detail = io::text_or(row, "detail"); !detail.empty()) answer += " (" + detail + ")";
    answer += "\n  language " + io::text_or(row, "language") + ", id " + io::text_or(row, "id") + "\n";
    return {};
  }));
  for (auto const* part : {"documents", "held_out/documents"}) {
    if (io::shards(out / part).empty()) continue;
    SNOWCODER_TRY(auto documents, io::document_stream::open(out / part));
    for (;;) {
      SNOWCODER_TRY(auto const d, documents.next());
      if (!d) break;
      if (d->id == id || d->repository + "/" + d->path == id)
        answer += d->repository + "/" + d->path + "\n  kept in " + part + "/" + documents.shard().filename().string() +
                  "\n  language " + std::string(config::title(d->language)) + ", id " + d->id + "\n";
    }
  }
  if (answer.empty())
    return failure("no document with this id or place", id, "ids and places are in rejects.jsonl and documents/");
  return answer;
}

}  // namespace snowcoder::pipeline
