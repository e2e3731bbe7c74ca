// SPDX-License-Identifier: Apache-2.0
// Stands in for cuDNN and its frontend where kernels are run on the CPU: the calls of kernels/cudnn_*, as their manuals define
// them, in plain loops. A graph reads and writes where its dimensions, strides, offsets and lengths say, nothing beyond a
// sequence's end, and refuses what the library would refuse of these; its workspace is not a number before.
#pragma once

#include <snowcoder/core/dtype.hpp>

#include <cuda_runtime_api.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

enum cudnnStatus_t { CUDNN_STATUS_SUCCESS = 0 };
struct cudnnContext {
  cudaStream_t queue = nullptr;
};
using cudnnHandle_t = cudnnContext*;
inline std::size_t cudnnGetVersion() { return 91900; }
inline char const* cudnnGetErrorString(cudnnStatus_t) { return "no error"; }
inline cudnnStatus_t cudnnCreate(cudnnHandle_t* h) { return *h = new cudnnContext, CUDNN_STATUS_SUCCESS; }
inline cudnnStatus_t cudnnDestroy(cudnnHandle_t h) { return delete h, CUDNN_STATUS_SUCCESS; }
inline cudnnStatus_t cudnnSetStream(cudnnHandle_t h, cudaStream_t queue) { return h->queue = queue, CUDNN_STATUS_SUCCESS; }

namespace cudnn_frontend {

enum class DataType_t { NOT_SET, FLOAT, HALF, BFLOAT16, INT32 };
enum class HeurMode_t { A };
enum class DiagonalAlignment_t { TOP_LEFT };

class error_t {
 public:
  error_t() = default;
  explicit error_t(std::string what) : what_(std::move(what)) {}
  bool is_good() const { return what_.empty(); }
  bool is_bad() const { return !is_good(); }
  std::string get_message() const { return what_; }

 private:
  std::string what_;
};

namespace graph {

class Tensor_attributes {
 public:
  using sizes = std::vector<std::int64_t>;
  using other = std::shared_ptr<Tensor_attributes>;
  auto& set_uid(std::int64_t uid) { return uid_ = uid, *this; }
  auto& set_dim(sizes dims) { return dims_ = std::move(dims), *this; }
  auto& set_stride(sizes steps) { return steps_ = std::move(steps), *this; }
  auto& set_data_type(DataType_t type) { return type_ = type, *this; }
  auto& set_ragged_offset(other starts) { return starts_ = std::move(starts), *this; }
  auto& set_output(bool) { return *this; }
  std::int64_t get_uid() const { return uid_; }
  sizes const& get_dim() const { return dims_; }
  sizes const& get_stride() const { return steps_; }
  DataType_t get_data_type() const { return type_; }
  other get_ragged_offset() const { return starts_; }

 private:
  std::int64_t uid_ = 0;
  sizes dims_, steps_;
  DataType_t type_ = DataType_t::NOT_SET;
  other starts_;
};
using tensor_pointer = std::shared_ptr<Tensor_attributes>;

/// What attention's both directions are told.
struct attention_attributes {
  float scale = 1;
  bool causal = false, padded = false, stats = false, repeatable = false;
  tensor_pointer q_lengths, kv_lengths;
};
template <class Own>
struct attention_setters : attention_attributes {
  Own& own() { return static_cast<Own&>(*this); }
  Own& set_name(std::string const&) { return own(); }
  Own& set_attn_scale(float s) { return scale = s, own(); }
  Own& set_padding_mask(bool yes) { return padded = yes, own(); }
  Own& set_seq_len_q(tensor_pointer t) { return q_lengths = std::move(t), own(); }
  Own& set_seq_len_kv(tensor_pointer t) { return kv_lengths = std::move(t), own(); }
  Own& set_diagonal_alignment(DiagonalAlignment_t) { return own(); }
  Own& set_diagonal_band_right_bound(int bound) { return causal = bound == 0, own(); }
};
struct SDPA_attributes : attention_setters<SDPA_attributes> {
  SDPA_attributes& set_generate_stats(bool yes) { return stats = yes, *this; }
};
struct SDPA_backward_attributes : attention_setters<SDPA_backward_attributes> {
  SDPA_backward_attributes& set_deterministic_algorithm(bool yes) { return repeatable = yes, *this; }
};

class Graph {
 public:
  using pack = std::unordered_map<std::int64_t, void*>;
  Graph& set_io_data_type(DataType_t type) { return io_ = type, *this; }
  Graph& set_intermediate_data_type(DataType_t) { return *this; }
  Graph& set_compute_data_type(DataType_t) { return *this; }
  Graph& set_sm_version(int) { return *this; }

