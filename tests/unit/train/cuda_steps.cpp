// SPDX-License-Identifier: Apache-2.0
// Steps of training on the GPU without files: those of the twins, and the same bits after the state went through the host into
// another process's device, or several ranks shared a step.
#include "support/on_gpu.hpp"
#include "support/thread_world.hpp"
#include "support/tiny_recipe.hpp"
#include "support/twin_device.hpp"

#include <snowcoder/backend/cuda/backend.hpp>
#include <snowcoder/parallel/gpu_ranks.hpp>
#include <snowcoder/parallel/solo.hpp>
#include <snowcoder/train/step.hpp>

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <vector>

using namespace snowcoder;
using namespace snowcoder::tests;

namespace {
using R = tiny_recipe;
constexpr std::int64_t sequences = 4, columns = R::model.context + 1;

/// What a checkpoint holds.
template <class Moment>
struct kept {
  std::vector<float> weights;
  std::vector<Moment> first, second;
  std::int64_t updates = 0;
  friend bool operator==(kept const&, kept const&) = default;
};
template <class Moment>
struct trained {
  std::vector<double> losses, norms;
  kept<Moment> end;
};

/// Steps until `until` of them are done, on from `from`. Of several ranks each keeps its part of the moments.
template <class T, class Moment, class Device, class Ranks = parallel::solo>
trained<Moment> steps(Device& device, std::int64_t until, kept<Moment> const* from = nullptr,
                      config::recompute again = config::recompute::nothing, Ranks&& ranks = {}) {
  using ranks_type = std::remove_reference_t<Ranks>;
  train::state<R, Device, Moment> state(device, parallel::owned_by(config::parameters(R::model), ranks.rank(), ranks.size()));
  auto const mine = parallel::share_of(sequences, ranks.rank(), ranks.size());
  state.initialise(3);
  auto const size = state.size;
  if (from) {
    upload(device, state.weights.data(), from->weights.data(), size);
    upload(device, state.first_moment.data(), from->first.data(), size);
    upload(device, state.second_moment.data(), from->second.data(), size);
    state.position.updates = from->updates;
  }
  train::stepper<R, Device, T, ranks_type, Moment> stepper(device, ranks, 1, again);
  draws const source("steps", 3);
  trained<Moment> all;
  while (state.position.updates < until) {
    std::vector<token_id> tokens;
    for (std::int64_t i = 0; i < sequences * columns; ++i)  // something to learn: few successors of every id
      tokens.push_back(token_id(i % 2
                                    ? (tokens.back() * 3 + 7) % R::model.vocabulary
                                    : std::int64_t(source.below(40, std::uint64_t(i), std::uint64_t(state.position.updates)))));
    matrix_view<token_id const> const all_sequences(tokens.data(), sequences, columns);
    auto const r = stepper.step(state, all_sequences.slice(mine.first, mine.size()), sequences, 1e-2);
    REQUIRE(r.updated);
    ++state.position.updates;
    all.losses.push_back(r.loss);
    all.norms.push_back(r.gradient_norm);
  }
  auto& end = all.end;
  auto const owned = std::size_t(state.owned.size());
  end = {std::vector<float>(size), std::vector<Moment>(owned), std::vector<Moment>(owned), state.position.updates};
  download(device, end.weights.data(), static_cast<float const*>(state.weights.data()), size);
  download(device, end.first.data(), static_cast<Moment const*>(state.first_moment.data()), state.owned.size());
  download(device, end.second.data(), static_cast<Moment const*>(state.second_moment.data()), state.owned.size());
  return all;
}
}  // namespace

TEMPLATE_TEST_CASE("gpu: eight steps are those of the twins", "[gpu]", float, bfloat16) {
  using T = TestType;
  if (!gpu_at_hand()) return;
  constexpr bool narrow = std::is_same_v<T, bfloat16>;
  cuda::device gpu;
  twin_device plain;
  auto const got = steps<T, float>(gpu, 8), want = steps<T, float>(plain, 8);
  CHECK(want.losses.back() < want.losses.front());
  for (std::size_t i = 0; i < want.losses.size(); ++i) {
    INFO("step " << i + 1);
    CHECK(got.losses[i] == Approx(want.losses[i]).epsilon(narrow ? steps_in_bfloat16 : optimizer_steps));
    CHECK(got.norms[i] == Approx(want.norms[i]).epsilon(narrow ? norm_in_steps_in_bfloat16 : norm_in_steps));
  }
}

TEMPLATE_TEST_CASE("gpu: a state that went through the host goes on with the same bits", "[gpu]", float, bfloat16) {
  using Moment = TestType;
  using T = Moment;  // moments in bfloat16 go with products in bfloat16
  if (!gpu_at_hand()) return;
  cuda::device gpu;
  auto const whole = steps<T, Moment>(gpu, 5);
  auto const half = steps<T, Moment>(gpu, 2);
  cuda::device other;  // measures anew, if it is not told
  other.product_plans().recall(gpu.product_plans().choices());
  auto const rest = steps<T, Moment>(other, 5, &half.end, config::recompute::blocks);
  CHECK(rest.end == whole.end);
  CHECK(other.product_plans().choices() == gpu.product_plans().choices());
}

TEMPLATE_TEST_CASE("gpu: two and four ranks on one GPU end with the weights of one", "[gpu]", float, bfloat16) {
  using T = TestType;
  if (!gpu_at_hand()) return;
  cuda::device gpu;
  auto const alone = steps<T, float>(gpu, 3);
  auto const choices = gpu.product_plans().choices();
  for (int size : {2, 4}) {
    std::vector<trained<float>> all(static_cast<std::size_t>(size));
    thread_world::run(size, [&](thread_world& world) {
      cuda::device mine;
      mine.product_plans().recall(choices);
      all[std::size_t(world.rank())] = steps<T, float>(mine, 3, static_cast<kept<float> const*>(nullptr),
                                                       config::recompute::nothing, parallel::gpu_ranks(world, mine));
    });
    for (int r = 0; r < size; ++r) {
      INFO("rank " << r << " of " << size);
      auto const& got = all[std::size_t(r)];
      CHECK(got.end.weights == alone.end.weights);
      CHECK(got.losses == alone.losses);
      CHECK(got.norms == alone.norms);
      auto const owned = parallel::owned_by(std::int64_t(alone.end.first.size()), r, size);
      CHECK(std::equal(got.end.first.begin(), got.end.first.end(), alone.end.first.begin() + owned.first));
    }
  }
}
