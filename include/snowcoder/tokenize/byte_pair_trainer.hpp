// SPDX-License-Identifier: Apache-2.0
// Trains a byte-level vocabulary (paper section 2: 64,000 ids): sentinels first, then the 256 bytes, then the most frequent
// adjacent pair again and again. The most frequent pair wins; among equals the one with the smaller left id, then the
// smaller right id. These are Hugging Face's rules, so the merges are the same ones. (Its trainer can name a pair twice
// when two pairs spell one token; here a pair has its first rank.)
#pragma once

#include <snowcoder/config/vocabulary.hpp>
#include <snowcoder/core/byte_alphabet.hpp>
#include <snowcoder/core/contract.hpp>
#include <snowcoder/core/progress.hpp>
#include <snowcoder/record/byte_pair_vocabulary.hpp>
#include <snowcoder/tokenize/pair_table.hpp>
#include <snowcoder/tokenize/pre_split.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace snowcoder::tokenize {

/// A piece of the training text and how often it occurs.
using counted_word = std::pair<std::string, std::int64_t>;

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

class pair_merger {
 public:
  pair_merger(byte_pair_vocabulary& v, std::vector<counted_word> const& words) : vocabulary_(v) {
    token_id byte_ids[256];
    for (auto id = token_id(config::sentinels.size()); id < token_id(v.tokens.size()); ++id) {
      byte_ids[static_cast<unsigned char>(v.tokens[std::size_t(id)][0])] = id;
      id_of_.emplace(v.tokens[std::size_t(id)], id);
    }
    std::size_t bytes = 0;
    for (auto const& word : words) bytes += word.first.size();
    symbols_.reserve(bytes);
    words_.reserve(words.size());
    for (auto const& [text, count] : words) {
      words_.push_back({symbols_.size(), text.size(), count});
      for (char c : text) symbols_.push_back(byte_ids[static_cast<unsigned char>(c)]);
    }
    for (std::size_t w = 0; w < words_.size(); ++w)
      for (std::size_t i = 1; i < words_[w].length; ++i) {
        auto const* at = &symbols_[words_[w].begin + i];
        change(pair_key(at[-1], at[0]), words_[w].count, std::uint32_t(w));
      }
    enqueue_changed();
  }

  /// Makes the next merge; false when no pair is left that occurs `minimum` times.
  bool merge_next(std::int64_t minimum) {
    while (!queue_.empty()) {
      std::pop_heap(queue_.begin(), queue_.end(), rarer{});
      auto top = std::move(queue_.back());
      queue_.pop_back();
      if (auto const now = state(*index_.find(top.key)).count; now != top.count) {
        top.count = now;  // other merges took some of them: back in line
        push(std::move(top));
        continue;
      }
      if (top.count < 1 || top.count < minimum) return false;
      auto const left = token_id(top.key >> 32), right = token_id(top.key & 0xffffffff);
      auto const id = name(left, right, state(*index_.find(top.key)).merged);
      for (auto w : top.words) merge_in_word(w, left, right, id);
      enqueue_changed();
      return true;
    }
    return false;
  }

 private:
  struct word {
    std::size_t begin, length;  // in symbols_
    std::int64_t count;
  };
  struct pair_state {
    std::uint64_t key;
    std::int64_t count = 0;
    bool merged = false, changed = false;
    std::vector<std::uint32_t> words;  // that gained the pair since it was last queued
  };
  struct candidate_pair {
    std::int64_t count;
    std::uint64_t key;
    std::vector<std::uint32_t> words;
  };
  struct rarer {
    bool operator()(candidate_pair const& a, candidate_pair const& b) const {
      return a.count != b.count ? a.count < b.count : a.key > b.key;
    }
  };

  pair_state& state(std::uint32_t index) { return pairs_[index - 1]; }
  void push(candidate_pair c) {
    queue_.push_back(std::move(c));
    std::push_heap(queue_.begin(), queue_.end(), rarer{});
  }
  void change(std::uint64_t key, std::int64_t by, std::uint32_t w) {
    auto& index = index_[key];
    if (index == 0) {
      pairs_.push_back({key, 0, false, false, {}});
      index = std::uint32_t(pairs_.size());
    }
    auto& pair = state(index);
    pair.count += by;
    if (by < 0) return;
    if (!pair.changed) changed_.push_back(index);
    pair.changed = true;
    if (pair.words.empty() || pair.words.back() != w) pair.words.push_back(w);
  }
  void enqueue_changed() {
    for (auto index : changed_) {
      auto& pair = state(index);
      pair.changed = false;
      auto words = std::exchange(pair.words, {});
      if (pair.count > 0) push({pair.count, pair.key, std::move(words)});
    }
    changed_.clear();
  }
  /// The id of the merged token: a new one, or that of an equal token which another pair made.
  token_id name(token_id left, token_id right, bool& merged) {
    auto const text = vocabulary_.tokens[std::size_t(left)] + vocabulary_.tokens[std::size_t(right)];
    auto const [at, is_new] = id_of_.emplace(text, token_id(vocabulary_.tokens.size()));
    if (is_new) vocabulary_.tokens.push_back(text);
    if (!std::exchange(merged, true)) vocabulary_.merges.emplace_back(left, right);
    return at->second;
  }
  void merge_in_word(std::uint32_t w, token_id left, token_id right, token_id merged) {
    auto& in = words_[w];
    auto* const s = &symbols_[in.begin];
    std::size_t out = 0;
    for (std::size_t i = 0; i < in.length; ++out) {
      if (s[i] != left || i + 1 >= in.length || s[i + 1] != right) {
        s[out] = s[i++];
        continue;
      }
      if (out > 0) {
        change(pair_key(s[out - 1], left), -in.count, w);
        change(pair_key(s[out - 1], merged), in.count, w);
      }
      if (i + 2 < in.length) {
        change(pair_key(right, s[i + 2]), -in.count, w);
        change(pair_key(merged, s[i + 2]), in.count, w);
      }
      s[out] = merged;
      i += 2;
    }
    in.length = out;
  }

  byte_pair_vocabulary& vocabulary_;
  std::unordered_map<std::string, token_id> id_of_;
  std::vector<token_id> symbols_;
  std::vector<word> words_;
  pair_table<std::uint32_t> index_;  // 1 + place in pairs_
  std::vector<pair_state> pairs_;
  std::vector<std::uint32_t> changed_;
  std::vector<candidate_pair> queue_;  // a heap
};

}  // namespace detail

/// The vocabulary of `words` (each once). Smaller than asked when pairs run out: the caller says so. `settings.size` must
/// hold the sentinels and the bytes.
template <splitter Splitter>
byte_pair_vocabulary train_byte_pairs(std::vector<counted_word> const& words, config::vocabulary const& settings,
                                      progress& bar) {
  auto v = base_vocabulary(Splitter::name);
  require(settings.size >= int(v.tokens.size()), "a vocabulary holds at least the sentinels and 256 bytes");
  detail::pair_merger merger(v, words);
  bar.begin("merge pairs", "tokens", settings.size - std::int64_t(v.tokens.size()));
  for (auto had = v.tokens.size(); int(had) < settings.size; had = v.tokens.size()) {
    if (!merger.merge_next(settings.minimum_frequency)) break;
    bar.advance(std::int64_t(v.tokens.size() - had));
  }
  return v;
}

}  // namespace snowcoder::tokenize
