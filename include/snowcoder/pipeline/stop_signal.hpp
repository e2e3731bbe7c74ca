// SPDX-License-Identifier: Apache-2.0
// SIGTERM and SIGINT as a wish to stop at the next good moment: batch systems send the first before they kill, people the
// second. The second signal of a kind does what it would have done without us.
#pragma once

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <stop_token>
#include <thread>

namespace snowcoder::pipeline {

/// Threads that begin while it stands never take the two signals, nor does the one that made it: a thread of its own does.
/// oneDNN's products of floats keep data where the stack pointer points, and what the system then wrote there for a handler
/// would lie in the middle of the heap.
class stop_signal {
 public:
  stop_signal() {
    flag() = false;
    sigset_t both;
    ::sigemptyset(&both);
    ::sigaddset(&both, SIGTERM);
    ::sigaddset(&both, SIGINT);
    ::pthread_sigmask(SIG_BLOCK, &both, &mask_);
    struct sigaction wish {};
    wish.sa_handler = [](int) { flag() = true; };
    wish.sa_flags = SA_RESTART | SA_RESETHAND;
    ::sigemptyset(&wish.sa_mask);
    ::sigaction(SIGTERM, &wish, &terminate_);
    ::sigaction(SIGINT, &wish, &interrupt_);
    taker_ = std::jthread([both](std::stop_token end) {
      ::pthread_sigmask(SIG_UNBLOCK, &both, nullptr);
      std::mutex mutex;
      std::unique_lock lock(mutex);
      std::condition_variable_any().wait(lock, end, [] { return false; });
    });
  }
  stop_signal(stop_signal const&) = delete;
  stop_signal& operator=(stop_signal const&) = delete;
  ~stop_signal() {
    taker_ = {};
    ::sigaction(SIGTERM, &terminate_, nullptr);
    ::sigaction(SIGINT, &interrupt_, nullptr);
    ::pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
  }
  bool raised() const { return flag(); }

 private:
  static std::atomic<bool>& flag() {
    static constinit std::atomic<bool> raised = false;
    static_assert(std::atomic<bool>::is_always_lock_free);  // a handler may write it
    return raised;
  }
  struct sigaction terminate_ {
  }, interrupt_{};
  sigset_t mask_{};
  std::jthread taker_;
};

}  // namespace snowcoder::pipeline
