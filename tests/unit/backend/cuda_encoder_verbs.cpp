// SPDX-License-Identifier: Apache-2.0
// Every encoder verb of the GPU against its twin: sections of different lengths, heads of 8, 32 and 64, rows with gaps.
#include "support/on_gpu.hpp"

#include <snowcoder/backend/cpu/reference/bidirectional_attention.hpp>
#include <snowcoder/backend/cpu/reference/layer_norm.hpp>
#include <snowcoder/backend/cpu/reference/mean_rows.hpp>
#include <snowcoder/backend/cpu/reference/projection.hpp>
#include <snowcoder/backend/cuda/encoder_backend.hpp>

#include <algorithm>
#include <array>

using namespace snowcoder;
using namespace snowcoder::tests;
namespace twin = snowcoder::cpu::reference;

namespace {
/// What the twins, which take floats, see of an array.
template <class T>
std::vector<float> floats(std::vector<T> const& values) {
  std::vector<float> out;
  for (auto v : values) out.push_back(float(v));
  return out;
}
/// Of an array and floats.
template <class T>
double apart(std::vector<T> const& got, std::vector<float> const& want) {
  return distance(got.data(), want.data(), std::int64_t(got.size()));
}
}  // namespace

TEMPLATE_TEST_CASE("gpu: layer_norm of rows and of a sum, in place too", "[gpu]", float, bfloat16, float16) {
  using T = TestType;
  if (!gpu_at_hand()) return;
  cuda::device d;
  for (auto [rows, width] : {std::array{0, 24}, {37, 24}, {5, 385}, {11, 384}, {9, 768}, {3, 1536}}) {
    auto const x = normal<T>("x", rows * width), residual = normal<T>("residual", rows * width, 2.0);
    auto const weight = normal<float>("weight", width), bias = normal<float>("bias", width);
    on_gpu<float> const gw(d, weight), gb(d, bias);
    on_gpu<T> const gr(d, residual);
    on_gpu<T> sum(d, x), alone(d, x);
    cuda::layer_norm(d, sum.view(width), matrix_view<T const>(sum.view(width)), gr.view(width), gw.data(), gb.data(), 1e-12f);
    cuda::layer_norm(d, alone.view(width), matrix_view<T const>(alone.view(width)), gw.data(), gb.data(), 1e-12f);
    auto want = x;
    twin::layer_norm(view(want, width), view(x, width), view(residual, width), weight.data(), bias.data(), 1e-12f);
    CHECK(distance(sum.host(), want) < tolerance<T>::norm);
    std::vector<T> const nothing(x.size());
    twin::layer_norm(view(want, width), view(x, width), view(nothing, width), weight.data(), bias.data(), 1e-12f);
    CHECK(distance(alone.host(), want) < tolerance<T>::norm);
  }
}

TEMPLATE_TEST_CASE("gpu: means of sections", "[gpu]", float, bfloat16, float16) {
  using T = TestType;
  if (!gpu_at_hand()) return;
  cuda::device d;
  std::array<std::int64_t, 4> const offsets{0, 1, 40, 63};
  auto const x = normal<T>("x", 63 * 70);
  on_gpu<T> const gx(d, x);
  std::vector<float> want(3 * 70);
  on_gpu<T> out(d, std::vector<T>(want.size()));
  cuda::mean_rows(d, out.view(70), gx.view(70), offsets.data());
  twin::mean_rows(view(want, 70), view(x, 70), offsets.data());
  CHECK(apart(out.host(), want) < tolerance<T>::elementwise);
}

TEMPLATE_TEST_CASE("gpu: attention over sections", "[gpu][library]", float, bfloat16, float16) {
  using T = TestType;
  if (!gpu_at_hand()) return;
  cuda::device d;
  std::vector<std::vector<std::int64_t>> const batches{
      {0, 1, 33, 40, 110},
      {0, 128, 256, 384, 391, 400, 409, 665}};  // all different; runs of equal lengths, some of whole tiles
  for (auto const& offsets : batches)
    for (std::int64_t head_width : {8, 32, 64, 72, 128}) {
      if (head_width > 64 && offsets.back() > 110) continue;  // the emulation is slow
      std::int64_t const heads = 3, width = heads * head_width, gap = width + 16, rows = offsets.back();
      auto const sections = std::int64_t(offsets.size()) - 1;
      auto const q = normal<T>("q", rows * gap), kv = normal<T>("kv", rows * 2 * width);
      std::vector<std::int64_t> first(offsets.size());
      for (std::size_t s = 0; s < first.size(); ++s) first[s] = std::int64_t(s);
      for (auto const& queries : {offsets, first}) {
        auto const count = queries.back();
        on_gpu<T> const gq(d, q), gkv(d, kv);
        on_gpu<T> out(d, q);  // and once where out is q
        auto want = floats(q);
        twin::bidirectional_attention(matrix_view<float>(want.data(), count, width, gap),
                                      matrix_view<float const>(floats(q).data(), count, width, gap),
                                      view(floats(kv), 2 * width), queries.data(), offsets.data(), sections, heads);
        matrix_view<T> const into(out.data(), count, width, gap);
        for (auto const* from : {gq.data(), static_cast<T const*>(out.data())}) {
          upload(d, out.data(), q.data(), rows * gap);
          cuda::bidirectional_attention(d, into, matrix_view<T const>(from, count, width, gap), gkv.view(2 * width),
                                        queries.data(), offsets.data(), sections, heads);
          CHECK(apart(out.host(), want) < tolerance<T>::attention);
        }
      }
    }
}

TEMPLATE_TEST_CASE("gpu: projections with bias and gelu, and onto a residual", "[gpu][library]", float, bfloat16, float16) {
  using T = TestType;
  if (!gpu_at_hand()) return;
  cuda::device d;
  for (auto [rows, outputs, inputs] : {std::array{0, 8, 8}, {9, 40, 24}, {5, 33, 37}}) {
    auto const gap = inputs + 16;
    auto const x = normal<T>("x", rows * gap), before = normal<T>("residual", rows * outputs);
    auto const weight = normal<float>("weight", outputs * inputs, 0.3);
    auto const bias = floats(normal<T>("bias", outputs));  // the twin does not round it
    cuda::projection<T> packed;
    pack(d, packed, view(weight, inputs), bias.data());
    on_gpu<T> const gx(d, x);
    matrix_view<T const> const from(gx.data(), rows, inputs, gap);
    auto const seen = floats(x);
    auto const want = [&](activation act) {
      std::vector<float> y(std::size_t(rows * outputs));
      twin::project<T>(view(y, outputs), matrix_view<float const>(seen.data(), rows, inputs, gap), view(weight, inputs),
                       bias.data(), act);
      return y;
    };
    on_gpu<T> y(d, before);
    cuda::project_onto(d, y.view(outputs), from, packed);
    auto sum = want(activation::none);
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += float(before[i]);
    CHECK(apart(y.host(), sum) < tolerance<T>::projection);
    for (auto act : {activation::none, activation::gelu}) {
      cuda::project(d, y.view(outputs), from, packed, act);
      CHECK(apart(y.host(), want(act)) < tolerance<T>::projection);
    }
  }
}
