// SPDX-License-Identifier: Apache-2.0
// Threads for independent indices. Work is cut the same way whatever the number of threads, so results cannot depend on it.
#pragma once

#include <snowcoder/core/contract.hpp>
#include <snowcoder/core/processors.hpp>

#include <atomic>
#include <barrier>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace snowcoder {

/// A fixed crew; the calling thread works too. One for_each_index at a time; it may not be nested.
class thread_pool {
 public:
  /// `on_start` runs once on every worker thread (libraries with per-thread settings need it).
  explicit thread_pool(int threads = int(std::thread::hardware_concurrency()), std::function<void()> on_start = {})
      : a_processor_each_(threads <= int(std::thread::hardware_concurrency())) {
    for (int i = 1; i < threads; ++i)
      workers_.emplace_back([this, on_start](std::stop_token stop) {
        if (on_start) on_start();
        work(stop);
      });
    if (on_start) on_start();
  }
  thread_pool(thread_pool const&) = delete;
  thread_pool& operator=(thread_pool const&) = delete;
  ~thread_pool() {
    for (auto& w : workers_) w.request_stop();
    wake_.notify_all();
  }

  int threads() const { return int(workers_.size()) + 1; }

  /// Keeps thread i, in any order, on processor processors[i], the calling thread too. Requires
  /// one for each. False where the system refuses.
  bool pin(std::vector<int> const& processors) {
    require(int(processors.size()) == threads(), "thread_pool: a processor for every thread");
    std::atomic<bool> done = true;
    std::barrier everyone(threads());  // a thread that waits takes no second index, so each has its own
    for_each_index(threads(), [&](std::int64_t i) {
      if (!keep_this_thread_on({processors[std::size_t(i)]})) done = false;
      everyone.arrive_and_wait();
    });
    return done;
  }

  /// Calls body(i) for every i in [0, count), each once, on any thread; returns when all are done. The first exception
  /// that a body throws is thrown again here.
  void for_each_index(std::int64_t count, std::function<void(std::int64_t)> const& body) {
    if (count <= 1 || workers_.empty()) {
      for (std::int64_t i = 0; i < count; ++i) body(i);
      return;
    }
    {
      std::lock_guard lock(mutex_);
      body_ = &body;
      count_ = count;
      next_ = 0;
      busy_ = int(workers_.size());
      failure_ = nullptr;
      ++round_;
    }
    wake_.notify_all();
    take();
    wait_awake([this] { return busy_ == 0; });
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [this] { return busy_ == 0; });
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  /// Until done(), but no longer than a few times what falling asleep and being woken takes: between two verbs of a small model
  /// that would be most of the time. Not where threads wait for each other's processors.
  template <class Done>
  void wait_awake(Done const& done) const {
    if (!a_processor_each_) return;
    auto const began = std::chrono::steady_clock::now();
    while (!done() && std::chrono::steady_clock::now() - began < std::chrono::microseconds(50)) pause();
  }
  static void pause() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }

  void take() {
    for (std::int64_t i; (i = next_.fetch_add(1)) < count_;) try {
        (*body_)(i);
      } catch (...) {
        std::lock_guard lock(mutex_);
        if (!failure_) failure_ = std::current_exception();
      }
  }
  void work(std::stop_token stop) {
    for (std::uint64_t seen = 0;;) {
      wait_awake([&] { return round_ != seen; });
      {
        std::unique_lock lock(mutex_);
        if (!wake_.wait(lock, stop, [&] { return round_ != seen; })) return;
        seen = round_;
      }
      take();
      std::lock_guard lock(mutex_);
      if (--busy_ == 0) idle_.notify_one();
    }
  }

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::condition_variable idle_;
  std::function<void(std::int64_t)> const* body_ = nullptr;
  std::int64_t count_ = 0;
  std::atomic<std::int64_t> next_{0};
  std::atomic<int> busy_ = 0;
  std::atomic<std::uint64_t> round_ = 0;
  bool const a_processor_each_;
  std::exception_ptr failure_;
  std::vector<std::jthread> workers_;  // last: joined before the rest goes
};

}  // namespace snowcoder
