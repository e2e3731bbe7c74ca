// SPDX-License-Identifier: Apache-2.0
// Defines cudnn_attention.hpp: one graph a shape and direction, built when it is first needed. Documents that are kept apart
// are sequences of their own, padded in the library's eyes only: it is told where each begins and how long it is.
#include "cudnn_plans.hpp"

#include <snowcoder/backend/cuda/cudnn_attention.hpp>
#include <snowcoder/backend/cuda/document_runs.hpp>
#include <snowcoder/config/device_memory.hpp>
#include <snowcoder/core/contract.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace snowcoder::cuda {

namespace {

using namespace detail;

/// Names of tensors in graphs. Where documents lie apart, those with rows have a list of where each document begins as well.
enum id : std::int64_t {
  q_id = 1,
  k_id,
  v_id,
  out_id,
  sums_id,
  dout_id,
  dq_id,
  dk_id,
  dv_id,
  q_lengths_id,
  kv_lengths_id,
  starts_id
};
constexpr std::int64_t starts_of(id which) { return starts_id + which; }

/// Strides of the matrices that a graph reads and writes, in elements; whether sums come in the same order each time; and
/// whether its sequences are documents that begin at any row, none longer than a sequence of the shape.
struct manner {
  std::int64_t qkv, out, dout, dqkv;
  bool repeatable, documents;
};

fe::graph::Tensor_attributes lying(graph& g, id which, attention_shape const& s, manner const& at,
                                   std::vector<std::int64_t> dims, std::vector<std::int64_t> steps) {
  auto t = tensor(which, std::move(dims), std::move(steps));
  if (at.documents) t.set_ragged_offset(numbers_of(g, starts_of(which), s.sequences + 1));
  return t;
}
/// The heads of all sequences, where they lie in rows of `stride` elements.
fe::graph::Tensor_attributes heads_of(graph& g, id which, attention_shape const& s, manner const& at, std::int64_t heads,
                                      std::int64_t stride) {
  return lying(g, which, s, at, {s.sequences, heads, s.length, s.head_width}, {s.length * stride, s.head_width, stride, 1});
}
/// A float for each head of each row: a sequence's heads one after the other, or, of documents, a row's.
fe::graph::Tensor_attributes sums_of(graph& g, attention_shape const& s, manner const& at) {
  auto const all = s.heads * s.length;
  std::vector<std::int64_t> const steps =
      at.documents ? std::vector<std::int64_t>{all, 1, s.heads, 1} : std::vector<std::int64_t>{all, s.length, 1, 1};
  return lying(g, sums_id, s, at, {s.sequences, s.heads, s.length, 1}, steps).set_data_type(fe::DataType_t::FLOAT);
}

/// What both directions say of attention.
template <class Attributes>
Attributes causal(graph& g, attention_shape const& s, manner const& at) {
  Attributes how;
  how.set_attn_scale(s.scale()).set_diagonal_alignment(fe::DiagonalAlignment_t::TOP_LEFT).set_diagonal_band_right_bound(0);
  if (at.documents)
    how.set_padding_mask(true)
        .set_seq_len_q(numbers_of(g, q_lengths_id, s.sequences))
        .set_seq_len_kv(numbers_of(g, kv_lengths_id, s.sequences));
  return how;
}

/// `architecture` 0: that of the device at hand.
std::shared_ptr<graph> forward_graph(attention_shape const& s, manner const& at, int architecture = 0) {
  auto g = begun(dtype::bf16, architecture);
  auto const heads = [&](id which, std::int64_t count) { return g->tensor(heads_of(*g, which, s, at, count, at.qkv)); };
  auto const q = heads(q_id, s.heads), k = heads(k_id, s.kv_heads), v = heads(v_id, s.kv_heads);
  auto how = causal<fe::graph::SDPA_attributes>(*g, s, at);
  auto const [out, sums] = g->sdpa(q, k, v, how.set_name("attention").set_generate_stats(true));
  describe(out, heads_of(*g, out_id, s, at, s.heads, at.out));
  describe(sums, sums_of(*g, s, at));
  sums->set_data_type(fe::DataType_t::FLOAT);
  return g;
}

std::shared_ptr<graph> backward_graph(attention_shape const& s, manner const& at, int architecture = 0) {
  auto g = begun(dtype::bf16, architecture);
  auto const heads = [&](id which, std::int64_t count, std::int64_t stride) {
    return g->tensor(heads_of(*g, which, s, at, count, stride));
  };
  auto const q = heads(q_id, s.heads, at.qkv), k = heads(k_id, s.kv_heads, at.qkv), v = heads(v_id, s.kv_heads, at.qkv),
             out = heads(out_id, s.heads, at.out), dout = heads(dout_id, s.heads, at.dout);
  auto const sums = g->tensor(sums_of(*g, s, at));
  auto how = causal<fe::graph::SDPA_backward_attributes>(*g, s, at);
  auto const [dq, dk, dv] =
      g->sdpa_backward(q, k, v, out, dout, sums, how.set_name("attention_backward").set_deterministic_algorithm(at.repeatable));
  describe(dq, heads_of(*g, dq_id, s, at, s.heads, at.dqkv));
  describe(dk, heads_of(*g, dk_id, s, at, s.kv_heads, at.dqkv));
  describe(dv, heads_of(*g, dv_id, s, at, s.kv_heads, at.dqkv));
  return g;
}

cudnn_plans::key key_of(char const* verb, attention_shape const& s, manner const& at) {
  return {verb,
          {s.sequences, s.length, s.heads, s.kv_heads, s.head_width, at.qkv, at.out, at.dout, at.dqkv, at.repeatable,
           at.documents}};
}

/// The shape of a run's graph: its documents as sequences.
attention_shape shape_of(document_run const& r, attention_shape s) {
  s.sequences = std::int64_t(r.documents.size()), s.length = r.longest;
  return s;
}

/// That of the largest run: whole sequences, a power of two of them. No other run's graph works in more memory.
attention_shape largest_run(attention_shape s) {
  s.sequences = std::int64_t(std::bit_floor(std::uint64_t(s.sequences)));
  return s;
}

using tensors = std::unordered_map<std::int64_t, void*>;

/// Runs the graph that make(shape, at) describes over all sequences, or over documents, run by run. Both directions send the
/// device the same numbers, so that it has them once for all layers.
template <class Make>
void attend(device& d, char const* verb, attention_shape const& s, manner const& at, tensors const& lying, Make const& make) {
  auto& plans = cudnn_plans::of(d);
  auto const run = [&](attention_shape const& part, tensors all) {
    plans.run(
        d, key_of(verb, part, at), [&] { return make(part, at); }, std::move(all));
  };
  if (!at.documents) return run(s, lying);
  require(s.rows() * std::max(at.qkv, at.out) <= INT32_MAX, "attention: documents within as many elements as 32 bits count");
  require(at.dout == 0 || (at.dqkv == at.qkv && at.dout == at.out), "attention: gradients lie as what they are of");
  struct placed {
    std::int64_t lengths, qkv, out, sums;
  };
  number_lists lists;
  std::vector<placed> places;
  auto const runs = runs_of_documents(s.documents, s.length);
  for (auto const& r : runs) {
    auto const count = std::int64_t(r.documents.size());
    auto const first = [&](std::int64_t i) { return std::size_t(r.documents[std::size_t(i)]); };
    // Behind the last begin stands where that document ends.
    auto const starts = [&](std::int64_t stride) {
      return lists.add(count + 1,
                       [&](std::int64_t i) { return s.documents[i < count ? first(i) : first(i - 1) + 1] * stride; });
    };
    auto const lengths = lists.add(count, [&](std::int64_t i) { return s.documents[first(i) + 1] - s.documents[first(i)]; });
    places.push_back({lengths, starts(at.qkv), starts(at.out), starts(s.heads)});
  }
  auto* const numbers = const_cast<std::int32_t*>(plans.numbers(d, lists.all()));
  // At once for all runs: growing with them, the device's memory would be asked for several times over.
  auto const largest = largest_run(s);
  plans.make_room(d, key_of(verb, largest, at), [&] { return make(largest, at); });
  for (std::size_t i = 0; i < runs.size(); ++i) {
    auto const& p = places[i];
    auto all = lying;
    all.insert(
        {{q_lengths_id, numbers + p.lengths}, {kv_lengths_id, numbers + p.lengths}, {starts_of(sums_id), numbers + p.sums}});
    for (auto which : {q_id, k_id, v_id, dq_id, dk_id, dv_id})
      if (lying.contains(which)) all[starts_of(which)] = numbers + p.qkv;
    for (auto which : {out_id, dout_id})
      if (lying.contains(which)) all[starts_of(which)] = numbers + p.out;
    run(shape_of(runs[i], s), std::move(all));
  }
}

}  // namespace

