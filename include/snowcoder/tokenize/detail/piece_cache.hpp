// SPDX-License-Identifier: Apache-2.0
// Remembers the ids of ASCII words, keyed by their bytes inside the slot: code repeats itself, and nearly all its words have
// 16 bytes or fewer and five pieces or fewer. Fixed size, one slot a hash, no effect on results.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace snowcoder::tokenize::detail {

/// The bytes of a word as numbers, zeros behind its end: words have no byte 0, so equal keys are equal words.
struct sixteen_bytes {
  std::uint64_t low = 0, high = 0;
  friend bool operator==(sixteen_bytes const&, sixteen_bytes const&) = default;
};

/// The first n of 16 bytes, n from 0 to 16.
struct leading_bytes {
  sixteen_bytes of[17];
  constexpr leading_bytes() : of() {
    for (int n = 0; n <= 16; ++n) of[n] = {ones(n), ones(n - 8)};
  }
  static constexpr std::uint64_t ones(int bytes) {
    return bytes <= 0 ? 0 : bytes >= 8 ? ~std::uint64_t(0) : (std::uint64_t(1) << (8 * bytes)) - 1;
  }
};
inline constexpr leading_bytes leading;

class piece_cache {
 public:
  static constexpr std::size_t longest_short = 16, longest_long = 32;
  static constexpr int most_short = 5, most_long = 7;

  struct short_slot {
    sixteen_bytes key;
    std::int32_t ids[most_short];
    std::uint32_t count = 0;
  };
  struct long_slot {
    sixteen_bytes front, back;
    std::int32_t ids[most_long];
    std::uint32_t count = 0;
  };
  static_assert(sizeof(short_slot) == 40 && sizeof(long_slot) == 64);

  /// Short slots: 2 to the power of `short_bits`, and as many long ones as `long_bits` says.
  explicit piece_cache(int short_bits = 16, int long_bits = 13)
      : short_shift_(64 - short_bits),
        long_shift_(64 - long_bits),
        short_(single + (std::size_t(1) << short_bits)),
        long_(std::size_t(1) << long_bits) {}

  /// The key of the first `size` bytes at `text`, at most 16; 16 bytes are read.
  static sixteen_bytes key_of(char const* text, std::size_t size) {
    sixteen_bytes k;
    std::memcpy(&k, text, 16);
    k.low &= leading.of[size].low;
    k.high &= leading.of[size].high;
    return k;
  }
  /// Single bytes, among them all punctuation, have places of their own.
  std::uint32_t short_place(sixteen_bytes k, std::size_t size) const {
    auto const hashed = single + (mixed(k) >> short_shift_);
    return std::uint32_t(size == 1 ? k.low : hashed);
  }
  std::uint32_t long_place(sixteen_bytes front, sixteen_bytes back) const {
    return std::uint32_t((mixed(front) ^ mixed({back.high, back.low})) >> long_shift_);
  }

  /// Asks for a slot that will be read soon.
  void expect(std::uint32_t short_place) const { __builtin_prefetch(&short_[short_place]); }

  short_slot& short_at(std::uint32_t place) { return short_[place]; }
  long_slot& long_at(std::uint32_t place) { return long_[place]; }
  std::size_t bytes() const { return short_.size() * sizeof(short_slot) + long_.size() * sizeof(long_slot); }

 private:
  static constexpr std::size_t single = 128;
  static std::uint64_t mixed(sixteen_bytes k) {
    auto const h = (k.low ^ (k.low >> 29)) * 0x9e3779b97f4a7c15ULL + (k.high ^ (k.high >> 31)) * 0xc2b2ae3d27d4eb4fULL;
    return h ^ (h << 32);
  }

  int short_shift_, long_shift_;
  std::vector<short_slot> short_;
  std::vector<long_slot> long_;
};

/// Things for as many threads as ask at one time: taken from the pool, or copied from its pattern, and given back.
template <class T>
class lending_pool {
 public:
  explicit lending_pool(T pattern) : pattern_(std::move(pattern)) {}

  class lease {
   public:
    explicit lease(lending_pool& pool) : pool_(pool), item_(pool.take()) {}
    lease(lease const&) = delete;
    lease& operator=(lease const&) = delete;
    ~lease() {
      std::lock_guard lock(pool_.mutex_);
      pool_.idle_.push_back(std::move(item_));
    }
    T& operator*() const { return *item_; }

   private:
    lending_pool& pool_;
    std::unique_ptr<T> item_;
  };

 private:
  std::unique_ptr<T> take() {
    {
      std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        auto item = std::move(idle_.back());
        idle_.pop_back();
        return item;
      }
    }
    return std::make_unique<T>(pattern_);
  }
  T const pattern_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<T>> idle_;
};

}  // namespace snowcoder::tokenize::detail
