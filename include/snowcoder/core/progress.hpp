// SPDX-License-Identifier: Apache-2.0
// How far a piece of work is: counters that any thread may move and one reader shows (pipeline/console.hpp).
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

namespace snowcoder {

class progress {
 public:
  /// Begins a named part of `total` units (0: unknown).
  void begin(std::string name, std::string unit, std::int64_t total) {
    std::lock_guard lock(mutex_);
    name_ = std::move(name);
    unit_ = std::move(unit);
    done_ = 0;
    total_ = total;
    ++part_;
  }
  void advance(std::int64_t units = 1) { done_ += units; }
  /// A short remark beside the bar: the current loss, say.
  void remark(std::string text) {
    std::lock_guard lock(mutex_);
    remark_ = std::move(text);
  }

  struct state {
    std::string name, unit, remark;
    std::int64_t done, total;
    int part;
  };
  state read() const {
    std::lock_guard lock(mutex_);
    return {name_, unit_, remark_, done_, total_, part_};
  }

 private:
  mutable std::mutex mutex_;
  std::string name_, unit_, remark_;
  std::atomic<std::int64_t> done_{0}, total_{0};
  int part_ = 0;
};

}  // namespace snowcoder
