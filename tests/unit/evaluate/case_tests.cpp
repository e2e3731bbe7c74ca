// SPDX-License-Identifier: Apache-2.0
// BigCodeBench: a class of cases for unittest runs in the program's own process.
#include "support/catch.hpp"
#include "support/judged.hpp"
#include "support/temporary_folder.hpp"

#include <snowcoder/io/benchmark_file.hpp>
#include <snowcoder/pipeline/python_packages.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace snowcoder;

namespace {

io::json sum_of_file(std::string const& test = R"(
    @patch("__test__.open", mock_open(read_data="1\n2\n"))
    def test_a_patched_open(self):
        self.assertEqual(task_func("nowhere"), 3)
    def test_b_own_file(self):
        with open("numbers", "w") as file: file.write("4\n5")
        self.assertEqual(task_func("numbers"), 9)
    def test_c_says_nothing(self):
        with patch("sys.stdout", new_callable=io.StringIO) as out: task_func("numbers")
        self.assertEqual(out.getvalue(), "")
    def test_d_error(self):
        with self.assertRaises(FileNotFoundError): task_func("missing")
)") {
  return {{"task_id", "BigCodeBench/0"},
          {"complete_prompt", "import os\ndef task_func(path):\n    \"\"\"The sum of a file's numbers.\"\"\"\n"},
          {"code_prompt", "import os\ndef task_func(path):\n"},
          {"canonical_solution", "    with open(path) as file: return sum(map(int, file))\n"},
          {"entry_point", "task_func"},
          {"test",
           "import io, unittest\nfrom unittest.mock import mock_open, patch\nclass TestCases(unittest.TestCase):\n" + test}};
}

std::vector<judged_sample> judged(io::json const& row, std::vector<sample> samples, std::string const& packages = {},
                                  evaluate::limits bounds = patient(), int workers = 2) {
  temporary_folder folder;
  auto const path = folder.path() / "BigCodeBench.jsonl";
  std::ofstream(path) << row.dump() << "\n";
  auto const tasks = io::read_benchmark(path);
  if (!tasks) FAIL(tasks.error().message());
  for (auto& s : samples) s.task = row["task_id"];
  auto box = evaluate::open_sandbox(bounds, false, packages);
  if (!box) FAIL(box.error().message());
  std::vector<judged_sample> out(samples.size());
  auto const done = evaluate::judge(*box, workers).run(*tasks, samples, [&](std::size_t i, judged_sample v) -> expected<void> {
    out[i] = std::move(v);
    return {};
  });
  if (!done) FAIL(done.error().message());
  return out;
}

}  // namespace

TEST_CASE("cases see the program's own names, files and output") {
  auto const all = judged(sum_of_file(), {{"", "    with open(path) as file: return sum(map(int, file))\n"},
                                          {"", "    return sum(int(line) for line in open(path))\n"},
                                          {"", "    print('x')\n    return sum(int(line) for line in open(path))\n"},
                                          {"", "    return 3\n"},
                                          {"", "    return\n  x\n"}});
  CHECK(all[0].outcome == verdict::passed);
  CHECK(all[1].outcome == verdict::passed);
  CHECK(all[2].detail == "test_c_says_nothing: AssertionError: 'x\\n' != ''");
  CHECK(all[3].detail == "test_b_own_file: AssertionError: 3 != 9");
  CHECK(all[4].detail.starts_with("IndentationError"));
  for (auto i : {2, 3, 4}) CHECK(all[std::size_t(i)].outcome == verdict::failed);
}

TEST_CASE("a whole program without the prompt's imports and signature gets them") {
  auto const all = judged(sum_of_file(),
                          {{"", "def task_func(path):\n    os.path.exists(path)\n    return sum(map(int, open(path)))\n", true},
                           {"", "def other(path):\n    return 0\n", true}});
  CHECK(all[0].outcome == verdict::passed);
  CHECK(all[1].detail == "test_a_patched_open: AssertionError: None != 3");
}

TEST_CASE("where the benchmark's own solution does not pass its cases, no sample is blamed") {
  auto row = sum_of_file("    def test_a(self):\n        self.assertEqual(task_func('x'), 1)\n");
  for (auto const& v : judged(row, {{"", "    return 1\n"}, {"", row["canonical_solution"]}})) {
    CHECK(v.outcome == verdict::refused);
    CHECK(v.detail.starts_with("the benchmark's own solution: test_a: FileNotFoundError"));
  }
  row["code_prompt"] = row["complete_prompt"] = "import no_such_package\ndef task_func(path):\n";
  CHECK(judged(row, {{"", "    return 1\n"}})[0].detail ==
        "the benchmark's own solution: ModuleNotFoundError: No module named 'no_such_package'");
}

