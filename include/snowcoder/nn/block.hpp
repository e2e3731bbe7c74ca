// SPDX-License-Identifier: Apache-2.0
// One layer of the decoder: the attention half, then the feed-forward half, each around the residual stream.
#pragma once

#include <snowcoder/nn/attention.hpp>
#include <snowcoder/nn/decoder_activations.hpp>
#include <snowcoder/nn/decoder_weights.hpp>
#include <snowcoder/nn/swiglu.hpp>

#include <cstdint>

namespace snowcoder::nn {

/// a.input(i) -> a.input(i + 1)
template <config::named_model R, class Backend, class T>
void block_forward(Backend& device, decoder_activations<R, Backend, T>& a, decoder_weights<R, Backend, T> const& w,
                   std::int64_t i, attention_shape const& s) {
  constexpr float epsilon = float(R::model.norm_epsilon);
  auto const rows = s.rows();
  matrix_view<T const> const x = a.input(i, rows), middle = a.middle(i, rows);
  attention_forward<Backend, T>(device, a.middle(i, rows), x, w.attention(i), a.attention(i, rows), s, w.positions(s.length),
                                epsilon);
  swiglu_forward<Backend, T>(device, a.input(i + 1, rows), middle, w.feed_forward(i), a.feed_forward(i, rows), epsilon);
}

/// What block_backward reads of layer i, once more from a.input(i), bit by bit as block_forward left it.
template <config::named_model R, class Backend, class T>
void block_recompute(Backend& device, decoder_activations<R, Backend, T>& a, decoder_weights<R, Backend, T> const& w,
                     std::int64_t i, attention_shape const& s) {
  constexpr float epsilon = float(R::model.norm_epsilon);
  auto const rows = s.rows();
  attention_forward<Backend, T>(device, a.middle(i, rows), a.input(i, rows), w.attention(i), a.attention(i, rows), s,
                                w.positions(s.length), epsilon);
  swiglu_activate<Backend, T>(device, a.middle(i, rows), w.feed_forward(i), a.feed_forward(i, rows), epsilon);
}

/// a.gradient becomes, from the gradient of a.input(i + 1), that of a.input(i); adds the layer's part of `g`.
template <config::named_model R, class Backend, class T>
void block_backward(Backend& device, decoder_activations<R, Backend, T>& a, decoder_weights<R, Backend, T> const& w,
                    decoder_gradients<R> const& g, std::int64_t i, attention_shape const& s) {
  constexpr float epsilon = float(R::model.norm_epsilon);
  auto const rows = s.rows();
  swiglu_backward_pass<Backend, T>(device, a.gradient(rows), a.middle(i, rows), w.feed_forward(i), g.feed_forward(i),
                                   a.feed_forward(i, rows), a.projected(rows), a.dproduct(rows), a.dgate_up(rows),
                                   gradient_piece<Backend>(s), epsilon);
  attention_backward_pass<Backend, T>(device, a.gradient(rows), a.input(i, rows), w.attention(i), g.attention(i),
                                      a.attention(i, rows), a.projected(rows), a.dqkv(rows), s, w.positions(s.length), epsilon);
}

}  // namespace snowcoder::nn
