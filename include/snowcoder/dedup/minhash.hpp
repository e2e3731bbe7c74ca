// SPDX-License-Identifier: Apache-2.0
// MinHash signatures cut into bands (Broder 1997; Indyk and Motwani 1998): two sets with Jaccard index s share a band with
// probability 1 - (1 - s^rows)^bands. Bands, rows and seed are the recipe's, so their loops have constant lengths.
#pragma once

#include <snowcoder/config/near_duplicate.hpp>
#include <snowcoder/core/hash.hpp>
#include <snowcoder/core/philox.hpp>
#include <snowcoder/dedup/shingle.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <string_view>

namespace snowcoder::dedup {

/// Anything that names near-duplicate settings: a recipe, or a type of two lines.
template <class R>
concept compares_documents = requires {
  { R::near_duplicates } -> std::convertible_to<config::near_duplicate>;
};

/// Probability that two sets with Jaccard index `similarity` share a band.
constexpr double hit_probability(double similarity, int bands, int rows) {
  double band = 1;
  for (int i = 0; i < rows; ++i) band *= similarity;
  double miss = 1;
  for (int i = 0; i < bands; ++i) miss *= 1 - band;
  return 1 - miss;
}

template <compares_documents R>
struct minhash {
  static constexpr config::near_duplicate settings = R::near_duplicates;
  static constexpr std::size_t permutations = std::size_t(settings.permutations());
  using signature = std::array<std::uint32_t, permutations>;
  using band_keys = std::array<std::uint64_t, std::size_t(settings.bands)>;

  /// Per permutation the smallest value of (a x + b) >> 32 over the set, x the upper half of a shingle's hash
  /// (multiply-shift, universal for 32-bit x).
  static signature sign(shingle_set const& set) {
    signature s;
    s.fill(~0u);
    for (auto const shingle : set) {
      auto const x = shingle >> 32;
      for (std::size_t i = 0; i < permutations; ++i) s[i] = std::min(s[i], std::uint32_t((table.a[i] * x + table.b[i]) >> 32));
    }
    return s;
  }
  /// One key per band; two documents are candidates when they share a key of the same band.
  static band_keys keys(signature const& s) {
    band_keys keys;
    constexpr auto bytes = std::size_t(settings.rows) * sizeof(std::uint32_t);
    for (std::size_t band = 0; band < keys.size(); ++band)
      keys[band] = hash64({reinterpret_cast<char const*>(s.data()) + band * bytes, bytes}, band);
    return keys;
  }
  static band_keys keys(shingle_set const& set) { return keys(sign(set)); }

 private:
  struct coefficients {
    std::array<std::uint64_t, permutations> a{}, b{};
  };
  static coefficients make_table() {
    coefficients t;
    draws const source("minhash", settings.seed);
    for (std::size_t i = 0; i < permutations; ++i) {
      t.a[i] = source(i, 0) | 1;
      t.b[i] = source(i, 1);
    }
    return t;
  }
  inline static coefficients const table = make_table();
};

}  // namespace snowcoder::dedup
