// SPDX-License-Identifier: Apache-2.0
// Units are read in threads of their own, several at once, while what came before is judged; what they hold is handed over
// in the order of the units, whoever was faster. Memory is bounded: readers wait when too much lies unjudged, all but the one
// whose turn it is.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/corpus/read_unit.hpp>

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

namespace snowcoder::pipeline {

/// The licence of a repository, found in one of its files.
struct found_licence {
  std::string repository, licence;
};
using read_item = std::variant<corpus::source_file, corpus::ingest_refusal, found_licence>;

inline std::int64_t held_bytes(read_item const& item) {
  auto const* file = std::get_if<corpus::source_file>(&item);
  return std::int64_t(sizeof item + (file ? file->text.size() : 64));
}

class read_ahead {
 public:
  /// `read`: streams one unit into a receiver (corpus::read_unit, with its settings). `most_bytes`: of texts that wait.
  using reader = std::function<expected<void>(corpus::unit const&, corpus::receiver const&)>;
  read_ahead(std::vector<corpus::unit> const& units, reader read, int lanes, std::int64_t most_bytes)
      : units_(units),
        read_(std::move(read)),
        most_bytes_(most_bytes),
        piece_bytes_(std::max<std::int64_t>(most_bytes / 8, 1)) {
    slots_.resize(units.size());
    for (int i = 0; i < std::min(std::max(lanes, 1), int(std::min<std::size_t>(units.size(), 1024))); ++i)
      lanes_.emplace_back([this](std::stop_token stop) { run(stop); });
  }
  read_ahead(read_ahead const&) = delete;
  read_ahead& operator=(read_ahead const&) = delete;
  ~read_ahead() {
    for (auto& lane : lanes_) lane.request_stop();
    changed_.notify_all();
  }

  /// The next few items, in order; false at the end.
  expected<bool> next(std::vector<read_item>& piece) {
    std::unique_lock lock(mutex_);
    for (; turn_ < slots_.size(); ++turn_, changed_.notify_all()) {
      auto& slot = slots_[turn_];
      changed_.wait(lock, [&] { return slot.done || !slot.pieces.empty(); });
      if (!slot.pieces.empty()) {
        piece = std::move(slot.pieces.front());
        slot.pieces.erase(slot.pieces.begin());
        for (auto const& item : piece) held_ -= held_bytes(item);
        changed_.notify_all();
        return true;
      }
      if (!slot.end) return failure(slot.end.error());
    }
    return false;
  }
  /// Which of the units the last items came from.
  std::size_t unit() const { return turn_; }

 private:
  struct slot {
    std::vector<std::vector<read_item>> pieces;
    expected<void> end;
    bool done = false;
  };

  void run(std::stop_token const& stop) {
    while (!stop.stop_requested()) {
      std::size_t number = 0;
      {
        std::lock_guard lock(mutex_);
        if (started_ == units_.size()) return;
        number = started_++;
      }
      std::vector<read_item> piece;
      std::int64_t bytes = 0;
      auto const hand_over = [&]() -> expected<void> {
        std::unique_lock lock(mutex_);
        auto& pieces = slots_[number].pieces;
        bool const room =
            changed_.wait(lock, stop, [&] { return held_ + bytes <= most_bytes_ || (number == turn_ && pieces.empty()); });
        if (!room) return failure("reading was stopped");
        held_ += bytes;
        pieces.push_back(std::exchange(piece, {}));
        bytes = 0;
        changed_.notify_all();
        return {};
      };
      auto const hold = [&](read_item&& item) -> expected<void> {
        bytes += held_bytes(item);
        piece.push_back(std::move(item));
        return bytes < piece_bytes_ ? expected<void>{} : hand_over();
      };
      corpus::receiver const to{[&](corpus::source_file&& f) { return hold(std::move(f)); },
                                [&](corpus::ingest_refusal&& r) { return hold(std::move(r)); },
                                [&](std::string const& repository, std::string licence) {
                                  bytes += 64;
                                  piece.push_back(found_licence{repository, std::move(licence)});
                                }};
      expected<void> end;
      try {
        end = read_(units_[number], to);
        if (end && !piece.empty()) end = hand_over();
      } catch (std::exception const& e) {  // no memory, say; thrown out of a thread it would end the program
        end = failure(e.what(), units_[number].path.string());
      }
      std::lock_guard lock(mutex_);
      slots_[number].end = std::move(end);
      slots_[number].done = true;
      changed_.notify_all();
    }
  }

  std::vector<corpus::unit> const& units_;
  reader const read_;
  std::int64_t const most_bytes_, piece_bytes_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<slot> slots_;
  std::size_t started_ = 0, turn_ = 0;
  std::int64_t held_ = 0;
  std::vector<std::jthread> lanes_;  // last: joined before the rest goes
};

}  // namespace snowcoder::pipeline
