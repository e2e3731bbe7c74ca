// SPDX-License-Identifier: Apache-2.0
// Shows a progress to a person: a bar with rate and time left on a terminal, plain lines elsewhere. Everything goes to
// standard error, so that results on standard output can be piped.
#pragma once

#include <snowcoder/core/progress.hpp>

#include <fmt/core.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <string>
#include <thread>

namespace snowcoder::pipeline {

class console {
 public:
  explicit console(progress const& shown) : shown_(shown), terminal_(::isatty(2)) {
    watcher_ = std::jthread([this](std::stop_token stop) { watch(stop); });
  }
  ~console() {
    watcher_.request_stop();
    if (watcher_.joinable()) watcher_.join();
    show(shown_.read(), true);
    if (terminal_ && drawn_) std::fputc('\n', stderr);
  }
  console(console const&) = delete;
  console& operator=(console const&) = delete;

  /// Words in the place of a bar, which is drawn again below them. A part that has begun is named before them.
  void print(std::string const& text, std::FILE* out) {
    std::lock_guard lock(drawing_);
    show(shown_.read(), false);
    if (terminal_ && drawn_) std::fputs("\r\033[K", stderr);
    drawn_ = false;
    std::fputs(text.c_str(), out);
  }

 private:
  using clock = std::chrono::steady_clock;

  void watch(std::stop_token stop) {
    std::mutex m;
    std::condition_variable_any tick;
    std::unique_lock lock(m);
    while (!stop.stop_requested()) {
      {
        std::lock_guard drawing(drawing_);
        show(shown_.read(), false);
      }
      tick.wait_for(lock, stop, std::chrono::milliseconds(200), [] { return false; });
    }
  }
  void show(progress::state const& s, bool last) {
    if (s.part == 0) return;
    if (s.part != part_) {
      if (terminal_ && drawn_) std::fputc('\n', stderr);
      part_ = s.part;
      began_ = printed_ = clock::now();
      first_done_ = s.done;
      if (!terminal_) std::fputs(fmt::format("{} …\n", s.name).c_str(), stderr);
    }
    auto const now = clock::now();
    if (!terminal_ && !last && now - printed_ < std::chrono::seconds(10)) return;
    if (!terminal_ && last && s.done == 0) return;
    printed_ = now;
    double const seconds = std::chrono::duration<double>(now - began_).count();
    double const rate = seconds > 0 ? double(s.done - first_done_) / seconds : 0;
    std::string line = s.name;
    if (s.total > 0) {
      double const share = double(s.done) / double(s.total);
      int const cells = int(share * 24 + 0.5);
      if (terminal_)
        line += fmt::format(" [{}{}]", std::string(std::size_t(std::min(cells, 24)), '#'),
                            std::string(std::size_t(24 - std::min(cells, 24)), '.'));
      line += fmt::format(" {:.0f} % · {}/{} {}", share * 100, s.done, s.total, s.unit);
      if (rate > 0 && s.done < s.total) line += fmt::format(" · {:.0f} s left", double(s.total - s.done) / rate);
    } else {
      line += fmt::format(" · {} {}", s.done, s.unit);
    }
    if (rate > 0) line += fmt::format(" · {:.4g} {}/s", rate, s.unit);
    if (!s.remark.empty()) line += " · " + s.remark;
    std::fputs((terminal_ ? "\r\033[K" + line : line + "\n").c_str(), stderr);
    std::fflush(stderr);
    drawn_ = true;
  }

  progress const& shown_;
  std::mutex drawing_;
  bool const terminal_;
  bool drawn_ = false;
  int part_ = 0;
  std::int64_t first_done_ = 0;
  clock::time_point began_{}, printed_{};
  std::jthread watcher_;
};

}  // namespace snowcoder::pipeline
