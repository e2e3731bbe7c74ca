// SPDX-License-Identifier: Apache-2.0
// The decoder model's tokenizer: byte-level pairs after a splitter (StarCoder's recipe). Every text has ids and every text
// comes back from them, valid UTF-8 or not.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/record/byte_pair_vocabulary.hpp>
#include <snowcoder/tokenize/merge_word.hpp>
#include <snowcoder/tokenize/pre_split.hpp>
#include <snowcoder/tokenize/word_cache.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace snowcoder::tokenize {

/// Any number of threads may use one at once.
template <splitter Splitter>
class byte_pair {
 public:
  /// Refuses a vocabulary without all 256 bytes, with a merge that makes no token, or made for another splitter.
  static expected<byte_pair> from_vocabulary(byte_pair_vocabulary vocabulary) {
    byte_pair t;
    auto const refuse = [](std::string what) {
      return failure(std::move(what), "", "train the tokenizer again, or check that the file is whole");
    };
    if (vocabulary.splitter != Splitter::name)
      return failure("tokenizer splits text by " + vocabulary.splitter + ", the recipe by " + std::string(Splitter::name), "",
                     "use a tokenizer trained with this recipe");
    auto const size = token_id(vocabulary.tokens.size());
    std::unordered_map<std::string_view, token_id> id_of;
    std::vector<bool> is_sentinel(vocabulary.tokens.size());
    for (auto id : vocabulary.sentinels) {
      if (id < 0 || id >= size || vocabulary.tokens[std::size_t(id)].empty()) return refuse("sentinel without a text");
      is_sentinel[std::size_t(id)] = true;
      t.begins_sentinel_[static_cast<unsigned char>(vocabulary.tokens[std::size_t(id)][0])] = true;
    }
    for (token_id id = 0; id < size; ++id)
      if (!is_sentinel[std::size_t(id)] && !vocabulary.tokens[std::size_t(id)].empty())
        id_of.emplace(vocabulary.tokens[std::size_t(id)], id);
    for (std::size_t b = 0; b < 256; ++b) {
      char const byte = char(b);
      auto const found = id_of.find(std::string_view(&byte, 1));
      if (found == id_of.end()) return refuse("vocabulary lacks byte " + std::to_string(b));
      t.byte_ids_[b] = found->second;
    }
    t.merges_ = merge_table(vocabulary.merges.size());
    for (std::size_t rank = 0; rank < vocabulary.merges.size(); ++rank) {
      auto const [left, right] = vocabulary.merges[rank];
      auto const merge_name = "merge " + std::to_string(rank);
      if (left < 0 || left >= size || right < 0 || right >= size)
        return refuse(merge_name + " joins ids beyond the vocabulary");
      auto const made = id_of.find(vocabulary.tokens[std::size_t(left)] + vocabulary.tokens[std::size_t(right)]);
      if (made == id_of.end()) return refuse(merge_name + " makes no token");
      t.merges_[pair_key(left, right)] = {std::int32_t(rank), made->second};
    }
    t.vocabulary_ = std::move(vocabulary);
    t.is_sentinel_ = std::move(is_sentinel);
    return t;
  }

  /// Appends the ids of a document. A sentinel spelled out in it is plain text, so that no file can forge the end of a
  /// document: what pack does, and what a prompt from outside needs.
  void encode(std::string_view text, std::vector<token_id>& ids) const {
    word_cache_pool::lease cache(*caches_);
    encode_with(*cache, text, ids);
  }
  std::vector<token_id> encode(std::string_view text) const {
    std::vector<token_id> ids;
    encode(text, ids);
    return ids;
  }

  /// As Hugging Face encodes: sentinels in the text become their ids (the longest that begins at a place, from the left).
  void encode_with_sentinels(std::string_view text, std::vector<token_id>& ids) const {
    word_cache_pool::lease cache(*caches_);
    std::size_t begin = 0;
    for (std::size_t at = 0; at < text.size();) {
      auto const found = begins_sentinel_[static_cast<unsigned char>(text[at])] ? sentinel_at(text.substr(at)) : -1;
      if (found < 0) {
        ++at;
        continue;
      }
      encode_with(*cache, text.substr(begin, at - begin), ids);
      ids.push_back(found);
      begin = at += token(found).size();
    }
    encode_with(*cache, text.substr(begin), ids);
  }

  /// The text of ids; a sentinel gives its own text unless left out. Ids without a token (a padded vocabulary) give nothing.
  std::string decode(std::span<token_id const> ids, bool with_sentinels = true) const {
    std::string text;
    for (auto id : ids)
      if (id >= 0 && id < size() && (with_sentinels || !is_sentinel_[std::size_t(id)])) text += token(id);
    return text;
  }

  int size() const { return int(vocabulary_.tokens.size()); }
  byte_pair_vocabulary const& vocabulary() const { return vocabulary_; }

 private:
  byte_pair() = default;

  token_id sentinel_at(std::string_view text) const {
    token_id found = -1;
    for (auto id : vocabulary_.sentinels)
      if (text.starts_with(token(id)) && (found < 0 || token(id).size() > token(found).size())) found = id;
    return found;
  }
  std::string_view token(token_id id) const { return vocabulary_.tokens[std::size_t(id)]; }

  void encode_with(word_cache& cache, std::string_view text, std::vector<token_id>& ids) const {
    Splitter::split(text, [&](std::string_view word) {
      if (cache.find(word, ids)) return;
      auto const before = ids.size();
      merge_word(word, byte_ids_, merges_, ids);
      cache.keep(word, ids.data() + before, ids.size() - before);
    });
  }

  byte_pair_vocabulary vocabulary_;
  std::vector<bool> is_sentinel_;
  std::array<bool, 256> begins_sentinel_{};
  std::array<token_id, 256> byte_ids_{};
  merge_table merges_;
  std::unique_ptr<word_cache_pool> caches_ = std::make_unique<word_cache_pool>();
};

}  // namespace snowcoder::tokenize
