// SPDX-License-Identifier: Apache-2.0
// Defines cudnn_attention.hpp: one graph a shape and direction, built when it is first needed.
#include <snowcoder/backend/cuda/cudnn_attention.hpp>
#include <snowcoder/core/contract.hpp>

#include <cudnn_frontend.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

namespace snowcoder::cuda {

namespace {

namespace fe = cudnn_frontend;
using graph = fe::graph::Graph;

/// Names of tensors in graphs.
enum id : std::int64_t { q_id = 1, k_id, v_id, out_id, sums_id, dout_id, dq_id, dk_id, dv_id };

/// Strides of the matrices that a graph reads and writes, in elements; and whether sums come in the same order each time.
struct manner {
  std::int64_t qkv, out, dout, dqkv;
  bool repeatable;
  auto order() const { return std::tuple(qkv, out, dout, dqkv, repeatable); }
};

fe::graph::Tensor_attributes tensor(id which, std::vector<std::int64_t> dims, std::vector<std::int64_t> steps) {
  return fe::graph::Tensor_attributes().set_uid(which).set_dim(std::move(dims)).set_stride(std::move(steps));
}
/// One sequence's heads, where they lie in rows of `stride` elements.
fe::graph::Tensor_attributes heads_of(id which, attention_shape const& s, std::int64_t heads, std::int64_t stride) {
  return tensor(which, {1, heads, s.length, s.head_width}, {s.length * stride, s.head_width, stride, 1});
}
void describe_output(std::shared_ptr<fe::graph::Tensor_attributes> const& t, id which, attention_shape const& s,
                     std::int64_t heads, std::int64_t stride) {
  t->set_output(true)
      .set_uid(which)
      .set_dim({1, heads, s.length, s.head_width})
      .set_stride({s.length * stride, s.head_width, stride, 1});
}

std::shared_ptr<graph> begun(int architecture) {
  auto g = std::make_shared<graph>();
  if (architecture > 0) g->set_sm_version(architecture);
  g->set_io_data_type(fe::DataType_t::BFLOAT16)
      .set_intermediate_data_type(fe::DataType_t::FLOAT)
      .set_compute_data_type(fe::DataType_t::FLOAT);
  return g;
}

/// `architecture` 0: that of the device at hand.
std::shared_ptr<graph> forward_graph(attention_shape const& s, manner const& at, int architecture = 0) {
  auto g = begun(architecture);
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
  sums->set_dim({1, s.heads, s.length, 1}).set_stride({s.heads * s.length, s.length, 1, 1});
  return g;
}

std::shared_ptr<graph> backward_graph(attention_shape const& s, manner const& at, int architecture = 0) {
  auto g = begun(architecture);
  auto const q = g->tensor(heads_of(q_id, s, s.heads, at.qkv)), k = g->tensor(heads_of(k_id, s, s.kv_heads, at.qkv)),
             v = g->tensor(heads_of(v_id, s, s.kv_heads, at.qkv)), out = g->tensor(heads_of(out_id, s, s.heads, at.out)),
             dout = g->tensor(heads_of(dout_id, s, s.heads, at.dout));
  auto const sums = g->tensor(
      tensor(sums_id, {1, s.heads, s.length, 1}, {s.heads * s.length, s.length, 1, 1}).set_data_type(fe::DataType_t::FLOAT));
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

void must(fe::error_t status, char const* where) {
  if (status.is_bad()) [[unlikely]]
    throw device_failure({"cuDNN: " + status.get_message(), where, "build the kernels without SNOWCODER_CUDNN_FRONTEND"});
}

/// The library's handle and the graphs built so far, kept by the device.
class plans {
 public:
  explicit plans(device& d) {
    if (auto const made = cudnnCreate(&handle_); made != CUDNN_STATUS_SUCCESS)
      throw device_failure({std::string("cuDNN: ") + cudnnGetErrorString(made), "start of the library",
                            "build the kernels without SNOWCODER_CUDNN_FRONTEND"});
    cudnnSetStream(handle_, d.queue());
  }
  plans(plans const&) = delete;
  plans& operator=(plans const&) = delete;
  ~plans() {
    built_.clear();
    cudnnDestroy(handle_);
  }
  static plans& of(device& d) {
    auto& kept = d.attention_plans();
    if (!kept) kept = std::make_shared<plans>(d);
    return *static_cast<plans*>(kept.get());
  }

  /// Runs the graph that make(shape, manner, architecture) describes; tensors by their names.
  template <class Make>
  void run(device& d, char const* verb, attention_shape const& s, manner const& at, Make const& make,
           std::unordered_map<std::int64_t, void*> tensors) {
    auto& g = built_[{verb, s.length, s.heads, s.kv_heads, s.head_width, at.order()}];
    if (!g) {
      auto built = make(s, at, 0);
      must(built->build(handle_, {fe::HeurMode_t::A}), verb);
      g = std::move(built);
    }
    std::int64_t bytes = 0;
    must(g->get_workspace_size(bytes), verb);
    must(g->execute(handle_, tensors, d.scratch<std::byte>(2, bytes)), verb);
  }

 private:
  using key = std::tuple<std::string, std::int64_t, std::int64_t, std::int64_t, std::int64_t,
                         decltype(std::declval<manner>().order())>;
  cudnnHandle_t handle_ = nullptr;
  std::map<key, std::shared_ptr<graph>> built_;
};

/// cuDNN takes what it only reads as void* too.
void* address(bfloat16 const* p) { return const_cast<bfloat16*>(p); }

}  // namespace

bool cudnn_attends(attention_shape const& s) {
  return !s.starts && s.length % 128 == 0 && s.head_width % 8 == 0 && s.head_width <= 128 && cudnnGetVersion() >= 91900;
}

void cudnn_attention(device& d, matrix_view<bfloat16> out, float* log_sums, matrix_view<bfloat16 const> qkv,
                     attention_shape s) {
  manner const at{qkv.stride, out.stride, 0, 0, true};
  for (std::int64_t i = 0; i < s.sequences; ++i) {
    auto const* const in = qkv.row(i * s.length);
    plans::of(d).run(d, "attention", s, at, forward_graph,
                     {{q_id, address(in)},
                      {k_id, address(in + s.k(0))},
                      {v_id, address(in + s.v(0))},
                      {out_id, out.row(i * s.length)},
                      {sums_id, log_sums + i * s.heads * s.length}});
  }
}

void cudnn_attention_backward(device& d, matrix_view<bfloat16> dqkv, matrix_view<bfloat16 const> qkv,
                              matrix_view<bfloat16 const> out, float const* log_sums, matrix_view<bfloat16 const> dout,
                              attention_shape s) {
  manner const at{qkv.stride, out.stride, dout.stride, dqkv.stride, d.repeatable()};
  for (std::int64_t i = 0; i < s.sequences; ++i) {
    auto const* const in = qkv.row(i * s.length);
    auto* const to = dqkv.row(i * s.length);
    plans::of(d).run(d, "attention_backward", s, at, backward_graph,
                     {{q_id, address(in)},
                      {k_id, address(in + s.k(0))},
                      {v_id, address(in + s.v(0))},
                      {out_id, address(out.row(i * s.length))},
                      {sums_id, const_cast<float*>(log_sums + i * s.heads * s.length)},
                      {dout_id, address(dout.row(i * s.length))},
                      {dq_id, to},
                      {dk_id, to + s.k(0)},
                      {dv_id, to + s.v(0)}});
  }
}

std::string cudnn_attention_fault(attention_shape s, int architecture) {
  manner const at{s.packed(), s.width(), s.width(), s.packed(), true};
  for (auto const& g : {forward_graph(s, at, architecture), backward_graph(s, at, architecture)})
    if (auto status = g->validate(); status.is_bad()) return status.get_message();
  return {};
}

}  // namespace snowcoder::cuda
