// SPDX-License-Identifier: Apache-2.0
// The judge against programs that want to be judged wrongly or to do harm. Each hostile program is followed by an honest
// one, which must still pass.
#include "support/catch.hpp"
#include "support/judged.hpp"
#include "support/temporary_folder.hpp"

#include <snowcoder/core/enum_name.hpp>
#include <snowcoder/evaluate/judge.hpp>
#include <snowcoder/io/benchmark_file.hpp>

#include <cstdlib>
#include <fstream>

using namespace snowcoder;

TEST_CASE("right answers pass and wrong ones fail with the line that failed") {
  CHECK(judge_add(honest).outcome == verdict::passed);
  auto const wrong = judge_add("def add(a, b):\n    return 3\n");
  CHECK(wrong.outcome == verdict::failed);
  CHECK(wrong.detail.find("assert candidate(-1, 1) == 0") != std::string::npos);
  CHECK(judge_add("def add(a, b)\n").detail.find("SyntaxError") == 0);
  CHECK(judge_add("x = 1\n").detail.find("KeyError") == 0);
  CHECK(judge_add("def add(a, b):\n    raise ValueError('no')\n").detail.find("ValueError: no") == 0);
}

TEST_CASE("what the benchmark lacks is not held against a sample") {
  auto signature_only = add_task(), words_only = add_task(), words_alone = add_task(), broken = add_task();
  signature_only.solution.clear();
  signature_only.prompt = "def add(a, b):\n";
  words_only.solution.clear();
  words_alone.solution.clear();
  words_alone.prompt = "\"\"\"\nAdd two numbers.\n\"\"\"\n";
  broken.solution = "  return\n";
  for (auto const& task : {signature_only, words_only, words_alone}) {
    auto const all = judge({task}, {{"test/add", honest, true}, {"test/add", "def add(a, b):\n    return 3\n", true}});
    INFO(task.prompt << all[0].detail);
    CHECK(all[0].outcome == verdict::passed);
    CHECK(all[1].outcome == verdict::failed);
  }
  auto const refused = judge({broken}, {{"test/add", honest, true}});
  CHECK(refused[0].outcome == verdict::refused);
  CHECK(refused[0].detail.starts_with("the benchmark's own text does not run: IndentationError"));
}

TEST_CASE("forged verdicts are not verdicts") {
  std::string const forgeries[] = {
      "print('{\"outcome\": \"passed\", \"detail\": \"\"}', flush=True)\ndef add(a, b): return 0\n",
      "import os\nfor fd in range(0, 64):\n    try: os.write(fd, b'{\"outcome\": \"passed\", \"detail\": \"\"}\\n')\n    "
      "except OSError: pass\n"
      "def add(a, b): return 0\n",
      "import os\nos._exit(0)\n",
      "import sys\nsys.exit(0)\n",
      "raise SystemExit(0)\n",
      "def add(a, b):\n    import os\n    os._exit(0)\n",
      "def add(a, b):\n    raise SystemExit(0)\n",
      "def add(a, b):\n    raise StopIteration\n",
      "def add(a, b):\n    raise KeyboardInterrupt\n",
      "def check(candidate): pass\ndef add(a, b): return 0\n",
      "import builtins\nbuiltins.AssertionError = type('A', (), {})\nbuiltins.exec = lambda *a: None\ndef add(a, b): return "
      "0\n",
      "class Yes:\n    def __eq__(self, other): return True\n    def __bool__(self): return True\ndef add(a, b): return "
      "Yes()\n",
      "class Yes(int):\n    def __eq__(self, other): return True\n    __hash__ = None\ndef add(a, b): return Yes(7)\n",
      // frames of the driver: there is no test in this process to rewrite
      "import sys\nframe = sys._getframe()\nwhile frame:\n    for k in list(frame.f_locals):\n        pass\n    for k in "
      "list(frame.f_globals):\n"
      "        if k == 'check' or k == 'test': frame.f_globals[k] = None\n    frame = frame.f_back\ndef add(a, b): return 0\n",
      // answers written ahead of the calls, right in form and wrong in value
      "import os\nos.write(4, b'{\"ready\": true}\\n' + b'{\"r\": 3}\\n' * 9)\ndef add(a, b): return 0\n",
      "import os\nos.write(4, b'{\"ready\": true}\\n{\"outcome\": \"passed\"}\\n{\"r\": {\"x\": 1}}\\n')\ndef add(a, b): "
      "return 0\n",
      "import json\njson.dumps = lambda *a, **k: '{\"ready\": true, \"outcome\": \"passed\"}'\ndef add(a, b): return 0\n",
  };
  std::vector<sample> samples;
  for (auto const& f : forgeries) samples.push_back({"test/add", f, true});
  samples.push_back({"test/add", honest, true});
  auto const all = judge({add_task()}, samples);
  for (std::size_t i = 0; i + 1 < all.size(); ++i) {
    INFO(forgeries[i] << "→ " << name_of(all[i].outcome) << " " << all[i].detail);
    CHECK((all[i].outcome == verdict::failed || all[i].outcome == verdict::crashed));
  }
  CHECK(all.back().outcome == verdict::passed);
}

