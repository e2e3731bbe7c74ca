// SPDX-License-Identifier: Apache-2.0
// HumanEval+ and MBPP+: every input's answer must agree with the canonical solution's, by EvalPlus's rules.
#include "support/catch.hpp"
#include "support/judged.hpp"

#include <snowcoder/core/enum_name.hpp>
#include <snowcoder/evaluate/judge.hpp>
#include <snowcoder/io/json.hpp>

#include <sys/resource.h>

using namespace snowcoder;

namespace {
/// A task as its file's row makes it.
benchmark_task plus_task(std::string id, std::string entry, std::string solution, std::string base, std::string plus,
                         std::string atol = "0") {
  auto const row = R"({"task_id": ")" + id + R"(", "entry_point": ")" + entry + R"(", "base_input": )" + base +
                   R"(, "plus_input": )" + plus + R"(, "atol": )" + atol + "}";
  return {id, "", std::move(solution), "", entry, row};
}
/// "passed", "base: detail" where only the added inputs find a fault, or "verdict: detail".
std::vector<std::string> verdicts(benchmark_task const& t, std::vector<std::string> const& programs,
                                  evaluate::limits bounds = patient()) {
  std::vector<sample> samples;
  for (auto const& p : programs) samples.push_back({t.id, p, true});
  std::vector<std::string> all;
  for (auto const& v : judge({t}, samples, 1, bounds))
    all.push_back(v.outcome == verdict::passed ? "passed"
                                               : (v.base ? "base" : std::string(name_of(v.outcome))) + ": " + v.detail);
  return all;
}
using all = std::vector<std::string>;
}  // namespace

TEST_CASE("an answer that only the base inputs ask for is not enough") {
  auto const t = plus_task("HumanEval/0", "double", "def double(x):\n    return 2 * x\n", "[[1], [2]]",
                           "[[3], [123456789012345678901234567890]]");
  CHECK(verdicts(t, {"def double(x):\n    return x + x\n", "def double(x):\n    return {1: 2, 2: 4}[x]\n",
                     "def double(x):\n    return {1: 2}[x]\n", "def double(x):\n    return 6 if x == 3 else 2.0 * x\n",
                     "def double(x)\n"}) ==
        all{"passed", "base: plus_input 0: KeyError: '3'", "failed: base_input 1: KeyError: '2'",
            "base: plus_input 1: 2.4691357802469136e+29 is not 246913578024691357802469135780",
            "failed: SyntaxError: expected ':' (candidate.py, line 1)"});
}

TEST_CASE("floats agree within a tolerance, everything else is equal") {
  auto const t = plus_task("HumanEval/2", "part", "def part(x):\n    return x / 3\n", "[[1.0]]", "[[NaN], [Infinity]]");
  CHECK(verdicts(plus_task("HumanEval/2", "part", "def part(x):\n    return x / 3\n", "[[1.0]]", "[[Infinity]]"),
                 {"def part(x):\n    return x / 3 + 9e-7\n", "def part(x):\n    return x / 3 + 2e-6\n",
                  "def part(x):\n    return 'x'\n"}) ==
        all{"passed", "failed: base_input 0: 0.3333353333333333 is not 0.3333333333333333",
            "failed: base_input 0: 'x' is not 0.3333333333333333"});
  CHECK(verdicts(t, {"def part(x):\n    return x / 3\n"}) ==
        all{"base: plus_input 0: nan is not nan"});  // as it is for EvalPlus
  auto const lists =
      plus_task("HumanEval/3", "thirds", "def thirds(x):\n    return [v / 3 for v in x]\n", "[[[1.0, 2.0]]]", "[[[]]]");
  CHECK(verdicts(lists, {"def thirds(x):\n    return [v * (1 / 3) for v in x]\n",
                         "def thirds(x):\n    return tuple(v / 3 for v in x)\n",
                         "def thirds(x):\n    return [v / 3 for v in x] + [0.0] * len(x)\n",
                         "def thirds(x):\n    return (v / 3 for v in x)\n"}) ==
        all{"passed",
            "failed: base_input 0: (0.3333333333333333, 0.6666666666666666) is not [0.3333333333333333, 0.6666666666666666]",
            "failed: base_input 0: [0.3333333333333333, 0.6666666666666666, 0.0, 0.0] is not [0.3333333333333333, "
            "0.6666666666666666]",
            verdicts(lists, {"def thirds(x):\n    return iter([])\n"})[0]});
  auto const loose = plus_task("HumanEval/4", "root", "def root(x):\n    return x ** 0.5\n", "[[2.0]]", "[]", "0.01");
  CHECK(verdicts(loose, {"def root(x):\n    return 1.41\n", "def root(x):\n    return 1.4\n"}) ==
        all{"passed", "failed: base_input 0: 1.4 is not 1.4142135623730951"});
}

