// SPDX-License-Identifier: Apache-2.0
// The report's pages on learning and measuring: loss curves, bits per byte beside the control arm, verdicts.
#pragma once

#include <snowcoder/config/concepts.hpp>
#include <snowcoder/config/language.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/io/json_field.hpp>
#include <snowcoder/io/metrics_file.hpp>
#include <snowcoder/pipeline/html.hpp>
#include <snowcoder/pipeline/report_data.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace snowcoder::pipeline::detail {

/// Losses averaged over about 150 stretches, so that a long run still draws well.
inline plot_series smoothed(std::string title, std::vector<training_step> const& rows) {
  plot_series s{std::move(title), {}};
  std::size_t const width = std::max<std::size_t>(1, rows.size() / 150);
  for (std::size_t i = 0; i + width <= rows.size(); i += width) {
    double sum = 0;
    for (std::size_t j = i; j < i + width; ++j) sum += rows[j].loss;
    s.points.emplace_back(double(rows[i + width - 1].tokens) / 1e6, sum / double(width));
  }
  return s;
}

/// How often a finished phase has read its token file; empty while it trains.
inline std::string passes_of(std::filesystem::path const& run, std::string const& label) {
  auto const stamp = io::read_json(run / "checkpoints" / label / "provenance.json");
  auto const passes = stamp ? io::value_or_null(io::value_or_null(*stamp, "counts"), "passes") : io::json();
  return passes.is_number() ? fmt::format("{:.2f}", passes.get<double>()) : "";
}

/// "" and "<arm>-" for every arm (`train --arm`) that has metrics or bits per byte: what stands before a phase's name.
template <config::recipe R>
std::vector<std::string> arms_of(std::filesystem::path const& run) {
  std::set<std::string> arms{""};
  std::error_code ignored;
  for (auto const* folder : {"metrics", "evaluation"})
    for (auto const& e : std::filesystem::directory_iterator(run / folder, ignored)) {
      auto const name = e.path().stem().string();
      for (auto const& phase : R::curriculum)
        for (auto const* end : {"", "-held_out"})
          if (auto const label = "-" + std::string(phase.name) + end; name.ends_with(label))
            arms.insert(name.substr(0, name.size() - label.size() + 1));
    }
  return {arms.begin(), arms.end()};
}

template <config::recipe R>
void report_losses(html_page& page, std::filesystem::path const& run) {
  page.section("Training");
  plot losses{"tokens trained (millions)", "cross-entropy (nats)", {}};
  std::vector<std::vector<std::string>> rows;
  for (auto const& arm : arms_of<R>(run))
    for (auto const& phase : R::curriculum) {
      auto const label = arm + std::string(phase.name);
      auto const steps = io::read_metrics(run / "metrics" / (label + ".jsonl"));
      if (!steps || steps->empty()) continue;
      losses.series.push_back(smoothed(label, *steps));
      rows.push_back({label, fmt::format("{}", steps->size()), fmt::format("{:.3f}", double(steps->back().tokens) / 1e6),
                      fmt::format("{:.3f}", steps->front().loss),
                      fmt::format("{:.3f}", losses.series.back().points.back().second),
                      fmt::format("{:.2g}", steps->back().rate), passes_of(run, label), fmt::format("{:g}", phase.passes)});
    }
  if (rows.empty()) return page.note("No metrics in this run folder yet.");
  page.figure(losses);
  page.table(
      {"phase", "steps", "M tokens, in all", "first loss", "last losses (mean)", "last rate", "passes", "passes, recipe"},
      rows);
  page.note(
      "Each phase is measured on its own training text, so a lower curve in a later phase does not by itself mean a better "
      "model.");
}

/// total.bits_per_byte of evaluation/<label>-<what>.json.
inline std::optional<io::json> bits_of(std::filesystem::path const& run, std::string const& label, std::string const& what) {
  auto value = io::read_json(run / "evaluation" / (label + "-" + what + ".json"));
  if (!value || !value->contains("total")) return {};
  return *value;
}

