// SPDX-License-Identifier: Apache-2.0
// The report's pages on data: the funnel, score distributions with the best and worst files, selection, synthesis.
#pragma once

#include <snowcoder/config/language.hpp>
#include <snowcoder/core/quantity.hpp>
#include <snowcoder/io/document_file.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/pipeline/html.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace snowcoder::pipeline::detail {

/// The first `lines` lines of a text.
inline std::string opening(std::string const& text, int lines) {
  std::size_t end = 0;
  for (int i = 0; i < lines && end != text.npos; ++i) end = text.find('\n', end == 0 ? 0 : end + 1);
  return end == text.npos ? text : text.substr(0, end) + "\n…";
}

inline void report_funnel(html_page& page, std::filesystem::path const& run) {
  page.section("Data funnel");
  auto const value = io::read_json(run / "clean" / "funnel.json");
  if (!value) return page.note("No prepared documents in this run folder yet.");
  auto const& total = (*value)["total"];
  auto files = [](io::json const& n) { return with_commas(n["files"].get<std::int64_t>()); };
  auto bytes = [](io::json const& n) { return bytes_text(n["bytes"].get<double>()); };
  std::vector<std::vector<std::string>> rows{
      {"came in", "", files(total["in"]), bytes(total["in"]), total["in"]["repositories"].dump()}};
  for (auto const& d : total["dropped"])
    rows.push_back(
        {d["stage"].get<std::string>(), d["reason"].get<std::string>(), "−" + files(d), bytes(d), d["repositories"].dump()});
  rows.push_back({"kept", "", files(total["kept"]), bytes(total["kept"]), total["kept"]["repositories"].dump()});
  page.table({"stage", "reason", "files", "bytes", "repositories"}, rows);

  // By language: one column for each stage that dropped anything.
  std::vector<std::string> stages;
  for (auto const& d : total["dropped"])
    if (auto const s = d["stage"].get<std::string>(); std::find(stages.begin(), stages.end(), s) == stages.end())
      stages.push_back(s);
  std::vector<std::string> head{"language", "files in"};
  head.insert(head.end(), stages.begin(), stages.end());
  head.insert(head.end(), {"files kept", "bytes kept", "repositories kept"});
  rows.clear();
  for (auto const& l : (*value)["languages"]) {
    std::vector<std::string> row{l["language"].get<std::string>(), files(l["in"])};
    for (auto const& s : stages) {
      std::int64_t n = 0;
      for (auto const& d : l["dropped"])
        if (d["stage"] == s) n += d["files"].get<std::int64_t>();
      row.push_back(n ? "−" + with_commas(n) : "");
    }
    row.insert(row.end(), {files(l["kept"]), bytes(l["kept"]), l["kept"]["repositories"].dump()});
    rows.push_back(std::move(row));
  }
  page.table(head, rows);
  page.note("Every dropped file is explained in clean/rejects.jsonl; prepare explain ID prints one of them.");
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

inline expected<void> report_scores(html_page& page, std::filesystem::path const& run) {
  page.section("Scores");
  std::error_code ignored;
  std::vector<std::string> scorers;
  for (auto const& e : std::filesystem::directory_iterator(run / "clean" / "attributes", ignored))
    if (auto const name = e.path().filename().string(); name != "signals") scorers.push_back(name);
  std::sort(scorers.begin(), scorers.end());
  for (auto const& scorer : scorers) {
    auto const rows = io::read_attributes(run / "clean", scorer);
    if (!rows || rows->empty()) continue;
    std::map<std::string, double> score;
    std::vector<double> values;
    for (auto const& row : *rows)
      for (auto const& [key, v] : row.values)
        if (key == "value") {
          score[row.id] = v;
          values.push_back(v);
        }
    if (values.empty()) continue;
    page.heading("Annotator " + scorer);
    page.figure(histogram(values));

    struct scored {
      double value;
      document d;
    };
    std::vector<scored> all;
    SNOWCODER_CHECK(io::for_each_document(run / "clean", [&](std::string const&, document&& d) -> expected<void> {
      if (auto const found = score.find(d.id); found != score.end()) {
        d.text = opening(d.text, 40);
        all.push_back({found->second, std::move(d)});
      }
      return {};
    }));
    std::sort(all.begin(), all.end(),
              [](auto const& a, auto const& b) { return std::pair(-a.value, a.d.id) < std::pair(-b.value, b.d.id); });
    std::map<config::language, std::pair<double, int>> mean;
    for (auto const& s : all) {
      mean[s.d.language].first += s.value;
      mean[s.d.language].second += 1;
    }
    std::vector<std::vector<std::string>> table;
    for (auto const& [l, m] : mean)
      table.push_back({std::string(config::title(l)), fmt::format("{}", m.second), fmt::format("{:.4f}", m.first / m.second)});
    page.table({"language", "files", "mean score"}, table);
    auto show = [&](std::string const& title, std::size_t first, std::size_t count) {
      page.heading(title);
      for (std::size_t i = first; i < std::min(first + count, all.size()); ++i)
        page.folded(fmt::format("{:.4f}  {}  {}/{}", all[i].value, config::title(all[i].d.language), all[i].d.repository,
                                all[i].d.path),
                    all[i].d.text);
    };
    show("Best files", 0, 8);
    show("Worst files", all.size() > 8 ? all.size() - 8 : 0, 8);
  }
  if (scorers.empty()) page.note("Nothing has been scored in this run folder yet.");
  if (auto const auc = io::read_json(run / "evaluation" / "auc.json"))
    page.folded("ROC-AUC of benchmark solutions against unseen documents (Figure 2)", auc->dump(2));
  return {};
}

inline void report_selection(html_page& page, std::filesystem::path const& run) {
  page.section("Selection");
  std::error_code ignored;
  std::vector<std::filesystem::path> files;
  for (auto const& e : std::filesystem::directory_iterator(run / "selection", ignored))
    if (e.path().extension() == ".json" && e.path().filename().string().find("provenance") == std::string::npos)
      files.push_back(e.path());
  std::sort(files.begin(), files.end());
  for (auto const& file : files) {
    auto const value = io::read_json(file);
    if (!value || !value->contains("cuts")) continue;
    page.heading(file.stem().string());
    std::vector<std::vector<std::string>> rows;
    for (auto const& c : (*value)["cuts"])
      rows.push_back({c.value("language", ""), fmt::format("{:.4f}", c.value("threshold", 0.0)),
                      with_commas(c.value("documents_kept", std::int64_t(0))),
                      with_commas(c.value("documents_available", std::int64_t(0))),
                      with_commas(c.value("tokens_kept", std::int64_t(0))), with_commas(c.value("budget", std::int64_t(0))),
                      with_commas(c.value("shortfall", std::int64_t(0)))});
    page.table({"language", "threshold", "documents kept", "of", "tokens kept", "budget", "shortfall"}, rows);
  }
  if (files.empty()) page.note("Nothing has been selected in this run folder yet.");
}

inline void report_synthesis(html_page& page, std::filesystem::path const& run) {
  page.section("Synthesis");
  auto const value = io::read_json(run / "synthetic" / "report.json");
  if (!value) return page.note("No synthetic documents in this run folder yet.");
  page.folded("Seeds, answers, and why some were refused", value->dump(2));
  std::vector<std::vector<std::string>> rows;
  for (auto const& [key, n] : value->items())
    if (n.is_number()) rows.push_back({key, n.dump()});
  page.table({"count", ""}, rows);
}

}  // namespace snowcoder::pipeline::detail
