// SPDX-License-Identifier: Apache-2.0
// Fill-in-the-middle (an option; the paper evaluates no infilling): a document cut at two places and written as prefix,
// suffix, middle, so that a causal model learns to fill a gap.
#pragma once

#include <snowcoder/config/vocabulary.hpp>
#include <snowcoder/core/hash.hpp>
#include <snowcoder/core/philox.hpp>
#include <snowcoder/record/token_run.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::tokenize {

/// Anything that turns text into ids.
template <class T>
concept encoder_of_text = requires(T const& t, std::string_view text, std::vector<token_id>& ids) {
  t.encode(text, ids);
};

/// Is the document of that id rearranged? True for about `rate` of all documents, always the same ones for a seed.
inline bool fills_in_middle(std::string_view document, double rate, std::uint64_t seed) {
  return draws("fill in the middle", seed).uniform(hash64(document)) < rate;
}

/// <fim_prefix>prefix<fim_suffix>suffix<fim_middle>middle, cut between characters at two places drawn for the document.
template <encoder_of_text Tokenizer>
void encode_with_gap(Tokenizer const& tokenizer, std::string_view document, std::string_view text, std::uint64_t seed,
                     std::vector<token_id>& ids) {
  auto const cut = [&](std::uint64_t which) {
    auto at = std::size_t(draws("gap in the middle", seed).below(text.size() + 1, hash64(document), which));
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) ++at;
    return at;
  };
  auto const [first, second] = std::minmax({cut(0), cut(1)});
  ids.push_back(config::sentinel_id("<fim_prefix>"));
  tokenizer.encode(text.substr(0, first), ids);
  ids.push_back(config::sentinel_id("<fim_suffix>"));
  tokenizer.encode(text.substr(second), ids);
  ids.push_back(config::sentinel_id("<fim_middle>"));
  tokenizer.encode(text.substr(first, second - first), ids);
}

}  // namespace snowcoder::tokenize
