// SPDX-License-Identifier: Apache-2.0
// What the columns of other people's code data sets are called: The Stack v1 and v2, StarCoderData, GitHub dumps, Dolma.
// Every field of a document has several names in the field; they are listed here once, for JSONL rows and Parquet alike, and
// may be replaced one by one (`--column text=body`).
#pragma once

#include <snowcoder/core/expected.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace snowcoder::io {

enum class row_field : std::uint8_t { text, id, repository, path, language, licence, stars, forks, created };
inline constexpr std::size_t row_fields = 9;

class row_columns {
 public:
  /// How users call the fields.
  static constexpr std::array<std::string_view, row_fields> field_names{"text",    "id",    "repository", "path",   "language",
                                                                        "licence", "stars", "forks",      "created"};

  /// Names that data sets use, the first that is there wins.
  row_columns()
      : names_{{{"content", "text", "code", "src"},
                {"id", "hexsha", "blob_id"},
                {"repo", "repository", "repo_name", "repository_name", "max_stars_repo_name"},
                {"path", "file_path", "filename", "max_stars_repo_path"},
                {"language", "lang", "programming_language"},
                {"licence", "license", "max_stars_repo_licenses", "licenses", "detected_licenses", "gha_license_id",
                 "license_type"},
                {"stars", "max_stars_count", "star_events_count", "stars_count", "stargazers_count"},
                {"forks", "max_forks_count", "fork_events_count", "forks_count"},
                {"created", "committer_date", "revision_date", "commit_date"}}} {}

  /// Takes "FIELD=COLUMN": from now on only COLUMN gives FIELD. "a.b" is the field b of the object a where no column has that
  /// name.
  expected<void> map(std::string_view assignment) {
    auto const equals = assignment.find('=');
    auto const field = assignment.substr(0, equals);
    for (std::size_t i = 0; i < row_fields; ++i)
      if (equals != assignment.npos && equals + 1 < assignment.size() && field_names[i] == field) {
        names_[i] = {std::string(assignment.substr(equals + 1))};
        return {};
      }
    std::string known;
    for (auto const name : field_names) (known += known.empty() ? "" : " ") += name;
    return failure("no mapping of a column: " + std::string(assignment), "--column", "write FIELD=COLUMN; fields: " + known);
  }

  std::vector<std::string> const& names(row_field f) const { return names_[std::size_t(f)]; }

  /// Tells `gives(field, rank)` which fields a column gives, and how good its name is for each (0 is best). Most columns give
  /// none; one that a user names may give two.
  void for_each_field(std::string_view column, auto&& gives) const {
    for (std::size_t f = 0; f < row_fields; ++f)
      for (std::size_t rank = 0; rank < names_[f].size(); ++rank)
        if (names_[f][rank] == column) gives(row_field(f), rank);
  }

  /// For provenance: what was mapped otherwise than by the list above, as "FIELD=COLUMN …".
  std::string changes() const {
    row_columns const usual;
    std::string text;
    for (std::size_t f = 0; f < row_fields; ++f)
      if (names_[f] != usual.names_[f])
        ((text += text.empty() ? "" : " ") += field_names[f]).append("=").append(names_[f].front());
    return text;
  }

 private:
  std::array<std::vector<std::string>, row_fields> names_;
};

}  // namespace snowcoder::io
