// SPDX-License-Identifier: Apache-2.0
// Fill-in-the-middle (an option; the paper evaluates no infilling): a document is cut between characters at two places and
// its parts change places, so that a causal model learns to fill a gap. Whole documents, before they are packed; the parts
// are encoded one by one. Forms and the even mix of both: Bavarian et al. 2022 (arXiv 2207.14255; "SPM, variant 2" of its
// appendix), as StarCoder was trained.
#pragma once

#include <snowcoder/config/vocabulary.hpp>
#include <snowcoder/core/hash.hpp>
#include <snowcoder/core/philox.hpp>
#include <snowcoder/record/token_id.hpp>

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

/// As it stands; <fim_prefix>prefix<fim_suffix>suffix<fim_middle>middle; <fim_prefix><fim_suffix>suffix<fim_middle>prefix
/// middle.
enum class middle_form : std::uint8_t { none, prefix_suffix_middle, suffix_prefix_middle };

inline constexpr int middle_sentinels = 3;  ///< ids that either form adds

/// The form of a document, drawn by the hash of its id: rearranged with probability `rate`, then suffix first with
/// probability `suffix_first`. Always the same one for a seed.
inline middle_form form_of(hash128 document, double rate, double suffix_first, std::uint64_t seed) {
  if (rate <= 0 || draws("fill in the middle", seed).uniform(document.high) >= rate) return middle_form::none;
  return draws("suffix before prefix", seed).uniform(document.high) < suffix_first ? middle_form::suffix_prefix_middle
                                                                                   : middle_form::prefix_suffix_middle;
}

namespace detail {
inline bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

/// The byte at which character `number` begins; the size of the text if it has no more.
inline std::size_t byte_of_character(std::string_view text, std::uint64_t number) {
  if (number == 0) return 0;
  for (std::size_t at = 1; at < text.size(); ++at)
    if (begins_character(text[at]) && --number == 0) return at;
  return text.size();
}
}  // namespace detail

/// The two cuts of a document: each of the n + 1 places before, between and after its n characters (code points) is equally
/// likely, the two are independent, and the smaller comes first. A part may be empty.
inline std::pair<std::size_t, std::size_t> cuts_of(hash128 document, std::string_view text, std::uint64_t seed) {
  if (text.empty()) return {0, 0};
  auto const characters = 1 + std::uint64_t(std::count_if(text.begin() + 1, text.end(), detail::begins_character));
  draws const source("gap in the middle", seed);
  auto const [first, second] =
      std::minmax({source.below(characters + 1, document.high, 0), source.below(characters + 1, document.high, 1)});
  return {detail::byte_of_character(text, first), detail::byte_of_character(text, second)};
}

/// Appends a document in a form that is not `none`. An encoder may have cuts of its own (tokenize/notebook.hpp).
template <encoder_of_text Tokenizer>
void encode_with_gap(Tokenizer const& tokenizer, middle_form form, hash128 document, std::string_view text, std::uint64_t seed,
                     std::vector<token_id>& ids) {
  auto [first, second] = cuts_of(document, text, seed);
  if constexpr (requires { tokenizer.allowed_cut(text, first); })
    first = tokenizer.allowed_cut(text, first), second = tokenizer.allowed_cut(text, second);
  auto const prefix = text.substr(0, first), middle = text.substr(first, second - first), suffix = text.substr(second);
  ids.push_back(config::sentinel_id("<fim_prefix>"));
  if (form == middle_form::prefix_suffix_middle) tokenizer.encode(prefix, ids);
  ids.push_back(config::sentinel_id("<fim_suffix>"));
  tokenizer.encode(suffix, ids);
  ids.push_back(config::sentinel_id("<fim_middle>"));
  if (form == middle_form::suffix_prefix_middle) tokenizer.encode(prefix, ids);
  tokenizer.encode(middle, ids);
}

}  // namespace snowcoder::tokenize
