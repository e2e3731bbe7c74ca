// SPDX-License-Identifier: Apache-2.0
// What `tokenize encode` asks of a tokenizer, whatever its kind: encode_text hands the ids of a text to sink(span), in order.
#pragma once

#include <snowcoder/io/sentence_piece.hpp>
#include <snowcoder/tokenize/byte_pair.hpp>
#include <snowcoder/tokenize/word_piece.hpp>

#include <span>
#include <string_view>
#include <vector>

namespace snowcoder::pipeline {

/// What becomes of the vocabulary's sentinels.
enum class added_ids {
  none,          ///< spelled in the text they are plain text
  sentinels,     ///< spelled in the text they become their ids: Hugging Face's add_special_tokens=False
  from_template  ///< and the file's template goes around every text: add_special_tokens=True
};

/// Memory beside the sink's does not grow with the text.
template <class Splitter>
void encode_text(tokenize::byte_pair<Splitter> const& tokenizer, std::string_view text, added_ids added, auto&& sink) {
  bool const framed = added == added_ids::from_template;
  if (framed) sink(std::span<token_id const>(tokenizer.vocabulary().before));
  if (added == added_ids::none)
    tokenizer.encode_to(text, sink);
  else
    tokenizer.encode_with_sentinels_to(text, sink);
  if (framed) sink(std::span<token_id const>(tokenizer.vocabulary().after));
}

/// The template is BERT's, [CLS] and [SEP].
inline void encode_text(tokenize::word_piece const& tokenizer, std::string_view text, added_ids added, auto&& sink) {
  std::vector<token_id> ids;
  if (added == added_ids::from_template) ids.push_back(tokenizer.cls());
  tokenizer.encode(text, ids, added == added_ids::none);
  if (added == added_ids::from_template) ids.push_back(tokenizer.sep());
  sink(std::span<token_id const>(ids));
}

#ifdef SNOWCODER_SENTENCE_PIECE
/// The library's own ids: a .model file states no template, and its sentinels are never read from a text.
inline void encode_text(io::sentence_piece const& tokenizer, std::string_view text, added_ids, auto&& sink) {
  sink(std::span<token_id const>(tokenizer.encode(text)));
}
#endif

}  // namespace snowcoder::pipeline