  tensor_pointer tensor(Tensor_attributes const& t) { return std::make_shared<Tensor_attributes>(t); }
  std::array<tensor_pointer, 2> sdpa(tensor_pointer q, tensor_pointer k, tensor_pointer v, SDPA_attributes const& how) {
    q_ = std::move(q), k_ = std::move(k), v_ = std::move(v), how_ = how;
    out_ = made();
    if (how.stats) stats_ = made();
    return {out_, stats_};
  }
  std::array<tensor_pointer, 3> sdpa_backward(tensor_pointer q, tensor_pointer k, tensor_pointer v, tensor_pointer out,
                                              tensor_pointer dout, tensor_pointer stats, SDPA_backward_attributes const& how) {
    q_ = std::move(q), k_ = std::move(k), v_ = std::move(v), out_ = std::move(out), dout_ = std::move(dout);
    stats_ = std::move(stats), how_ = how;
    return {dq_ = made(), dk_ = made(), dv_ = made()};
  }

  error_t validate() const {
    auto const &q = q_->get_dim(), &k = k_->get_dim();
    if (q.size() != 4 || k.size() != 4 || q[0] != k[0] || q[3] != k[3] || q[1] % k[1] != 0) return error_t("shapes");
    if (v_->get_dim() != k || out_->get_dim() != q) return error_t("shapes of values or of the result");
    if (stats_ && stats_->get_data_type() != DataType_t::FLOAT) return error_t("stats are float");
    if (how_.padded != bool(how_.q_lengths) || how_.padded != bool(how_.kv_lengths)) return error_t("a mask without lengths");
    if (how_.padded && (!numbers(how_.q_lengths, q[0]) || !numbers(how_.kv_lengths, q[0]))) return error_t("shape of lengths");
    for (auto const& t : all()) {
      auto const starts = t->get_ragged_offset();
      if (starts && (!how_.padded || !numbers(starts, q[0] + 1))) return error_t("shape of offsets");
    }
    return {};
  }
  error_t build(cudnnHandle_t, std::vector<HeurMode_t> const&) { return validate(); }
  error_t get_workspace_size(std::int64_t& bytes) const {
    auto const& q = q_->get_dim();
    return bytes = 4 * q[0] * q[1] * q[2], error_t();
  }
  error_t execute(cudnnHandle_t handle, pack const& tensors, void* workspace) const {
    for (auto const& t : all()) {
      auto const starts = t->get_ragged_offset();
      if (!tensors.contains(t->get_uid()) || (starts && !tensors.contains(starts->get_uid())))
        return error_t("a tensor is missing");
      if (reinterpret_cast<std::uintptr_t>(tensors.at(t->get_uid())) % 16 != 0)
        return error_t("an address that is not aligned");
    }
    for (auto const& lengths : {how_.q_lengths, how_.kv_lengths})
      if (lengths && !tensors.contains(lengths->get_uid())) return error_t("lengths are missing");
    std::int64_t bytes = 0;
    get_workspace_size(bytes);
    auto const run = [this, tensors, workspace, bytes] {
      std::memset(workspace, 0xff, std::size_t(bytes));
      for (std::int64_t b = 0; b < q_->get_dim()[0]; ++b)
        for (std::int64_t h = 0; h < q_->get_dim()[1]; ++h) dq_ ? backward(tensors, b, h) : forward(tensors, b, h);
    };
    return cuda_emulation::queued(handle->queue, run) == cudaSuccess ? error_t() : error_t("not queued");
  }

