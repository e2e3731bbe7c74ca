// SPDX-License-Identifier: Apache-2.0
// Every encoder verb of the GPU against its twin: sections of different lengths, heads of 8, 32 and 64, rows with gaps.
#include "support/on_gpu.hpp"

#include <snowcoder/backend/cpu/reference/bidirectional_attention.hpp>
#include <snowcoder/backend/cpu/reference/layer_norm.hpp>
#include <snowcoder/backend/cpu/reference/mean_rows.hpp>
#include <snowcoder/backend/cpu/reference/projection.hpp>
#include <snowcoder/backend/cuda/encoder_backend.hpp>

#include <array>

using namespace snowcoder;
using namespace snowcoder::tests;
namespace twin = snowcoder::cpu::reference;

TEST_CASE("gpu: layer_norm of a sum, in place too", "[gpu]") {
  if (!gpu_at_hand()) return;
  cuda::device d;
  for (auto [rows, width] : {std::array{0, 24}, {37, 24}, {5, 385}, {9, 768}}) {
    auto const x = normal<float>("x", rows * width), residual = normal<float>("residual", rows * width, 2.0),
               weight = normal<float>("weight", width), bias = normal<float>("bias", width);
    on_gpu<float> gx(d, x);
    on_gpu<float> const gr(d, residual), gw(d, weight), gb(d, bias);
    cuda::layer_norm(d, gx.view(width), matrix_view<float const>(gx.view(width)), gr.view(width), gw.data(), gb.data(), 1e-12f);
    auto want = x;
    twin::layer_norm(view(want, width), view(x, width), view(residual, width), weight.data(), bias.data(), 1e-12f);
    CHECK(distance(gx.host(), want) < tolerance<float>::norm);
  }
}

TEST_CASE("gpu: means of sections", "[gpu]") {
  if (!gpu_at_hand()) return;
  cuda::device d;
  std::array<std::int64_t, 4> const offsets{0, 1, 40, 63};
  auto const x = normal<float>("x", 63 * 70);
  on_gpu<float> const gx(d, x);
  std::vector<float> want(3 * 70);
  on_gpu<float> out(d, want);
  cuda::mean_rows(d, out.view(70), gx.view(70), offsets.data());
  twin::mean_rows(view(want, 70), view(x, 70), offsets.data());
  CHECK(distance(out.host(), want) < tolerance<float>::elementwise);
}

TEST_CASE("gpu: attention over sections", "[gpu]") {
  if (!gpu_at_hand()) return;
  cuda::device d;
  std::array<std::int64_t, 5> const offsets{0, 1, 33, 40, 110}, first{0, 1, 2, 3, 4};
  for (std::int64_t head_width : {8, 32, 64}) {
    std::int64_t const heads = 3, width = heads * head_width, gap = width + 16;
    auto const q = normal<float>("q", 110 * gap), kv = normal<float>("kv", 110 * 2 * width);
    for (auto const& queries : {offsets, first}) {
      auto const count = queries.back();
      on_gpu<float> out(d, q);  // out is q
      on_gpu<float> const gkv(d, kv);
      auto want = q;
      cuda::bidirectional_attention(d, matrix_view<float>(out.data(), count, width, gap),
                                    matrix_view<float const>(out.data(), count, width, gap), gkv.view(2 * width),
                                    queries.data(), offsets.data(), 4, heads);
      twin::bidirectional_attention(matrix_view<float>(want.data(), count, width, gap),
                                    matrix_view<float const>(q.data(), count, width, gap), view(kv, 2 * width), queries.data(),
                                    offsets.data(), 4, heads);
      CHECK(distance(out.host(), want) < tolerance<float>::attention);
    }
  }
}

TEMPLATE_TEST_CASE("gpu: projections with bias and gelu", "[gpu]", float, bfloat16) {
  using T = TestType;
  if (!gpu_at_hand()) return;
  cuda::device d;
  for (auto [rows, outputs, inputs] : {std::array{0, 8, 8}, {9, 40, 24}, {5, 33, 37}}) {
    auto const gap = inputs + 16;
    auto const x = normal<float>("x", rows * gap), weight = normal<float>("weight", outputs * inputs, 0.3),
               bias = normal<float>("bias", outputs);
    cuda::projection<T> packed;
    pack(d, packed, view(weight, inputs), bias.data());
    on_gpu<float> const gx(d, x);
    for (auto act : {activation::none, activation::gelu}) {
      std::vector<float> want(std::size_t(rows * outputs));
      on_gpu<float> y(d, want);
      cuda::project(d, y.view(outputs), matrix_view<float const>(gx.data(), rows, inputs, gap), packed, act);
      std::vector<float> seen(x.size());
      for (std::size_t i = 0; i < x.size(); ++i) seen[i] = float(T(x[i]));  // rows are rounded too
      twin::project<T>(view(want, outputs), matrix_view<float const>(seen.data(), rows, inputs, gap), view(weight, inputs),
                       bias.data(), act);
      CHECK(distance(y.host(), want) < tolerance<float>::matmul);
    }
  }
}