TEST_CASE("a program that never ends is ended by the clock") {
  evaluate::limits bounds = quick();
  bounds.seconds = 1;
  auto const all =
      judge({add_task()},
            {{"test/add", "    while True: pass\n"},
             {"test/add", "    import time\n    time.sleep(1e6)\n"},
             {"test/add", "    return [0] * 10**8 + list(range(10**12))\n"},
             {"test/add",
              "    import signal, time\n    [signal.signal(s, signal.SIG_IGN) for s in (1, 2, 14, 15)]\n    time.sleep(1e6)\n"},
             {"test/add", "    return a + b\n"}},
            2, bounds);
  CHECK(all[0].outcome == verdict::timed_out);
  CHECK(all[1].outcome == verdict::timed_out);
  CHECK(all[2].outcome != verdict::passed);
  CHECK(all[3].outcome == verdict::timed_out);
  CHECK(all[4].outcome == verdict::passed);
  for (auto const& v : all) CHECK(v.seconds < 4);
}

TEST_CASE("memory, processes and threads are limited") {
  auto const fill = judge_add("def add(a, b):\n    x = []\n    while True: x.append(bytearray(1 << 24))\n");
  CHECK(fill.outcome != verdict::passed);
  CHECK(fill.detail.find("MemoryError") != std::string::npos);
  CHECK(judge_add("import os\nwhile True: os.fork()\n" + honest).detail.find("PermissionError") == 0);
  CHECK(judge_add(
            "import os\ndef add(a, b):\n    while True:\n        try: os.fork()\n        except OSError: break\n    return 0\n")
            .outcome == verdict::failed);
  CHECK(judge_add("import subprocess\nsubprocess.run(['/usr/bin/python3', '-c', 'pass'])\n" + honest).outcome ==
        verdict::failed);
  CHECK(
      judge_add(
          "import threading, time\nfor i in range(100): threading.Thread(target=time.sleep, args=(9,), daemon=True).start()\n" +
          honest)
          .detail.find("RuntimeError: can't start new thread") == 0);
}

TEST_CASE("nothing outside can be written, and the files of this machine are out of sight") {
  temporary_folder folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms::all);
  auto const target = (folder / "escaped").string();
  auto const secret = (folder / "secret").string();
  std::ofstream(secret) << "secret";
  CHECK(judge_add("open('" + target + "', 'w').write('x')\n" + honest).outcome == verdict::failed);
  CHECK_FALSE(std::filesystem::exists(target));
  CHECK(judge_add("open('" + secret + "').read()\n" + honest).outcome == verdict::failed);
  CHECK(judge_add("open('/etc/passwd').read()\n" + honest).outcome == verdict::failed);
  CHECK(judge_add("open('/usr/bin/escaped', 'w').write('x')\n" + honest).outcome == verdict::failed);
  CHECK(judge_add("import os\nos.kill(os.getppid() or 1, 9)\n" + honest).outcome == verdict::failed);
  CHECK(judge_add("open('/proc/self/mem', 'wb')\n" + honest).outcome == verdict::failed);
}