std::string cudnn_version() {
  auto const number = cudnnGetVersion();
  return std::to_string(number / 10000) + "." + std::to_string(number / 100 % 100) + "." + std::to_string(number % 100);
}

char const* cudnn_declines(attention_shape const& s, int architecture) {
  if (!config::cudnn_serves(s.length, s.head_width)) return "it has no safe kernel for such lengths or heads";
  if (cudnnGetVersion() < 91900) return "cuDNN is older than 9.19";
  if (!s.starts) return nullptr;
  if (s.documents.empty()) return "documents are kept apart without a list of them";
  if (architecture < 90 || architecture >= 120) return "it has no repeatable gradient of documents on this GPU";
  if (s.rows() * s.packed() > INT32_MAX) return "documents lie in more elements than 32 bits count";
  return nullptr;
}

bool cudnn_plans_documents(device& d, attention_shape const& s) {
  auto const part = largest_run(s);
  manner const forth{s.packed(), s.width(), 0, 0, true, true},
      back{s.packed(), s.width(), s.width(), s.packed(), d.repeatable(), true};
  auto& plans = cudnn_plans::of(d);
  return plans.serves(key_of("attention", part, forth), [&] { return forward_graph(part, forth); }) &&
         plans.serves(key_of("attention_backward", part, back), [&] { return backward_graph(part, back); });
}

