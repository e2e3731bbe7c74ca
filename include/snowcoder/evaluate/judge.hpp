// SPDX-License-Identifier: Apache-2.0
// Judges samples of code benchmarks (paper section 3): for each, an examiner and a candidate process, each in a sandbox of
// its own, and a timer outside of both. One thread watches all of them; nothing that a sample does holds up the next.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/core/progress.hpp>
#include <snowcoder/evaluate/examiner_programs.hpp>
#include <snowcoder/evaluate/sandbox.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/record/benchmark_task.hpp>

#include <poll.h>
#include <sys/mman.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace snowcoder::evaluate {

inline constexpr char const* interpreter = "/usr/bin/python3";

/// argv that runs a Python text with the standard library alone.
inline std::vector<std::string> python(std::string text) { return {interpreter, "-s", "-S", "-B", "-c", std::move(text)}; }

/// The walls for judging, or why this machine cannot have them.
inline expected<sandbox> open_sandbox(limits bounds, bool allow_weaker = false) {
  if (::access(interpreter, X_OK) != 0) return failure("no Python interpreter", interpreter, "install the package python3");
  return sandbox::open(python("import json, random"), bounds, allow_weaker);
}

class judge {
 public:
  /// Takes the verdict of sample `index`; called in the order in which they end. An error stops the judge.
  using sink = std::function<expected<void>(std::size_t index, judged_sample)>;

  judge(sandbox& box, int workers) : box_(box), workers_(std::max(1, workers)) {}

  /// Judges `samples` against `tasks`. A sample for an unknown task, or for a task without a test, is refused.
  expected<void> run(std::vector<benchmark_task> const& tasks, std::vector<sample> const& samples, sink const& done,
                     progress* bar = nullptr) {
    std::map<std::string, benchmark_task const*> by_id;
    for (auto const& t : tasks) by_id.emplace(t.id, &t);
    std::vector<examination> open;
    for (std::size_t next = 0; next < samples.size() || !open.empty();) {
      while (next < samples.size() && int(open.size()) < workers_) {
        auto const index = next++;
        auto const found = by_id.find(samples[index].task);
        char const* refusal = found == by_id.end() ? "no such task in the benchmark"
                              : found->second->test.find("assert") == std::string::npos
                                  ? "the task has no test that is judged here"
                              : found->second->entry_point.empty() ? "the task names no entry point"
                                                                   : nullptr;
        if (refusal) {
          if (bar) bar->advance();
          SNOWCODER_CHECK(done(index, {samples[index], verdict::refused, refusal, 0}));
          continue;
        }
        SNOWCODER_TRY(auto begun, begin(index, *found->second, samples[index]));
        open.push_back(std::move(begun));
      }
      if (open.empty()) continue;
      wait(open);
      for (std::size_t i = 0; i < open.size();) {
        auto& e = open[i];
        bool const late = clock::now() >= e.deadline;
        if (!e.closed && !late) {
          ++i;
          continue;
        }
        auto result = end(e, late && !e.closed, samples[e.index]);
        auto const index = e.index;
        open.erase(open.begin() + std::ptrdiff_t(i));
        if (bar) bar->advance();
        SNOWCODER_CHECK(done(index, std::move(result)));
      }
    }
    return {};
  }

  /// The whole program that a sample stands for.
  static std::string program_of(benchmark_task const& t, sample const& s) {
    return s.whole ? s.completion : t.prompt + s.completion;
  }

 private:
  using clock = std::chrono::steady_clock;

  /// A descriptor that closes itself.
  class handle {
   public:
    handle(int fd = -1) : fd_(fd) {}
    handle(handle&& o) noexcept : fd_(std::exchange(o.fd_, -1)) {}
    handle& operator=(handle&& o) noexcept {
      std::swap(fd_, o.fd_);
      return *this;
    }
    ~handle() {
      if (fd_ >= 0) ::close(fd_);
    }
    int get() const { return fd_; }

   private:
    int fd_;
  };
  /// A child that dies with its owner.
  class child {
   public:
    child(pid_t pid = -1) : pid_(pid) {}
    child(child&& o) noexcept : pid_(std::exchange(o.pid_, -1)) {}
    child& operator=(child&& o) noexcept {
      std::swap(pid_, o.pid_);
      return *this;
    }
    ~child() { end(); }
    /// Kills it, and all that it started, and gives its status.
    int end() {
      if (pid_ <= 0) return -1;
      int status = 0;
      ::kill(pid_, SIGKILL);
      while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
      }
      pid_ = -1;
      return status;
    }

