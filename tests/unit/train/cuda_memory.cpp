// SPDX-License-Identifier: Apache-2.0
// A step on a GPU asks for the memory that config/training_memory.hpp says: over the emulated runtime, which counts bytes. What
// cuDNN works in, and the device's own context, are not seen here: benchmarks/cuda/step.cpp prints what a real one takes.
#include "support/catch.hpp"
#include "support/tiny_recipe.hpp"

#include <snowcoder/backend/cuda/backend.hpp>
#include <snowcoder/config/training_memory.hpp>
#include <snowcoder/core/philox.hpp>
#include <snowcoder/parallel/solo.hpp>
#include <snowcoder/train/step.hpp>

#include <cstdint>
#include <vector>

using namespace snowcoder;

namespace {

/// Small, for the emulation is slow: every byte is counted.
template <bool Tied>
struct measurable : tests::tiny_recipe {
  static constexpr auto model = config::checked(config::decoder_shape{
      .layers = 2, .width = 32, .hidden = 88, .heads = 2, .kv_heads = 1, .vocabulary = 320, .context = 64, .tied = Tied});
};

struct taken {
  std::int64_t most, planned;
};

/// The most bytes that stand while a step of so many sequences is done, less the workspace that all products share, which would
/// hide the rest here.
template <class R, class T, class Moment>
taken step_of(int sequences, int micro_batch, config::recompute again) {
  auto& counter = cuda_emulation::memory_counter::all();
  counter.begin();
  auto const before = counter.most();
  constexpr std::int64_t columns = R::model.context + 1;
  std::vector<token_id> tokens(std::size_t(sequences * columns));
  draws const source("tokens", 5);
  for (std::size_t i = 0; i < tokens.size(); ++i) tokens[i] = token_id(source.below(std::uint64_t(R::model.vocabulary), i));
  {
    cuda::device device;
    parallel::solo ranks;
    train::state<R, cuda::device, Moment> state(device);
    state.initialise(3, 1);
    train::stepper<R, cuda::device, T, parallel::solo, Moment> stepper(device, ranks, micro_batch, again);
    REQUIRE(stepper.step(state, {tokens.data(), sequences, columns}, sequences, 1e-3).updated);
  }
  CHECK(counter.now() == before);
  auto const planned = config::memory_of_step(R::model, {.device = config::device_kind::gpu,
                                                         .products = dtype_of<T>,
                                                         .moments = dtype_of<Moment>,
                                                         .again = again,
                                                         .micro_batch = micro_batch,
                                                         .gradients = train::gradients_at_once<R>(sequences),
                                                         .attention = config::attention_gradient::own});
  return {std::int64_t(counter.most() - before) - config::product_workspace, planned.total() - config::product_workspace};
}

}  // namespace

TEMPLATE_TEST_CASE("gpu: a step takes the memory that was planned, to the byte", "[gpu]", measurable<true>, measurable<false>) {
  using R = TestType;
  using config::recompute;
  auto const exact = [](taken t) { CHECK(t.most == t.planned); };
  exact(step_of<R, float, float>(4, 1, recompute::nothing));
  exact(step_of<R, bfloat16, float>(4, 1, recompute::nothing));
  exact(step_of<R, bfloat16, float>(8, 2, recompute::nothing));
  exact(step_of<R, bfloat16, bfloat16>(8, 2, recompute::blocks));
}

TEST_CASE("gpu: with one gradient the plan allows for measuring products, and for little more", "[gpu]") {
  using R = measurable<true>;
  auto const t = step_of<R, bfloat16, float>(1, 1, config::recompute::nothing);
  CHECK(t.most <= t.planned);
  CHECK(double(t.most) > 0.9 * double(t.planned));
}
