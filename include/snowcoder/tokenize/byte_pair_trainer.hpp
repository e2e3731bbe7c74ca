// SPDX-License-Identifier: Apache-2.0
// Trains a byte-level vocabulary (paper section 2: 64,000 ids): sentinels first, then the 256 bytes, then the most frequent
// adjacent pair again and again. The most frequent pair wins; among equals the one with the smaller left id, then the
// smaller right id. These are Hugging Face's rules, so the merges are the same ones (tokenizers 0.23, over 565 MB of code to
// 64,000 ids). One difference: a pair that spells a sentinel is not merged here, so that no text can become one; splitters
// that set letters and symbols apart leave no such pair.
#pragma once

#include <snowcoder/config/vocabulary.hpp>
#include <snowcoder/core/byte_alphabet.hpp>
#include <snowcoder/core/contract.hpp>
#include <snowcoder/core/progress.hpp>
#include <snowcoder/record/byte_pair_vocabulary.hpp>
#include <snowcoder/tokenize/counted_words.hpp>
#include <snowcoder/tokenize/pair_merger.hpp>
#include <snowcoder/tokenize/pre_split.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::tokenize {

/// The sentinels and the 256 bytes: what every vocabulary begins with.
inline byte_pair_vocabulary base_vocabulary(std::string_view splitter_name) {
  byte_pair_vocabulary v;
  v.splitter = splitter_name;
  for (auto text : config::sentinels) {
    v.sentinels.push_back(token_id(v.tokens.size()));
    v.tokens.emplace_back(text);
  }
  for (auto byte : bytes_by_symbol) v.tokens.emplace_back(1, char(byte));
  return v;
}

namespace detail {

/// Makes merges until the vocabulary has settings.size ids or no pair is left.
template <class Symbol>
void merge_pairs(byte_pair_vocabulary& v, counted_words words, config::vocabulary const& settings, progress& bar) {
  token_id byte_ids[256];
  for (std::size_t id = config::sentinels.size(); id < v.tokens.size(); ++id)
    byte_ids[static_cast<unsigned char>(v.tokens[id][0])] = token_id(id);
  pair_merger<Symbol> merger(std::move(words), byte_ids, std::size_t(settings.size), settings.minimum_frequency);
  while (int(v.tokens.size()) < settings.size) {
    auto const pair = merger.next();
    if (!pair) break;
    auto text = v.tokens[std::size_t(pair->first)] + v.tokens[std::size_t(pair->second)];
    if (config::sentinel_id(text) >= 0) continue;
    merger.merge(token_id(v.tokens.size()));
    v.tokens.push_back(std::move(text));
    v.merges.push_back(*pair);
    bar.advance();
  }
}

}  // namespace detail

/// The vocabulary of `words`; move them in if memory is short. Smaller than asked when pairs run out: the caller says so.
/// `settings.size` must hold the sentinels and the bytes.
template <splitter Splitter>
byte_pair_vocabulary train_byte_pairs(counted_words words, config::vocabulary const& settings, progress& bar) {
  auto v = base_vocabulary(Splitter::name);
  require(settings.size >= int(v.tokens.size()), "a vocabulary holds at least the sentinels and 256 bytes");
  bar.begin("merge pairs", "tokens", settings.size - std::int64_t(v.tokens.size()));
  if (settings.size <= 1 << 16)
    detail::merge_pairs<std::uint16_t>(v, std::move(words), settings, bar);
  else
    detail::merge_pairs<std::uint32_t>(v, std::move(words), settings, bar);
  return v;
}

}  // namespace snowcoder::tokenize
