// SPDX-License-Identifier: Apache-2.0
// What the body of every program gets and gives back (pipeline/app.hpp is the frame around it).
#pragma once

#include <snowcoder/core/progress.hpp>
#include <snowcoder/pipeline/console.hpp>
#include <snowcoder/pipeline/log.hpp>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

namespace snowcoder::pipeline {

/// Exit codes of every program; 1 is an error of the world, 2 wrong usage.
enum class outcome : int { done = 0, some_refused = 3 };

/// What a body gets: the common options, the bar and the log.
struct run_context {
  int threads = 1;
  std::uint64_t seed = 0;
  progress bar;
  event_log log;
  std::unique_ptr<console> shown = nullptr;  ///< while the body runs

  /// One line for the person at the terminal (standard error).
  void say(std::string const& line) const { print(line + "\n", stderr); }
  /// Results go to standard output.
  void print(std::string const& text, std::FILE* out = stdout) const {
    if (shown)
      shown->print(text, out);
    else
      std::fputs(text.c_str(), out);
  }
};

}  // namespace snowcoder::pipeline
