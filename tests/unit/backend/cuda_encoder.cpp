// SPDX-License-Identifier: Apache-2.0
// A whole encoder on the GPU's verbs beside the twins in float: by its first token and by means, sections of many lengths.
#include "support/on_gpu.hpp"
#include "support/twin_encoder.hpp"

#include <snowcoder/backend/cuda/encoder_backend.hpp>
#include <snowcoder/nn/encoder.hpp>

#include <cmath>
#include <span>
#include <string>

using namespace snowcoder;
using namespace snowcoder::tests;

namespace {

template <config::pooling Pool>
struct small_encoder {
  static constexpr auto encoder = config::checked(config::encoder_shape{
      .layers = 3, .width = 64, .hidden = 160, .heads = 2, .vocabulary = 96, .positions = 48, .types = 2, .pool = Pool});
};

/// Weights of a fresh model, each tensor from its name: norms about 1, all else of a deviation of 0.1.
struct drawn_weights {
  expected<void> read(std::string const& name, std::span<float> out) const {
    bool const scale = name.ends_with("LayerNorm.weight");
    draws const source(name, 3);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = float(scale) + 0.1f * float(source.normal(i));
    return {};
  }
};

template <class R, class T, class Device>
std::vector<float> vectors(Device& d, std::span<std::int32_t const> ids, std::span<std::int64_t const> offsets) {
  auto weights = nn::encoder_weights<R, Device, T>::load(d, drawn_weights());
  REQUIRE(weights);
  nn::encoder<R, Device, T> encoder(d, std::move(*weights), 160);
  std::vector<float> out((offsets.size() - 1) * std::size_t(R::encoder.width));
  encoder.forward(ids, offsets, out.data());
  return out;
}

}  // namespace

TEMPLATE_TEST_CASE("gpu: an encoder gives what the twins give", "[gpu][library]", small_encoder<config::pooling::cls>,
                   small_encoder<config::pooling::mean>) {
  if (!gpu_at_hand()) return;
  std::vector<std::int64_t> const offsets{0, 1, 4, 52, 100, 121, 150};
  auto const ids = drawn_ids(offsets.back(), 96);
  twin_device plain;
  cuda::device gpu;
  auto const want = vectors<TestType, float>(plain, ids, offsets);
  CHECK(distance(vectors<TestType, float>(gpu, ids, offsets), want) < tolerance<float>::encoder);
  auto const check = [&]<class T>(T) {
    auto const narrow = vectors<TestType, T>(gpu, ids, offsets);
    CHECK(distance(narrow, want) < tolerance<T>::encoder);
    for (std::size_t s = 0; s + 1 < offsets.size(); ++s) {
      double both = 0, a = 0, b = 0;
      for (std::size_t j = s * 64; j < (s + 1) * 64; ++j) {
        both += double(narrow[j]) * double(want[j]);
        a += double(narrow[j]) * double(narrow[j]);
        b += double(want[j]) * double(want[j]);
      }
      CHECK(both / std::sqrt(a * b) > tolerance<T>::encoder_cosine);
    }
    CHECK(vectors<TestType, T>(gpu, ids, offsets) == narrow);  // the same bits in every run
  };
  check(bfloat16());
  check(float16());
}
