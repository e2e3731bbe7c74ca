// SPDX-License-Identifier: Apache-2.0
// Defines cudnn_attention.hpp: one graph a shape and direction, built when it is first needed.
#include "cudnn_plans.hpp"

#include <snowcoder/backend/cuda/cudnn_attention.hpp>
#include <snowcoder/config/device_memory.hpp>
#include <snowcoder/core/contract.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace snowcoder::cuda {

namespace {

using namespace detail;

/// Names of tensors in graphs.
enum id : std::int64_t { q_id = 1, k_id, v_id, out_id, sums_id, dout_id, dq_id, dk_id, dv_id };

/// Strides of the matrices that a graph reads and writes, in elements; and whether sums come in the same order each time.
struct manner {
  std::int64_t qkv, out, dout, dqkv;
  bool repeatable;
};

/// The heads of all sequences, where they lie in rows of `stride` elements.
fe::graph::Tensor_attributes heads_of(id which, attention_shape const& s, std::int64_t heads, std::int64_t stride) {
  return tensor(which, {s.sequences, heads, s.length, s.head_width}, {s.length * stride, s.head_width, stride, 1});
}
void describe_output(std::shared_ptr<fe::graph::Tensor_attributes> const& t, id which, attention_shape const& s,
                     std::int64_t heads, std::int64_t stride) {
  t->set_output(true)
      .set_uid(which)
      .set_dim({s.sequences, heads, s.length, s.head_width})
      .set_stride({s.length * stride, s.head_width, stride, 1});
}

/// `architecture` 0: that of the device at hand.
std::shared_ptr<graph> forward_graph(attention_shape const& s, manner const& at, int architecture = 0) {
  auto g = begun(dtype::bf16, architecture);
  auto const q = g->tensor(heads_of(q_id, s, s.heads, at.qkv)), k = g->tensor(heads_of(k_id, s, s.kv_heads, at.qkv)),
             v = g->tensor(heads_of(v_id, s, s.kv_heads, at.qkv));
  auto const [out, sums] = g->sdpa(q, k, v,
                                   fe::graph::SDPA_attributes()
                                       .set_name("attention")
                                       .set_generate_stats(true)
                                       .set_attn_scale(s.scale())
                                       .set_diagonal_alignment(fe::DiagonalAlignment_t::TOP_LEFT)
                                       .set_diagonal_band_right_bound(0));
  describe_output(out, out_id, s, s.heads, at.out);
  sums->set_output(true).set_uid(sums_id).set_data_type(fe::DataType_t::FLOAT);
  sums->set_dim({s.sequences, s.heads, s.length, 1}).set_stride({s.heads * s.length, s.length, 1, 1});
  return g;
}

std::shared_ptr<graph> backward_graph(attention_shape const& s, manner const& at, int architecture = 0) {
  auto g = begun(dtype::bf16, architecture);
  auto const q = g->tensor(heads_of(q_id, s, s.heads, at.qkv)), k = g->tensor(heads_of(k_id, s, s.kv_heads, at.qkv)),
             v = g->tensor(heads_of(v_id, s, s.kv_heads, at.qkv)), out = g->tensor(heads_of(out_id, s, s.heads, at.out)),
             dout = g->tensor(heads_of(dout_id, s, s.heads, at.dout));
  auto const sums = g->tensor(tensor(sums_id, {s.sequences, s.heads, s.length, 1}, {s.heads * s.length, s.length, 1, 1})
                                  .set_data_type(fe::DataType_t::FLOAT));
  auto const [dq, dk, dv] = g->sdpa_backward(q, k, v, out, dout, sums,
                                             fe::graph::SDPA_backward_attributes()
                                                 .set_name("attention_backward")
                                                 .set_attn_scale(s.scale())
                                                 .set_diagonal_alignment(fe::DiagonalAlignment_t::TOP_LEFT)
                                                 .set_diagonal_band_right_bound(0)
                                                 .set_deterministic_algorithm(at.repeatable));
  describe_output(dq, dq_id, s, s.heads, at.dqkv);
  describe_output(dk, dk_id, s, s.kv_heads, at.dqkv);
  describe_output(dv, dv_id, s, s.kv_heads, at.dqkv);
  return g;
}

cudnn_plans::key key_of(char const* verb, attention_shape const& s, manner const& at) {
  return {verb, {s.sequences, s.length, s.heads, s.kv_heads, s.head_width, at.qkv, at.out, at.dout, at.dqkv, at.repeatable}};
}

}  // namespace

bool cudnn_attends(attention_shape const& s) {
  return !s.starts && config::cudnn_serves(s.length, s.head_width) && cudnnGetVersion() >= 91900;
}

void cudnn_attention(device& d, matrix_view<bfloat16> out, float* log_sums, matrix_view<bfloat16 const> qkv,
                     attention_shape s) {
  manner const at{qkv.stride, out.stride, 0, 0, true};
  cudnn_plans::of(d).run(d, key_of("attention", s, at), [&] { return forward_graph(s, at); },
                         {{q_id, address(qkv.data)},
                          {k_id, address(qkv.data + s.k(0))},
                          {v_id, address(qkv.data + s.v(0))},
                          {out_id, out.data},
                          {sums_id, log_sums}});
}

void cudnn_attention_backward(device& d, matrix_view<bfloat16> dqkv, matrix_view<bfloat16 const> qkv,
                              matrix_view<bfloat16 const> out, float const* log_sums, matrix_view<bfloat16 const> dout,
                              attention_shape s) {
  manner const at{qkv.stride, out.stride, dout.stride, dqkv.stride, d.repeatable()};
  cudnn_plans::of(d).run(d, key_of("attention_backward", s, at), [&] { return backward_graph(s, at); },
                         {{q_id, address(qkv.data)},
                          {k_id, address(qkv.data + s.k(0))},
                          {v_id, address(qkv.data + s.v(0))},
                          {out_id, address(out.data)},
                          {sums_id, const_cast<float*>(log_sums)},
                          {dout_id, address(dout.data)},
                          {dq_id, dqkv.data},
                          {dk_id, dqkv.data + s.k(0)},
                          {dv_id, dqkv.data + s.v(0)}});
}

std::string cudnn_attention_fault(attention_shape s, int architecture) {
  manner const at{s.packed(), s.width(), s.width(), s.packed(), true};
  for (auto const& g : {forward_graph(s, at, architecture), backward_graph(s, at, architecture)})
    if (auto status = g->validate(); status.is_bad()) return status.get_message();
  return {};
}

}  // namespace snowcoder::cuda
