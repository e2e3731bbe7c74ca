// SPDX-License-Identifier: Apache-2.0
// The documents of a selection manifest, asked for by many threads, and what of it was never seen.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/core/hash.hpp>
#include <snowcoder/io/reject_file.hpp>
#include <snowcoder/io/selection_file.hpp>
#include <snowcoder/pipeline/tokenized_shard.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

class chosen_documents {
 public:
  /// An empty path: none.
  static expected<chosen_documents> read(std::filesystem::path const& manifest) {
    chosen_documents c;
    if (manifest.empty()) return c;
    SNOWCODER_CHECK(io::read_selection(manifest, [&](chosen_document&& d) -> expected<void> {
      auto const h = hash(d.id);
      c.ids_.emplace_back(h, std::move(d.id));
      return {};
    }));
    std::sort(c.ids_.begin(), c.ids_.end());
    c.ids_.erase(std::unique(c.ids_.begin(), c.ids_.end()), c.ids_.end());
    return c;
  }
  /// Is the document of that hash and id chosen?
  bool take(hash128 const& document, std::string_view id) const {
    auto const found =
        std::lower_bound(ids_.begin(), ids_.end(), document, [](auto const& a, auto const& b) { return a.first < b; });
    return found != ids_.end() && found->first == document && found->second == id;
  }
  std::vector<std::pair<hash128, std::string>> const& ids() const { return ids_; }

 private:
  std::vector<std::pair<hash128, std::string>> ids_;  // by hash
};

/// Writes what the shards refused, in their order, then what was chosen and is in none of them; returns how many rows.
inline expected<std::int64_t> write_refused(std::filesystem::path const& path, std::span<tokenized_shard const> shards,
                                            chosen_documents const& chosen, std::filesystem::path const& manifest) {
  std::vector<bool> seen(chosen.ids().size());
  auto const see = [&](hash128 const& document) {
    auto const found = std::lower_bound(chosen.ids().begin(), chosen.ids().end(), document,
                                        [](auto const& a, auto const& b) { return a.first < b; });
    if (found != chosen.ids().end() && found->first == document) seen[std::size_t(found - chosen.ids().begin())] = true;
  };
  std::int64_t refused = 0;
  SNOWCODER_TRY(auto out, io::text_writer::open(path));
  for (auto const& shard : shards) {
    if (!seen.empty()) {
      SNOWCODER_TRY(auto const rows, shard.rows());
      for (std::int64_t i = 0; i < rows.files(); ++i) see(rows.row(i).document);
    }
    if (shard.refused() == 0) continue;
    SNOWCODER_TRY(auto lines, io::line_reader::open(shard.rejects()));
    for (std::string_view line;;) {
      SNOWCODER_TRY(bool const more, lines.next(line));
      if (!more) break;
      ++refused;
      SNOWCODER_CHECK(out.write_line(line));
      if (seen.empty()) continue;
      SNOWCODER_TRY(auto const row, io::parse_json(line, lines.place()));
      see(hash(io::text_or(row, "id")));
    }
  }
  std::vector<std::string_view> absent;
  for (std::size_t i = 0; i < seen.size(); ++i)
    if (!seen[i]) absent.push_back(chosen.ids()[i].second);
  std::sort(absent.begin(), absent.end());
  for (auto id : absent)
    SNOWCODER_CHECK(
        out.write_line(io::reject_line({std::string(id), "tokenize", "chosen_but_absent", manifest.filename().string()})));
  refused += std::int64_t(absent.size());
  if (refused > 0) {
    SNOWCODER_CHECK(out.commit());
  } else {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);  // of an earlier run
  }
  return refused;
}

}  // namespace snowcoder::pipeline