TEST_CASE("MBPP+ means tuples, sets and complex numbers where JSON has lists and text") {
  CHECK(verdicts(plus_task("Mbpp/115", "f", "def f(x):\n    return x == [{1, 2}, {}]\n", "[[[[1, 2], []]]]", "{}"),
                 {"def f(x):\n    return True\n", "def f(x):\n    return [type(v) for v in x] == [set, dict]\n"}) ==
        all{"passed", "passed"});
  CHECK(verdicts(plus_task("Mbpp/124", "f", "import cmath\ndef f(a, b):\n    return cmath.phase(a + b)\n", "[[\"0\", \"1j\"]]",
                           "[[\"1\", \"(-0-1j)\"]]"),
                 {"import cmath\ndef f(a, b):\n    assert type(a) is float and type(b) is complex\n    return cmath.phase(a + "
                  "b)\n"}) == all{"passed"});
  CHECK(verdicts(plus_task("Mbpp/2", "similar_elements", "def similar_elements(a, b):\n    return tuple(set(a) & set(b))\n",
                           "[[[1, 2], [2, 1]]]", "[]"),
                 {"def similar_elements(a, b):\n    assert type(a) is tuple\n    return [2, 1, 1]\n",
                  "def similar_elements(a, b):\n    return [2]\n"}) ==
        all{"passed", "failed: base_input 0: [2] is not (1, 2)"});
}

TEST_CASE("some tasks ask something else than equality") {
  auto const zero = plus_task("HumanEval/32", "find_zero", "def find_zero(xs):\n    return -xs[0] / xs[1]\n",
                              "[[[-4.0, 0.0, 1.0]]]", "[]", "0.0001");
  auto roots = zero;
  roots.solution = "def find_zero(xs):\n    return 2.0\n";
  CHECK(verdicts(roots, {"def find_zero(xs):\n    return -2.0\n", "def find_zero(xs):\n    return 1.0\n",
                         "def find_zero(xs):\n    return None\n"}) ==
        all{"passed", "failed: base_input 0: 1.0 is not 2.0", "failed: base_input 0: None is not 2.0"});
  // An answer that says that its call emptied the polynomial, of which everything is a root.
  CHECK(verdicts(roots, {"import json\nplain = json.dumps\n"
                         "json.dumps = lambda v: plain(dict(v, m=[[]]) if 'r' in v else v)\n"
                         "def find_zero(xs):\n    return 1.0\n"}) == all{"failed: base_input 0: 1.0 is not 2.0"});
  auto const match =
      plus_task("Mbpp/285", "text_match_three", "import re\ndef text_match_three(s):\n    return re.search('ab{3}', s)\n",
                "[[\"abbb\"]]", "[[\"ab\"]]");
  CHECK(verdicts(match, {"import re\ndef text_match_three(s):\n    return re.search('ab{3}', s)\n",
                         "def text_match_three(s):\n    return 'abbb' in s\n", "def text_match_three(s):\n    return 1\n"}) ==
        all{"passed", "passed", "base: plus_input 0: 1 is not False"});
  CHECK(verdicts(
            plus_task("Mbpp/581", "surface_Area", "def surface_Area(b, s):\n    return 2 * b * s + b * b\n", "[[3, 4]]", "[]"),
            {"def surface_Area(b, h):\n    return round(b * b + 2 * b * ((b / 2) ** 2 + h * h) ** 0.5)\n"}) == all{"passed"});
  CHECK(verdicts(
            plus_task("Mbpp/558", "digit_distance_nums", "def digit_distance_nums(a, b):\n    return 0\n", "[[100, 9]]", "[]"),
            {"def digit_distance_nums(a, b):\n    return 10\n"}) == all{"passed"});
}

TEST_CASE("a call has its own time, as much as the benchmark's own solution needs several times over") {
  auto bounds = patient();
  bounds.call_seconds = 0.3;
  bounds.reference_factor = 20;
  auto const slow =
      plus_task("HumanEval/1", "f", "import time\ndef f(x):\n    time.sleep(x)\n    return x\n", "[[0]]", "[[0.1]]");
  auto const found =
      verdicts(slow,
               {"import time\ndef f(x):\n    time.sleep(5 * x)\n    return x\n", "def f(x):\n    while True: pass\n",
                // White space before the answer is no answer.
                "import os, time\ndef f(x):\n    os.write(4, b' ')\n    time.sleep(8)\n    return x\n"},
               bounds);
  CHECK(found[0] == "passed");
  for (int i : {1, 2}) CHECK(found[std::size_t(i)].starts_with("timed_out: no answer after 0."));
}

