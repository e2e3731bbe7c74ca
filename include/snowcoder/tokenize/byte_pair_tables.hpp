// SPDX-License-Identifier: Apache-2.0
// A byte-level vocabulary made ready for encoding: merges, whole words, sentinels. No splitter is named here, so that the
// tables of all splitters are one type.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/record/byte_pair_vocabulary.hpp>
#include <snowcoder/tokenize/byte_pair_space.hpp>
#include <snowcoder/tokenize/merge_long_word.hpp>
#include <snowcoder/tokenize/merge_word.hpp>
#include <snowcoder/tokenize/sentinel_scan.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace snowcoder::tokenize::detail {

struct byte_pair_tables {
  byte_pair_vocabulary vocabulary;
  std::vector<bool> is_sentinel;    ///< by id
  sentinel_scan exact, normalized;  ///< sentinels looked for before and after normalization
  merge_table merges;
  std::vector<token_id> whole;  ///< tokens whose text encodes to themselves: what a cache begins with
  std::unordered_map<std::string_view, token_id> by_text;  ///< filled where the vocabulary ignores merges

  byte_pair_tables() = default;
  byte_pair_tables(byte_pair_tables&&) = default;  // not copied: by_text looks into the vocabulary
  byte_pair_tables& operator=(byte_pair_tables&&) = default;

  static expected<byte_pair_tables> of(byte_pair_vocabulary given) {
    byte_pair_tables t;
    t.vocabulary = std::move(given);
    auto const& v = t.vocabulary;
    auto const refuse = [](std::string what) {
      return failure(std::move(what), "", "train the tokenizer again, or check that the file is whole");
    };
    auto const size = token_id(v.tokens.size());
    if (size > merge_table::limit || v.merges.size() > std::size_t(merge_table::limit))
      return refuse("vocabulary has more than " + std::to_string(merge_table::limit) + " ids or merges");
    auto const text = [&](token_id id) -> std::string const& { return v.tokens[std::size_t(id)]; };

    t.is_sentinel.resize(v.tokens.size());
    for (auto id : v.sentinels) {
      if (id < 0 || id >= size || text(id).empty()) return refuse("sentinel without a text");
      t.is_sentinel[std::size_t(id)] = true;
      sentinel_rule rule{.id = id};
      for (auto const& r : v.rules)
        if (r.id == id) rule = r;
      (rule.normalized ? t.normalized : t.exact).add(text(id), rule);
    }
    t.exact.finish();
    t.normalized.finish();
    for (auto const* row : {&v.before, &v.after})
      for (auto id : *row)
        if (id < 0 || id >= size) return refuse("template names id " + std::to_string(id) + ", beyond the vocabulary");

    std::unordered_map<std::string_view, token_id> id_of;
    id_of.reserve(v.tokens.size());
    for (token_id id = 0; id < size; ++id)
      if (!t.is_sentinel[std::size_t(id)] && !text(id).empty()) id_of.emplace(text(id), id);
    std::array<token_id, 256> byte_ids{};
    for (std::size_t b = 0; b < 256; ++b) {
      char const byte = char(b);
      auto const found = id_of.find(std::string_view(&byte, 1));
      if (found == id_of.end()) return refuse("vocabulary lacks byte " + std::to_string(b));
      byte_ids[b] = found->second;
    }
    if (v.ignore_merges) t.by_text = id_of;
    for (auto id : v.sentinels) id_of.emplace(text(id), id);  // a merge may make a token that was added once more

    t.merges = merge_table(byte_ids, v.merges.size());
    std::string made_text;
    for (std::size_t rank = 0; rank < v.merges.size(); ++rank) {
      auto const [left, right] = v.merges[rank];
      if (left < 0 || left >= size || right < 0 || right >= size)
        return refuse("merge " + std::to_string(rank) + " joins ids beyond the vocabulary");
      (made_text = text(left)) += text(right);
      auto const made = id_of.find(made_text);
      if (made == id_of.end()) return refuse("merge " + std::to_string(rank) + " makes no token");
      t.merges.put(left, right, rank, made->second);
    }
    t.merges.finish();
    token_id row[short_word];
    for (token_id id = 0; id < size; ++id) {
      auto const& word = text(id);
      if (t.is_sentinel[std::size_t(id)] || word.empty() || word.size() > word_cache::longest) continue;
      if (t.merge(word, row) == 1 && row[0] == id) t.whole.push_back(id);
    }
    return t;
  }

  /// Writes the ids of a word of 1 to short_word bytes to `ids`, which has room for an id per byte; returns how many.
  std::size_t merge(std::string_view word, token_id* ids) const {
    if (auto const id = ignoring_merges(word); id >= 0) return ids[0] = id, 1;
    return merge_short(word, merges, ids);
  }
  /// Appends the ids of a word of any length.
  void merge_long(std::string_view word, long_word_merger& merger, std::vector<token_id>& ids) const {
    if (auto const id = ignoring_merges(word); id >= 0) return ids.push_back(id);
    merger.merge(
        word, merges, [&](token_id id) { return vocabulary.tokens[std::size_t(id)].size(); }, ids);
  }

  /// A space whose cache knows the vocabulary's own words.
  std::unique_ptr<byte_pair_space> space(std::size_t cache_bytes) const {
    auto made = std::make_unique<byte_pair_space>(cache_bytes, vocabulary.tokens.size() <= 65536);
    for (auto id : whole) {
      std::string_view const word = vocabulary.tokens[std::size_t(id)];
      if (word.size() > short_key::longest) {
        made->cache.keep_long(word, word_cache::hash_of(word), &id, 1);
      } else {
        auto const key = short_key::of(word, word.data() + word.size());
        made->cache.shorts.keep(key, key.hash(), &id, 1);
      }
    }
    return made;
  }

 private:
  token_id ignoring_merges(std::string_view word) const {
    if (!vocabulary.ignore_merges) return -1;
    auto const found = by_text.find(word);
    return found == by_text.end() ? -1 : found->second;
  }
};

}  // namespace snowcoder::tokenize::detail
