// SPDX-License-Identifier: Apache-2.0
// How well a model knows a text, whatever its tokenizer: cross-entropy in bits divided by the text's bytes. What small models
// are compared by, as their pass@1 is zero.
//
// Rule: the ids of the text follow one end-of-text token, as in training, so every id is predicted. Texts longer than the
// context are read in windows that move by half a context; a window counts only the ids that no earlier one has counted,
// which therefore see at least half a context before them.
#pragma once

#include <snowcoder/config/vocabulary.hpp>
#include <snowcoder/core/tensor_view.hpp>
#include <snowcoder/record/token_id.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

namespace snowcoder::evaluate {

/// Of one text, or of many added up.
struct information {
  double bits = 0;
  std::int64_t bytes = 0, tokens = 0, texts = 0;

  double bits_per_byte() const { return bytes > 0 ? bits / double(bytes) : 0; }
  information& operator+=(information const& other) {
    bits += other.bits;
    bytes += other.bytes;
    tokens += other.tokens;
    texts += other.texts;
    return *this;
  }
};

/// `model.loss(tokens, per_target)` as nn::decoder has it; `ids` are the text's, without end-of-text; `bytes` its length.
template <class Model>
information measure(Model& model, std::span<token_id const> ids, std::int64_t bytes, std::int64_t context) {
  std::vector<token_id> row{config::end_of_text};
  row.insert(row.end(), ids.begin(), ids.end());
  auto const targets = std::int64_t(ids.size()), stride = std::max<std::int64_t>(1, context / 2);
  std::vector<float> losses(static_cast<std::size_t>(std::min(targets, context)));
  double nats = 0;
  for (std::int64_t counted = 0, first = 0; counted < targets; first += stride) {
    auto const length = std::min(context, targets - first);
    model.loss(matrix_view<token_id const>(row.data() + first, 1, length + 1), losses.data());
    for (auto i = counted - first; i < length; ++i) nats += double(losses[std::size_t(i)]);
    counted = first + length;
  }
  return {nats / std::log(2.0), bytes, targets, 1};
}

}  // namespace snowcoder::evaluate