   private:
    pid_t pid_;
  };
  struct examination {
    std::size_t index = 0;
    child candidate, examiner;
    handle said;
    std::string text;
    bool closed = false;
    clock::time_point begun{}, deadline{};
  };

  /// Bytes as a file that a child reads as its standard input.
  static expected<handle> payload(io::json const& value) {
    auto const text = io::to_line(value);
    handle file(int(::memfd_create("task", MFD_CLOEXEC | MFD_ALLOW_SEALING)));
    for (std::string_view left = text; !left.empty();) {
      auto const n = ::write(file.get(), left.data(), left.size());
      if (n <= 0) return failure(system_error("memfd_create"));
      left.remove_prefix(std::size_t(n));
    }
    ::lseek(file.get(), 0, SEEK_SET);
    ::fcntl(file.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
    return file;
  }
  static expected<std::pair<handle, handle>> pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return failure(system_error("pipe"));
    return std::pair<handle, handle>(ends[0], ends[1]);
  }

  expected<examination> begin(std::size_t index, benchmark_task const& t, sample const& s) {
    examination e;
    e.index = index;
    SNOWCODER_TRY(auto untrusted, payload({{"program", program_of(t, s)}, {"entry_point", t.entry_point}}));
    SNOWCODER_TRY(auto trusted,
                  payload({{"prompt", t.prompt}, {"solution", t.solution}, {"test", t.test}, {"entry_point", t.entry_point}}));
    SNOWCODER_TRY(auto calls, pipe());
    SNOWCODER_TRY(auto answers, pipe());
    SNOWCODER_TRY(auto verdict_pipe, pipe());
    handle nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (nothing.get() < 0) nothing = handle(int(::memfd_create("output", MFD_CLOEXEC)));  // a bare chroot: swallows file_bytes
    if (nothing.get() < 0) return failure(system_error("/dev/null"));
    int const null = nothing.get();
    SNOWCODER_TRY(e.candidate, box_.spawn(candidate_, {untrusted.get(), null, null, calls.first.get(), answers.second.get()}));
    SNOWCODER_TRY(e.examiner, box_.spawn(examiner_, {trusted.get(), null, null, answers.first.get(), calls.second.get(),
                                                     verdict_pipe.second.get()}));
    e.said = std::move(verdict_pipe.first);
    ::fcntl(e.said.get(), F_SETFL, O_NONBLOCK);
    e.begun = clock::now();
    e.deadline = e.begun + std::chrono::duration_cast<clock::duration>(std::chrono::duration<double>(box_.bounds().seconds));
    return e;
  }

  /// Until an examiner speaks or a deadline passes; takes what was said.
  static void wait(std::vector<examination>& open) {
    std::vector<pollfd> watched;
    auto nearest = open.front().deadline;
    for (auto const& e : open) {
      watched.push_back({e.said.get(), POLLIN, 0});
      nearest = std::min(nearest, e.deadline);
    }
    auto const left = std::chrono::ceil<std::chrono::milliseconds>(nearest - clock::now()).count();
    ::poll(watched.data(), watched.size(), int(std::clamp<std::int64_t>(left, 0, 1000)));
    for (std::size_t i = 0; i < open.size(); ++i) {
      if (!watched[i].revents) continue;
      char block[4096];
      for (ssize_t n; (n = ::read(open[i].said.get(), block, sizeof block)) != 0;) {
        if (n < 0) break;
        if (open[i].text.size() < 65'536) open[i].text.append(block, std::size_t(n));
      }
      // The examiner alone holds the other end: it has ended, or says nothing more after a whole line.
      open[i].closed = (watched[i].revents & POLLHUP) || open[i].text.ends_with('\n');
    }
  }

  judged_sample end(examination& e, bool late, sample const& s) const {
    judged_sample result{s, verdict::crashed, {}, std::chrono::duration<double>(clock::now() - e.begun).count()};
    e.candidate.end();
    int const status = e.examiner.end();
    auto const said = io::json::parse(e.text, nullptr, false);
    if (late) {
      result.outcome = verdict::timed_out;
      result.detail = "no verdict after " + io::to_line(box_.bounds().seconds) + " s of wall time";
    } else if (!e.text.ends_with('\n') || !said.is_object()) {
      result.detail = WIFSIGNALED(status) ? "the examiner was ended by signal " + std::to_string(WTERMSIG(status))
                                          : "the examiner ended early";
    } else {
      auto const outcome = said.value("outcome", "");
      result.outcome = outcome == "passed"    ? verdict::passed
                       : outcome == "refused" ? verdict::refused
                       : outcome == "crashed" ? verdict::crashed
                                              : verdict::failed;
      result.detail = without_addresses(said.value("detail", ""));
    }
    return result;
  }

  /// "0x7f3a…" differs from run to run, and results may not.
  static std::string without_addresses(std::string text) {
    for (std::size_t at = 0; (at = text.find("0x", at)) != std::string::npos; at += 2) {
      auto last = at + 2;
      while (last < text.size() && std::isxdigit(static_cast<unsigned char>(text[last]))) ++last;
      if (last - at > 8) text.erase(at + 2, last - at - 2);
    }
    return text;
  }

  sandbox& box_;
  int workers_;
  std::vector<std::string> const candidate_ = python(program_text(candidate_program));
  std::vector<std::string> const examiner_ = python(program_text(examiner_program));
};

}  // namespace snowcoder::evaluate
