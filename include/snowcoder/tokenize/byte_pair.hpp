// SPDX-License-Identifier: Apache-2.0
// The decoder model's tokenizer: byte-level pairs after a splitter, with Hugging Face's ids. Every text has ids and every
// text comes back from them, valid UTF-8 or not.
//
//   #include <snowcoder/io/tokenizer_file.hpp>   // read_tokenizer; links snowcoder::data (simdjson, zstd and others)
//   auto tokenizer = byte_pair<starcoder_split>::from_vocabulary(io::read_tokenizer("tokenizer.json").value()).value();
//   std::vector<token_id> ids;
//   for (auto const& file : files) tokenizer.encode(file, ids);
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/record/byte_pair_vocabulary.hpp>
#include <snowcoder/tokenize/byte_pair_space.hpp>
#include <snowcoder/tokenize/byte_pair_tables.hpp>
#include <snowcoder/tokenize/nfc.hpp>
#include <snowcoder/tokenize/pre_split.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::tokenize {

struct byte_pair_settings {
  std::size_t cache_bytes = std::size_t(64) << 20;  ///< of the word cache of each thread that encodes; no effect on ids
};

/// Any number of threads may use one at once.
template <splitter Splitter>
class byte_pair {
 public:
  using splitter_type = Splitter;

  /// Refuses a vocabulary without all 256 bytes, with a merge that makes no token, or made for another splitter.
  static expected<byte_pair> from_vocabulary(byte_pair_vocabulary vocabulary, byte_pair_settings settings = {}) {
    if (vocabulary.splitter != Splitter::name)
      return failure("tokenizer splits text by " + vocabulary.splitter + ", the recipe by " + std::string(Splitter::name), "",
                     "use a tokenizer trained with this recipe");
    byte_pair t;
    SNOWCODER_TRY(t.tables_, detail::byte_pair_tables::of(std::move(vocabulary)));
    t.settings_ = settings;
    return t;
  }

  /// Appends the ids of a document. A special sentinel spelled out in it is plain text, so that no file can forge the end
  /// of a document: what pack does, and what a prompt from outside needs (Hugging Face: encode_special_tokens = True).
  void encode(std::string_view text, std::vector<token_id>& ids) const { run(text, true, append_to(ids)); }
  std::vector<token_id> encode(std::string_view text) const {
    std::vector<token_id> ids;
    encode(text, ids);
    return ids;
  }
  /// The same, handed to sink(std::span<token_id const>) in rows, as they come.
  void encode_to(std::string_view text, auto&& sink) const { run(text, true, sink); }

  /// As Hugging Face's encode(text, add_special_tokens=False): sentinels in the text become their ids.
  void encode_with_sentinels(std::string_view text, std::vector<token_id>& ids) const { run(text, false, append_to(ids)); }
  void encode_with_sentinels_to(std::string_view text, auto&& sink) const { run(text, false, sink); }

  /// As Hugging Face's encode(text): also with what the file's template puts before and after a text.
  void encode_with_template(std::string_view text, std::vector<token_id>& ids) const {
    auto const& v = vocabulary();
    ids.insert(ids.end(), v.before.begin(), v.before.end());
    encode_with_sentinels(text, ids);
    ids.insert(ids.end(), v.after.begin(), v.after.end());
  }

  /// Appends the bytes of ids; a sentinel gives its own text unless left out. Ids without a token (a padded vocabulary) give
  /// nothing. Rows of ids may be decoded one by one: the text is the same, though a row may end inside a character.
  void decode(std::span<token_id const> ids, std::string& text, bool with_sentinels = true) const {
    for (auto id : ids)
      if (id >= 0 && id < size() && (with_sentinels || !tables_.is_sentinel[std::size_t(id)]))
        text += tables_.vocabulary.tokens[std::size_t(id)];
  }
  std::string decode(std::span<token_id const> ids, bool with_sentinels = true) const {
    std::string text;
    decode(ids, text, with_sentinels);
    return text;
  }

  int size() const { return int(tables_.vocabulary.tokens.size()); }
  byte_pair_vocabulary const& vocabulary() const { return tables_.vocabulary; }
  /// Forgets the words met so far.
  void forget() const { spaces_->clear(); }

 private:
  byte_pair() = default;

  static auto append_to(std::vector<token_id>& ids) {
    return [&ids](std::span<token_id const> row) { ids.insert(ids.end(), row.begin(), row.end()); };
  }