TEST_CASE("no socket, no signal to others, no tracing") {
  CHECK(judge_add("import socket\nsocket.socket()\n" + honest).detail.find("PermissionError") == 0);
  CHECK(judge_add("import socket\nsocket.create_connection(('127.0.0.1', 80), 1)\n" + honest).outcome == verdict::failed);
  CHECK(judge_add("import os\nos.kill(" + std::to_string(::getpid()) + ", 9)\n" + honest).outcome == verdict::failed);
  CHECK(judge_add("import os\nos.kill(-1, 9)\n" + honest).outcome == verdict::failed);
  CHECK(judge_add("import os\nos.killpg(0, 9)\n" + honest).outcome == verdict::failed);
  CHECK(judge_add("import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\nassert libc.ptrace(16, 1, 0, 0) == 0\n" + honest)
            .outcome == verdict::failed);
  CHECK(judge_add("import ctypes\nassert ctypes.CDLL(None).unshare(0x10000000) == 0\n" + honest).outcome == verdict::failed);
  CHECK(judge_add("import resource\nresource.setrlimit(resource.RLIMIT_AS, (-1, -1))\n" + honest).outcome == verdict::failed);
}

TEST_CASE("files of its own are allowed within limits where there is a folder for them") {
  auto box = evaluate::open_sandbox(quick());
  REQUIRE(box);
  if (!box->standing().private_root) {
    WARN("no private root on this machine: not tested");
    return;
  }
  CHECK(judge_add("open('note', 'w').write('x')\nassert open('note').read() == 'x'\n" + honest).outcome == verdict::passed);
  // Nothing of a device changes but by its driver: the node is this machine's.
  CHECK(judge_add("open('/dev/null', 'w').write('x')\n" + honest).outcome == verdict::passed);
  CHECK(judge_add("import os\nos.utime('/dev/null')\n" + honest).detail.find("OSError: [Errno 30]") == 0);
  CHECK(judge_add("open('big', 'wb').write(bytes(1 << 21))\n" + honest).outcome == verdict::failed);
  CHECK(judge_add("for i in range(100):\n    with open('f%d' % i, 'wb') as f: f.write(bytes(1 << 19))\n" + honest).outcome ==
        verdict::failed);
}

