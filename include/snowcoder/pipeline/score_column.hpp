// SPDX-License-Identifier: Apache-2.0
// Scores that another program made (an LLM judge, a published classifier) as a scorer: JSON lines of {"id", FIELD}, in any
// order; plain, .gz or .zst. Memory: 24 bytes a row.
#pragma once

#include <snowcoder/annotate/scorer.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/core/hash.hpp>
#include <snowcoder/io/json_field.hpp>
#include <snowcoder/io/json_rows.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

class column_scorer {
 public:
  static constexpr bool scores_by_id = true;

  static expected<column_scorer> open(std::filesystem::path const& file, std::string const& field) {
    auto rows = std::make_shared<std::vector<row>>();
    SNOWCODER_CHECK(io::for_each_row(file, [&](io::json const& value, std::string const& place) -> expected<void> {
      auto const id = io::text_or(value, "id");
      auto const number = io::value_or_null(value, field.c_str());
      if (id.empty() || !number.is_number() || !std::isfinite(number.get<double>()))
        return failure("a row needs \"id\" and the number \"" + field + "\"", place);
      rows->push_back({hash(id), number.get<double>()});
      return {};
    }));
    if (rows->empty()) return failure("no scores", file.string());
    std::sort(rows->begin(), rows->end(), [](row const& a, row const& b) { return a.id < b.id; });
    for (std::size_t i = 1; i < rows->size(); ++i)
      if ((*rows)[i].id == (*rows)[i - 1].id && (*rows)[i].value != (*rows)[i - 1].value)
        return failure("two different scores for one id", file.string(), "keep one row a document");
    return column_scorer(std::move(rows));
  }

  std::vector<std::string> names() const { return {"column"}; }
  /// A document without a row has no score.
  std::vector<std::vector<score>> score_page(std::span<document const> page) const {
    std::vector<std::vector<score>> all(1);
    for (auto const& d : page) {
      auto const key = hash(d.id);
      auto const found =
          std::lower_bound(rows_->begin(), rows_->end(), key, [](row const& r, hash128 const& k) { return r.id < k; });
      score s;
      s.id = d.id;
      s.value = found != rows_->end() && found->id == key ? found->value : std::numeric_limits<double>::quiet_NaN();
      all[0].push_back(std::move(s));
    }
    return all;
  }

 private:
  struct row {
    hash128 id;
    double value;
  };
  explicit column_scorer(std::shared_ptr<std::vector<row>> rows) : rows_(std::move(rows)) {}
  std::shared_ptr<std::vector<row> const> rows_;  // one table for the scorers of all shards
};
static_assert(annotate::scorer<column_scorer> && annotate::scores_by_id<column_scorer>);

}  // namespace snowcoder::pipeline