void cudnn_attention(device& d, matrix_view<bfloat16> out, float* log_sums, matrix_view<bfloat16 const> qkv,
                     attention_shape s) {
  attend(d, "attention", s, {qkv.stride, out.stride, 0, 0, true, s.starts != nullptr},
         {{q_id, address(qkv.data)},
          {k_id, address(qkv.data + s.k(0))},
          {v_id, address(qkv.data + s.v(0))},
          {out_id, out.data},
          {sums_id, log_sums}},
         [](auto const& part, auto const& at) { return forward_graph(part, at); });
}

void cudnn_attention_backward(device& d, matrix_view<bfloat16> dqkv, matrix_view<bfloat16 const> qkv,
                              matrix_view<bfloat16 const> out, float const* log_sums, matrix_view<bfloat16 const> dout,
                              attention_shape s) {
  manner const at{qkv.stride, out.stride, dout.stride, dqkv.stride, d.repeatable(), s.starts != nullptr};
  attend(d, "attention_backward", s, at,
         {{q_id, address(qkv.data)},
          {k_id, address(qkv.data + s.k(0))},
          {v_id, address(qkv.data + s.v(0))},
          {out_id, address(out.data)},
          {sums_id, const_cast<float*>(log_sums)},
          {dout_id, address(dout.data)},
          {dq_id, dqkv.data},
          {dk_id, dqkv.data + s.k(0)},
          {dv_id, dqkv.data + s.v(0)}},
         [](auto const& part, auto const& how) { return backward_graph(part, how); });
}

std::string cudnn_attention_fault(attention_shape s, int architecture, bool documents) {
  manner const at{s.packed(), s.width(), s.width(), s.packed(), true, documents};
  for (auto const& g : {forward_graph(s, at, architecture), backward_graph(s, at, architecture)})
    if (auto status = g->validate(); status.is_bad()) return status.get_message();
  return {};
}

}  // namespace snowcoder::cuda
