// SPDX-License-Identifier: Apache-2.0
// prepare after interruptions: it goes on behind the last step that is done, to the same bytes, and begins anew where what lies
// there is not of the same work.
#include <snowcoder/pipeline/prepare.hpp>

#include "support/catch.hpp"
#include "support/cleaning_recipe.hpp"
#include "support/made_files.hpp"
#include "support/temporary_folder.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <csignal>
#include <map>
#include <thread>

using namespace snowcoder;
using tests::cleaning, tests::put, tests::get, tests::function, tests::contents;
namespace fs = std::filesystem;

namespace {

/// Repositories in folders, and rows that are several pieces of reading; of everything that a step counts some.
void make_corpus(temporary_folder const& tmp) {
  for (int i = 0; i < 60; ++i)
    put(tmp / "in" / ("folder" + std::to_string(i % 6)) / (std::to_string(i) + (i % 5 ? ".py" : ".go")),
        function("own" + std::to_string(i), 12));
  put(tmp / "in/folder1/LICENSE",
      "Permission is hereby granted, free of charge, to any person obtaining a copy of this software");
  put(tmp / "in/folder2/copy.py", function("own1", 12));
  put(tmp / "in/folder3/mail.py", function("mail", 20) + "mail = 'jane@corp.com'\n");
  put(tmp / "in/folder4/damaged.c", "int x; // \xc3\xa9t\xc3\xa9 \xff\n");
  put(tmp / "in/folder5/notes.txt", "words\n");
  fs::create_symlink("nowhere", tmp / "in/folder0/link.py");
  std::string rows;
  for (int i = 0; i < 300; ++i)
    rows += io::to_line({{"repo", "row" + std::to_string(i % 9)},
                         {"path", std::to_string(i) + ".py"},
                         {"content", function("row" + std::to_string(i % 280), 40 + i / 290)}}) +
            "\n";
  put(tmp / "in/rows.jsonl", rows);
  put(tmp / "Made.jsonl",
      io::to_line({{"task_id", "Made/1"}, {"prompt", function("own7", 12)}, {"canonical_solution", "    return second\n"}}) +
          "\n");
}

struct options : pipeline::prepare_options {
  explicit options(temporary_folder const& tmp, std::string const& to, int lanes = 2, std::int64_t most = 1 << 30) {
    in = {tmp / "in"};
    benchmarks = {tmp / "Made.jsonl"};
    out = tmp / to;
    threads = lanes;
    memory = most;
    held_out = 0.1;
    save_every = std::chrono::milliseconds(0);
  }
};
expected<pipeline::prepare_report> run(options const& o) {
  thread_pool pool(o.threads);
  progress bar;
  return pipeline::prepare<cleaning>(o, pool, bar);
}

std::map<std::string, std::string> whole(temporary_folder const& tmp, options o) {
  o.out = tmp / "whole";
  o.save_every = std::chrono::hours(1);
  REQUIRE(run(o));
  auto all = contents(o.out);
  fs::remove_all(o.out);
  return all;
}

std::ptrdiff_t steps(fs::path const& out) {
  auto const journal = get(out / ".work/journal.jsonl");
  return std::count(journal.begin(), journal.end(), '\n');
}
/// Runs in a process that is killed when the journal has `rows` rows, and whatever it does then; false if it ended before.
bool killed_at(options const& o, std::ptrdiff_t rows) {
  auto const child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::jthread const watch([&](std::stop_token stop) {
      while (!stop.stop_requested())
        if (steps(o.out) >= rows) ::kill(::getpid(), SIGKILL);
    });
    ::_exit(run(o) ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  REQUIRE((WIFSIGNALED(status) || WEXITSTATUS(status) == 0));
  return WIFSIGNALED(status);
}

}  // namespace

TEST_CASE("killed after every step, the same command goes on behind it, to the same bytes") {
  temporary_folder tmp;
  make_corpus(tmp);
  auto const expected = whole(tmp, options(tmp, ""));
  CHECK(get(tmp / "in/rows.jsonl").size() > (std::size_t(1) << 17) * 3);
  int kills = 0;
  std::ptrdiff_t done = 0;
  for (;; ++kills) {
    options const o(tmp, "out", 1 + kills % 3, kills % 2 ? 1 << 20 : 1 << 30);
    if (!killed_at(o, done + 1)) break;
    auto const now = steps(o.out);
    REQUIRE((now > done || fs::exists(o.out / "provenance.json") || !fs::exists(o.out / ".work/journal.jsonl")));
    done = now;
    REQUIRE(kills < 200);
  }
  CHECK(kills >= 14);
  CHECK(run(options(tmp, "out"))->nothing_to_do);
  CHECK(contents(tmp / "out") == expected);
}

TEST_CASE("what was settled before an interruption is not read again") {
  temporary_folder tmp;
  make_corpus(tmp);
  auto const o = options(tmp, "out");
  auto const expected = whole(tmp, o);
  REQUIRE(killed_at(o, 4));
  fs::remove(tmp / "in/folder0/link.py");  // no part of the key, and a row of the rejects to whoever reads it
  auto const report = run(o);
  REQUIRE(report);
  CHECK(report->remembered > 0);
  CHECK(report->remembered < report->funnel["total"]["in"]["files"]);
  CHECK(contents(o.out) == expected);
}

TEST_CASE("an input that differs where it was half read is begun anew") {
  temporary_folder tmp;
  make_corpus(tmp);
  options o(tmp, "out", 2, 1 << 20);
  o.repository_depth = 0;  // one unit
  for (int i = 0; i < 40; ++i)
    put(tmp / "in" / ("long" + std::to_string(i) + ".py"), function("long" + std::to_string(i), 500));
  REQUIRE(killed_at(o, 2));
  REQUIRE(get(o.out / ".work/journal.jsonl").find("\"unit\":0") != std::string::npos);
  fs::remove(tmp / "in/folder0/link.py");
  auto const refused = run(o);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message().find("begins anew") != std::string::npos);
  auto const anew = run(o);
  REQUIRE(anew);
  CHECK(anew->remembered == 0);
  CHECK(contents(o.out) == whole(tmp, o));
}

