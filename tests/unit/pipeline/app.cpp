// SPDX-License-Identifier: Apache-2.0
// The frame of every program: what it refuses, what it says at the end, and that lost output is an error.
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <snowcoder/pipeline/app.hpp>
#include <snowcoder/recipes/quickstart.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <utility>
#include <vector>

using namespace snowcoder;

namespace {
/// One of our own descriptors leads to a file as long as this lives.
class redirected {
 public:
  redirected(int fd, std::filesystem::path const& path) : fd_(fd), kept_(::dup(fd)) {
    int const file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::dup2(file, fd);
    ::close(file);
  }
  ~redirected() {
    ::dup2(kept_, fd_);
    ::close(kept_);
    std::clearerr(stdout);
  }
  redirected(redirected const&) = delete;

 private:
  int fd_, kept_;
};
struct ended {
  int code;
  std::string out, errors;
};
using body = std::function<expected<pipeline::outcome>(pipeline::run_context&)>;

ended run(std::vector<std::string> words, body const& work, std::filesystem::path out = {}) {
  temporary_folder folder;
  if (out.empty()) out = folder / "out";
  words.insert(words.begin(), "made");
  std::vector<char*> argv;
  for (auto& w : words) argv.push_back(w.data());
  auto const read = [](std::filesystem::path const& path) {
    std::ifstream file(path);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  int code = 0;
  {
    std::fflush(stdout);
    redirected const words_go(1, out), errors_go(2, folder / "errors");
    pipeline::app<recipes::quickstart> app("made", "a program of this test");
    std::string precision = "bf16", result, name;
    int limit = 0;
    app.flags().add_option("--precision", precision, "f32 or bf16");
    app.flags().add_option("--limit", limit, "default: all");
    app.flags().add_option("--name", name, "of it");
    app.flags().add_subcommand("part", "of the program")->add_option("--out", result, "the result");
    code = app.run(int(argv.size()), argv.data(), work);
  }
  return {code, out == "/dev/full" ? "" : read(out), read(folder / "errors")};
}
expected<pipeline::outcome> speak(pipeline::run_context&) {
  std::fputs("words\n", stdout);
  return pipeline::outcome::done;
}
expected<pipeline::outcome> refuse(pipeline::run_context&) { return pipeline::outcome::some_refused; }
}  // namespace

TEST_CASE("a program shows the defaults that say something") {
  auto const help = run({"--help"}, speak);
  CHECK(help.code == 0);
  CHECK(help.out.find("bf16  ") != std::string::npos);
  for (auto const* silent : {"--limit INT  ", "--name TEXT  "}) CHECK(help.out.find(silent) != std::string::npos);
}

TEST_CASE("a seed is a whole number that fits") {
  for (auto const* seed : {"-1", "18446744073709551616", "3x", ""}) CHECK(run({"--seed", seed}, speak).code == 2);
  CHECK(run({"--seed", "18446744073709551615"}, speak).code == 0);
}

TEST_CASE("a program whose output is lost ends with 1") {
  for (auto const& words : {std::vector<std::string>{}, {"--help"}, {"--describe"}}) {
    auto const full = run(words, speak, "/dev/full");
    CHECK(full.code == 1);
    CHECK(full.errors.starts_with("made: what stood on standard output could not be written"));
  }
  auto const log = run({"--log", "/dev/full"}, speak);
  CHECK(log.code == 1);
  CHECK(log.errors.starts_with("made: /dev/full: events could not be written"));
}

TEST_CASE("refused input is named at the end") {
  temporary_folder folder;
  auto const said = [&](std::string const& out) { return run({"part", "--out", out}, refuse).errors; };
  auto const at = [&](std::string const& name) { return (folder / name).string(); };
  CHECK(run({"part", "--out", at("none")}, refuse).code == 3);
  CHECK(said(at("none")) == "made: done, but some input was refused: see the output, or rejects.jsonl beside it\n");
  std::filesystem::create_directory(folder / "inside");
  for (auto const& [out, file] :
       {std::pair{"inside", "inside/rejects.jsonl"}, std::pair{"beside.json", "beside.json.rejects.jsonl"},
        std::pair{"ids.bin", "ids.rejects.jsonl"}}) {
    std::ofstream(folder / file) << "{}\n";
    CHECK(said(at(out)) == "made: done, but some input was refused: see " + at(file) + "\n");
  }
}

TEST_CASE("words stand below the name of their part, and on a terminal in the place of its bar") {
  auto const work = [](pipeline::run_context& context) -> expected<pipeline::outcome> {
    context.bar.begin("read", "files", 10);
    context.say("words");
    context.print("a result\n", stderr);
    return pipeline::outcome::done;
  };
  auto const plain = run({}, work).errors;
  CHECK(plain.starts_with("read …\nwords\na result\n"));

  int const screen = ::posix_openpt(O_RDWR | O_NOCTTY);
  REQUIRE((screen >= 0 && ::grantpt(screen) == 0 && ::unlockpt(screen) == 0));
  {
    redirected const shown(2, ::ptsname(screen));
    pipeline::app<recipes::quickstart> app("made", "a program of this test");
    char name[] = "made";
    char* words[] = {name};
    CHECK(app.run(1, words, work) == 0);
  }
  std::string text;
  char part[4096];
  for (::ssize_t got; (got = ::read(screen, part, sizeof part)) > 0;) text.append(part, std::size_t(got));
  ::close(screen);
  INFO(text);
  CHECK(text.find("0/10 files\r\033[Kwords\r\n") != text.npos);
  CHECK(text.find("0/10 files\r\033[Ka result\r\n") != text.npos);
  CHECK(text.rfind("0/10 files") > text.rfind("a result"));
  CHECK(text.ends_with("\r\n"));
}
