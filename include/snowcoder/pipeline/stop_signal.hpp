// SPDX-License-Identifier: Apache-2.0
// SIGTERM and SIGINT as a wish to stop at the next good moment: batch systems send the first before they kill, people the
// second. The second signal of a kind does what it would have done without us.
#pragma once

#include <csignal>

namespace snowcoder::pipeline {

class stop_signal {
 public:
  stop_signal() {
    raised_flag() = 0;
    struct sigaction wish {};
    wish.sa_handler = [](int) { raised_flag() = 1; };
    wish.sa_flags = SA_RESTART | SA_RESETHAND;
    ::sigemptyset(&wish.sa_mask);
    ::sigaction(SIGTERM, &wish, &terminate_);
    ::sigaction(SIGINT, &wish, &interrupt_);
  }
  stop_signal(stop_signal const&) = delete;
  stop_signal& operator=(stop_signal const&) = delete;
  ~stop_signal() {
    ::sigaction(SIGTERM, &terminate_, nullptr);
    ::sigaction(SIGINT, &interrupt_, nullptr);
  }
  bool raised() const { return raised_flag() != 0; }

 private:
  static std::sig_atomic_t volatile& raised_flag() {
    static std::sig_atomic_t volatile flag = 0;
    return flag;
  }
  struct sigaction terminate_ {
  }, interrupt_{};
};

}  // namespace snowcoder::pipeline
