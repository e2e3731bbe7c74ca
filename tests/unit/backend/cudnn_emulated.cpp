// SPDX-License-Identifier: Apache-2.0
// What is put to cuDNN, over a stand-in that does as its manual says: the tests of attention, of encoders and of graphs once
// more, as on an H100 (backend.cmake), and that the library attends in them at all.
#include "support/on_gpu.hpp"

#include <snowcoder/backend/cuda/attention.hpp>

#include <cstdint>
#include <string_view>

using namespace snowcoder;
using namespace snowcoder::tests;

namespace {
/// Before any device is made.
[[maybe_unused]] int const as_an_h100 = cuda_emulation::compute_capability = 90;
}  // namespace

TEST_CASE("gpu: the library attends, and over documents where it can repeat their gradient", "[gpu]") {
  cuda::device d;
  REQUIRE(d.architecture() == 90);
  on_gpu<std::int32_t> const starts(d, std::vector<std::int32_t>(512));
  attention_shape const whole{2, 256, 4, 2, 64}, documents{2, 256, 4, 2, 64, starts.data()};
  CHECK_FALSE(cuda::library_declines(d, dtype::bf16, whole));
  CHECK_FALSE(cuda::library_declines(d, dtype::bf16, documents));
  CHECK(cuda::lists_documents(d, dtype::bf16, documents));
  CHECK_FALSE(cuda::lists_documents(d, dtype::bf16, whole));
  CHECK(cuda::library_declines(d, dtype::f32, whole));
  cuda_emulation::compute_capability = 80;
  cuda::device older;
  cuda_emulation::compute_capability = 90;
  CHECK_FALSE(cuda::library_declines(older, dtype::bf16, whole));
  CHECK(std::string_view(cuda::library_declines(older, dtype::bf16, documents)).find("repeatable") != std::string_view::npos);
}
