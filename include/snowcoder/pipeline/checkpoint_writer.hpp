// SPDX-License-Identifier: Apache-2.0
// Checkpoints that training does not wait for: the state is copied on the host, and a thread writes the copy while the next
// steps run. A checkpoint is seen whole or not at all, as before; a kill while it is written leaves the one before it.
#pragma once

#include <snowcoder/core/contract.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/core/processors.hpp>
#include <snowcoder/io/checkpoint_file.hpp>
#include <snowcoder/parallel/communicator.hpp>
#include <snowcoder/pipeline/training_checkpoint.hpp>

#include <cstddef>
#include <filesystem>
#include <thread>
#include <utility>

namespace snowcoder::pipeline {

/// At most one checkpoint is under way: the next waits for it. Its copy takes as much memory as the state.
template <config::recipe R, class Backend, class Moment>
class checkpoint_writer {
 public:
  using state_type = train::state<R, Backend, Moment>;

  /// `kept`: step checkpoints that stay. `waits`: write from the state itself and return when it is done; no copy.
  checkpoint_writer(Backend& device, std::size_t kept, bool waits) : device_(device), kept_(kept), waits_(waits) {
    require(kept >= 1, "checkpoint_writer: at least one checkpoint stays");
  }
  checkpoint_writer(checkpoint_writer const&) = delete;
  checkpoint_writer& operator=(checkpoint_writer const&) = delete;

  /// Begins to write the folder `path`. An error is that of the checkpoint before; what this one has to say, the next call or
  /// finish() says. Every rank calls this; rank 0 writes, and needs the copy where the others own moments.
  template <parallel::communicator Ranks>
  expected<void> write(std::filesystem::path const& path, state_type const& s, Ranks& ranks, io::json const& settings) {
    SNOWCODER_CHECK(finish());
    if (waits_ && ranks.size() == 1) return retire(path, save<R>(path, device_, s, settings));
    take(copy_, device_, s, ranks);
    if (ranks.rank() != 0) return {};
    if (waits_) return retire(path, save<R>(path, std::exchange(copy_, {}), settings));
    writing_ = std::jthread([this, path, settings] {
      keep_this_thread_on(allowed_processors());  // training's threads may be pinned; this one runs where there is room
      try {
        result_ = retire(path, save<R>(path, copy_, settings));
      } catch (std::exception const& e) {
        result_ = failure(std::string("checkpoint not written: ") + e.what(), path.string(), "free some memory");
      }
    });
    return {};
  }

  /// Waits for the checkpoint that is under way; its error, told once.
  expected<void> finish() {
    if (writing_.joinable()) writing_.join();
    return std::exchange(result_, expected<void>());
  }

 private:
  /// With a new checkpoint on disk, those before the last few go.
  expected<void> retire(std::filesystem::path const& path, expected<void> saved) const {
    if (saved) io::retain_checkpoints(path.parent_path(), kept_);
    return saved;
  }

  Backend& device_;
  std::size_t kept_;
  bool waits_;
  snapshot<Backend, Moment> copy_;
  expected<void> result_;
  std::jthread writing_;  // last: ends before what it reads
};

}  // namespace snowcoder::pipeline
