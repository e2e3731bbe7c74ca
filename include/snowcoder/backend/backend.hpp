// SPDX-License-Identifier: Apache-2.0
// The closed list of verbs that a device offers to models. A verb is a free function in the device's own namespace, found
// through its first argument; layers in nn/ call nothing else and know no device. T is the element type (float or
// bfloat16, for encoders float16 too); sums, norms and softmax are float inside. Shapes stand beside each verb's definition in
// backend/cpu/.
#pragma once

#include <snowcoder/backend/activation.hpp>
#include <snowcoder/backend/adamw_step.hpp>
#include <snowcoder/backend/arithmetic.hpp>
#include <snowcoder/backend/attention_shape.hpp>
#include <snowcoder/backend/cached_span.hpp>
#include <snowcoder/backend/moment_rounding.hpp>
#include <snowcoder/backend/operand.hpp>
#include <snowcoder/backend/rope_table.hpp>
#include <snowcoder/core/dtype.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <concepts>
#include <cstdint>
#include <span>

namespace snowcoder {

/// Memory of the device: `typename D::template buffer<T>(count)`, zero at first, with data() and size(). And of the host, for
/// what is copied from the device as quickly as it can be: host_array<T>, empty at first, with resize(count).
template <class D, class T>
concept owns_memory = requires(D& d, typename D::template host_array<T>& h, std::int64_t n, T* p, T const* q) {
  { typename D::template buffer<T>(n).data() } -> std::same_as<T*>;
  { h.data() } -> std::same_as<T*>;
  h.resize(n);
  upload(d, p, q, n);
  download(d, p, q, n);
};

/// C (+)= A x B (+ bias), A and B as they lie or transposed; and onto what lies elsewhere.
template <class D, class T>
concept multiplies = requires(D& d, matrix_view<T> c, matrix_view<T const> addend, matrix_view<float> sum, operand<T> a,
                              product_options how) {
  matmul(d, c, a, a, how);
  matmul_onto(d, c, addend, a, a);
  matmul(d, sum, a, a, how);
};

/// Flat arrays: sums, conversions, the optimizer.
template <class D, class T>
concept walks_arrays = requires(D& d, T* t, T const* ct, float* f, float const* cf, std::int64_t n, adamw_step step) {
  fill(d, t, T(), n);
  add(d, t, ct, ct, n);
  cast(d, t, cf, n);
  cast(d, f, ct, n);
  adamw(d, f, f, f, cf, n, step);
  { sum_of_squares(d, cf, n) } -> std::same_as<double>;
};

/// The optimizer over moments in bfloat16: half their memory.
template <class D>
concept narrows_moments = requires(D& d, float* f, bfloat16* moment, float const* cf, std::int64_t n, adamw_step step,
                                   moment_rounding rounding) {
  adamw(d, f, moment, moment, cf, n, step, rounding);
};

/// The optimizer over all tensors of a model at once: on devices where a tensor alone is too little work.
template <class D, class M>
concept updates_ranges = requires(D& d, float* f, M* moment, float const* cf, std::span<adamw_range const> ranges,
                                  adamw_step step, moment_rounding rounding) {
  adamw(d, f, moment, moment, cf, ranges, step, step, rounding);
};

/// Everything a decoder needs, forward and backward.
template <class D, class T>
concept decoder_backend = owns_memory<D, T> && owns_memory<D, float> && owns_memory<D, std::int32_t> && multiplies<D, T> &&
    walks_arrays<D, T> && requires(D& d, matrix_view<T> m, matrix_view<T const> c, matrix_view<float> f,
                                   matrix_view<float const> logits, T const* v, float* sums, float const* kept,
                                   std::int32_t const* ids, attention_shape shape, rope_positions where, std::int64_t n) {
  { D::batches_show } -> std::convertible_to<bool>;  // whether a row's bits depend on the rows that go with it
  { D::logit_rows } -> std::convertible_to<int>;     // of the head, at the same time
  embed(d, m, c, ids);
  embed_backward(d, f, c, ids);
  rms_norm(d, m, c, v, 1e-5f);
  rms_norm_backward(d, m, sums, c, c, v, 1e-5f);
  rope(d, m, n, n, where, rope_direction::forward);
  attention(d, m, sums, c, shape);
  attention_backward(d, m, c, c, kept, c, shape);
  swiglu(d, m, c);
  swiglu_backward(d, m, c, c);
  cross_entropy(d, sums, logits, ids);
  cross_entropy_backward(d, m, kept, logits, ids, 1.0f);
};

/// Whose attention is told by lists_documents() whether it reads attention_shape::documents.
template <class D>
concept may_list_documents = requires(D& d, attention_shape shape) {
  { lists_documents(d, dtype::bf16, shape) } -> std::same_as<bool>;
};

/// Everything a decoder needs to generate with a cache. `where` lies in host memory, an entry for each row.
template <class D, class T>
concept generation_backend = decoder_backend<D, T> &&
    requires(D& d, matrix_view<T> m, matrix_view<T const> c, matrix_view<float> logits, cached_span const* where,
             attention_shape shape) {
  matvec(d, m, c, c);
  matvec(d, logits, c, c);
  attention_cached(d, m, c, m, m, where, shape);
};

/// Elements that pass between an encoder's verbs on that device, where products are in the arithmetic of T.
template <class D, class T>
using stream_of = typename D::template stream<T>;

/// Weights that never change, laid out by the device for products in the arithmetic of T (float, bfloat16, float16 or int8).
template <class D, class T>
concept projects = requires(D& d, typename D::template projection<T>& p, typename D::template projection<T> const& packed,
                            matrix_view<stream_of<D, T>> y, matrix_view<stream_of<D, T> const> x,
                            matrix_view<float const> weight, float const* bias) {
  pack(d, p, weight, bias);  // from (outputs, inputs) in host memory
  project(d, y, x, packed);
  project(d, y, x, packed, activation::gelu);
};

/// Everything an encoder needs; forward only. offsets holds sections + 1 row numbers in host memory: sections may differ in
/// length.
template <class D, class T>
concept encoder_backend = owns_memory<D, float> && owns_memory<D, stream_of<D, T>> && owns_memory<D, std::int32_t> &&
    projects<D, T> && requires(D& d, matrix_view<stream_of<D, T>> m, matrix_view<stream_of<D, T> const> c, float const* v,
                               std::int32_t const* ids, std::int64_t const* offsets, std::int64_t n,
                               void (*work)(std::int64_t, matrix_view<stream_of<D, T>>)) {
  { D::planned_rows(n) } -> std::same_as<std::int64_t>;        // rows to fill a batch of n up to
  { D::row_gap } -> std::convertible_to<std::int64_t>;         // elements between rows
  for_each_row_block<stream_of<D, T>>(d, n, n, work);          // rows, columns; work(first row, room)
  embed(d, m, c, ids);                                         // also gathers the rows that pooling keeps
  mean_rows(d, m, c, offsets);                                 // mean pooling
  layer_norm(d, m, c, c, v, v, 1e-12f);                        // y, x, residual, weight, bias, epsilon: y = norm(x + residual)
  bidirectional_attention(d, m, c, c, offsets, offsets, n, n,  // out, q, kv, query offsets, offsets, sections, heads,
                          arithmetic::narrow);                 // and how exact
};

/// A residual is added inside the product that makes what is added to it: x += in W' + bias, then x = norm(x). Else the norm
/// adds both as it reads them.
template <class D, class T>
concept adds_in_products = encoder_backend<D, T> &&
    requires(D& d, typename D::template projection<T> const& packed, matrix_view<stream_of<D, T>> x,
             matrix_view<stream_of<D, T> const> in, float const* v) {
  project_onto(d, x, in, packed);
  layer_norm(d, x, in, v, v, 1e-12f);
};

}  // namespace snowcoder
