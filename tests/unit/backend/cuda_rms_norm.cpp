// SPDX-License-Identifier: Apache-2.0
// The launch wall: a C++ file calls the launcher that nvcc instantiated, and compares the kernel with its twin. Without a
// GPU it says so, and checks that the wall reports an error instead of ending the program.
#include "support/catch.hpp"
#include "support/tolerance.hpp"

#include <snowcoder/backend/cpu/reference/rms_norm.hpp>
#include <snowcoder/backend/cuda/buffer.hpp>
#include <snowcoder/backend/cuda/rms_norm.hpp>
#include <snowcoder/backend/cuda/status.hpp>
#include <snowcoder/core/philox.hpp>

#include <vector>

#include SNOWCODER_RECIPE_HEADER

using namespace snowcoder;

namespace {
std::vector<bfloat16> normal(std::string_view name, std::int64_t count) {
  std::vector<bfloat16> values(static_cast<std::size_t>(count));
  draws const source(name, 3);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = bfloat16(float(source.normal(i)));
  return values;
}
}  // namespace

TEST_CASE("cuda rms_norm agrees with its twin", "[cuda]") {
  using R = SNOWCODER_RECIPE;
  constexpr std::int64_t width = R::model.width;
  if (cuda::device_count() == 0) {
    WARN("skipped: no GPU here; only the failure of the launch is checked");
    auto const made = cuda::buffer<float>::make(16);
    REQUIRE(!made);
    CHECK(made.error().what.find("CUDA") == 0);
    bfloat16 nothing;
    CHECK(!cuda::rms_norm<R>(&nothing, &nothing, &nothing, 1));
    return;
  }
  for (std::int64_t rows : {0, 1, 3, 4, 1001}) {
    auto const x = normal("x", rows * width), weight = normal("weight", width);
    std::vector<bfloat16> got(x.size()), want(x.size());
    auto dx = cuda::buffer<bfloat16>::make(rows * width), dy = cuda::buffer<bfloat16>::make(rows * width),
         dweight = cuda::buffer<bfloat16>::make(width);
    REQUIRE((dx && dy && dweight));
    REQUIRE((dx->upload(x.data()) && dweight->upload(weight.data())));
    REQUIRE(cuda::rms_norm<R>(dy->data(), dx->data(), dweight->data(), rows));
    REQUIRE(dy->download(got.data()));
    cpu::reference::rms_norm<bfloat16>({want.data(), rows, width}, {x.data(), rows, width}, weight.data(),
                                       float(R::model.norm_epsilon));
    CHECK(tests::distance(got.data(), want.data(), rows * width) < tests::tolerance<bfloat16>::norm);
  }
}
