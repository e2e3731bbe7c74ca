// SPDX-License-Identifier: Apache-2.0
// Near-duplicate and contamination settings. The paper names both steps without a number; the defaults are StarCoder2's
// (arXiv 2402.19173 section 2.1).
#pragma once

#include <snowcoder/config/broken.hpp>
#include <snowcoder/core/field_list.hpp>

#include <cstdint>

namespace snowcoder::config {

/// What a shingle is a run of: words (core/words.hpp), or code points as they stand.
enum class shingle_unit : std::uint8_t { words, characters };
inline constexpr int longest_shingle = 256;

/// MinHash over shingles, bands x rows, every candidate pair verified by the Jaccard index of its shingle sets.
struct near_duplicate {
  shingle_unit unit = shingle_unit::words;
  int shingle = 5;        ///< units in a shingle
  int minimum_words = 5;  ///< documents of fewer units take part in exact deduplication only
  int bands = 25;
  int rows = 10;
  double similarity = 0.7;  ///< pairs below this true Jaccard index are not duplicates
  int reach = 1024;         ///< how far back among the documents that share a band one is compared (dedup/near.hpp)
  std::uint64_t seed = 42;

  constexpr int permutations() const { return bands * rows; }

  static constexpr auto fields() {
    using s = near_duplicate;
    return std::tuple{field{"unit", &s::unit, origin::ours},
                      field{"shingle", &s::shingle, origin::ours},
                      field{"minimum_words", &s::minimum_words, origin::ours},
                      field{"bands", &s::bands, origin::ours},
                      field{"rows", &s::rows, origin::ours},
                      field{"similarity", &s::similarity, origin::ours},
                      field{"reach", &s::reach, origin::ours},
                      field{"seed", &s::seed, origin::ours}};
  }
  friend constexpr bool operator==(near_duplicate const&, near_duplicate const&) = default;
};

consteval near_duplicate checked(near_duplicate s) {
  if (s.bands < 1 || s.rows < 1 || s.shingle < 1) broken::bands_and_rows_must_be_positive();
  if (s.shingle > longest_shingle) broken::shingle_must_not_be_longer_than_256();
  if (!(s.similarity > 0 && s.similarity <= 1)) broken::similarity_must_be_a_share();
  if (s.reach < 1) broken::sizes_must_be_positive();
  if (s.minimum_words < 0) broken::counts_must_not_be_negative();
  return s;
}

/// Drop a document that shares a run of words, or a whitespace-free stretch of text, with a benchmark.
struct decontamination {
  int words = 10;               ///< words in a shared run (DeepSeek-Coder's 10-gram)
  int minimum_characters = 40;  ///< shorter strings, without white space, are no evidence; a run of words needs half of it

  static constexpr auto fields() {
    using s = decontamination;
    return std::tuple{field{"words", &s::words, origin::ours},
                      field{"minimum_characters", &s::minimum_characters, origin::ours}};
  }
  friend constexpr bool operator==(decontamination const&, decontamination const&) = default;
};

consteval decontamination checked(decontamination s) {
  if (s.words < 1 || s.minimum_characters < 1) broken::sizes_must_be_positive();
  return s;
}

}  // namespace snowcoder::config