TEST_CASE("the benchmark's own solution is limited by its processor time, which neighbours cannot take from it") {
  auto bounds = patient();
  bounds.seconds = 1;
  auto const task = [](std::string const& wait) {
    return plus_task("HumanEval/1", "f", "import time\ndef f(x):\n    " + wait + "\n    return x\n", "[[1]]", "[]");
  };
  CHECK(verdicts(task("time.sleep(1.5)"), {"def f(x):\n    return x\n"}, bounds) == all{"passed"});
  CHECK(verdicts(task("while True: pass"), {"def f(x):\n    return x\n"}, bounds) ==
        all{"refused: the benchmark's own solution: the examiner ended early"});
}

TEST_CASE("what the benchmark's own solution answers is found once, however many samples wait for it") {
  auto const t = plus_task("HumanEval/1", "f",
                           "import time\ndef f(x):\n    while time.process_time() < 1.5: pass\n    return x\n", "[[1]]", "[]");
  auto const processor_seconds = [] {  // of all children that are gone
    rusage used;
    ::getrusage(RUSAGE_CHILDREN, &used);
    return double(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + 1e-6 * double(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
  };
  auto const before = processor_seconds();
  for (auto const& v : judge({t}, std::vector<sample>(4, {t.id, "def f(x):\n    return x\n", true}), 4, patient()))
    CHECK(v.outcome == verdict::passed);
  CHECK(processor_seconds() - before < 4);  // four times 1.5 and more otherwise
}

TEST_CASE("half of the benchmark's own answers is none") {
  auto const t =
      plus_task("HumanEval/1", "f",
                "import builtins, os\nclass half:\n    def __init__(self, *a): pass\n    def __enter__(self): return self\n"
                "    def __exit__(self, *a): pass\n    def write(self, said):\n        os.write(5, said[:-9])\n"
                "        os._exit(0)\nbuiltins.open = half\ndef f(x):\n    return x\n",
                "[[1]]", "[]");
  CHECK(verdicts(t, {"def f(x):\n    return x\n"}) == all{"refused: the benchmark's own solution: the examiner ended early"});
}

TEST_CASE("half of a surrogate pair in an error does not cost the base inputs") {
  auto const t = plus_task("HumanEval/1", "f", "def f(x):\n    return x\n", "[[1]]", "[[2]]");
  CHECK(verdicts(t, {"def f(x):\n    if x == 2: raise ValueError('\\ud800')\n    return x\n"}) ==
        all{"base: plus_input 0: ValueError: \\ud800"});
}

TEST_CASE("where the benchmark's own solution has no answer, no sample is blamed") {
  CHECK(verdicts(plus_task("HumanEval/1", "f", "def f(x):\n    return 1 / x\n", "[[1]]", "[[0]]"),
                 {"def f(x):\n    return 1\n", "def f(x):\n    return 2\n"}) ==
        all(2, "refused: the benchmark's own solution ends with ZeroDivisionError on plus_input 0"));
  CHECK(verdicts(plus_task("HumanEval/1", "f", "def f(x):\n    return 'x' * x\n", "[[1]]", "[[100000000]]"),
                 {"def f(x):\n    return 'x' * x\n"}) ==
        all{"refused: the benchmark's own answer is too large to cross: plus_input 0"});
  auto task = add_task();
  task.test = "import absent\n" + task.test;
  CHECK(verdicts(task, {honest}) ==
        all{"refused: the benchmark's own test does not run: ModuleNotFoundError: No module named 'absent' at: import absent"});
  task = add_task();
  task.test = "def check(candidate):\n    assert candidate(candidate(1, 2), 0) == 3\n";
  // An answer handed on that cannot cross is the sample's doing; so is a module that it lacks.
  CHECK(verdicts(task, {honest, "def add(a, b):\n    return object()\n", "import absent\n" + honest,
                        "def add(a, b):\n    import absent\n"}) ==
        all{"passed", "failed: an argument of type <object> cannot cross",
            "failed: ModuleNotFoundError: No module named 'absent'",
            "failed: ModuleNotFoundError: No module named 'absent' at: assert candidate(candidate(1, 2), 0) == 3"});
}
