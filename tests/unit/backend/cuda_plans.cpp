// SPDX-License-Identifier: Apache-2.0
// What is decided on the host before a kernel starts: grids for the largest shapes of the method, how a row-major product
// is put to a column-major library, tiles of sections; and that the emulation notices a race.
#include "support/on_gpu.hpp"

#include <snowcoder/backend/cuda/backend.hpp>
#include <snowcoder/backend/cuda/launch_plan.hpp>
#include <snowcoder/backend/cuda/product_layout.hpp>
#include <snowcoder/backend/cuda/section_runs.hpp>
#include <snowcoder/config/accounting.hpp>
#include <snowcoder/recipes/arctic_snowcoder_1b3.hpp>

#include <cuda_runtime.h>

#include <utility>

using namespace snowcoder;
using namespace snowcoder::cuda;

namespace {
constexpr config::decoder_shape paper = recipes::arctic_snowcoder_1b3::model;
constexpr std::int64_t rows = 8 * std::int64_t(paper.context);  // a micro-batch of eight sequences

static_assert(launchable(thread_each(config::parameters(paper))));  // flat arrays, an element a thread at worst
static_assert(launchable(strips_of_rows(rows, 2 * paper.hidden)));
static_assert(launchable(warp_each(rows * paper.heads)) && launchable(block_each(rows)));
static_assert(strips_of_rows(3, 300) == launch_plan{6, 256, 0} && strips_of_rows(3, 33) == launch_plan{3, 64, 0});
static_assert(strips_of_rows(0, 8).blocks == 0 && strips_of_rows(5, 0).blocks == 0 && thread_each(0).blocks == 0);
static_assert(!launchable({1, 33, 0}) && !launchable({largest_grid + 1, 32, 0}) && !launchable({1, 32, largest_shared + 1}));

// C (2, 3) = A (2, 5) x B (5, 3), with strides; then both transposed.
constexpr matrix_view<float> c(nullptr, 2, 3, 7);
static_assert(layout_of(c, operand<float>(nullptr, 2, 5, 11, 1), operand<float>(nullptr, 5, 3, 13, 1)) ==
              product_layout{{3, 5, 13, false}, {5, 2, 11, false}, {3, 2, 7, false}});
static_assert(layout_of(c, operand<float>(nullptr, 2, 5, 1, 11), operand<float>(nullptr, 5, 3, 1, 13)) ==
              product_layout{{5, 3, 13, true}, {2, 5, 11, true}, {3, 2, 7, false}});

void without_barrier(int* out) {
  __shared__ int kept[64];
  kept[threadIdx.x] = int(threadIdx.x) + 1;
  out[threadIdx.x] = kept[63 - threadIdx.x];
}
void with_barrier(int* out) {
  __shared__ int kept[64];
  kept[threadIdx.x] = int(threadIdx.x) + 1;
  __syncthreads();
  out[threadIdx.x] = kept[63 - threadIdx.x] + __shfl_xor_sync(~0u, int(threadIdx.x), 1);
}
std::vector<int> ran(void (*kernel)(int*), bool backwards) {
  std::vector<int> out(64);
  auto const before = std::exchange(cuda_emulation::fibers::current().backwards, backwards);
  cudaLaunchConfig_t how;
  how.blockDim.x = 64;
  cudaLaunchKernelEx(&how, kernel, out.data());
  cuda_emulation::fibers::current().backwards = before;
  return out;
}
}  // namespace

TEST_CASE("emulation: a barrier is waited for, and a missing one shows", "[gpu]") {
  auto const right = ran(with_barrier, false);
  CHECK(right == ran(with_barrier, true));
  for (int t = 0; t < 64; ++t) CHECK(right[std::size_t(t)] == 64 - t + (t ^ 1));
  CHECK(ran(without_barrier, false) != ran(with_barrier, false));
}

TEST_CASE("sections go to libraries in runs of few kinds that cover them") {
  using runs = std::vector<section_run>;
  std::int64_t const offsets[] = {0, 512, 1024, 1536, 1664, 1665, 1700, 1900, 2028};
  CHECK(
      runs_of_sections(offsets, 8) ==
      runs{{0, 2, 512, true}, {2, 1, 512, true}, {3, 1, 128, true}, {4, 2, 128, false}, {6, 1, 256, false}, {7, 1, 128, true}});
  CHECK(runs_of_sections(offsets, 0).empty());
}

TEST_CASE("products: a proposal that the library declines is none, and without another one that is an error", "[gpu]") {
  device d;
  tests::on_gpu<float> const a(d, tests::normal<float>("a", 12));
  tests::on_gpu<float> sums(d, std::vector<float>(9));
  auto const multiply = [&](std::int64_t columns) {
    matmul(d, sums.view(3).part(0, columns), operand<float>(a.view(4)), operand<float>(a.view(3)).part(0, columns),
           product_options{});
  };
  auto const runs = [](std::uint64_t algorithms) { cuda_emulation::algorithms_run = algorithms; };
  runs(1);
  multiply(3);
  REQUIRE(d.product_plans().choices().size() == 1);
  CHECK(d.product_plans().choices().front().algorithm[0] == 0);
  runs(0);
  CHECK_THROWS_AS(multiply(2), device_failure);
  runs(3);
  multiply(2);
  CHECK(d.product_plans().choices().size() == 2);
}
