// SPDX-License-Identifier: Apache-2.0
// Many shards through all threads at once. Every thread takes a shard of its own while there are any; then it joins others
// at theirs. A shard is read and its results are taken in order, one thread at a time; between the two each block is worked
// on alone. So what is made of a shard cannot depend on threads, and neither few large shards nor many small ones leave a
// thread idle. Memory: two blocks a thread and what was made of them.
#pragma once

#include <snowcoder/core/error.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/core/thread_pool.hpp>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace snowcoder::pipeline {

/// What is done with one shard. read() fills a block (one that was used before, or a fresh one), false at the end; work() may
/// run on any thread, for several blocks at a time; take() gets the results in the order of the blocks; finish() is called
/// after the last one.
template <class J>
concept shard_job = requires(J& j, J const& work, typename J::block& b, typename J::result r) {
  {j.read(b)};
  {work.work(b)};
  {j.take(std::move(r))};
  {j.finish()};
};

template <shard_job Job>
class shard_lanes {
 public:
  /// Runs jobs 0 … count - 1; open(i) -> expected<std::unique_ptr<Job>>, null for one that is done already. The first error
  /// ends the run.
  template <class Open>
  static expected<void> run(thread_pool& pool, std::size_t count, Open const& open) {
    shard_lanes lanes(count, std::size_t(pool.threads()));
    pool.for_each_index(pool.threads(), [&](std::int64_t) {
      try {
        lanes.help(open);
      } catch (...) {
        lanes.stop();
        throw;
      }
    });
    if (lanes.error_) return failure(std::move(*lanes.error_));
    return {};
  }

 private:
  struct lane {
    std::unique_ptr<Job> job;
    std::mutex mutex;
    std::condition_variable moved;
    std::uint64_t begun = 0, taken = 0;
    std::map<std::uint64_t, typename Job::result> waiting;
    int helpers = 0;     // guarded by the mutex of all
    bool ended = false;  // nothing left to read
  };
  shard_lanes(std::size_t count, std::size_t threads) : count_(count), threads_(threads) {}

  template <class Open>
  void help(Open const& open) {
    for (;;) {
      std::shared_ptr<lane> here;
      std::optional<std::size_t> mine;
      {
        std::lock_guard lock(mutex_);
        if (stopped_) return;
        if (next_ < count_)
          mine = next_++;
        else
          for (auto const& l : lanes_)
            if (!here || l->helpers < here->helpers) here = l;
        if (here) ++here->helpers;
      }
      if (mine) {
        auto job = open(*mine);
        if (!job) return stop(std::move(job).error());
        if (!*job) continue;
        here = std::make_shared<lane>();
        here->job = std::move(*job);
        here->helpers = 1;
        std::lock_guard lock(mutex_);
        lanes_.push_back(here);
      }
      if (!here) return;
      if (auto done = walk(*here); !done) stop(std::move(done).error());
      std::lock_guard lock(mutex_);
      lanes_.remove(here);  // it has ended
    }
  }

  /// Works on blocks of a lane until none is left to read.
  expected<void> walk(lane& l) {
    for (typename Job::block block;;) {  // its memory is used again
      std::uint64_t number = 0;
      {
        std::unique_lock lock(l.mutex);
        l.moved.wait(lock, [&] { return l.ended || is_stopped() || l.begun - l.taken < 2 * threads_; });
        if (l.ended || is_stopped()) return {};
        SNOWCODER_TRY(bool const more, l.job->read(block));
        if (!more) {
          l.ended = true;
          l.moved.notify_all();
          return l.taken == l.begun ? l.job->finish() : expected<void>();
        }
        number = l.begun++;
      }
      auto result = l.job->work(block);
      std::lock_guard lock(l.mutex);
      l.waiting.emplace(number, std::move(result));
      for (auto first = l.waiting.begin(); first != l.waiting.end() && first->first == l.taken; first = l.waiting.begin()) {
        auto taken = std::move(first->second);
        l.waiting.erase(first);
        SNOWCODER_CHECK(l.job->take(std::move(taken)));
        ++l.taken;
      }
      l.moved.notify_all();
      if (l.ended && l.taken == l.begun) return l.job->finish();
    }
  }

  bool is_stopped() {
    std::lock_guard lock(mutex_);
    return stopped_;
  }
  void stop(std::optional<error> e = {}) {
    std::list<std::shared_ptr<lane>> all;
    {
      std::lock_guard lock(mutex_);
      stopped_ = true;
      if (!error_) error_ = std::move(e);
      all = lanes_;
    }
    for (auto const& l : all) {
      std::lock_guard lock(l->mutex);  // whoever is about to wait waits already, or sees it
      l->moved.notify_all();
    }
  }

  std::size_t const count_, threads_;
  std::mutex mutex_;
  std::size_t next_ = 0;
  std::list<std::shared_ptr<lane>> lanes_;
  bool stopped_ = false;
  std::optional<error> error_;
};

}  // namespace snowcoder::pipeline