  void run(std::string_view text, bool special_as_text, auto&& sink) const {
    detail::byte_pair_spaces::lease space(*spaces_, [&] { return tables_.space(settings_.cache_bytes); });
    auto const plain = [&](std::string_view part) { encode_plain(*space, part, text.data() + text.size(), sink); };
    auto const sentinel = [&](token_id id) { sink(std::span<token_id const>(&id, 1)); };
    auto const normalized = [&](std::string_view part) {
      if (tables_.vocabulary.nfc && !is_nfc(part)) {
        space->composed.clear();
        to_nfc(part, space->composed);
        std::string_view const whole = space->composed;
        auto const within = [&](std::string_view p) { encode_plain(*space, p, whole.data() + whole.size(), sink); };
        scan(tables_.normalized, whole, special_as_text, within, sentinel);
      } else {
        scan(tables_.normalized, part, special_as_text, plain, sentinel);
      }
    };
    scan(tables_.exact, text, special_as_text, normalized, sentinel);
  }
  static void scan(detail::sentinel_scan const& sentinels, std::string_view text, bool special_as_text, auto const& on_text,
                   auto const& on_sentinel) {
    if (sentinels.empty() || (special_as_text && sentinels.only_special()))
      on_text(text);
    else
      sentinels.split(text, special_as_text, on_text, on_sentinel);
  }

  /// Words are looked up many at a time: their places in the cache are on their way while the next are still being hashed.
  static constexpr std::size_t batch = 64;

  void encode_plain(detail::byte_pair_space& space, std::string_view text, char const* text_end, auto&& sink) const {
    std::string_view words[batch];
    std::size_t count = 0;
    Splitter::split(text, [&](std::string_view word) {
      words[count] = word;
      if (++count == batch) [[unlikely]] {
        look_up(space, words, count, text_end, sink);
        count = 0;
      }
    });
    look_up(space, words, count, text_end, sink);
  }

  [[gnu::noinline]] void look_up(detail::byte_pair_space& space, std::string_view const* words, std::size_t count,
                                 char const* text_end, auto&& sink) const {
    constexpr auto longest = short_key::longest;
    auto const shorts = space.cache.shorts;
    short_key keys[batch];
    std::uint64_t hashes[batch];
    token_id row[batch * (longest + 1) + detail::short_word];
    std::size_t n = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (words[i].size() <= longest) [[likely]] {
        keys[i] = short_key::of(words[i], text_end);
        shorts.prefetch(hashes[i] = keys[i].hash());
      } else if (words[i].size() <= word_cache::longest) {
        space.cache.prefetch_long(words[i], hashes[i] = word_cache::hash_of(words[i]));
      }
    }
    for (std::size_t i = 0; i < count; ++i) {
      auto const word = words[i];
      if (word.size() > longest) {
        n += look_up_long(space, word, hashes[i], row, n, sink);
      } else if (auto const known = shorts.find(keys[i], hashes[i], row + n)) {
        n += known;
      } else {
        auto const made = tables_.merge(word, row + n);
        shorts.keep(keys[i], hashes[i], row + n, made);
        n += made;
      }
    }
    if (n) sink(std::span<token_id const>(row, n));
  }
  /// Hands over the row before it may overflow; returns how many ids it has added.
  [[gnu::noinline]] std::size_t look_up_long(detail::byte_pair_space& space, std::string_view word, std::uint64_t hash,
                                             token_id* row, std::size_t& n, auto&& sink) const {
    if (n > batch) {
      sink(std::span<token_id const>(row, n));
      n = 0;
    }
    if (word.size() > detail::short_word) {
      if (n) sink(std::span<token_id const>(row, n));
      n = 0;
      space.long_ids.clear();
      tables_.merge_long(word, space.merger, space.long_ids);
      sink(std::span<token_id const>(space.long_ids));
      return 0;
    }
    if (word.size() > word_cache::longest) return tables_.merge(word, row + n);
    if (auto const known = space.cache.find_long(word, hash, row + n)) return known;
    auto const made = tables_.merge(word, row + n);
    space.cache.keep_long(word, hash, row + n, made);
    return made;
  }

  detail::byte_pair_tables tables_;
  byte_pair_settings settings_;
  std::unique_ptr<detail::byte_pair_spaces> spaces_ = std::make_unique<detail::byte_pair_spaces>();
};

}  // namespace snowcoder::tokenize
