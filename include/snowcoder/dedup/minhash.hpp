// SPDX-License-Identifier: Apache-2.0
// MinHash signatures cut into bands (Broder 1997; Indyk and Motwani 1998): two sets with Jaccard index s share a band with
// probability 1 - (1 - s^rows)^bands. Bands, rows and seed are the recipe's, so their loops have constant lengths.
//
// Every value of a signature is the smallest under a permutation of its own. One pass with bins (one-permutation hashing,
// densified or not) would cost less per shingle, but draws without replacement: files of a hundred shingles would share bands
// less often than the formula says. Sixteen permutations at once cost less than cutting the words.
#pragma once

#include <snowcoder/config/near_duplicate.hpp>
#include <snowcoder/core/hash.hpp>
#include <snowcoder/core/philox.hpp>
#include <snowcoder/dedup/hit_probability.hpp>
#include <snowcoder/dedup/minima.hpp>
#include <snowcoder/dedup/shingle.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <span>
#include <string_view>

namespace snowcoder::dedup {

/// Anything that names near-duplicate settings: a recipe, or a type of two lines.
template <class R>
concept compares_documents = requires {
  { R::near_duplicates } -> std::convertible_to<config::near_duplicate>;
};

template <compares_documents R>
struct minhash {
  static constexpr config::near_duplicate settings = config::checked(R::near_duplicates);
  static constexpr std::size_t permutations = std::size_t(settings.permutations());
  using signature = minima<permutations>;  // the first `permutations` values
  using band_keys = std::array<std::uint64_t, std::size_t(settings.bands)>;

  /// Per permutation the smallest value over a set of shingles; repeats change nothing.
  static signature sign(std::span<std::uint64_t const> shingles) {
    signature s;
    for (; shingles.size() > run_hasher::block; shingles = shingles.subspan(run_hasher::block))
      lower(s, shingles.first(run_hasher::block));
    lower(s, shingles);
    return s;
  }
  /// Of a text; `units` is set to the number of its words (or characters).
  static signature sign(std::string_view text, std::int64_t& units) {
    signature s;
    units = for_each_shingle_block(text, settings.shingle, settings.unit, [&](auto runs) { lower(s, runs); });
    return s;
  }
  /// One key per band; two documents are candidates when they share a key. The number of the band is part of the key.
  static band_keys keys(signature const& s) {
    band_keys keys;
    constexpr auto bytes = std::size_t(settings.rows) * sizeof(std::uint32_t);
    for (std::size_t band = 0; band < keys.size(); ++band)
      keys[band] = hash64({reinterpret_cast<char const*>(s.value.data()) + band * bytes, bytes}, band);
    return keys;
  }
  static band_keys keys(std::span<std::uint64_t const> shingles) { return keys(sign(shingles)); }
  static band_keys keys(std::string_view text, std::int64_t& units) { return keys(sign(text, units)); }
  /// x -> a x + b, per value of a signature.
  static permutation_table<permutations> const& permutation_values() { return table; }

 private:
  using table_type = permutation_table<permutations>;
  static table_type make_table() {
    table_type t;
    draws const source("minhash", settings.seed);
    for (std::size_t i = 0; i < t.lanes; ++i) {
      t.a[i] = std::uint32_t(source(i, 0)) | 1;
      t.b[i] = std::uint32_t(source(i, 1));
    }
    return t;
  }
  inline static table_type const table = make_table();

  static void lower(signature& s, std::span<std::uint64_t const> shingles) {
    std::array<std::uint32_t, run_hasher::block + std::size_t(config::longest_shingle)> x;
    for (std::size_t i = 0; i < shingles.size(); ++i) x[i] = std::uint32_t(shingles[i] >> 32);
    lower_minima(s, table, std::span<std::uint32_t const>(x.data(), shingles.size()));
  }
};

}  // namespace snowcoder::dedup
