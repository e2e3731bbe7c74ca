// SPDX-License-Identifier: Apache-2.0
// BERT's tokenizer, the annotator's view of a file (paper section 2.3; Arctic-embed and MiniLM are BERT-like): control
// characters dropped, ideographs set apart, lower-cased without accents, split at white space and punctuation, then the
// longest known pieces from the left. Ids equal those of Hugging Face's BertTokenizerFast. ASCII goes through 64 bytes at a
// time (detail/ascii_units.hpp) and a cache of words; whatever touches other bytes through bert_words.
#pragma once

#include <snowcoder/core/ascii.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/record/word_piece_vocabulary.hpp>
#include <snowcoder/tokenize/bert_words.hpp>
#include <snowcoder/tokenize/detail/ascii_units.hpp>
#include <snowcoder/tokenize/detail/piece_cache.hpp>
#include <snowcoder/tokenize/detail/piece_trie.hpp>
#include <snowcoder/tokenize/sentinel_scan.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::tokenize {

class word_piece {
 public:
  /// [CLS], [SEP], [PAD] and the unknown token must be among the tokens.
  static expected<word_piece> from_vocabulary(word_piece_vocabulary const& v) {
    auto const id_of = [&](std::string_view text) {
      for (std::size_t id = v.tokens.size(); id-- > 0;)
        if (v.tokens[id] == text) return std::int32_t(id);
      for (auto const& a : v.added)
        if (a.text == text) return a.id;
      return std::int32_t(-1);
    };
    std::array<std::string_view, 4> const required{v.unknown, "[CLS]", "[SEP]", "[PAD]"};
    word_piece w;
    for (std::size_t i = 0; i < required.size(); ++i)
      if ((w.special_ids_[i] = id_of(required[i])) < 0)
        return failure("vocabulary has no " + std::string(required[i]), "",
                       "this must be the vocabulary of a BERT-family encoder");
    if (v.rules.longest_word < 1 || v.rules.longest_word > most_points)
      return failure("longest word of " + std::to_string(v.rules.longest_word) + " code points", "",
                     "1 to " + std::to_string(most_points) + " can be set");
    w.size_ = int(v.tokens.size());
    for (auto const& a : v.added) w.size_ = std::max(w.size_, a.id + 1);
    w.rules_ = v.rules;
    for (auto const& a : v.added)
      if (!a.text.empty()) w.added_.add(a.text, {.id = a.id});
    w.added_.finish();
    w.trie_ = detail::piece_trie(v.tokens, std::size_t(v.rules.longest_word) * 4 + 2);
    w.inside_ = w.trie_.node_of("##");
    w.desks_ = std::make_unique<detail::lending_pool<desk>>(desk(w.seeded(v.tokens)));
    return w;
  }

  /// `tokens` by id, as in vocab.txt; special tokens by their usual names. Without `lower_case` letters keep their case and
  /// accents.
  static expected<word_piece> from_vocabulary(std::vector<std::string> const& tokens, bool lower_case = true) {
    word_piece_vocabulary v;
    v.tokens = tokens;
    v.rules = lower_case ? word_piece_rules::uncased() : word_piece_rules::cased();
    v.add_usual_tokens();
    return from_vocabulary(v);
  }

  /// Appends the ids of `text`, without [CLS] and [SEP]; any number of threads may call it at once. A special token spelled
  /// out in the text ("[SEP]") becomes its id, as it does in Hugging Face, or is text (`encode_special_tokens`, there) on
  /// demand. Bytes that are not UTF-8 count as U+FFFD, one for each broken beginning of a code point. Cost: linear in the
  /// text; memory beyond the ids does not grow with it.
  void encode(std::string_view text, std::vector<std::int32_t>& ids, bool special_as_text = false) const {
    detail::lending_pool<desk>::lease const lease(*desks_);
    added_.split(
        text, special_as_text, [&](std::string_view part) { encode_plain(part, *lease, ids); },
        [&](std::int32_t id) { ids.push_back(id); });
  }

  /// The same by the plain way alone, code point by code point: the twin that tests hold encode() against.
  void encode_by_code_points(std::string_view text, std::vector<std::int32_t>& ids) const {
    added_.split(
        text, false, [&](std::string_view part) { encode_words(part, ids); }, [&](std::int32_t id) { ids.push_back(id); });
  }

  int size() const { return size_; }  ///< ids, added ones included
  int unknown() const { return special_ids_[0]; }
  int cls() const { return special_ids_[1]; }
  int sep() const { return special_ids_[2]; }
  int pad() const { return special_ids_[3]; }
  word_piece_rules const& rules() const { return rules_; }

 private:
  static constexpr int most_points = 10'000;
  using cache = detail::piece_cache;

  /// What one thread works with.
  struct desk {
    explicit desk(cache words) : known(std::move(words)) {}
    cache known;
    detail::ascii_units units;
    std::array<std::uint32_t, detail::ascii_units::chunk> places{};
    std::array<std::int32_t, detail::ascii_units::chunk + 8> out{};  // a unit writes at most 8 ids, and counts those it means
  };

  word_piece() = default;

