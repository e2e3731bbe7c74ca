// SPDX-License-Identifier: Apache-2.0
// Copies of tasks in files of other code are found however they are laid out: of a small benchmark written for this test, and
// of the public suites where their files are found.
#include <snowcoder/decontaminate/detector.hpp>
#include <snowcoder/io/benchmark_file.hpp>

#include "support/catch.hpp"
#include "support/planting.hpp"
#include "support/temporary_folder.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

using namespace snowcoder;

namespace {

char const* const small_suite[] = {
    R"({"task_id": "Small/0", "entry_point": "longest_plateau", "prompt": "from typing import List\n\n\ndef longest_plateau(heights: List[int]) -> int:\n    \"\"\"A walker crosses a ridge whose heights are given step by step. Return how many steps\n    the longest stretch of equal height has.\n    >>> longest_plateau([3, 3, 1, 4, 4, 4])\n    3\n    \"\"\"\n", "canonical_solution": "    best = here = 0\n    before = None\n    for height in heights:\n        here = here + 1 if height == before else 1\n        before, best = height, max(best, here)\n    return best\n", "test": "def check(candidate):\n    assert candidate([3, 3, 1, 4, 4, 4]) == 3\n    assert candidate([]) == 0\n"})",
    R"({"task_id": "Small/1", "entry_point": "fold_paper", "prompt": "\"\"\"\nWrite a function that says how thick a sheet of paper is after it was folded some times.\nassert fold_paper(0.1, 3) == 0.8\n\"\"\"\n", "canonical_solution": "\ndef fold_paper(thickness, times):\n    return thickness * 2 ** times\n", "assertion": "assert fold_paper(0.1, 3) == 0.8"})",
    R"({"task_id": "Small/2", "entry_point": "task_func", "complete_prompt": "import csv\nimport random\n\ndef task_func(path, share=0.5):\n    '''\n    Copies a random share of the rows of a table of birds to a second table beside it, keeps the header\n    and leaves the order of the remaining rows as it was.\n    '''\n", "instruct_prompt": "Copy some birds.", "canonical_solution": "    with open(path, newline='') as source, open(path + '.part', 'w', newline='') as target:\n        rows = csv.reader(source)\n        writer = csv.writer(target)\n        writer.writerow(next(rows))\n        # every row has the same chance, whatever stood before it in the table of birds\n        for row in rows:\n            if random.random() < share:\n                writer.writerow(row)\n    return path + '.part'"})"};

std::string const carrier =
    "import sys\n\nclass Reader:\n    def __init__(self, stream):\n        self.stream = stream\n\n    def lines(self):\n"
    "        for line in self.stream:\n            yield line.rstrip()\n\n\nif __name__ == '__main__':\n"
    "    for line in Reader(sys.stdin).lines():\n        print(len(line), line)\n";

bool finds(decontaminate::detector const& d, std::string_view text, std::string_view benchmark, std::string const& task) {
  for (auto const& h : d.find(text))
    if (h.benchmark == benchmark && h.task == task) return true;
  return false;
}

/// How many tasks are found, by layout.
std::map<std::string, std::size_t> found(decontaminate::detector const& d, std::string const& benchmark,
                                         std::vector<benchmark_task> const& tasks, std::string& missed) {
  std::map<std::string, std::size_t> n;
  for (auto const& t : tasks) {
    auto const whole = planting::program(t);
    auto const look = [&](std::string const& layout, std::string const& text) {
      bool const there = finds(d, planting::planted(carrier, text), benchmark, t.id);
      n[layout] += there;
      if (!there && layout != "renamed") missed += benchmark + " " + t.id + " " + layout + "\n";
    };
    look("verbatim", whole);
    look("indented", planting::indented(whole, "   "));
    look("with tabs", planting::indented(whole, "\t"));
    look("wrapped", planting::wrapped(whole));
    look("renamed", planting::renamed(t));
  }
  return n;
}

}  // namespace

TEST_CASE("tasks are found in files of other code, verbatim, indented, wrapped and renamed") {
  temporary_folder tmp;
  {
    std::ofstream file(tmp / "Small.jsonl");
    for (auto const* row : small_suite) file << row << '\n';
  }
  auto const tasks = io::read_benchmark(tmp / "Small.jsonl");
  REQUIRE(tasks);
  decontaminate::detector d{config::decontamination{}};
  for (auto const& t : *tasks) d.add("Small", t);
  d.finish();
  CHECK(d.find(carrier).empty());
  std::string missed;
  auto const n = found(d, "Small", *tasks, missed);
  CHECK(missed == "");
  for (auto const* layout : {"verbatim", "indented", "with tabs", "wrapped"}) CHECK(n.at(layout) == 3);
  CHECK(n.at("renamed") == 2);  // the folded paper's solution is a line that anybody writes

  auto const text = planting::planted(carrier, planting::wrapped(planting::program((*tasks)[0])));
  auto const hits = d.find(text);
  REQUIRE_FALSE(hits.empty());
  CHECK(hits[0].found_by == decontaminate::rule::substring);
  CHECK(text.substr(hits[0].begin, hits[0].end - hits[0].begin).starts_with("from typing"));
}

TEST_CASE("every task of the public suites is found, verbatim, indented and wrapped") {
  char const* folder = std::getenv("SNOWCODER_BENCHMARKS");
  std::vector<std::filesystem::path> files;
  if (folder)
    for (auto const& e : std::filesystem::directory_iterator(folder))
      if (e.path().filename().string().find(".jsonl") != std::string::npos) files.push_back(e.path());
  if (files.empty()) {
    WARN("skipped: set SNOWCODER_BENCHMARKS to a folder with benchmarks as .jsonl or .jsonl.gz files");
    return;
  }
  std::sort(files.begin(), files.end());
  decontaminate::detector d{config::decontamination{}};
  std::vector<std::vector<benchmark_task>> suites;
  for (auto const& file : files) {
    auto tasks = io::read_benchmark(file);
    REQUIRE(tasks);
    for (auto const& t : *tasks) d.add(io::benchmark_name(file), t);
    suites.push_back(std::move(*tasks));
  }
  d.finish();
  CHECK(d.find(carrier).empty());
  for (std::size_t i = 0; i < files.size(); ++i) {
    std::string missed;
    auto const n = found(d, io::benchmark_name(files[i]), suites[i], missed);
    CHECK(missed == "");
    CHECK(n.at("renamed") * 2 > suites[i].size());  // solutions of one short line are no evidence
    std::string shares = io::benchmark_name(files[i]) + ", " + std::to_string(suites[i].size()) + " tasks:";
    for (auto const& [layout, count] : n) shares += " " + layout + " " + std::to_string(count);
    std::printf("%s\n", shares.c_str());
  }
}
