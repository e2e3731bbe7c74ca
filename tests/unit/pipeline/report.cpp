// SPDX-License-Identifier: Apache-2.0
// The report shows what is there, also of files that are not what their programs write.
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <snowcoder/io/document_file.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/pipeline/report.hpp>
#include <snowcoder/recipes/quickstart.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>

using namespace snowcoder;
using recipe = recipes::quickstart;

namespace {
std::string report_of(temporary_folder const& run) {
  pipeline::run_context context;
  REQUIRE(pipeline::report<recipe>(context, run.path(), run / "report.html"));
  return std::string(io::mapped_file::open(run / "report.html")->bytes());
}
bool holds(std::string const& page, std::string const& part) { return page.find(part) != std::string::npos; }
}  // namespace

TEST_CASE("verdicts, mixes and arms are shown whatever their files are called") {
  temporary_folder run;
  auto const phase = std::string(recipe::curriculum.front().name);
  REQUIRE(io::write_file(
      run / "evaluation/plus.json",
      R"({"benchmark": {"name": "HumanEvalPlus", "md5": "fe585eb4df8c88d8", "tasks": 164}, "judged": {"samples": 164, "tasks": 164,
    "canonical": false}, "pass_at": {"1": 0.25}, "base_pass_at": {"1": 0.3125}, "verdicts": {"passed": 41, "failed": 123},
    "ground_truth": {"tasks": 164, "passed": 163, "failed": []}, "limits": {"seconds": 60}, "walls": ["seccomp"]})"));
  REQUIRE(io::write_file(run / "tokens/mine.json",
                         R"({"phase": "general", "tokens": 1234567, "files": 9, "files_available": 8, "grouping": "by_file",
    "languages": [{"language": "Python", "share": 0.75}, {"language": "Java", "share": 0.25}]})"));
  REQUIRE(io::write_file(run / ("evaluation/longer-" + phase + "-held_out.json"), R"({"total": {"bits_per_byte": 1.5}})"));
  auto const page = report_of(run);
  for (auto const* part : {"25.0 %", "31.2 %", "163 of 164", "fe585eb4", "41 passed", "1,234,567", "75.0 %"}) {
    INFO(part);
    CHECK(holds(page, part));
  }
  CHECK(holds(page, "longer-" + phase));
  CHECK(holds(page, "1.5000"));
}

TEST_CASE("files of a run that lack what a page needs are named, and the rest is shown") {
  temporary_folder run;
  auto const shows = [&](std::string const& part) { return holds(report_of(run), part); };
  for (auto const* funnel : {"{}", "[]", "{\"total\": {\"in\": 7}}"}) {
    REQUIRE(io::write_file(run / "clean/funnel.json", funnel));
    CHECK(shows("clean/funnel.json is not what its program writes"));
  }
  REQUIRE(io::write_file(run / "selection/a.json", "{\"cuts\": [7]}"));
  CHECK(shows("a file in selection/ is not what its program writes"));
  auto const phase = std::string(recipe::curriculum.front().name);
  REQUIRE(io::write_file(run / ("evaluation/" + phase + "-held_out.json"), "{\"total\": {\"bits_per_byte\": null}}"));
  CHECK(shows("a direction, not a proof"));
  REQUIRE(io::write_file(run / ("evaluation/" + phase + "-held_out.json"), "{\"total\": {}}"));
  CHECK(shows("a file in evaluation/ is not what its program writes"));
}

TEST_CASE("of more scored files than are asked for a draw is explained, and all are counted") {
  temporary_folder run;
  constexpr int count = 3000;
  std::string documents, scores;
  for (int i = 0; i < count; ++i) {
    document d;
    d.id = "d" + std::to_string(i);
    d.text = "x = " + std::to_string(i) + "\n";
    d.language = i % 3 ? config::language::python : config::language::go;
    documents += io::document_line(d) + "\n";
    if (i % 10) scores += io::attribute_line({d.id, 8, {{"value", i / double(count)}}}) + "\n";
    if (i % 10 == 0) scores += io::attribute_line({d.id, 8, {{"other", 1}}}) + "\n";
  }
  REQUIRE(io::write_file(run / "documents/a.jsonl", documents));
  REQUIRE(io::write_file(run / "attributes/s/a.jsonl", scores));
  using pipeline::detail::scored_corpus;
  auto const all = scored_corpus::read(run.path(), "s", run.path());
  REQUIRE(all);
  REQUIRE(all->explained.size() == count * 9 / 10);
  for (std::size_t i = 0; i < all->explained.size(); ++i)
    REQUIRE(all->explained[i].value == double(i / 9 * 10 + i % 9 + 1) / count);  // as the documents stand
  auto const some = scored_corpus::read(run.path(), "s", run.path(), 200);
  REQUIRE(some);
  CHECK(some->explained.size() == 200);
  CHECK(std::is_sorted(some->explained.begin(), some->explained.end(),
                       [](auto const& a, auto const& b) { return a.value < b.value; }));
  double mean = 0;
  for (auto const& f : some->explained) mean += f.value / 200;
  CHECK(std::abs(mean - 0.5) < 0.1);  // five standard deviations
  for (auto const* c : {&*all, &*some}) {
    CHECK(c->files() == count * 9 / 10);
    CHECK(c->languages.at(config::language::go).files + c->languages.at(config::language::python).files == count * 9 / 10);
    auto const plot = c->histogram();
    REQUIRE(plot);
    double sum = 0;
    for (auto const& [at, files] : plot->series.at(0).points) sum += files;
    CHECK(sum == count * 9 / 10);
  }
}
