// SPDX-License-Identifier: Apache-2.0
// What the files that talk to cuDNN share: its handle with the graphs built so far, and how a graph and its tensors begin.
#pragma once

#include <snowcoder/backend/cuda/device.hpp>
#include <snowcoder/core/dtype.hpp>

#include <cudnn_frontend.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace snowcoder::cuda::detail {

namespace fe = cudnn_frontend;
using graph = fe::graph::Graph;

inline fe::graph::Tensor_attributes tensor(std::int64_t which, std::vector<std::int64_t> dims,
                                           std::vector<std::int64_t> steps) {
  return fe::graph::Tensor_attributes().set_uid(which).set_dim(std::move(dims)).set_stride(std::move(steps));
}

/// `count` numbers of 32 bits.
inline std::shared_ptr<fe::graph::Tensor_attributes> numbers_of(graph& g, std::int64_t which, std::int64_t count) {
  return g.tensor(tensor(which, {count, 1, 1, 1}, {1, 1, 1, 1}).set_data_type(fe::DataType_t::INT32));
}

/// Lists of numbers behind each other, each at a multiple of 256 bytes.
class number_lists {
 public:
  /// Appends value(0), ... value(count - 1); returns where they begin.
  template <class Value>
  std::int64_t add(std::int64_t count, Value const& value) {
    all_.resize((all_.size() + 63) / 64 * 64);
    auto const begin = std::int64_t(all_.size());
    for (std::int64_t i = 0; i < count; ++i) all_.push_back(std::int32_t(value(i)));
    return begin;
  }
  std::vector<std::int32_t> const& all() const { return all_; }

 private:
  std::vector<std::int32_t> all_;
};

/// What describes an output, which a graph has made itself.
inline void describe(std::shared_ptr<fe::graph::Tensor_attributes> const& output, fe::graph::Tensor_attributes as) {
  output->set_output(true).set_uid(as.get_uid()).set_dim(as.get_dim()).set_stride(as.get_stride());
  if (as.get_ragged_offset()) output->set_ragged_offset(as.get_ragged_offset());
}

/// `elements`: bf16 or f16. `architecture` 0: that of the device at hand.
inline std::shared_ptr<graph> begun(dtype elements, int architecture) {
  auto g = std::make_shared<graph>();
  if (architecture > 0) g->set_sm_version(architecture);
  g->set_io_data_type(elements == dtype::f16 ? fe::DataType_t::HALF : fe::DataType_t::BFLOAT16)
      .set_intermediate_data_type(fe::DataType_t::FLOAT)
      .set_compute_data_type(fe::DataType_t::FLOAT);
  return g;
}

inline void must(fe::error_t status, char const* where) {
  if (status.is_bad()) [[unlikely]]
    throw device_failure({"cuDNN: " + status.get_message(), where, "build the kernels without SNOWCODER_CUDNN_FRONTEND"});
}

/// cuDNN takes what it only reads as void* too.
template <class T>
void* address(T const* p) {
  return const_cast<T*>(p);
}

/// The library's handle and the graphs built so far, kept by the device.
class cudnn_plans {
 public:
  /// What a graph depends on: the verb, sizes and strides, and the elements where a verb has several.
  using key = std::pair<std::string, std::vector<std::int64_t>>;

  explicit cudnn_plans(device& d) {
    if (auto const made = cudnnCreate(&handle_); made != CUDNN_STATUS_SUCCESS)
      throw device_failure({std::string("cuDNN: ") + cudnnGetErrorString(made), "start of the library",
                            "build the kernels without SNOWCODER_CUDNN_FRONTEND"});
    cudnnSetStream(handle_, d.queue());
  }
  cudnn_plans(cudnn_plans const&) = delete;
  cudnn_plans& operator=(cudnn_plans const&) = delete;
  ~cudnn_plans() {
    built_.clear();
    cudnnDestroy(handle_);
  }
  static cudnn_plans& of(device& d) {
    auto& kept = d.attention_plans();
    if (!kept) kept = std::make_shared<cudnn_plans>(d);
    return *static_cast<cudnn_plans*>(kept.get());
  }

  /// Whether the library runs the graph that make() describes; it is built at the first question.
  template <class Make>
  bool serves(key const& k, Make const& make) {
    return plan_of(k, make).fault.is_good();
  }
  /// Runs it; tensors by their names.
  template <class Make>
  void run(device& d, key const& k, Make const& make, std::unordered_map<std::int64_t, void*> tensors) {
    must(plan_of(k, make).what->execute(handle_, tensors, make_room(d, k, make)), k.first.c_str());
  }
  /// What the graph works in: the device's scratch(), as large as that at least.
  template <class Make>
  std::byte* make_room(device& d, key const& k, Make const& make) {
    auto& p = plan_of(k, make);
    must(p.fault, k.first.c_str());
    std::int64_t bytes = 0;
    must(p.what->get_workspace_size(bytes), k.first.c_str());
    return d.scratch<std::byte>(2, bytes);
  }

  /// Numbers in device memory that are sent only if they are others than the last: all layers of a batch attend alike.
  std::int32_t const* numbers(device& d, std::vector<std::int32_t> const& wanted) {
    if (wanted != sent_) {
      if (std::int64_t(wanted.size()) > numbers_.size()) numbers_ = buffer<std::int32_t>(std::int64_t(wanted.size()));
      upload(d, numbers_.data(), wanted.data(), std::int64_t(wanted.size()));
      sent_ = wanted;
    }
    return numbers_.data();
  }

 private:
  struct plan {
    std::shared_ptr<graph> what;
    fe::error_t fault;
  };
  template <class Make>
  plan& plan_of(key const& k, Make const& make) {
    auto& p = built_[k];
    if (!p.what) {
      p.what = make();
      p.fault = p.what->build(handle_, {fe::HeurMode_t::A});
    }
    return p;
  }

  cudnnHandle_t handle_ = nullptr;
  std::map<key, plan> built_;
  buffer<std::int32_t> numbers_;
  std::vector<std::int32_t> sent_;
};

}  // namespace snowcoder::cuda::detail
