// SPDX-License-Identifier: Apache-2.0
// The report's pages on data: the funnel, selection, synthesis.
#pragma once

#include <snowcoder/core/quantity.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/io/selection_file.hpp>
#include <snowcoder/pipeline/html.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace snowcoder::pipeline::detail {

/// A page on a file of the run; where that is not what its program writes, this is said in the page's place.
template <class Show>
void show_file(html_page& page, std::string const& name, Show const& show) {
  try {
    show();
  } catch (io::json::exception const& e) {
    page.note("Not shown: " + name + " is not what its program writes (" + e.what() + ").");
  }
}

/// The JSON files of a folder by name, without their stamps.
inline std::vector<std::filesystem::path> json_files(std::filesystem::path const& folder) {
  std::error_code ignored;
  std::vector<std::filesystem::path> files;
  for (auto const& e : std::filesystem::directory_iterator(folder, ignored))
    if (e.path().extension() == ".json" && e.path().filename().string().find("provenance") == std::string::npos)
      files.push_back(e.path());
  std::sort(files.begin(), files.end());
  return files;
}

inline void report_funnel(html_page& page, std::filesystem::path const& run) {
  page.section("Data funnel");
  auto const value = io::read_json(run / "clean" / "funnel.json");
  if (!value) return page.note("No prepared documents in this run folder yet.");
  auto const& total = value->at("total");
  auto files = [](io::json const& n) { return with_commas(n.at("files").get<std::int64_t>()); };
  auto bytes = [](io::json const& n) { return bytes_text(n.at("bytes").get<double>()); };
  std::vector<std::vector<std::string>> rows{
      {"came in", "", files(total.at("in")), bytes(total.at("in")), total.at("in").at("repositories").dump()}};
  for (auto const& d : total.at("dropped"))
    rows.push_back({d.at("stage").get<std::string>(), d.at("reason").get<std::string>(), "−" + files(d), bytes(d),
                    d.at("repositories").dump()});
  auto const& kept = total.at("kept");
  rows.push_back({"kept", "", files(kept), bytes(kept), kept.at("repositories").dump()});
  page.table({"stage", "reason", "files", "bytes", "repositories"}, rows);

  // By language: one column for each stage that dropped anything.
  std::vector<std::string> stages;
  for (auto const& d : total.at("dropped"))
    if (auto const s = d.at("stage").get<std::string>(); std::find(stages.begin(), stages.end(), s) == stages.end())
      stages.push_back(s);
  std::vector<std::string> head{"language", "files in"};
  head.insert(head.end(), stages.begin(), stages.end());
  head.insert(head.end(), {"files kept", "bytes kept", "repositories kept"});
  rows.clear();
  for (auto const& l : value->at("languages")) {
    std::vector<std::string> row{l.at("language").get<std::string>(), files(l.at("in"))};
    for (auto const& s : stages) {
      std::int64_t n = 0;
      for (auto const& d : l.at("dropped"))
        if (d.at("stage") == s) n += d.at("files").get<std::int64_t>();
      row.push_back(n ? "−" + with_commas(n) : "");
    }
    row.insert(row.end(), {files(l.at("kept")), bytes(l.at("kept")), l.at("kept").at("repositories").dump()});
    rows.push_back(std::move(row));
  }
  page.table(head, rows);
  page.note("Every dropped file is explained in clean/rejects.jsonl; prepare explain ID prints one of them.");
}

inline void report_selection(html_page& page, std::filesystem::path const& run) {
  page.section("Selection");
  auto const files = json_files(run / "selection");
  for (auto const& file : files) {
    auto const value = io::read_selection_head(file);
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

/// What every token file holds: a row a language, a column a file.
inline void report_mixes(html_page& page, std::filesystem::path const& run) {
  page.section("Mixes");
  std::vector<std::string> head{"language"};
  std::map<std::string, std::vector<std::string>> shares;  // by language, one for each file before
  std::vector<std::vector<std::string>> sizes;
  for (auto const& file : json_files(run / "tokens")) {
    auto const value = io::read_json(file);
    if (!value || !value->contains("languages") || !value->contains("phase")) continue;
    head.push_back(file.stem().string());
    sizes.push_back({head.back(), value->at("phase").get<std::string>(), with_commas(value->at("tokens").get<std::int64_t>()),
                     with_commas(value->at("files").get<std::int64_t>()),
                     with_commas(value->at("files_available").get<std::int64_t>()), value->at("grouping").get<std::string>()});
    for (auto const& row : value->at("languages")) {
      auto& of = shares[row.at("language").get<std::string>()];
      of.resize(head.size() - 1);
      of.back() = fmt::format("{:.1f} %", 100 * row.at("share").get<double>());
    }
  }
  if (sizes.empty()) return page.note("Nothing has been packed in this run folder yet.");
  page.table({"token file", "phase", "tokens", "files packed, copies counted", "files available", "grouping"}, sizes);
  std::vector<std::vector<std::string>> rows;
  for (auto& [language, of] : shares) {
    of.resize(head.size() - 1);
    rows.push_back({language});
    rows.back().insert(rows.back().end(), of.begin(), of.end());
  }
  page.table(head, rows);
}

inline void report_synthesis(html_page& page, std::filesystem::path const& run) {
  page.section("Synthesis");
  auto const value = io::read_json(run / "synthetic" / "report.json");
  if (!value) return page.note("No synthetic documents in this run folder yet.");
  page.folded("Seeds, answers, and why some were refused", value->dump(2));
  std::vector<std::vector<std::string>> rows;
  for (auto const& [key, n] : value->items())
    if (n.is_number())
      rows.push_back(
          {key, n.is_number_float() ? fmt::format("{:.1f} %", 100 * n.get<double>()) : with_commas(n.get<std::int64_t>())});
  page.table({"what", "how many"}, rows);
}

}  // namespace snowcoder::pipeline::detail
