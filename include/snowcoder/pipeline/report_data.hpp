// SPDX-License-Identifier: Apache-2.0
// The report's pages on data: the funnel, selection, synthesis.
#pragma once

#include <snowcoder/core/quantity.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/pipeline/html.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace snowcoder::pipeline::detail {

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
    if (n.is_number())
      rows.push_back(
          {key, n.is_number_float() ? fmt::format("{:.1f} %", 100 * n.get<double>()) : with_commas(n.get<std::int64_t>())});
  page.table({"what", "how many"}, rows);
}

}  // namespace snowcoder::pipeline::detail
