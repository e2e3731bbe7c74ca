// SPDX-License-Identifier: Apache-2.0
// Attention of decoders on the GPU against its twin: forward, backward, within documents, against a cache; by kernels of our
// own and, in builds with cuDNN, by the library. Built as cuda_verbs.cpp is.
#include "support/on_gpu.hpp"

#include <snowcoder/backend/cpu/reference/attention.hpp>
#include <snowcoder/backend/cuda/backend.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

using namespace snowcoder;
using namespace snowcoder::tests;
namespace twin = snowcoder::cpu::reference;

namespace {
/// Both directions beside their twins; starts and documents of `shape` lie in host memory. What kernels are given to write to
/// or to work in is not a number before.
template <class T>
void attends(cuda::device& d, attention_shape shape) {
  INFO("length " << shape.length << " head width " << shape.head_width);
  auto const nowhere = std::numeric_limits<float>::quiet_NaN();
  auto const qkv = normal<T>("qkv", shape.rows() * shape.packed(), 1.5);
  auto const up = normal<T>("up", shape.rows() * shape.width());
  on_gpu<T> const gqkv(d, qkv), gup(d, up);
  on_gpu<T> out(d, std::vector<T>(up.size(), T(nowhere))), gradient(d, std::vector<T>(qkv.size(), T(nowhere)));
  on_gpu<float> log_sums(d, std::vector<float>(std::size_t(shape.rows() * shape.heads), nowhere));
  on_gpu<std::int32_t> const starts(
      d, shape.starts ? std::vector<std::int32_t>(shape.starts, shape.starts + shape.rows()) : std::vector<std::int32_t>(1));
  auto on_device = shape;
  if (shape.starts) on_device.starts = starts.data();
  auto const spoil = [&] { fill(d, d.scratch<float>(2, 1 << 22), nowhere, 1 << 22); };
  spoil();
  cuda::attention(d, out.view(shape.width()), log_sums.data(), gqkv.view(shape.packed()), on_device);
  auto want = up;
  twin::attention(view(want, shape.width()), view(qkv, shape.packed()), shape);
  CHECK(distance(out.host(), want) < tolerance<T>::attention);
  spoil();
  cuda::attention_backward(d, gradient.view(shape.packed()), gqkv.view(shape.packed()),
                           matrix_view<T const>(out.view(shape.width())), static_cast<float const*>(log_sums.data()),
                           gup.view(shape.width()), on_device);
  auto back = qkv;
  twin::attention_backward(view(back, shape.packed()), view(qkv, shape.packed()), view(up, shape.width()), shape);
  CHECK(distance(gradient.host(), back) < tolerance<T>::attention_backward);
}
}  // namespace

TEMPLATE_TEST_CASE("gpu: attention and its gradient", "[gpu]", float, bfloat16) {
  if (!gpu_at_hand()) return;
  cuda::device d;
  // Documents that end within a tile, at its edge, and one that spans tiles.
  std::vector<std::int32_t> starts;
  for (std::int32_t i = 0; i < 150; ++i) starts.push_back(i < 5 ? 0 : i < 64 ? 5 : i < 67 ? 64 : i < 140 ? 67 : 140);
  for (std::int32_t i = 0; i < 150; ++i) starts.push_back(i < 149 ? 0 : i);
  for (auto shape : {attention_shape{2, 100, 4, 2, 8},
                     {1, 64, 2, 2, 16},
                     {3, 5, 3, 1, 6},
                     {1, 1, 1, 1, 2},
                     {1, 70, 2, 1, 64},
                     {1, 40, 1, 1, 128},
                     {2, 150, 2, 1, 32, starts.data()}})
    attends<TestType>(d, shape);
}

TEMPLATE_TEST_CASE("gpu: attention and its gradient where a library may serve", "[gpu][library]", float, bfloat16) {
  if (!gpu_at_hand()) return;
  cuda::device d;
  attends<TestType>(d, {2, 256, 4, 2, 64});
  attends<TestType>(d, {1, 128, 2, 2, 128});
  // Lengths of 5, 64, 187; 1, 192, 63: a run of four and one of two. Then seven short ones, so runs of four, two and one.
  for (std::vector<std::int32_t> const& documents :
       {std::vector<std::int32_t>{0, 5, 69, 256, 257, 449, 512}, {0, 30, 60, 90, 120, 150, 256, 290, 512}}) {
    std::vector<std::int32_t> starts(512);
    for (std::size_t i = 0; i + 1 < documents.size(); ++i)
      std::fill(starts.begin() + documents[i], starts.begin() + documents[i + 1], documents[i] % 256);
    attends<TestType>(d, {2, 256, 4, 2, 64, starts.data(), documents});
    attends<TestType>(d, {2, 256, 2, 2, 128, starts.data(), documents});
  }
}

TEMPLATE_TEST_CASE("gpu: attention against a cache", "[gpu]", float, bfloat16) {
  using T = TestType;
  if (!gpu_at_hand()) return;
  cuda::device d;
  for (std::int64_t head_width : {8, 64, 128}) {
    attention_shape const shape{1, 1, 4, 2, head_width};
    auto const kv = shape.kv_width();
    auto const qkv = normal<T>("qkv", 4 * shape.packed());
    auto keys = normal<T>("k", 60 * kv), values = normal<T>("v", 60 * kv);
    on_gpu<T> const gqkv(d, qkv);
    on_gpu<T> gkeys(d, keys), gvalues(d, values), out(d, std::vector<T>(std::size_t(4 * shape.width())));
    // Three tokens that follow each other in one sequence, and one of another.
    std::array<cached_span, 4> const where{cached_span{3, 30}, {3, 31}, {3, 32}, {40, 1}};
    cuda::attention_cached(d, out.view(shape.width()), gqkv.view(shape.packed()), gkeys.view(kv), gvalues.view(kv),
                           where.data(), shape);
    for (std::int64_t r = 0; r < 4; ++r) {
      auto const last = where[std::size_t(r)].first + where[std::size_t(r)].seen - 1;
      std::copy_n(view(qkv, shape.packed()).row(r) + shape.k(0), kv, view(keys, kv).row(last));
      std::copy_n(view(qkv, shape.packed()).row(r) + shape.v(0), kv, view(values, kv).row(last));
    }
    CHECK(gkeys.host() == keys);
    CHECK(gvalues.host() == values);
    std::vector<T> want(std::size_t(4 * shape.width()));
    for (std::int64_t r = 0; r < 4; ++r) {
      auto const [first, seen] = where[std::size_t(r)];
      twin::attention_cached<T>(view(want, shape.width()).slice(r, 1), view(qkv, shape.packed()).slice(r, 1),
                                view(std::as_const(keys), kv).slice(first, seen),
                                view(std::as_const(values), kv).slice(first, seen), seen - 1, shape);
    }
    CHECK(distance(out.host(), want) < tolerance<T>::attention);
  }
}
