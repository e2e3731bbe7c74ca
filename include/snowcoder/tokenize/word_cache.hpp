// SPDX-License-Identifier: Apache-2.0
// Remembers the ids of recent words: code repeats itself, and most pieces are short. Fixed size, one slot per hash, no
// effect on results.
#pragma once

#include <snowcoder/core/hash.hpp>
#include <snowcoder/record/token_run.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::tokenize {

class word_cache {
 public:
  static constexpr std::size_t longest = 30, most_ids = 8;

  word_cache() : slots_(std::size_t(1) << 15) {}

  /// Appends the ids of `word` if they are known.
  bool find(std::string_view word, std::vector<token_id>& ids) const {
    if (word.size() > longest) return false;
    auto const& s = slots_[place(word)];
    if (std::string_view(s.text, s.length) != word || !s.count) return false;
    ids.insert(ids.end(), s.ids, s.ids + s.count);
    return true;
  }
  void keep(std::string_view word, token_id const* ids, std::size_t count) {
    if (word.size() > longest || count > most_ids) return;
    auto& s = slots_[place(word)];
    std::memcpy(s.text, word.data(), word.size());
    s.length = static_cast<unsigned char>(word.size());
    s.count = static_cast<unsigned char>(count);
    std::copy(ids, ids + count, s.ids);
  }

 private:
  struct slot {
    char text[longest];
    unsigned char length = 0, count = 0;
    token_id ids[most_ids];
  };
  std::size_t place(std::string_view word) const { return std::size_t(hash64(word)) & (slots_.size() - 1); }
  std::vector<slot> slots_;
};

/// Caches for as many threads as ask at one time; a thread returns its cache by letting go of it.
class word_cache_pool {
 public:
  class lease {
   public:
    explicit lease(word_cache_pool& pool) : pool_(pool), cache_(pool.take()) {}
    lease(lease const&) = delete;
    lease& operator=(lease const&) = delete;
    ~lease() {
      std::lock_guard lock(pool_.mutex_);
      pool_.idle_.push_back(std::move(cache_));
    }
    word_cache& operator*() const { return *cache_; }

   private:
    word_cache_pool& pool_;
    std::unique_ptr<word_cache> cache_;
  };

 private:
  std::unique_ptr<word_cache> take() {
    {
      std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        auto cache = std::move(idle_.back());
        idle_.pop_back();
        return cache;
      }
    }
    return std::make_unique<word_cache>();
  }
  std::mutex mutex_;
  std::vector<std::unique_ptr<word_cache>> idle_;
};

}  // namespace snowcoder::tokenize
