// SPDX-License-Identifier: Apache-2.0
// What one thread needs while it encodes: a word cache and room for long words. Kept and handed out again, so that encoding
// allocates nothing once it runs.
#pragma once

#include <snowcoder/core/release.hpp>
#include <snowcoder/tokenize/merge_long_word.hpp>
#include <snowcoder/tokenize/word_cache.hpp>

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace snowcoder::tokenize::detail {

struct byte_pair_space {
  byte_pair_space(std::size_t cache_bytes, bool narrow_ids) : cache(cache_bytes, narrow_ids) {}

  word_cache cache;
  long_word_merger merger;
  std::vector<token_id> long_ids;
  std::string composed;  ///< text in normal form

  /// Lets go of what a giant word or document has taken.
  void trim() {
    constexpr std::size_t kept = std::size_t(1) << 20;
    if (long_ids.capacity() > kept || merger.bytes() > 32 * kept) release(long_ids), merger = {};
    if (composed.capacity() > 16 * kept) release(composed);
  }
};

/// As many spaces as threads encode at one time; a thread returns its own by letting go of it.
class byte_pair_spaces {
 public:
  class lease {
   public:
    lease(byte_pair_spaces& all, auto const& make) : all_(all), space_(all.take()) {
      if (!space_) space_ = make();
    }
    lease(lease const&) = delete;
    lease& operator=(lease const&) = delete;
    ~lease() {
      space_->trim();
      std::lock_guard lock(all_.mutex_);
      all_.idle_.push_back(std::move(space_));
    }
    byte_pair_space& operator*() const { return *space_; }
    byte_pair_space* operator->() const { return space_.get(); }

   private:
    byte_pair_spaces& all_;
    std::unique_ptr<byte_pair_space> space_;
  };

  /// Forgets every idle cache.
  void clear() {
    std::lock_guard lock(mutex_);
    idle_.clear();
  }

 private:
  std::unique_ptr<byte_pair_space> take() {
    std::lock_guard lock(mutex_);
    if (idle_.empty()) return nullptr;
    auto space = std::move(idle_.back());
    idle_.pop_back();
    return space;
  }
  std::mutex mutex_;
  std::vector<std::unique_ptr<byte_pair_space>> idle_;
};

}  // namespace snowcoder::tokenize::detail