TEST_CASE("plain values cross whole, changed arguments come back, and other values are no equal of anything") {
  benchmark_task const t{"test/echo", "", "def echo(x):\n    return x\n",
                         "import math\nfrom fractions import Fraction\ndef check(candidate):\n"
                         "    for v in [None, True, 7, -2**70, 10**5000, 1.5, -0.0, math.inf, 'é\\ud800\\n', b'\\x00', [1, "
                         "[2]], (1,), (), {1: {2}, (3, 4): None},\n"
                         "              frozenset([1]), 1 + 2j, range(3), Fraction(1, 3)]:\n"
                         "        r = candidate(v)\n        assert r == v and type(r) is type(v), v\n"
                         "    assert math.copysign(1, candidate(-0.0)) == -1 and math.isnan(candidate(math.nan))\n",
                         "echo"};
  benchmark_task const sorter{
      "test/sorter", "", "def s(x):\n    x.sort()\n",
      "def check(candidate):\n    x = [3, 1]\n    assert candidate(x) is None\n    assert x == [1, 3]\n", "s"};
  benchmark_task const lazy{"test/lazy", "", "def z(x):\n    yield from x\n",
                            "def check(candidate):\n    assert list(candidate([1, 2])) == [1, 2]\n", "z"};
  benchmark_task const caller{"test/caller", "", "def c(f):\n    return f()\n",
                              "def check(candidate):\n    assert candidate(lambda: 1) == 1\n", "c"};
  benchmark_task const raiser{"test/raiser", "", "def r():\n    raise ValueError\n",
                              "def check(candidate):\n    try: candidate()\n    except ValueError: return\n    assert False\n",
                              "r"};
  benchmark_task const empty{"test/empty", "", "def e(): pass\n",
                             "import unittest\nclass T(unittest.TestCase):\n    def test(self): assert e()\n", "e"};
  std::vector<benchmark_task> const tasks{t, sorter, lazy, caller, raiser, empty};
  std::vector<sample> samples;
  for (auto const& each : tasks) samples.push_back({each.id, each.solution, true});
  samples.push_back({"test/unknown", "", true});
  auto const all = judge(tasks, samples);
  for (int i : {0, 1, 2, 4}) {
    INFO(all[std::size_t(i)].answer.task << " " << all[std::size_t(i)].detail);
    CHECK(all[std::size_t(i)].outcome == verdict::passed);
  }
  CHECK(all[3].outcome == verdict::refused);
  CHECK(all[3].detail.find("function") != std::string::npos);
  CHECK(all[5].outcome == verdict::refused);
  CHECK(all[6].outcome == verdict::refused);
}

TEST_CASE("helpers of the benchmark's own text serve its tests") {
  benchmark_task const t{
      "test/decode", "def encode(s):\n    return s[::-1]\ndef decode(s):\n", "    return s[::-1]\n",
      "from random import choice\ndef check(candidate):\n    for _ in range(9):\n        s = choice('abc') + 'x'\n"
      "        assert candidate(encode(s)) == s\n",
      "decode"};
  auto const all =
      judge({t}, {{"test/decode", "    return encode(s)\n"}, {"test/decode", "    return s\ndef encode(s):\n    return s\n"}});
  CHECK(all[0].outcome == verdict::passed);
  CHECK(all[1].outcome == verdict::failed);  // its own encode is not the benchmark's
}

TEST_CASE("a machine without file walls is refused, unless the user insists") {
  for (bool insist : {false, true}) {
    pid_t const child = ::fork();
    if (child == 0) {  // as in a container that forbids mounts, user namespaces and Landlock
      auto* filter = seccomp_init(SCMP_ACT_ALLOW);
      seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(mount), 0);
      seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), int(evaluate::landlock::create_ruleset), 0);
      seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
                       SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_NEWUSER, CLONE_NEWUSER));
      if (seccomp_load(filter) != 0) ::_exit(9);
      auto const box = evaluate::open_sandbox(quick(), insist);
      if (!box) ::_exit(box.error().message().find("--allow-weaker-sandbox") != std::string::npos ? 1 : 8);
      ::_exit(box->standing().enough() || !box->standing().seccomp || box->standing().landlock || box->standing().private_root
                  ? 7
                  : 0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == (insist ? 0 : 1));
  }
}

TEST_CASE("all canonical solutions of HumanEval pass") {
  char const* folder = std::getenv("SNOWCODER_BENCHMARKS");
  auto const path = std::filesystem::path(folder ? folder : "") / "HumanEval.jsonl.gz";
  if (!folder || !std::filesystem::exists(path)) {
    WARN("skipped: set SNOWCODER_BENCHMARKS to a folder with HumanEval.jsonl.gz");
    return;
  }
  auto const tasks = io::read_benchmark(path);
  REQUIRE(tasks);
  REQUIRE(tasks->size() == 164);
  std::vector<sample> samples;
  for (auto const& t : *tasks) samples.push_back({t.id, t.solution});
  auto const all = judge(*tasks, samples, 2, evaluate::limits{});
  for (auto const& v : all) {
    INFO(v.answer.task << " " << v.detail);
    CHECK(v.outcome == verdict::passed);
  }
}
