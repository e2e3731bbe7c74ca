// SPDX-License-Identifier: Apache-2.0
// The report's pages on scores: how they are distributed, what they follow, the best and the worst files, and how well the
// annotators tell benchmark solutions from documents that they have not seen (paper Figure 2). Memory: some hundred bytes a
// document.
#pragma once

#include <snowcoder/annotate/explanation.hpp>
#include <snowcoder/annotate/text_traits.hpp>
#include <snowcoder/config/language.hpp>
#include <snowcoder/io/attribute_columns.hpp>
#include <snowcoder/io/document_stream.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/io/json_field.hpp>
#include <snowcoder/pipeline/html.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace snowcoder::pipeline::detail {

/// The first `lines` lines of a text.
inline std::string opening(std::string const& text, int lines) {
  std::size_t end = 0;
  for (int i = 0; i < lines && end != text.npos; ++i) end = text.find('\n', end == 0 ? 0 : end + 1);
  return end == text.npos ? text : text.substr(0, end) + "\n…";
}

/// Twenty equal bins of [0, 1], or of the range of a regressor.
inline plot histogram(std::vector<double> const& values) {
  double const low = std::min(0.0, *std::min_element(values.begin(), values.end()));
  double const high = std::max(1.0, *std::max_element(values.begin(), values.end()));
  std::array<double, 20> bins{};
  for (double v : values) bins[std::min<std::size_t>(19, std::size_t((v - low) / (high - low) * 20))] += 1;
  plot p{"score", "files", {{"", {}}}, "boxes"};
  for (std::size_t i = 0; i < bins.size(); ++i)
    p.series[0].points.emplace_back(low + (double(i) + 0.5) * (high - low) / 20, bins[i]);
  return p;
}

/// The files that rank first by `sign` times their value; `count` of them, the first in front.
class shown_files {
 public:
  shown_files(std::size_t count, double sign) : count_(count), sign_(sign) {}
  void offer(double value, document const& d) {
    std::tuple const key(-sign_ * value, d.id);
    if (files_.size() == count_ && std::tuple(files_.back().order, files_.back().id) <= key) return;
    files_.push_back({-sign_ * value, value, d.id,
                      fmt::format("{:.4f}  {}  {}/{}", value, config::title(d.language), d.repository, d.path),
                      opening(d.text, 40)});
    std::sort(files_.begin(), files_.end(),
              [](auto const& a, auto const& b) { return std::tie(a.order, a.id) < std::tie(b.order, b.id); });
    if (files_.size() > count_) files_.pop_back();
  }
  void show(html_page& page, std::string const& title) const {
    page.heading(title);
    for (auto const& f : files_) page.folded(f.title, f.text);
  }

 private:
  struct file {
    double order, value;
    std::string id, title, text;
  };
  std::size_t count_;
  double sign_;
  std::vector<file> files_;
};

/// The scores of one attribute as the documents stand, and what they were scored of.
struct scored_corpus {
  std::vector<annotate::explained_file> files;
  shown_files best{8, 1}, worst{8, -1};

  static expected<scored_corpus> read(std::filesystem::path const& clean, std::string const& scorer) {
    scored_corpus c;
    SNOWCODER_TRY(auto rows, io::attribute_columns<5>::open(
                                 clean, scorer, {"value", "logit_top", "logit_middle", "logit_bottom", "sections"}));
    SNOWCODER_CHECK(io::for_each_document(clean, [&](document&& d) -> expected<void> {
      SNOWCODER_TRY(auto const row, rows.find(d.id));
      auto const [value, top, middle, bottom, sections] = row;
      if (std::isnan(value)) return {};
      annotate::explained_file f{value, d.language, annotate::traits_of(d.text, d.language), {}};
      if (!std::isnan(top + middle + bottom) && sections == 3) f.logits = {float(top), float(middle), float(bottom)};
      c.files.push_back(f);
      c.best.offer(f.value, d);
      c.worst.offer(f.value, d);
      return {};
    }));
    return c;
  }
};

inline std::string figure_text(double value, int digits = 3) {
  return std::isfinite(value) ? fmt::format("{:.{}f}", value, digits) : std::string("–");
}
inline std::string percent_text(double share) {
  return std::isfinite(share) ? fmt::format("{:.1f} %", 100 * share) : std::string("–");
}

inline void report_explanation(html_page& page, std::vector<annotate::explained_file> const& files) {
  auto const e = annotate::explain(files);
  page.heading("What the score follows");
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

inline expected<void> report_scores(html_page& page, std::filesystem::path const& run) {
  page.section("Scores");
  std::error_code ignored;
  std::vector<std::string> scorers;
  for (auto const& e : std::filesystem::directory_iterator(run / "clean" / "attributes", ignored))
    if (auto const name = e.path().filename().string(); name != "signals" && !io::shards(e.path()).empty())
      scorers.push_back(name);
  std::sort(scorers.begin(), scorers.end());
  for (auto const& scorer : scorers) {
    SNOWCODER_TRY(auto const scored, scored_corpus::read(run / "clean", scorer));
    if (scored.files.empty()) continue;
    page.heading("Annotator " + scorer);
    std::vector<double> values;
    std::map<config::language, std::pair<double, int>> mean;
    for (auto const& f : scored.files) {
      values.push_back(f.value);
      mean[f.language].first += f.value;
      mean[f.language].second += 1;
    }
    page.figure(histogram(values));
    std::vector<std::vector<std::string>> table;
    for (auto const& [l, m] : mean)
      table.push_back({std::string(config::title(l)), fmt::format("{}", m.second), fmt::format("{:.4f}", m.first / m.second)});
    page.table({"language", "files", "mean score"}, table);
    report_explanation(page, scored.files);
    scored.best.show(page, "Best files");
    scored.worst.show(page, "Worst files");
  }
  if (scorers.empty()) page.note("Nothing has been scored in this run folder yet.");
  report_auc(page, run);
  return {};
}

}  // namespace snowcoder::pipeline::detail
