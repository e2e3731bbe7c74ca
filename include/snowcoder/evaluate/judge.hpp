// SPDX-License-Identifier: Apache-2.0
// Judges samples of code benchmarks (paper section 3): for each, an examiner and a candidate process, each in a sandbox of
// its own, and a timer outside of both; where tests are cases for unittest, the examiner alone. One thread watches all of them;
// nothing that a sample does holds up the next.
#pragma once

#include <snowcoder/core/enum_name.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/core/progress.hpp>
#include <snowcoder/evaluate/case_tests.hpp>
#include <snowcoder/evaluate/differential_tests.hpp>
#include <snowcoder/evaluate/evolved_tests.hpp>
#include <snowcoder/evaluate/examiner_programs.hpp>
#include <snowcoder/evaluate/known_answers.hpp>
#include <snowcoder/evaluate/nursery.hpp>
#include <snowcoder/evaluate/sandbox.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/record/benchmark_task.hpp>

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <list>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace snowcoder::evaluate {

/// The walls for judging, or why this machine cannot have them. Programs may import what lies in `packages`.
inline expected<sandbox> open_sandbox(limits bounds, bool allow_weaker = false, std::string const& packages = {}) {
  if (::access(interpreter, X_OK) != 0) return failure("no Python interpreter", interpreter, "install the package python3");
  return sandbox::open(python(std::string(nursery_imports)), bounds, allow_weaker, packages);
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
    std::vector<benchmark_task const*> task_of;
    known_answers known;
    for (auto const& s : samples) {
      auto const found = by_id.find(s.task);
      task_of.push_back(found == by_id.end() ? nullptr : found->second);
      if (task_of.back() && begins_with_own(*task_of.back())) known.expect(*task_of.back());
    }
    auto tell = [&](std::size_t index, judged_sample result) {
      if (bar) bar->advance();
      return done(index, std::move(result));
    };
    std::vector<desk> desks(std::min(std::size_t(workers_), samples.size()));
    // A task's own solution is asked at one desk; the others take samples of other tasks meanwhile.
    auto asked = [&](benchmark_task const& t) {
      return begins_with_own(t) && known.of(t) < 0 &&
             std::any_of(desks.begin(), desks.end(), [&](auto const& d) { return d.sample && task_of[*d.sample] == &t; });
    };
    std::list<std::size_t> left(samples.size());
    std::iota(left.begin(), left.end(), 0);
    for (;;) {
      bool busy = false;
      for (auto& d : desks) {
        for (auto next = left.begin(); !d.sample && next != left.end();)
          if (auto refusal = refusal_of(task_of[*next], known); !refusal.empty()) {
            SNOWCODER_CHECK(tell(*next, {samples[*next], verdict::refused, std::move(refusal)}));
            next = left.erase(next);
          } else if (asked(*task_of[*next])) {
            ++next;
          } else {
            d.sample = *next;
            next = left.erase(next);
          }
        if (d.sample && !d.work) SNOWCODER_CHECK(begin(d, *task_of[*d.sample], samples[*d.sample], known));
        busy = busy || d.sample;
      }
      if (!busy) return {};
      SNOWCODER_CHECK(wait(desks));
      for (auto& d : desks) {
        bool const late = d.work && !d.work->closed && clock::now() >= d.work->deadline;
        if (!d.work || (!d.work->closed && !late)) continue;
        auto const index = *d.sample;
        bool const own = d.work->own;
        SNOWCODER_TRY(auto ended, end(d, late, samples[index]));
        if (!ended) continue;
        auto& result = *ended;
        if (own && result.outcome == verdict::passed) {
          SNOWCODER_CHECK(known.learn(*task_of[index], std::exchange(result.detail, {})));
          if (!is_own(*task_of[index], samples[index])) continue;  // now for the sample itself
        } else if (own) {
          auto const why = (result.outcome == verdict::refused ? "" : "the benchmark's own solution: ") + result.detail;
          known.refuse(*task_of[index], why);
          result = {samples[index], verdict::refused, why};
        }
        if (begins_with_own(*task_of[index])) known.finish(*task_of[index]);
        d.sample.reset();
        SNOWCODER_CHECK(tell(index, std::move(result)));
      }
    }
  }

  /// The whole program that a sample stands for.
  static std::string program_of(benchmark_task const& t, sample const& s) {
    return t.stub + (s.whole ? s.completion : t.prompt + s.completion);
  }

 private:
  using clock = std::chrono::steady_clock;

  struct examination {
    bool own = false;     ///< of the canonical solution: finds its answers, or whether it passes its cases
    bool called = false;  ///< there is a candidate, which the examiner calls
    double seconds = 0;   ///< of wall time, at most
    descriptor said;
    std::string text;
    bool closed = false;
    clock::time_point begun{}, deadline{};
  };
  /// Where one sample at a time is examined.
  struct desk {
    nursery candidate, examiner;
    std::optional<std::size_t> sample;
    std::optional<examination> work;
  };

  /// Why a sample of `t` cannot be judged; empty where nothing is known against it.
  static std::string refusal_of(benchmark_task const* t, known_answers const& known) {
    if (!t) return "no such task in the benchmark";
    if (t->row.empty() && t->test.find("assert") == std::string::npos) return "the task has no test that is judged here";
    if (t->entry_point.empty()) return "the task names no entry point";
    return known.refusal(*t);
  }

  /// Whether the canonical solution is examined before any sample: for its answers, or because its cases may not run here.
  static bool begins_with_own(benchmark_task const& t) { return !t.row.empty() || (t.has_cases() && !t.solution.empty()); }
  /// Whether nothing is left to examine once that is known.
  static bool is_own(benchmark_task const& t, sample const& s) {
    return t.has_cases() && !s.whole && s.completion == t.solution;
  }
  /// Samples of other desks may keep the processor from the benchmark's own solution, which decides about all samples of its
  /// task: its answers are limited by its processor time, its cases by what BigCodeBench gives them, 240 s.
  static double patience_with_own(benchmark_task const& t) { return t.has_cases() ? 4 : 16; }

  /// Starts the examination of the desk's sample, or of its task's own solution where that comes first. Where a
  /// nursery is not ready nothing is begun, and it is asked for again.
  expected<void> begin(desk& d, benchmark_task const& t, sample const& s, known_answers const& known) {
    auto const& bounds = box_.bounds();
    examination e;
    e.own = begins_with_own(t) && known.of(t) < 0;
    e.called = !e.own && !t.has_cases();
    e.seconds = bounds.seconds * (e.own ? patience_with_own(t) : 1);
    if (!t.has_cases()) SNOWCODER_CHECK(d.candidate.wake(box_, candidate_));
    SNOWCODER_CHECK(d.examiner.wake(box_, examiner_));
    if ((e.called && !d.candidate.ready()) || !d.examiner.ready()) return {};
    auto const program = e.own ? t.prompt + t.solution : program_of(t, s);
    SNOWCODER_TRY(auto untrusted, sealed_file(io::to_line({{"program", program}, {"entry_point", t.entry_point}})));
    SNOWCODER_TRY(auto trusted, sealed_file(io::to_line({{"prompt", t.prompt},
                                                         {"solution", t.solution},
                                                         {"test", t.test},
                                                         {"row", t.row},
                                                         {"suite", t.suite},
                                                         {"cases", t.has_cases()},
                                                         {"program", t.has_cases() ? program : ""},
                                                         {"entry_point", t.entry_point},
                                                         {"own", e.own},
                                                         {"seconds", bounds.seconds},
                                                         {"call_seconds", bounds.call_seconds},
                                                         {"reference_factor", bounds.reference_factor}})));
    SNOWCODER_TRY(auto calls, open_pipe());
    SNOWCODER_TRY(auto answers, open_pipe());
    SNOWCODER_TRY(auto verdict_pipe, open_pipe());
    // One for each: where it is a file, the program would read what the test prints.
    SNOWCODER_TRY(auto nowhere, nursery::null_device());
    SNOWCODER_TRY(auto elsewhere, nursery::null_device());
    int const null = nowhere.get(), other = elsewhere.get();
    std::vector<int> examiner{trusted.get(), other, other, answers.first.get(), calls.second.get(), verdict_pipe.second.get()};
    if (!t.row.empty() && !e.own) examiner.push_back(known.of(t));
    // One that is gone takes the other's program along: nobody has heard of it.
    if (e.called && !d.candidate.begin({untrusted.get(), null, null, calls.first.get(), answers.second.get()})) return {};
    if (!d.examiner.begin(examiner)) {
      if (e.called) d.candidate.end();
      return {};
    }
    e.said = std::move(verdict_pipe.first);
    ::fcntl(e.said.get(), F_SETFL, O_NONBLOCK);
    e.begun = clock::now();
    e.deadline = e.begun + std::chrono::duration_cast<clock::duration>(std::chrono::duration<double>(e.seconds));
    d.work = std::move(e);
    return {};
  }

  /// Until an examiner or a nursery speaks, or time is up for one of them; takes what was said.
  static expected<void> wait(std::vector<desk>& desks) {
    std::vector<pollfd> watched;
    auto nearest = clock::now() + std::chrono::seconds(1);
    auto watch = [&](bool wanted, int fd, clock::time_point until) {
      watched.push_back({wanted ? fd : -1, POLLIN, 0});
      if (wanted) nearest = std::min(nearest, until);
    };
    for (auto const& d : desks) {
      watch(d.work.has_value(), d.work ? d.work->said.get() : -1, d.work ? d.work->deadline : nearest);
      for (auto const* n : {&d.candidate, &d.examiner}) watch(n->alive() && !d.work, n->door(), n->patience());
    }
    auto const left = std::chrono::ceil<std::chrono::milliseconds>(nearest - clock::now()).count();
    if (::poll(watched.data(), watched.size(), int(std::max<std::int64_t>(left, 0))) < 0 && errno != EINTR)
      return failure(system_error("poll"));
    auto at = watched.begin();
    for (auto& d : desks) {
      if (auto const heard = (at++)->revents) listen(*d.work, heard);
      for (auto* n : {&d.candidate, &d.examiner}) {
        bool const heard = (at++)->revents;
        if (!d.work && n->alive() && (heard || clock::now() >= n->patience())) SNOWCODER_CHECK(n->hear());
      }
    }
    return {};
  }

  static std::size_t most_said(examination const& e) { return e.own ? known_answers::most_bytes : 65'536; }
  static void listen(examination& e, short heard) {
    char block[65'536];
    for (ssize_t n; (n = ::read(e.said.get(), block, sizeof block)) > 0;)
      if (e.text.size() < most_said(e)) e.text.append(block, std::size_t(n));
    // The examiner alone holds the other end: it has ended, or says nothing more after a whole line.
    e.closed = (heard & POLLHUP) || (!e.own && e.text.ends_with('\n'));
  }

  /// The verdict; of a canonical solution that comes first, its answers are the detail. None where a nursery could not fork its
  /// program or was taken away with it: nothing is known of the sample, and it is examined again.
  expected<std::optional<judged_sample>> end(desk& d, bool late, sample const& s) const {
    for (auto* n : {&d.candidate, &d.examiner}) SNOWCODER_CHECK(n->hear());
    bool const lost = !d.examiner.alive() || (d.work->called && !d.candidate.alive());
    auto e = *std::exchange(d.work, std::nullopt);
    judged_sample result{s, verdict::crashed, {}, std::chrono::duration<double>(clock::now() - e.begun).count()};
    if (e.called) d.candidate.end();
    d.examiner.end();
    auto const line = e.text.find('\n');
    auto const said = io::parsed(std::string_view(e.text).substr(0, line));
    if (late) {
      result.outcome = verdict::timed_out;
      result.detail = "no verdict after " + io::to_line(e.seconds) + " s of wall time";
    } else if (e.text.size() >= most_said(e)) {
      result.detail = "it says too much";
    } else if (line == std::string::npos || !said.is_object() ||
               e.text.size() != line + 1 + said.value("bytes", std::size_t(0))) {
      result.detail = "the examiner ended early";
    } else {
      result.outcome = from_name<verdict>(said.value("outcome", "")).value_or(verdict::failed);
      result.base = result.outcome == verdict::passed || said.value("base", false);
      result.detail =
          e.own && result.outcome == verdict::passed ? e.text.substr(line + 1) : without_addresses(said.value("detail", ""));
    }
    if (lost && (e.own || result.outcome != verdict::passed)) return std::nullopt;
    for (auto* n : {&d.candidate, &d.examiner}) n->serve();
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
  std::string const candidate_ = program_text({candidate_program});
  std::string const examiner_ = program_text({evolved_tests, differential_tests, case_tests, examiner_program});
};

}  // namespace snowcoder::evaluate
