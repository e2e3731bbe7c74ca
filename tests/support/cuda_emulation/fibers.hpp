// SPDX-License-Identifier: Apache-2.0
// The threads of one block as fibers: each runs until it waits for its warp or its block. A barrier that not every thread
// reaches ends the program, as it would hang or go wrong on a GPU.
#pragma once

#include <setjmp.h>
#include <ucontext.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

namespace cuda_emulation {

class fibers {
 public:
  static fibers& current() {
    static fibers all;
    return all;
  }

  /// Whether the threads of a block take turns from the last to the first: whoever reads what another has yet to write
  /// without a barrier between them gets something else then.
  bool backwards = std::getenv("CUDA_EMULATION_BACKWARDS") != nullptr;

  /// body() in every thread of a block, after here(thread); here() is called again whenever a thread goes on.
  void run(unsigned threads, std::size_t shared_bytes, std::function<void(unsigned)> const& here,
           std::function<void()> const& body) {
    while (threads_.size() < threads) threads_.push_back(std::make_unique<fiber>());
    shared_.assign(shared_bytes / sizeof(float), std::numeric_limits<float>::quiet_NaN());
    body_ = &body;
    for (unsigned t = 0; t < threads; ++t) start(*threads_[t]);
    for (unsigned left = threads; left > 0;) {
      bool moved = false;
      for (unsigned i = 0; i < threads; ++i) {
        auto const t = backwards ? threads - 1 - i : i;
        if (threads_[t]->at != state::ready) continue;
        here(running_ = t);
        enter(*threads_[t]);
        moved = true;
        left -= threads_[t]->at == state::done;
      }
      moved |= release(0, threads, state::at_block, true);
      for (unsigned w = 0; w < threads; w += 32) moved |= release(w, std::min(threads, w + 32), state::at_warp, false);
      if (!moved && left > 0) {
        std::fprintf(stderr, "cuda_emulation: a barrier that not every thread reaches\n");
        std::abort();
      }
    }
  }

  void wait_for_block() { wait(state::at_block); }
  void wait_for_warp() { wait(state::at_warp); }
  float* shared() { return shared_.data(); }

 private:
  enum class state { ready, at_warp, at_block, done };
  static constexpr std::size_t stack_bytes = std::size_t(128) << 10;
  struct fiber {
    ucontext_t context;
    bool made = false, entered = false;
    jmp_buf place;
    std::unique_ptr<std::byte[]> stack{new std::byte[stack_bytes]};
    void* fake_stack = nullptr;
    state at = state::done;
  };

  /// A fiber runs one body after the other and never ends.
  static void entry() {
    auto& all = current();
    for (;;) {
      all.arrived(nullptr);
      (*all.body_)();
      auto& self = *all.threads_[all.running_];
      self.at = state::done;
      all.leave(self, true);
    }
  }
  void start(fiber& f) {
    f.at = state::ready;
    f.fake_stack = nullptr;
    if (std::exchange(f.made, jumps)) return;
    getcontext(&f.context);
    f.context.uc_stack.ss_sp = f.stack.get();
    f.context.uc_stack.ss_size = stack_bytes;
    f.context.uc_link = nullptr;
    makecontext(&f.context, &fibers::entry, 0);
    f.entered = false;
  }
  void wait(state why) {
    auto& self = *threads_[running_];
    self.at = why;
    leave(self, false);
    arrived(self.fake_stack);
  }
  /// Threads [first, end) that all wait for the same go on; those that ended are missed by a warp, not by a block.
  bool release(unsigned first, unsigned end, state waited, bool without_ended) {
    bool any = false;
    for (auto t = first; t < end; ++t) {
      any |= threads_[t]->at == waited;
      if (threads_[t]->at != waited && !(without_ended && threads_[t]->at == state::done)) return false;
    }
    for (auto t = first; t < end; ++t)
      if (threads_[t]->at == waited) threads_[t]->at = state::ready;
    return any;
  }

  // Address sanitizer wants to know which stack is in use, and would take a jump for an end of its frames. Without it a fiber
  // is left and entered again by jumps: swapcontext asks the system for the signal mask each time, which takes longer than a
  // kernel.
#if defined(__SANITIZE_ADDRESS__)
  static constexpr bool jumps = false;
  void enter(fiber& f) {
    void* own = nullptr;
    __sanitizer_start_switch_fiber(&own, f.stack.get(), stack_bytes);
    swapcontext(&scheduler_, &f.context);
    __sanitizer_finish_switch_fiber(own, nullptr, nullptr);
  }
  void leave(fiber& f, bool for_good) {
    __sanitizer_start_switch_fiber(for_good ? nullptr : &f.fake_stack, scheduler_stack_, scheduler_bytes_);
    swapcontext(&f.context, &scheduler_);
  }
#else
  static constexpr bool jumps = true;
  void enter(fiber& f) {
    if (_setjmp(scheduler_place_) != 0) return;
    if (std::exchange(f.entered, true)) _longjmp(f.place, 1);
    setcontext(&f.context);
  }
  void leave(fiber& f, bool) {
    if (_setjmp(f.place) == 0) _longjmp(scheduler_place_, 1);
  }
#endif
  void arrived([[maybe_unused]] void* fake_stack) {
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(fake_stack, &scheduler_stack_, &scheduler_bytes_);
#endif
  }

  std::vector<std::unique_ptr<fiber>> threads_;
  std::vector<float> shared_;
  std::function<void()> const* body_ = nullptr;
  unsigned running_ = 0;
  [[maybe_unused]] ucontext_t scheduler_;
  jmp_buf scheduler_place_;
  [[maybe_unused]] void const* scheduler_stack_ = nullptr;
  [[maybe_unused]] std::size_t scheduler_bytes_ = 0;
};

}  // namespace cuda_emulation