  /// A cache that knows the words that are pieces as they stand.
  cache seeded(std::vector<std::string> const& tokens) const {
    cache known;
    auto const is_word = [](std::string_view t) { return std::all_of(t.begin(), t.end(), is_ascii_alphanumeric); };
    for (std::size_t id = 0; id < tokens.size(); ++id) {
      auto const& t = tokens[id];
      if (t.empty() || t.size() > cache::longest_short || t.size() > std::size_t(rules_.longest_word)) continue;
      if (!is_word(t) && !(t.size() == 1 && t[0] > ' ' && t[0] < 0x7f)) continue;
      std::array<char, cache::longest_short> padded{};
      std::copy(t.begin(), t.end(), padded.begin());
      auto const key = cache::key_of(padded.data(), t.size());
      auto& slot = known.short_at(known.short_place(key, t.size()));
      if (slot.count == 0 || slot.key == key) slot = {key, {std::int32_t(id)}, 1};
    }
    return known;
  }

  void encode_words(std::string_view text, std::vector<std::int32_t>& ids) const {
    bert_words words(rules_, [&](std::string_view word, int points) {
      if (points > rules_.longest_word) return ids.push_back(unknown());
      auto const before = ids.size();
      ids.resize(before + word.size());
      ids.resize(before + pieces_of(word, ids.data() + before));
    });
    words.read(text);
  }

  /// Writes the longest pieces from the left to `out` and returns their number, at most the bytes of `word`; a word with a
  /// part that no piece covers is unknown as a whole.
  std::size_t pieces_of(std::string_view word, std::int32_t* out) const {
    std::size_t n = 0;
    for (auto from = detail::piece_trie::root; !word.empty(); from = inside_) {
      auto const found = trie_.longest(word, from);
      if (found.id < 0) {
        out[0] = unknown();
        return 1;
      }
      out[n++] = found.id;
      word.remove_prefix(found.length);
    }
    return n;
  }

  void encode_plain(std::string_view text, desk& d, std::vector<std::int32_t>& ids) const {
    while (!text.empty()) {
      auto const read = d.units.read(text, rules_.lower_case);
      if (read == 0) {  // a word longer than a chunk
        auto const end = detail::end_of_ascii_word(text);
        encode_words(text.substr(0, end), ids);
        text.remove_prefix(end);
        continue;
      }
      find_places(d);
      if (d.units.has_hard())
        look_up<true>(text, d, ids);
      else
        look_up<false>(text, d, ids);
      text.remove_prefix(read);
    }
  }

  /// Where the cache has each word; all of a chunk's are asked for before the first is read. Without a branch: a long word
  /// gets a place that is not used.
  static void find_places(desk& d) {
    for (std::size_t i = 0; i < d.units.count(); ++i) {
      auto const size = std::min(d.units.size(i), cache::longest_short);
      d.places[i] = d.known.short_place(cache::key_of(d.units.text() + d.units.begin(i), size), size);
      d.known.expect(d.places[i]);
    }
  }

  template <bool HasHard>
  void look_up(std::string_view text, desk& d, std::vector<std::int32_t>& ids) const {
    auto* out = d.out.data();
    for (std::size_t i = 0; i < d.units.count(); ++i) {
      auto const* const at = d.units.text() + d.units.begin(i);
      auto const size = d.units.size(i);
      if constexpr (HasHard) {
        if (d.units.is_hard(i)) {
          ids.insert(ids.end(), d.out.data(), out);
          out = d.out.data();
          encode_words(text.substr(d.units.begin(i), size), ids);
          continue;
        }
      }
      if (size <= cache::longest_short) {
        auto const key = cache::key_of(at, size);
        auto const& slot = d.known.short_at(d.places[i]);
        if (slot.key == key) [[likely]] {
          std::memcpy(out, slot.ids, sizeof slot.ids);
          out += slot.count;
          continue;
        }
      }
      out += long_or_new(at, size, d, i, out);
    }
    ids.insert(ids.end(), d.out.data(), out);
  }

  /// Words of more than 16 bytes or five pieces, and those that the cache does not know.
  std::size_t long_or_new(char const* at, std::size_t size, desk& d, std::size_t i, std::int32_t* out) const {
    std::string_view const word(at, size);
    if (size > cache::longest_long)
      return size > std::size_t(rules_.longest_word) ? (out[0] = unknown(), 1) : pieces_of(word, out);
    auto const front = cache::key_of(at, std::min(size, cache::longest_short)),
               back = size > cache::longest_short ? cache::key_of(at + 16, size - 16) : detail::sixteen_bytes{};
    auto& slot = d.known.long_at(d.known.long_place(front, back));
    if (slot.front == front && slot.back == back) {
      std::memcpy(out, slot.ids, sizeof slot.ids);
      return slot.count;
    }
    auto const n = size > std::size_t(rules_.longest_word) ? (out[0] = unknown(), 1) : pieces_of(word, out);
    if (n <= cache::most_short && size <= cache::longest_short) {
      auto& place = d.known.short_at(d.places[i]);
      place.key = front;
      std::copy_n(out, n, place.ids);
      place.count = std::uint32_t(n);
    } else if (n <= cache::most_long) {
      slot.front = front;
      slot.back = back;
      std::copy_n(out, n, slot.ids);
      slot.count = std::uint32_t(n);
    }
    return n;
  }

  word_piece_rules rules_;
  std::array<std::int32_t, 4> special_ids_{-1, -1, -1, -1};
  int size_ = 0;
  detail::sentinel_scan added_;
  detail::piece_trie trie_;
  std::uint32_t inside_ = detail::piece_trie::nowhere;
  std::unique_ptr<detail::lending_pool<desk>> desks_;
};

}  // namespace snowcoder::tokenize