template <config::recipe R>
void report_bits(html_page& page, std::filesystem::path const& run) {
  page.section("Bits per byte (lower is better)");
  std::vector<std::string> labels;
  for (auto const& arm : arms_of<R>(run))
    for (auto const& phase : R::curriculum)
      if (bits_of(run, arm + std::string(phase.name), "held_out")) labels.push_back(arm + std::string(phase.name));
  if (labels.empty()) return page.note("Not measured in this run folder yet.");

  std::vector<std::string> head{"text"};
  head.insert(head.end(), labels.begin(), labels.end());
  std::vector<std::vector<std::string>> rows;
  auto add = [&](std::string const& title, std::string const& what, auto&& pick) {
    std::vector<std::string> row{title};
    for (auto const& label : labels) {
      auto const value = bits_of(run, label, what);
      std::optional<double> const bits = value ? pick(*value) : std::nullopt;
      row.push_back(bits ? fmt::format("{:.4f}", *bits) : "");
    }
    rows.push_back(row);
  };
  auto bits = [](io::json const& v) -> std::optional<double> {  // null: not finite
    auto const& number = v.at("bits_per_byte");
    return number.is_null() ? std::nullopt : std::optional(number.get<double>());
  };
  auto total = [&](io::json const& v) { return bits(v.at("total")); };
  add("HumanEval, prompt and solution", "humaneval", total);
  add("held-out files, all", "held_out", total);
  for (auto l : R::languages) {
    std::string const name(config::title(l));
    add("held-out, " + name, "held_out", [&](io::json const& v) -> std::optional<double> {
      auto const languages = io::value_or_null(v, "languages");
      return languages.contains(name) ? bits(languages.at(name)) : std::nullopt;
    });
  }
  std::erase_if(
      rows, [](auto const& row) { return std::all_of(row.begin() + 1, row.end(), [](auto const& c) { return c.empty(); }); });
  page.table(head, rows);

  auto const last = std::string(R::curriculum.back().name);
  for (std::string const what : {"humaneval", "held_out"}) {
    auto const ours = bits_of(run, last, what), control = bits_of(run, "control-" + last, what);
    auto const known = [&](auto const& value) { return value ? total(*value) : std::nullopt; };
    if (!known(ours) || !known(control)) continue;
    double const a = *known(ours), b = *known(control);
    page.text(
        fmt::format("On {}, the three phases end at {:.4f} bits per byte and the control arm (the same tokens, on unselected "
                    "code) at {:.4f}: "
                    "selection and synthesis are {} by {:.4f} here.",
                    what == "humaneval" ? "HumanEval" : "held-out files", a, b, a < b ? "ahead" : "behind", std::abs(a - b)));
  }
  page.note("One run, one seed, a small model: a direction, not a proof.");
}

/// Every file of verdicts in evaluation/, whatever its name; a score never stands without what the benchmark's own solutions
/// do.
inline void report_verdicts(html_page& page, std::filesystem::path const& run) {
  page.section("Verdicts");
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> notes;
  for (auto const& file : json_files(run / "evaluation")) {
    auto const value = io::read_json(file);
    if (!value || !value->contains("verdicts") || !value->contains("benchmark")) continue;
    auto const name = file.stem().string();
    auto const share = [&](char const* key) {
      auto const p = io::value_or_null(io::value_or_null(*value, key), "1");
      return p.is_number() ? fmt::format("{:.1f} %", 100 * p.get<double>()) : std::string();
    };
    auto const& benchmark = value->at("benchmark");
    bool const canonical = value->at("judged").value("canonical", false);
    auto const truth = io::value_or_null(*value, "ground_truth");
    std::string counts;
    for (auto const& [verdict, count] : value->at("verdicts").items())
      counts += (counts.empty() ? "" : ", ") + count.dump() + " " + verdict;
    rows.push_back({name, io::text_or(benchmark, "name"), io::text_or(benchmark, "md5").substr(0, 8),
                    canonical ? "the benchmark's own solutions" : "completions", share("pass_at"), share("base_pass_at"),
                    counts, truth.is_object() ? truth.at("passed").dump() + " of " + truth.at("tasks").dump() : ""});
    notes.push_back(name + ": limits " + io::to_line(io::value_or_null(*value, "limits")) + "; walls " +
                    io::to_line(io::value_or_null(*value, "walls")));
  }
  if (rows.empty()) return page.note("Nothing has been judged in this run folder yet.");
  page.table({"file", "benchmark", "md5", "judged", "pass@1", "by base inputs alone", "verdicts", "own solutions that pass"},
             rows);
  for (auto const& n : notes) page.note(n);
}

}  // namespace snowcoder::pipeline::detail
