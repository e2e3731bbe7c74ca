// SPDX-License-Identifier: Apache-2.0
// A whole decoder on the GPU's verbs beside their twins: loss, every gradient and a step of the optimizer.
#include "support/on_gpu.hpp"
#include "support/tiny_recipe.hpp"
#include "support/twin_device.hpp"

#include <snowcoder/backend/cuda/backend.hpp>
#include <snowcoder/config/accounting.hpp>
#include <snowcoder/nn/decoder.hpp>

using namespace snowcoder;
using namespace snowcoder::tests;

namespace {
using R = tiny_recipe;
constexpr std::int64_t size = config::parameters(R::model);

struct outcome {
  double loss;
  std::vector<float> gradient, updated, logits;
};

/// The same words for either device.
template <class T, class Device>
outcome work(Device& d, std::vector<float> const& start, std::vector<std::int32_t> const& ids, bool documents) {
  using floats = typename Device::template buffer<float>;
  floats weights(size), gradient(size), first(size), second(size);
  upload(d, weights.data(), start.data(), size);
  nn::decoder<R, Device, T> model(d, 3);
  model.load(weights.data());
  if (documents) model.keep_documents_apart(7);
  outcome o;
  o.loss = model.loss_and_gradient(view(ids, 41), 0.01f, gradient.data());
  auto const host = [&](float const* from, std::int64_t count) {
    std::vector<float> values(static_cast<std::size_t>(count));
    download(d, values.data(), from, count);
    return values;
  };
  o.gradient = host(gradient.data(), size);
  o.logits.resize(std::size_t(3 * 41 * R::model.vocabulary));
  model.logits(view(ids, 41), o.logits.data());
  adamw(d, weights.data(), first.data(), second.data(), static_cast<float const*>(gradient.data()), size,
        adamw_step(config::optimizer{}, 1e-3, 1, 1.0, true));
  o.updated = host(weights.data(), size);
  return o;
}
}  // namespace

TEMPLATE_TEST_CASE("gpu: a decoder gives what the twins give", "[gpu]", float, bfloat16) {
  using T = TestType;
  if (!gpu_at_hand()) return;
  bool const documents = GENERATE(false, true);
  auto const start = normal<float>("weights", size, 0.05);
  auto const ids = drawn_ids(3 * 41, documents ? 12 : std::uint64_t(R::model.vocabulary));
  cuda::device gpu;
  twin_device plain;
  auto const got = work<T>(gpu, start, ids, documents), want = work<T>(plain, start, ids, documents);
  CHECK(got.loss == Approx(want.loss).epsilon(tolerance<T>::decoder_loss));
  CHECK(distance(got.logits, want.logits) < tolerance<T>::decoder_logits);
  CHECK(distance(got.gradient, want.gradient) < tolerance<T>::decoder_gradient);
  if constexpr (std::is_same_v<T, float>) CHECK(distance(got.updated, want.updated) < optimizer_steps * 100);
  auto const again = work<T>(gpu, start, ids, documents);
  CHECK(again.gradient == got.gradient);  // the same bits in every run
}
