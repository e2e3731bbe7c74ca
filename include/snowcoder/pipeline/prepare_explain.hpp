// SPDX-License-Identifier: Apache-2.0
// prepare explain: what became of one document, by id or by "repository/path".
#pragma once

#include <snowcoder/io/compressed.hpp>
#include <snowcoder/io/document_file.hpp>
#include <snowcoder/io/json.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace snowcoder::pipeline {

namespace detail {
inline std::string text_in(io::json const& row, char const* key) {
  return row.contains(key) && row[key].is_string() ? row[key].get<std::string>() : std::string();
}
}  // namespace detail

/// Lines for a person; an error when nothing in `out` has this id or place.
inline expected<std::string> explain_document(std::filesystem::path const& out, std::string const& id) {
  std::string answer;
  SNOWCODER_TRY(auto rejects, io::line_reader::open(out / "rejects.jsonl"));
  std::string_view line;
  for (;;) {
    SNOWCODER_TRY(bool const more, rejects.next(line));
    if (!more) break;
    SNOWCODER_TRY(auto const row, io::parse_json(line, rejects.place()));
    auto const place = detail::text_in(row, "repository") + "/" + detail::text_in(row, "path");
    if (detail::text_in(row, "id") != id && place != id) continue;
    answer += place + "\n  dropped by " + detail::text_in(row, "stage") + ": " + detail::text_in(row, "reason");
    if (auto const detail = detail::text_in(row, "detail"); !detail.empty()) answer += " (" + detail + ")";
    answer += "\n  language " + detail::text_in(row, "language") + ", id " + detail::text_in(row, "id") + "\n";
  }
  for (auto const* part : {"documents", "held_out/documents"}) {
    if (io::shards(out / part).empty()) continue;
    SNOWCODER_CHECK(io::for_each_document(out / part, [&](std::string const& shard, document&& d) -> expected<void> {
      if (d.id == id || d.repository + "/" + d.path == id)
        answer += d.repository + "/" + d.path + "\n  kept in " + part + "/" + shard + "\n  language " +
                  std::string(config::title(d.language)) + ", id " + d.id + "\n";
      return {};
    }));
  }
  if (answer.empty())
    return failure("no document with this id or place", id, "ids and places are in rejects.jsonl and documents/");
  return answer;
}

}  // namespace snowcoder::pipeline
