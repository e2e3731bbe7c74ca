// SPDX-License-Identifier: Apache-2.0
// cuDNN's attention at the paper's length in a micro-batch whose scores no 32 bits count. For a GPU: the emulation would take
// days.
#include "support/on_gpu.hpp"

#include <snowcoder/backend/cuda/backend.hpp>

#include <cstdint>
#include <utility>
#include <vector>

using namespace snowcoder;
using namespace snowcoder::tests;

TEST_CASE("gpu: a library attends where scores are more than 32 bits count", "[gpu][library]") {
  using T = bfloat16;
  if (!gpu_at_hand()) return;
  cuda::device d;
  constexpr std::int64_t length = 8192, heads = 16, head_width = 128, sequences = 5;
  attention_shape const alone{1, length, heads, heads, head_width};
  auto together = alone;
  together.sequences = sequences;
  if (cuda::library_declines(d, dtype_of<T>, together)) return;
  // Drawn for some rows, as no two rows of a sequence are alike then either.
  auto const repeated = [](char const* name, std::int64_t count) {
    auto const some = normal<T>(name, 65537, 1.5);
    std::vector<T> all;
    for (std::int64_t i = 0; i < count; ++i) all.push_back(some[std::size_t(i) % some.size()]);
    return all;
  };
  auto const qkv = repeated("qkv", length * alone.packed()), up = repeated("up", length * alone.width());
  auto const attended = [&](attention_shape const& shape, std::int64_t which) {
    std::vector<T> all_qkv, all_up;
    for (std::int64_t s = 0; s < shape.sequences; ++s) {
      all_qkv.insert(all_qkv.end(), qkv.begin(), qkv.end());
      all_up.insert(all_up.end(), up.begin(), up.end());
    }
    on_gpu<T> const gqkv(d, all_qkv), gup(d, all_up);
    on_gpu<T> out(d, std::vector<T>(all_up.size())), gradient(d, std::vector<T>(all_qkv.size()));
    on_gpu<float> log_sums(d, std::vector<float>(std::size_t(shape.rows() * heads)));
    cuda::attention(d, out.view(shape.width()), log_sums.data(), gqkv.view(shape.packed()), shape);
    cuda::attention_backward(d, gradient.view(shape.packed()), gqkv.view(shape.packed()),
                             matrix_view<T const>(out.view(shape.width())), static_cast<float const*>(log_sums.data()),
                             gup.view(shape.width()), shape);
    auto const part = [which](std::vector<T> const& all, std::int64_t each) {
      return std::vector<T>(all.begin() + which * each, all.begin() + (which + 1) * each);
    };
    return std::pair(part(out.host(), std::int64_t(up.size())), part(gradient.host(), std::int64_t(qkv.size())));
  };
  auto const want = attended(alone, 0);
  auto documents = together;
  on_gpu<std::int32_t> const starts(d, std::vector<std::int32_t>(std::size_t(together.rows())));
  std::vector<std::int32_t> begins;
  for (std::int64_t s = 0; s <= sequences; ++s) begins.push_back(std::int32_t(s * length));
  documents.starts = starts.data();
  documents.documents = begins;
  for (auto const& shape : {together, documents})
    for (std::int64_t which : {std::int64_t(0), std::int64_t(3), sequences - 1}) {
      INFO("sequence " << which << (shape.starts ? ", as documents" : ""));
      auto const got = attended(shape, which);
      CHECK(distance(got.first, want.first) < tolerance<T>::attention);
      CHECK(distance(got.second, want.second) < tolerance<T>::attention_backward);
    }
}