 private:
  static tensor_pointer made() { return std::make_shared<Tensor_attributes>(); }
  static bool numbers(tensor_pointer const& t, std::int64_t count) {
    return t->get_data_type() == DataType_t::INT32 && t->get_dim() == Tensor_attributes::sizes{count, 1, 1, 1};
  }
  std::vector<tensor_pointer> all() const {
    std::vector<tensor_pointer> some;
    for (auto const& t : {q_, k_, v_, out_, stats_, dout_, dq_, dk_, dv_})
      if (t) some.push_back(t);
    return some;
  }

  /// A head of a sequence, where it lies.
  struct lying {
    void* data;
    DataType_t type;
    std::int64_t first, row, column;
    double get(std::int64_t i, std::int64_t e) const {
      auto const at = first + i * row + e * column;
      if (type == DataType_t::FLOAT) return double(static_cast<float const*>(data)[at]);
      if (type == DataType_t::HALF) return double(float(static_cast<snowcoder::float16 const*>(data)[at]));
      return double(float(static_cast<snowcoder::bfloat16 const*>(data)[at]));
    }
    void put(std::int64_t i, std::int64_t e, double value) const {
      auto const at = first + i * row + e * column;
      if (type == DataType_t::FLOAT)
        static_cast<float*>(data)[at] = float(value);
      else if (type == DataType_t::HALF)
        static_cast<snowcoder::float16*>(data)[at] = snowcoder::float16(float(value));
      else
        static_cast<snowcoder::bfloat16*>(data)[at] = snowcoder::bfloat16(float(value));
    }
  };
  lying head(pack const& tensors, tensor_pointer const& t, std::int64_t b, std::int64_t h) const {
    auto const& steps = t->get_stride();
    auto const starts = t->get_ragged_offset();
    auto const first = starts ? std::int64_t(static_cast<std::int32_t const*>(tensors.at(starts->get_uid()))[b]) : b * steps[0];
    auto const type = t->get_data_type() == DataType_t::NOT_SET ? io_ : t->get_data_type();
    return {tensors.at(t->get_uid()), type, first + h * steps[1], steps[2], steps[3]};
  }
  std::int64_t length(pack const& tensors, tensor_pointer const& lengths, tensor_pointer const& of, std::int64_t b) const {
    return lengths ? static_cast<std::int32_t const*>(tensors.at(lengths->get_uid()))[b] : of->get_dim()[2];
  }
  /// Rows of a head, one after the other.
  struct rows_of_head {
    std::size_t width;
    std::vector<double> values;
    rows_of_head(lying const& from, std::int64_t count, std::int64_t columns)
        : width(std::size_t(columns)), values(std::size_t(count * columns)) {
      for (std::int64_t i = 0; i < count; ++i)
        for (std::int64_t e = 0; e < columns; ++e) values[std::size_t(i * columns + e)] = from.get(i, e);
    }
    double const* row(std::int64_t i) const { return values.data() + std::size_t(i) * width; }
    double dot(std::int64_t i, rows_of_head const& other, std::int64_t j) const {
      double const *const a = row(i), *const b = other.row(j);
      double sum = 0;
      for (std::size_t e = 0; e < width; ++e) sum += a[e] * b[e];
      return sum;
    }
  };
  std::int64_t width() const { return q_->get_dim()[3]; }
  std::int64_t group() const { return q_->get_dim()[1] / k_->get_dim()[1]; }
  std::int64_t seen(std::int64_t i, std::int64_t keys) const { return how_.causal ? std::min(i + 1, keys) : keys; }

