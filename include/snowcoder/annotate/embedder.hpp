// SPDX-License-Identifier: Apache-2.0
// Texts to vectors: tokens, sections, batches by token budget, the frozen encoder. Sections with the same tokens are encoded
// once, whatever files they come from; nothing is padded, so batches need no sorting by length.
#pragma once

#include <snowcoder/annotate/sections.hpp>
#include <snowcoder/config/annotator.hpp>
#include <snowcoder/core/thread_pool.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace snowcoder::annotate {

/// What the annotator asks of a tokenizer: content ids without special tokens, callable from many threads, and the ids of
/// [CLS] and [SEP]. tokenize/word_piece.hpp is one.
template <class T>
concept section_tokenizer = requires(T const& t, std::string_view text, std::vector<std::int32_t>& ids) {
  t.encode(text, ids);
  { t.cls() } -> std::convertible_to<std::int32_t>;
  { t.sep() } -> std::convertible_to<std::int32_t>;
};

/// What the annotator asks of an encoder (nn/encoder.hpp is one): packed sections in, a vector of `width` floats each out.
template <class E>
concept section_encoder = requires(E& e, std::span<std::int32_t const> ids, std::span<std::int64_t const> offsets, float* out) {
  { E::width } -> std::convertible_to<std::int64_t>;
  { e.capacity() } -> std::convertible_to<std::int64_t>;
  e.forward(ids, offsets, out);
};

/// The vectors of one text's sections.
struct text_vectors {
  file_sections sections;
  std::int64_t tokens = 0;     ///< content tokens of the whole text
  std::vector<float> vectors;  ///< (sections.distinct, width)

  std::span<float const> top(std::int64_t width) const { return {vectors.data(), std::size_t(width)}; }
  /// False where the encoder overflowed, or its weights are no numbers.
  bool finite() const {
    return std::all_of(vectors.begin(), vectors.end(), [](float v) { return std::isfinite(v); });
  }
};

namespace detail {
/// Section `section` of text `text`.
struct section_place {
  std::size_t text;
  int section;
};

/// Tokens of a text's distinct sections back to back.
template <section_tokenizer Tokenizer>
std::vector<std::int32_t> section_tokens(text_vectors& result, std::string_view text, Tokenizer const& tokenizer,
                                         config::sections rule, int section) {
  std::vector<std::int32_t> all, kept;
  tokenizer.encode(text, all);
  result.tokens = std::int64_t(all.size());
  result.sections = sections_of(result.tokens, rule, section);
  for (int i = 0; i < result.sections.distinct; ++i)
    append_section(kept, tokenizer, all, result.sections.windows[std::size_t(i)]);
  return kept;
}
}  // namespace detail

/// The vectors of every text, in their order. `section`: tokens of a section, [CLS] and [SEP] included, no more than the
/// encoder has positions. `advance(n)` hears of n more sections done.
template <section_tokenizer Tokenizer, section_encoder Encoder>
std::vector<text_vectors> embed_texts(std::span<std::string_view const> texts, Tokenizer const& tokenizer, Encoder& encoder,
                                      thread_pool& threads, config::sections rule, int section,
                                      std::function<void(std::int64_t)> const& advance = {}) {
  std::vector<text_vectors> results(texts.size());
  std::vector<std::vector<std::int32_t>> tokens(texts.size());
  threads.for_each_index(std::int64_t(texts.size()), [&](std::int64_t i) {
    auto const at = std::size_t(i);
    tokens[at] = detail::section_tokens(results[at], texts[at], tokenizer, rule, section);
  });

  // Distinct token sequences in the order of the texts, and everyone who waits for each.
  std::vector<std::span<std::int32_t const>> sections;
  std::vector<std::vector<detail::section_place>> waiting;
  std::unordered_map<std::string_view, std::size_t> seen;
  for (std::size_t t = 0; t < texts.size(); ++t) {
    results[t].vectors.resize(std::size_t(results[t].sections.distinct) * std::size_t(Encoder::width));
    std::size_t first = 0;
    for (int i = 0; i < results[t].sections.distinct; ++i) {
      auto const length = std::size_t(results[t].sections.windows[std::size_t(i)].count) + 2;
      auto const ids = std::span<std::int32_t const>(tokens[t]).subspan(first, length);
      first += length;
      auto const [at, added] =
          seen.emplace(std::string_view(reinterpret_cast<char const*>(ids.data()), ids.size_bytes()), sections.size());
      if (added) sections.push_back(ids), waiting.emplace_back();
      waiting[at->second].push_back({t, i});
    }
  }

  std::vector<std::int32_t> ids;
  std::vector<std::int64_t> offsets;
  std::vector<float> pooled;
  for (std::size_t begin = 0; begin < sections.size();) {
    ids.clear();
    offsets.assign(1, 0);
    std::int64_t served = 0;
    auto end = begin;
    for (; end < sections.size() && (end == begin || std::int64_t(ids.size() + sections[end].size()) <= encoder.capacity());
         ++end) {
      ids.insert(ids.end(), sections[end].begin(), sections[end].end());
      offsets.push_back(std::int64_t(ids.size()));
    }
    pooled.resize((end - begin) * std::size_t(Encoder::width));
    encoder.forward(ids, offsets, pooled.data());
    for (auto i = begin; i < end; ++i)
      for (auto const& place : waiting[i]) {
        std::copy_n(pooled.data() + (i - begin) * std::size_t(Encoder::width), Encoder::width,
                    results[place.text].vectors.data() + place.section * Encoder::width);
        ++served;
      }
    if (advance) advance(served);
    begin = end;
  }
  return results;
}

}  // namespace snowcoder::annotate
