// SPDX-License-Identifier: Apache-2.0
// Everything encoded for a token file: how often each file stands in it, its shares by language, and the ids copied in
// order.
#pragma once

#include <snowcoder/config/synthesis.hpp>
#include <snowcoder/config/vocabulary.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/core/progress.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/io/megatron.hpp>
#include <snowcoder/pipeline/tokenized_shard.hpp>
#include <snowcoder/tokenize/best_fit.hpp>
#include <snowcoder/tokenize/mix.hpp>
#include <snowcoder/tokenize/pack.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

/// Everything encoded, as one list over all shards.
struct tokenized_corpus {
  std::vector<tokenized_shard> shards;
  std::vector<tokenize::packable> files;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> places;  ///< shard and row of each file

  void add(tokenized_shard shard) {
    for (std::uint32_t row = 0; row < shard.packables.size(); ++row) places.emplace_back(std::uint32_t(shards.size()), row);
    files.insert(files.end(), shard.packables.begin(), shard.packables.end());
    shards.push_back(std::move(shard));
  }
  void append(std::uint32_t file, std::vector<token_id>& out) const {
    shards[places[file].first].append(places[file].second, out);
  }
  std::int64_t bytes(std::uint32_t file) const { return shards[places[file].first].bytes[places[file].second]; }
};

/// Sets how often each synthetic file stands in the phase, and which real files are blended in. Files from `first_real` on
/// are real.
inline void set_copies(std::vector<tokenize::packable>& files, std::size_t first_real, config::synthesis const& how) {
  std::vector<tokenize::mixable> items;
  for (auto const& f : files) items.push_back({f.language, f.document, f.tokens});
  std::vector<tokenize::mixable> const synthetic(items.begin(), items.begin() + std::ptrdiff_t(first_real));
  if (how.mix == config::mix_rule::sample) {
    auto const copies = tokenize::copies_for_share(synthetic, how.python_share);
    for (std::size_t i = 0; i < first_real; ++i) files[i].copies = copies[i];
  }
  if (how.replay_real <= 0) return;
  double tokens = 0;
  for (std::size_t i = 0; i < first_real; ++i) tokens += double(files[i].tokens) * files[i].copies;
  std::vector<std::size_t> real(items.size() - first_real);
  std::iota(real.begin(), real.end(), first_real);
  std::vector<std::uint32_t> copies(items.size(), 0);
  if (how.replay_real < 1) tokenize::repeat_to(items, real, tokens * how.replay_real / (1 - how.replay_real), copies);
  for (auto i : real) files[i].copies = copies[i];
}

/// Tokens, files and bytes by language, copies counted; separators and padding apart.
inline io::json shares_of(tokenized_corpus const& corpus, tokenize::packing_order const& order) {
  struct count {
    std::int64_t files = 0, tokens = 0, bytes = 0;
  };
  std::array<count, config::language_count + 1> by_language{};
  std::int64_t tokens = 0;
  for (auto f : order.files) {
    auto& c = by_language[std::size_t(corpus.files[f].language)];
    ++c.files;
    c.tokens += corpus.files[f].tokens;
    c.bytes += corpus.bytes(f);
    tokens += corpus.files[f].tokens;
  }
  auto rows = io::json::array();
  for (std::size_t l = 0; l < by_language.size(); ++l)
    if (auto const& c = by_language[l]; c.files)
      rows.push_back({{"language", config::title(static_cast<config::language>(l))},
                      {"files", c.files},
                      {"tokens", c.tokens},
                      {"bytes", c.bytes},
                      {"share", double(c.tokens) / double(tokens)}});
  return rows;
}

/// Copies the ids of all groups in order; <file_sep> between files, <|endoftext|> after a group.
inline expected<void> write_groups(tokenized_corpus const& corpus, tokenize::packing_order const& order,
                                   io::megatron_writer& writer, progress& bar) {
  std::vector<token_id> ids;
  for (std::size_t group = 0, at = 0; group < order.ends.size(); ++group) {
    for (; at < order.ends[group]; ++at) {
      ids.clear();
      corpus.append(order.files[at], ids);
      ids.push_back(at + 1 == order.ends[group] ? config::end_of_text : config::file_separator);
      SNOWCODER_CHECK(writer.append(ids));
      bar.advance();
    }
    writer.end_document();
  }
  return {};
}

/// The same, groups fitted into sequences of the context; what a sequence lacks is filled with <|endoftext|>.
inline expected<void> write_fitted(tokenized_corpus const& corpus, tokenize::packing_order const& order, std::int64_t context,
                                   io::megatron_writer& writer, progress& bar) {
  std::vector<std::int64_t> lengths;
  for (std::size_t group = 0, at = 0; group < order.ends.size(); ++group) {
    lengths.push_back(0);
    for (; at < order.ends[group]; ++at) lengths.back() += corpus.files[order.files[at]].tokens + 1;
  }
  std::vector<token_id> ids, sequence;
  for (auto const& bin : tokenize::best_fit(lengths, context)) {
    sequence.clear();
    for (auto const& piece : bin) {
      ids.clear();
      for (auto at = piece.item ? order.ends[piece.item - 1] : 0; at < order.ends[piece.item]; ++at) {
        corpus.append(order.files[at], ids);
        ids.push_back(at + 1 == order.ends[piece.item] ? config::end_of_text : config::file_separator);
      }
      sequence.insert(sequence.end(), ids.begin() + piece.begin, ids.begin() + piece.begin + piece.length);
      if (piece.begin == 0) bar.advance(std::int64_t(order.ends[piece.item] - (piece.item ? order.ends[piece.item - 1] : 0)));
    }
    sequence.resize(std::size_t(context), config::end_of_text);
    SNOWCODER_CHECK(writer.append(sequence));
    writer.end_document();
  }
  return {};
}

}  // namespace snowcoder::pipeline