  void forward(pack const& tensors, std::int64_t b, std::int64_t h) const {
    auto const queries = length(tensors, how_.q_lengths, q_, b), keys = length(tensors, how_.kv_lengths, k_, b);
    rows_of_head const q(head(tensors, q_, b, h), queries, width()), k(head(tensors, k_, b, h / group()), keys, width()),
        v(head(tensors, v_, b, h / group()), keys, width());
    auto const out = head(tensors, out_, b, h);
    for (std::int64_t i = 0; i < queries; ++i) {
      std::vector<double> p, values(static_cast<std::size_t>(width()));
      double most = -std::numeric_limits<double>::infinity(), sum = 0;
      for (std::int64_t j = 0; j < seen(i, keys); ++j)
        most = std::max(most, p.emplace_back(double(how_.scale) * q.dot(i, k, j)));
      for (std::size_t j = 0; j < p.size(); ++j) {
        sum += p[j] = std::exp(p[j] - most);
        for (std::size_t e = 0; e < values.size(); ++e) values[e] += p[j] * v.row(std::int64_t(j))[e];
      }
      for (std::size_t e = 0; e < values.size(); ++e) out.put(i, std::int64_t(e), values[e] / sum);
      if (stats_) head(tensors, stats_, b, h).put(i, 0, most + std::log(sum));
    }
  }
  /// The first query head of a group writes the keys' and values' gradients, the others add to what stands: rounded once more
  /// each time, unlike the library's.
  void backward(pack const& tensors, std::int64_t b, std::int64_t h) const {
    auto const queries = length(tensors, how_.q_lengths, q_, b), keys = length(tensors, how_.kv_lengths, k_, b);
    auto const kv = h / group();
    rows_of_head const q(head(tensors, q_, b, h), queries, width()), out(head(tensors, out_, b, h), queries, width()),
        up(head(tensors, dout_, b, h), queries, width()), k(head(tensors, k_, b, kv), keys, width()),
        v(head(tensors, v_, b, kv), keys, width());
    auto const stats = head(tensors, stats_, b, h), dq = head(tensors, dq_, b, h), dk = head(tensors, dk_, b, kv),
               dv = head(tensors, dv_, b, kv);
    auto const columns = std::size_t(width());
    std::vector<double> of_keys(k.values.size()), of_values(k.values.size());
    for (std::int64_t i = 0; i < queries; ++i) {
      double const delta = up.dot(i, out, i), log_sum = stats.get(i, 0);
      std::vector<double> of_query(columns);
      for (std::int64_t j = 0; j < seen(i, keys); ++j) {
        double const p = std::exp(double(how_.scale) * q.dot(i, k, j) - log_sum);
        double const ds = p * (up.dot(i, v, j) - delta) * double(how_.scale);
        for (std::size_t e = 0; e < columns; ++e) {
          of_query[e] += ds * k.row(j)[e];
          of_keys[std::size_t(j) * columns + e] += ds * q.row(i)[e];
          of_values[std::size_t(j) * columns + e] += p * up.row(i)[e];
        }
      }
      for (std::size_t e = 0; e < columns; ++e) dq.put(i, std::int64_t(e), of_query[e]);
    }
    bool const first = h % group() == 0;
    for (std::int64_t j = 0; j < keys; ++j)
      for (std::int64_t e = 0; e < width(); ++e) {
        auto const at = std::size_t(j * width() + e);
        dk.put(j, e, of_keys[at] + (first ? 0.0 : dk.get(j, e)));
        dv.put(j, e, of_values[at] + (first ? 0.0 : dv.get(j, e)));
      }
  }

  DataType_t io_ = DataType_t::NOT_SET;
  attention_attributes how_;
  tensor_pointer q_, k_, v_, out_, stats_, dout_, dq_, dk_, dv_;
};

}  // namespace graph
}  // namespace cudnn_frontend
