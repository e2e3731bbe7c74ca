// SPDX-License-Identifier: Apache-2.0
// The twins as a device: models and steps in plain loops, for whoever has no other to compare with. Slow, and needs no library.
#pragma once

#include <snowcoder/backend/backend.hpp>
#include <snowcoder/backend/cpu/reference/adamw.hpp>
#include <snowcoder/backend/cpu/reference/attention.hpp>
#include <snowcoder/backend/cpu/reference/cross_entropy.hpp>
#include <snowcoder/backend/cpu/reference/elementwise.hpp>
#include <snowcoder/backend/cpu/reference/embed.hpp>
#include <snowcoder/backend/cpu/reference/matmul.hpp>
#include <snowcoder/backend/cpu/reference/rms_norm.hpp>
#include <snowcoder/backend/cpu/reference/rope.hpp>
#include <snowcoder/backend/cpu/reference/swiglu.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace snowcoder::tests {

template <class T>
class twin_projection;  // twin_encoder.hpp

struct twin_device {
  static constexpr bool batches_show = false;
  static constexpr int logit_rows = 512;
  static constexpr std::int64_t planned_rows(std::int64_t rows) { return rows; }
  static constexpr std::int64_t row_gap = 3;
  template <class T>
  using stream = float;
  template <class T>
  using projection = twin_projection<T>;
  template <class T>
  using host_array = std::vector<T>;
  template <class T>
  class buffer {
   public:
    explicit buffer(std::int64_t count = 0) : values_(std::size_t(count)) {}
    T* data() { return values_.data(); }
    T const* data() const { return values_.data(); }
    std::int64_t size() const { return std::int64_t(values_.size()); }

   private:
    std::vector<T> values_;
  };
};

template <class T>
void upload(twin_device&, T* to, T const* host, std::int64_t size) {
  std::copy_n(host, size, to);
}
template <class T>
void download(twin_device&, T* host, T const* from, std::int64_t size) {
  std::copy_n(from, size, host);
}
template <class C, class T>
void matmul(twin_device&, matrix_view<C> c, operand<T> a, operand<T> b, product_options how) {
  cpu::reference::matmul(c, a, b, how);
}
template <class T>
void matmul_onto(twin_device&, matrix_view<T> c, matrix_view<T const> addend, operand<T> a, operand<T> b) {
  cpu::reference::matmul_onto(c, addend, a, b);
}
template <class T>
void fill(twin_device&, T* out, T value, std::int64_t size) {
  std::fill_n(out, size, value);
}
template <class T>
void add(twin_device&, T* out, T const* a, T const* b, std::int64_t size) {
  cpu::reference::add(out, a, b, size);
}
template <class To, class From>
void cast(twin_device&, To* out, From const* in, std::int64_t size) {
  cpu::reference::cast(out, in, size);
}
inline void adamw(twin_device&, float* weights, float* first, float* second, float const* gradient, std::int64_t size,
                  adamw_step s) {
  for (std::int64_t i = 0; i < size; ++i) {
    double const g = double(gradient[i]) * double(s.gradient_scale);
    double const m = double(s.beta1) * double(first[i]) + (1.0 - double(s.beta1)) * g;
    double const v = double(s.beta2) * double(second[i]) + (1.0 - double(s.beta2)) * g * g;
    first[i] = float(m);
    second[i] = float(v);
    weights[i] = float(double(weights[i]) * double(s.keep) -
                       double(s.rate) * m / (std::sqrt(v) * double(s.inverse_sqrt) + double(s.epsilon)));
  }
}
inline double sum_of_squares(twin_device&, float const* values, std::int64_t size) {
  return cpu::reference::sum_of_squares(values, size);
}
template <class T>
void embed(twin_device&, matrix_view<T> out, matrix_view<T const> table, std::int32_t const* ids) {
  cpu::reference::embed(out, table, ids);
}
template <class T>
void embed_backward(twin_device&, matrix_view<float> dtable, matrix_view<T const> dout, std::int32_t const* ids) {
  cpu::reference::embed_backward(dtable, dout, ids);
}
template <class T>
void rms_norm(twin_device&, matrix_view<T> y, matrix_view<T const> x, T const* weight, float epsilon) {
  cpu::reference::rms_norm(y, x, weight, epsilon);
}
template <class T>
void rms_norm_backward(twin_device&, matrix_view<T> dx, float* dweight, matrix_view<T const> dy, matrix_view<T const> x,
                       T const* weight, float epsilon) {
  cpu::reference::rms_norm_backward(dx, dweight, dy, x, weight, epsilon);
}
template <class T>
void rope(twin_device&, matrix_view<T> x, std::int64_t heads, std::int64_t head_width, rope_positions where,
          rope_direction way) {
  cpu::reference::rope(x, heads, head_width, where, way);
}
/// The twin of the gradient forms the weights again, so log_sums are left alone.
template <class T>
void attention(twin_device&, matrix_view<T> out, float*, matrix_view<T const> qkv, attention_shape s) {
  cpu::reference::attention(out, qkv, s);
}
template <class T>
void attention_backward(twin_device&, matrix_view<T> dqkv, matrix_view<T const> qkv, matrix_view<T const>, float const*,
                        matrix_view<T const> dout, attention_shape s) {
  cpu::reference::attention_backward(dqkv, qkv, dout, s);
}
template <class T>
void swiglu(twin_device&, matrix_view<T> y, matrix_view<T const> gate_up) {
  cpu::reference::swiglu(y, gate_up);
}
template <class T>
void swiglu_backward(twin_device&, matrix_view<T> dgate_up, matrix_view<T const> dy, matrix_view<T const> gate_up) {
  cpu::reference::swiglu_backward(dgate_up, dy, gate_up);
}
inline void cross_entropy(twin_device&, float* losses, matrix_view<float const> logits, std::int32_t const* targets) {
  cpu::reference::cross_entropy(losses, logits, targets);
}
template <class T>
void cross_entropy_backward(twin_device&, matrix_view<T> dlogits, float const*, matrix_view<float const> logits,
                            std::int32_t const* targets, float scale) {
  cpu::reference::cross_entropy_backward(dlogits, logits, targets, scale);
}
static_assert(decoder_backend<twin_device, float> && decoder_backend<twin_device, bfloat16>);

}  // namespace snowcoder::tests
