// SPDX-License-Identifier: Apache-2.0
// Near-duplicate settings that the field uses, by the name of who uses them. Shapes, shingles and thresholds are theirs; what
// is ours for all of them: words are lower-cased runs of [A-Za-z0-9_], and every pair is verified, also where the original
// trusts its bands. Where it names no threshold, the knee of its bands is taken.
//
//   struct my_recipe : … { static constexpr auto near_duplicates = config::near_duplicate_presets::bigcode; };
#pragma once

#include <snowcoder/config/near_duplicate.hpp>

namespace snowcoder::config::near_duplicate_presets {

/// BigCode's pipeline for The Stack v2 and v3 (arXiv 2402.19173): optimal bands of 250 permutations for 0.7.
inline constexpr auto bigcode = checked(near_duplicate{.bands = 25, .rows = 10, .similarity = 0.7});
/// The Stack v1 (arXiv 2211.15533): sets of words, Jaccard 0.85, ten words at least; the optimal bands of 256 permutations.
inline constexpr auto stack_v1 =
    checked(near_duplicate{.shingle = 1, .minimum_words = 10, .bands = 13, .rows = 19, .similarity = 0.85});
/// FineWeb's, the defaults of datatrove: no threshold of its own.
inline constexpr auto datatrove = checked(near_duplicate{.bands = 14, .rows = 8, .similarity = 0.72, .seed = 1});
/// The defaults of NeMo Curator: 24 characters. No threshold of its own.
inline constexpr auto nemo_curator = checked(near_duplicate{
    .unit = shingle_unit::characters, .shingle = 24, .minimum_words = 24, .bands = 20, .rows = 13, .similarity = 0.79});
/// The published run of data-juicer.
inline constexpr auto data_juicer = checked(near_duplicate{.bands = 32, .rows = 8, .similarity = 0.7});
/// The README of text-dedup: optimal bands of 240 permutations for 0.7.
inline constexpr auto text_dedup = checked(near_duplicate{.bands = 24, .rows = 10, .similarity = 0.7});
/// OpenCoder (arXiv 2411.04905): 2,048 values, and hardly anything but copies. No threshold of its own.
inline constexpr auto opencoder = checked(near_duplicate{.bands = 16, .rows = 128, .similarity = 0.98});
/// rensa's benchmark: 128 permutations, 8 bands. At 0.9 it finds four pairs of five.
inline constexpr auto rensa = checked(near_duplicate{.minimum_words = 1, .bands = 8, .rows = 16, .similarity = 0.8});
/// The same 128 permutations cut for pairs that are verified anyway: of pairs at 0.9 it misses one in ten thousand.
inline constexpr auto verified_128 = checked(near_duplicate{.bands = 16, .rows = 8, .similarity = 0.8});

}  // namespace snowcoder::config::near_duplicate_presets
