// SPDX-License-Identifier: Apache-2.0
// The program judge: samples in, one file of results out, the same however often it was interrupted.
#include "support/catch.hpp"
#include "support/said.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_recipe.hpp"

#include <snowcoder/io/json.hpp>
#include <snowcoder/pipeline/judge.hpp>

#include <fstream>
#include <iterator>
#include <string>

using namespace snowcoder;

namespace {

std::string content_of(std::filesystem::path const& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Two tasks with inputs to compare on, of which one has no solution that runs, and one with a test of its own.
struct benchmark_of_three {
  benchmark_of_three() {
    auto const task = [](std::string const& id, std::string const& solution) {
      return io::json{{"task_id", id},      {"prompt", "def f(x):\n"},  {"canonical_solution", solution},
                      {"entry_point", "f"}, {"base_input", {{1}, {2}}}, {"plus_input", {{3}}},
                      {"atol", 0}};
    };
    std::ofstream(folder / "three.jsonl") << task("Three/0", "    return 2 * x\n").dump() << "\n"
                                          << task("Three/1", "    return no_such_name\n").dump() << "\n"
                                          << io::json{{"task_id", "Three/2"},
                                                      {"prompt", "def f(x):\n"},
                                                      {"canonical_solution", "    return x\n"},
                                                      {"entry_point", "f"},
                                                      {"test", "def check(candidate):\n    assert candidate(5) == 5\n"}}
                                                 .dump()
                                          << "\n";
    std::ofstream samples(folder / "samples.jsonl");
    for (auto const& [id, completion] : {std::pair{"Three/2", "    return x\n"},
                                         {"Three/0", "    return x + x\n"},
                                         {"Three/0", "    return {1: 2, 2: 4}[x]\n"},
                                         {"Three/0", "    return 2 * x\n"},
                                         {"Three/1", "    return x\n"},
                                         {"Three/2", "    return 1\n"},
                                         {"Three/9", "    return x\n"}})
      samples << io::json{{"task_id", id}, {"completion", completion}}.dump() << "\n";
    options.benchmark = folder / "three.jsonl";
    options.samples = folder / "samples.jsonl";
    options.out = folder / "results.json";
  }
  io::json results() const { return *io::read_json(options.out); }

  temporary_folder folder;
  pipeline::judge_options options;
};

}  // namespace

TEST_CASE("verdicts stand by task, then in the order of samples, beside those of the benchmark's own solutions") {
  benchmark_of_three b;
  pipeline::run_context run;
  auto const done = pipeline::judge<tests::tiny_recipe>(b.options, run);
  REQUIRE(done);
  CHECK(*done == pipeline::outcome::some_refused);
  auto const found = b.results();
  std::string rows;
  for (auto const& row : found["results"])
    rows += row["task_id"].get<std::string>() + "#" + row["sample"].dump() + " " + row["verdict"].get<std::string>() + "\n";
  CHECK(rows ==
        "Three/0#0 passed\nThree/0#1 failed\nThree/0#2 passed\nThree/1#0 refused\nThree/2#0 passed\nThree/2#1 failed\n"
        "Three/9#0 refused\n");
  CHECK(found["pass_at"]["1"].get<double>() == Approx((2.0 / 3 + 1.0 / 2) / 2));
  CHECK(found["base_pass_at"]["1"].get<double>() == Approx((1 + 1.0 / 2) / 2));
  CHECK(found["ground_truth"]["tasks"] == 3);
  CHECK(found["ground_truth"]["passed"] == 2);
  CHECK(found["ground_truth"]["failed"][0]["task_id"] == "Three/1");
  CHECK(found["judged"]["tasks"] == 2);
  CHECK_FALSE(found["judged"]["beside_tests"].get<bool>());
  CHECK_FALSE(std::filesystem::exists(b.options.out.string() + ".journal"));
}

TEST_CASE("a judge that was cut short goes on, and ends with the same results") {
  benchmark_of_three whole, cut;
  pipeline::run_context run;
  REQUIRE(pipeline::judge<tests::tiny_recipe>(whole.options, run));
  auto const times = cut.options.out.string() + ".seconds.jsonl", journal = cut.options.out.string() + ".journal";
  std::filesystem::create_directory(times);  // cannot be written: all is judged, and nothing is done
  REQUIRE_FALSE(pipeline::judge<tests::tiny_recipe>(cut.options, run));
  std::filesystem::remove(times);
  auto const rows = content_of(journal);
  std::ofstream(journal) << rows.substr(0, rows.size() / 2);  // the last row is torn
  REQUIRE(pipeline::judge<tests::tiny_recipe>(cut.options, run));
  CHECK(content_of(cut.options.out) == content_of(whole.options.out));
  CHECK_FALSE(std::filesystem::exists(journal));

  // What the journal says is believed, not judged again; what is done is not done again.
  std::filesystem::remove(cut.options.out);
  auto told = rows;
  for (std::size_t at = 0; (at = told.find("\"failed\"", at)) != told.npos;) told.replace(at, 8, "\"crashed\"");
  std::ofstream(journal) << told;
  REQUIRE(pipeline::judge<tests::tiny_recipe>(cut.options, run));
  CHECK(cut.results()["verdicts"]["crashed"] == 2);
  auto const said = tests::said([&] { CHECK(pipeline::judge<tests::tiny_recipe>(cut.options, run)); });
  CHECK(said.find("already judged") != said.npos);
}
