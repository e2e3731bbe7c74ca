// SPDX-License-Identifier: Apache-2.0
// What each cached vector is to an annotator. Rows of a labels file:
//   {"folder": "files", "label": 1}              every vector of the --vectors folder of that name is a positive: high-quality
//                                                code, or an instruction where the folder was embedded from instructions
//   {"folder": "clean", "label": "negatives"}    (or 0) the folder's vectors are drawn from as negatives
//   {"folder": "clean", "label": "edu_head"}     positives are those that the head --edu-head scores high enough (ANN-INS)
//   {"id": "…", "label": 3.5}                    one vector's own label (ANN-EDU)
// One file serves all recipes; each takes the rows that it has a use for.
#pragma once

#include <snowcoder/annotate/head_file.hpp>
#include <snowcoder/annotate/training_set.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/json_field.hpp>
#include <snowcoder/io/json_rows.hpp>
#include <snowcoder/io/vector_file.hpp>
#include <snowcoder/record/reject.hpp>

#include <cmath>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace snowcoder::pipeline::detail {

/// The last part of a path as it is written, also where it ends in '/'; links are not followed.
inline std::string last_part(std::filesystem::path const& p) {
  auto const clean = p.lexically_normal();
  return (clean.has_filename() ? clean : clean.parent_path()).filename().string();
}

class label_reader {
 public:
  /// Rows labelled "edu_head" are passed over unless `educated` are wanted.
  label_reader(std::map<std::string, io::vector_table> const& tables, std::optional<annotate::stored_head> const& edu,
               bool educated, double threshold)
      : tables_(tables), edu_(edu), educated_(educated), threshold_(threshold) {}

  expected<std::vector<annotate::candidate_example>> read(std::filesystem::path const& path) {
    SNOWCODER_CHECK(io::for_each_row(path, [&](io::json const& row, std::string const& place) -> expected<void> {
      auto const label = io::value_or_null(row, "label");
      auto const folder = io::text_or(row, "folder"), id = io::text_or(row, "id");
      if (folder.empty() == id.empty() || !(label.is_number() || label.is_string()))
        return failure("a label row needs \"folder\" or \"id\", and \"label\"", place);
      return folder.empty() ? add_one(id, label, place) : add_folder(folder, label, place);
    }));
    if (found_.empty()) return failure("no labels", path.string());
    return std::move(found_);
  }

 private:
  expected<void> add_folder(std::string const& folder, io::json const& label, std::string const& place) {
    auto const table = tables_.find(folder);
    if (table == tables_.end()) return failure("no --vectors folder is called \"" + folder + "\"", place);
    auto const word = label.is_string() ? label.get<std::string>() : "";
    bool const negatives = word == "negatives" || (label.is_number() && label.get<double>() == 0),
               educated = word == "edu_head";
    if (!negatives && !educated && !(label.is_number() && label.get<double>() == 1))
      return failure("the label of a folder is 1, 0, \"negatives\" or \"edu_head\"", place);
    if (educated && !educated_) return {};
    if (educated && !edu_) return failure("\"edu_head\" needs --edu-head FILE", place, "train one with --recipe edu");
    auto const& t = table->second;
    for (std::size_t i = 0; i < t.rows.size(); ++i) {
      if (educated && double(edu_->trained(t.top(i))) < threshold_) continue;
      auto const role = negatives                         ? annotate::part::negative
                        : educated                        ? annotate::part::educated
                        : t.rows[i].kind == "instruction" ? annotate::part::instruction
                                                          : annotate::part::file;
      found_.push_back({t.rows[i].content, t.rows[i].language, role, 0, t.top(i)});
    }
    return {};
  }
  expected<void> add_one(std::string const& id, io::json const& label, std::string const& place) {
    if (!label.is_number() || !std::isfinite(label.get<float>()))
      return failure("the label of an id is a number that a float can hold", place);
    if (by_id_.empty())
      for (auto const& [name, t] : tables_)
        for (std::size_t i = 0; i < t.rows.size(); ++i) by_id_.emplace(t.rows[i].id, std::pair(&t, i));
    auto const found = by_id_.find(id);
    if (found == by_id_.end()) {
      unknown_.push_back({id, "annotate", "label_without_vector", place});
      return {};
    }
    auto const& [t, i] = found->second;
    found_.push_back({t->rows[i].content, t->rows[i].language, annotate::part::labelled, label.get<float>(), t->top(i)});
    return {};
  }

 public:
  std::vector<reject> const& unknown() const { return unknown_; }  ///< labels whose id has no vector

 private:
  std::map<std::string, io::vector_table> const& tables_;
  std::optional<annotate::stored_head> const& edu_;
  bool educated_;
  double threshold_;
  std::vector<annotate::candidate_example> found_;
  std::unordered_map<std::string, std::pair<io::vector_table const*, std::size_t>> by_id_;
  std::vector<reject> unknown_;
};

}  // namespace snowcoder::pipeline::detail