TEST_CASE("work of other inputs, settings or versions is not gone on with, nor work that lacks a file") {
  temporary_folder tmp;
  make_corpus(tmp);
  auto const interrupted = [&] {
    fs::remove_all(tmp / "out");
    REQUIRE(killed_at(options(tmp, "out"), 6));
  };
  auto const begins_anew = [&](options const& o) {
    auto const report = run(o);
    REQUIRE(report);
    CHECK(report->remembered == 0);
    CHECK(contents(o.out) == whole(tmp, o));
  };
  interrupted();
  auto other = options(tmp, "out");
  other.held_out = 0;
  begins_anew(other);
  interrupted();
  put(tmp / "in/folder0/0.go", function("later", 12));
  begins_anew(options(tmp, "out"));
  interrupted();
  fs::remove(tmp / "out/.work/journal.jsonl");  // as versions without one left it
  begins_anew(options(tmp, "out"));
  interrupted();
  fs::resize_file(tmp / "out/.work/texts", 100);
  begins_anew(options(tmp, "out"));
}

TEST_CASE("a full disk is an error, and with room the same command goes on") {
  temporary_folder tmp;
  make_corpus(tmp);
  auto const o = options(tmp, "out");
  auto const expected = whole(tmp, o);
  int failed = 0;
  for (rlim_t most = 1000; most < 4'000'000; most *= 2) {
    auto const child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      ::signal(SIGXFSZ, SIG_IGN);
      rlimit const small{most, most};
      ::setrlimit(RLIMIT_FSIZE, &small);
      ::_exit(run(o) ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFEXITED(status));
    failed += WEXITSTATUS(status) == 1;
    if (WEXITSTATUS(status) == 0) break;
    CHECK_FALSE(fs::exists(o.out / "documents"));
  }
  CHECK(failed >= 5);
  REQUIRE(run(o));
  CHECK(contents(o.out) == expected);
}
