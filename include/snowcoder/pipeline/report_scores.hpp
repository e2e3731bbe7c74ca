// SPDX-License-Identifier: Apache-2.0
// The report's pages on scores: how they are distributed, what they follow, the best and the worst files, and how well the
// annotators tell benchmark solutions from documents that they have not seen (paper Figure 2).
#pragma once

#include <snowcoder/annotate/explanation.hpp>
#include <snowcoder/config/language.hpp>
#include <snowcoder/core/quantity.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/io/json_field.hpp>
#include <snowcoder/pipeline/html.hpp>
#include <snowcoder/pipeline/scored_corpus.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

namespace snowcoder::pipeline::detail {

inline std::string figure_text(double value, int digits = 3) {
  return std::isfinite(value) ? fmt::format("{:.{}f}", value, digits) : std::string("–");
}
inline std::string percent_text(double share) {
  return std::isfinite(share) ? fmt::format("{:.1f} %", 100 * share) : std::string("–");
}

/// `all`: how many files `files` are, or are drawn from.
inline void report_explanation(html_page& page, std::vector<annotate::explained_file> const& files, std::int64_t all) {
  auto const e = annotate::explain(files);
  page.heading("What the score follows");
  if (e.files < all) page.note(fmt::format("Of {} files, drawn from {}.", with_commas(e.files), with_commas(all)));
  std::vector<std::vector<std::string>> rows;
  for (auto const& t : e.traits)
    rows.push_back({std::string(t.trait), figure_text(t.all.value), figure_text(t.all.low) + " to " + figure_text(t.all.high),
                    figure_text(t.within)});
  page.table({"rank correlation with", "over all files", "95 % interval", "inside a language"}, rows);
  page.note(
      fmt::format("{} of the score's variance is between languages. comments and docstrings: share of lines; imports: lines.",
                  percent_text(e.language_share)));
  if (e.occlusions.empty()) return;
  rows.clear();
  for (auto const& o : e.occlusions)
    rows.push_back({std::string(o.section), figure_text(o.shift), figure_text(o.rank), percent_text(o.stay)});
  page.table({"without the section", "mean logit moves by", "rank correlation with the whole", "of the best tenth remain"},
             rows);
  page.note(fmt::format("Over the {} files with three different sections.", e.sectioned));
}

inline void report_auc(html_page& page, std::filesystem::path const& run) {
  auto const auc = io::read_json(run / "evaluation" / "auc.json");
  if (!auc || !auc->contains("results") || !(*auc)["results"].is_array()) return;
  page.heading("ROC-AUC of benchmark solutions against unseen documents (Figure 2)");
  std::vector<std::vector<std::string>> rows;
  for (auto const& r : (*auc)["results"]) {
    auto const number = [&](char const* key) {
      auto const v = io::value_or_null(r, key);
      return v.is_number() ? v.get<double>() : std::numeric_limits<double>::quiet_NaN();
    };
    rows.push_back({io::text_or(r, "benchmark"), io::text_or(r, "head"), io::text_or(r, "annotator"),
                    figure_text(number("auc"), 4), figure_text(number("low"), 4) + " to " + figure_text(number("high"), 4),
                    figure_text(number("positives"), 0), figure_text(number("negatives"), 0)});
  }
  page.table({"benchmark", "scorer", "annotator", "AUC", "95 % interval", "solutions", "documents"}, rows);
}

/// `scratch`: a folder where there is room for a number a document.
inline expected<void> report_scores(html_page& page, std::filesystem::path const& run, std::filesystem::path const& scratch) {
  page.section("Scores");
  std::error_code ignored;
  std::vector<std::string> scorers;
  for (auto const& e : std::filesystem::directory_iterator(run / "clean" / "attributes", ignored))
    if (auto const name = e.path().filename().string(); name != "signals" && !io::shards(e.path()).empty())
      scorers.push_back(name);
  std::sort(scorers.begin(), scorers.end());
  for (auto const& scorer : scorers) {
    SNOWCODER_TRY(auto const scored, scored_corpus::read(run / "clean", scorer, scratch));
    if (scored.files() == 0) continue;
    page.heading("Annotator " + scorer);
    SNOWCODER_TRY(auto const histogram, scored.histogram());
    page.figure(histogram);
    std::vector<std::vector<std::string>> table;
    for (auto const& [l, m] : scored.languages)
      table.push_back(
          {std::string(config::title(l)), fmt::format("{}", m.files), fmt::format("{:.4f}", m.sum / double(m.files))});
    page.table({"language", "files", "mean score"}, table);
    report_explanation(page, scored.explained, scored.files());
    scored.best.show(page, "Best files");
    scored.worst.show(page, "Worst files");
  }
  if (scorers.empty()) page.note("Nothing has been scored in this run folder yet.");
  report_auc(page, run);
  return {};
}

}  // namespace snowcoder::pipeline::detail