TEST_CASE("a case that ends, hangs or says too much spoils its own verdict only") {
  auto const row = sum_of_file("    def test_a(self):\n        self.assertEqual(task_func('x'), 1)\n");
  auto own = row;
  own["canonical_solution"] = "    return 1\n";
  auto const all =
      judged(own,
             {{"", "    os._exit(0)\n"},
              {"", "    raise SystemExit(0)\n"},
              {"", "    while True: pass\n"},
              {"", "import unittest\nunittest.TestCase.assertEqual = print\ndef task_func(path): return 2\n", true},
              {"", "    return 1\n"}},
             {}, {.seconds = 4});
  CHECK(all[0].outcome == verdict::crashed);
  CHECK(all[1].detail == "test_a: SystemExit: 0");
  CHECK(all[2].outcome == verdict::timed_out);
  CHECK(all[3].outcome == verdict::passed);  // who wants to forge a verdict can: docs/security.md
  CHECK(all[4].outcome == verdict::passed);
}

TEST_CASE("packages beside Python's own can be imported, read only, where a folder of them is named") {
  temporary_folder folder;
  std::filesystem::create_directory(folder.path() / "halves");
  std::ofstream(folder.path() / "halves/__init__.py") << "def half(x): return x / 2\n";
  for (auto const& p : {folder.path(), folder.path() / "halves"}) std::filesystem::permissions(p, std::filesystem::perms(0755));
  auto row = sum_of_file(R"(
    def test_a(self):
        self.assertEqual(task_func(3), 1.5)
        import halves
        with self.assertRaises(OSError): open(os.path.join(os.path.dirname(halves.__file__), "x"), "w")
)");
  row["canonical_solution"] = "    import halves\n    return halves.half(path)\n";
  CHECK(judged(row, {{"", "    from halves import half\n    return half(path)\n"}}, folder.path().string())[0].outcome ==
        verdict::passed);
  CHECK(judged(row, {{"", "    return 1.5\n"}})[0].outcome == verdict::refused);
}

TEST_CASE("an interpreter with packages outlasts a sample's files, and no sample finds those of another") {
  temporary_folder folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
  // The place of a module tells one interpreter from another.
  auto row = sum_of_file(R"(
    def test_a(self):
        self.assertEqual(os.listdir("/tmp"), [])
        self.assertEqual(task_func(id(os)), 0)
)");
  row["canonical_solution"] = "    return 0\n";
  auto const leaves = [](std::string const& what) {
    return sample{"", "    os.makedirs('/tmp/a/b')\n    open('/tmp/a/b/c', 'w').close()\n    os.symlink('/usr', '/tmp/d')\n" +
                          what + "    return path\n"};
  };
  auto const of = [&](std::string const& named) {
    std::vector<std::string> details;
    for (auto const& v :
         judged(row, {leaves(""), leaves(""), leaves("    os.chmod('/tmp/a', 0)\n"), leaves("")}, named, patient(), 1)) {
      CHECK(v.detail.starts_with("test_a: AssertionError: "));
      CHECK(v.detail.ends_with(" != 0"));
      details.push_back(v.detail);
    }
    return details;
  };
  auto const kept = of(folder.path().string());
  CHECK(kept[0] == kept[1]);
  CHECK(kept[1] == kept[2]);
  CHECK(kept[2] != kept[3]);  // what cannot be cleared away takes it along
  auto const plain = of({});
  CHECK(plain[0] != plain[1]);
}

TEST_CASE("an environment's packages are found in it, and named with their versions") {
  temporary_folder folder;
  auto const inner = folder.path() / "lib/python3.11/site-packages";
  std::filesystem::create_directories(inner / "numpy-1.26.4.dist-info");
  std::filesystem::create_directories(inner / "a-2.dist-info");
  std::filesystem::create_directories(inner / "numpy");
  for (auto const& given : {folder.path(), inner}) {
    auto const found = pipeline::python_packages::find(given);
    REQUIRE(found);
    CHECK(found->folder == std::filesystem::canonical(inner));
    CHECK(found->names == std::vector<std::string>{"a-2", "numpy-1.26.4"});
  }
  CHECK(pipeline::python_packages::find({})->folder.empty());
  CHECK(pipeline::python_packages::find(folder.path() / "lib").error().what == "no Python packages in this folder");
}
