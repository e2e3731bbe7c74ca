// SPDX-License-Identifier: Apache-2.0
// From the index of a training sequence to its tokens (paper section 2.2: documents joined by end-of-document tokens, cut
// at the context). The position of a run is one integer: neither ranks nor micro-batches nor restarts change what it reads.
#pragma once

#include <snowcoder/config/phase.hpp>
#include <snowcoder/core/contract.hpp>
#include <snowcoder/core/tensor_view.hpp>
#include <snowcoder/record/token_id.hpp>
#include <snowcoder/train/permutation.hpp>

#include <concepts>
#include <cstdint>
#include <span>
#include <string_view>

namespace snowcoder::train {

/// A long row of token ids with random access; copy() takes tokens [first, first + out.size()).
template <class S>
concept token_source = requires(S const& s, std::int64_t first, std::span<token_id> out) {
  { s.tokens() } -> std::convertible_to<std::int64_t>;
  s.copy(first, out);
};

/// Cuts the source into sequences of `context` predictions, context + 1 tokens each. Concatenated documents: the next one
/// starts at the last token of the one before, so that every token but the first is predicted once. Packed by best fit: the
/// sequences stand side by side as `tokenize pack` fitted them, and the first token of each is only read. A rest shorter than
/// a sequence is left out.
template <token_source Source>
class loader {
 public:
  /// Requires at least context + 1 tokens. `phase` and `seed` choose the order.
  loader(Source const& source, int context, std::string_view phase, config::epoch_order order, std::uint64_t seed,
         config::packing pack = config::packing::concatenate)
      : source_(source),
        context_(context),
        stride_(context + (pack == config::packing::best_fit)),
        count_((source.tokens() - context - 1 + stride_) / stride_),
        order_(order),
        draws_(phase, seed) {
    require(count_ >= 1, "loader: tokens for at least one sequence");
  }

  /// Sequences in one pass over the source.
  std::int64_t sequences() const { return count_; }
  std::int64_t pass_of(std::int64_t index) const { return index / count_; }

  /// Which sequence of the source is read as number `index` of the phase, counted over all passes.
  std::int64_t sequence_at(std::int64_t index) const {
    auto const pass = order_ == config::epoch_order::reshuffle ? std::uint64_t(pass_of(index)) : 0;
    return std::int64_t(permutation(std::uint64_t(count_), draws_, pass)(std::uint64_t(index % count_)));
  }

  /// From the first token of a sequence to the first token of the next.
  std::int64_t stride() const { return stride_; }

  /// Fills out (sequences, context + 1) with sequences first, first + 1, … of the phase.
  void read(std::int64_t first, matrix_view<token_id> out) const {
    require(out.columns == context_ + 1, "loader: rows of context + 1 tokens");
    for (std::int64_t i = 0; i < out.rows; ++i)
      source_.copy(sequence_at(first + i) * stride_, std::span(out.row(i), std::size_t(out.columns)));
  }

 private:
  Source const& source_;
  int context_;
  std::int64_t stride_, count_;
  config::epoch_order order_;
  draws draws_;
};

}  // namespace snowcoder::train
