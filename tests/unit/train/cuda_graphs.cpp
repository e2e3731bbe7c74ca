// SPDX-License-Identifier: Apache-2.0
// Passes of training that are recorded and launched as graphs: the bits of plain passes, whatever moves between them, and plain
// passes where something cannot be recorded.
#include "support/on_gpu.hpp"
#include "support/tiny_recipe.hpp"

#include <snowcoder/backend/cuda/backend.hpp>
#include <snowcoder/parallel/solo.hpp>
#include <snowcoder/train/step.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

using namespace snowcoder;
using namespace snowcoder::tests;

namespace {
/// Sequences and heads that cuDNN serves, where the build has it and products are bf16.
struct long_recipe : tiny_recipe {
  static constexpr std::string_view name = "long";
  static constexpr auto model = config::checked(config::decoder_shape{
      .layers = 2, .width = 32, .hidden = 88, .heads = 2, .kv_heads = 1, .vocabulary = 320, .context = 128});
};

struct setting {
  bool documents = false;
  config::recompute again = config::recompute::nothing;
  bool moves = false;  ///< between steps scratch grows, and a loss without gradient is asked for
};
template <class Moment>
struct trained {
  std::vector<double> losses, norms;
  std::vector<float> weights;
  std::vector<Moment> first, second;
  friend bool operator==(trained const&, trained const&) = default;
};

/// Three steps of twelve sequences: each of the four lanes has three, two at a time and the last alone. Scratch that moves has
/// `base` floats, or more.
template <class R, class T>
trained<T> three_steps(cuda::device& gpu, setting how, std::int64_t columns, std::int64_t base = 0) {
  constexpr std::int64_t sequences = 12;
  parallel::solo ranks;
  train::state<R, cuda::device, T> state(gpu);
  state.initialise(5);
  train::stepper<R, cuda::device, T, parallel::solo, T> stepper(gpu, ranks, 2, how.again);
  stepper.keep_documents_apart(how.documents);
  trained<T> all;
  auto const ids = drawn_ids(3 * sequences * columns, 12);  // some of them open a document
  for (std::int64_t step = 0; step < 3; ++step) {
    matrix_view<token_id const> const tokens(ids.data() + step * sequences * columns, sequences, columns);
    auto const r = stepper.step(state, tokens, sequences, 1e-2);
    REQUIRE(r.updated);
    ++state.position.updates;
    all.losses.push_back(r.loss);
    all.norms.push_back(r.gradient_norm);
    if (!how.moves) continue;
    for (int slot = 0; slot < cuda::device::row_block_slot; ++slot) gpu.scratch<float>(slot, base + ((step + 1) << 16));
    all.losses.push_back(stepper.model_of(state).loss(tokens.slice(0, 2)));
  }
  auto const host = [&](auto& from, auto& to) {
    to.resize(std::size_t(state.size));
    download(gpu, to.data(), from.data(), state.size);
  };
  host(state.weights, all.weights);
  host(state.first_moment, all.first);
  host(state.second_moment, all.second);
  return all;
}

/// x = 2 x.
void twice(cuda::device& gpu, on_gpu<float>& x) { add(gpu, x.data(), x.data(), x.data(), 8); }
std::vector<float> all_of(float value) { return std::vector<float>(8, value); }
}  // namespace

TEMPLATE_TEST_CASE("gpu: steps by graphs end with the bits of plain ones", "[gpu]", float, bfloat16) {
  if (!gpu_at_hand()) return;
  auto const how = GENERATE(setting{}, setting{.documents = true, .moves = true},
                            setting{.again = config::recompute::blocks, .moves = true});
  cuda::device gpu;
  auto const plain = three_steps<tiny_recipe, TestType>(gpu, how, 9);
  CHECK(gpu.graphs_launched() == 0);
  gpu.graphs(true);
  auto const whole = three_steps<tiny_recipe, TestType>(gpu, how, 9, 1 << 20);
  CHECK(whole == plain);
  // 24 passes forward of two sizes, 24 backward of two sizes into three gradients: all but the first of each kind.
  CHECK(gpu.graphs_launched() == (24 - 2) + (24 - 2 * 3));
}

TEMPLATE_TEST_CASE("gpu: steps by graphs end with the bits of plain ones where a library attends", "[gpu]", float, bfloat16) {
  if (!gpu_at_hand()) return;
  bool const documents = GENERATE(false, true);
  cuda::device gpu;
  auto const plain = three_steps<long_recipe, TestType>(gpu, {documents}, 129);
  gpu.graphs(true);
  CHECK(three_steps<long_recipe, TestType>(gpu, {documents}, 129) == plain);
  // A list of documents is another one each time: where the library wants it, passes are run plainly.
  attention_shape const shape{2, 128, 2, 1, 16, documents ? gpu.scratch<std::int32_t>(0, 1) : nullptr};
  bool const listed = lists_documents(gpu, dtype_of<TestType>, shape);
  CHECK(gpu.graphs_launched() == (listed ? 0 : (24 - 2) + (24 - 2 * 3)));
}

TEST_CASE("gpu: what is recorded does not run until it is launched", "[gpu]") {
  if (!gpu_at_hand()) return;
  cuda::device gpu;
  on_gpu<float> x(gpu, all_of(1));
  auto const graph = cuda::recorded(gpu, [&] { twice(gpu, x), twice(gpu, x); });
  REQUIRE(graph);
  CHECK(x.host() == all_of(1));
  gpu.launch(graph.get());
  gpu.launch(graph.get());
  CHECK(x.host() == all_of(16));
}

TEST_CASE("gpu: a body that cannot be recorded runs plainly, and once", "[gpu]") {
  if (!gpu_at_hand()) return;
  cuda::device gpu;
  gpu.graphs(true);
  cuda::recorder<int> recorder;
  on_gpu<float> x(gpu, all_of(1));
  auto const four_times = [&](int key, auto const& between) {
    for (int run = 0; run < 4; ++run)
      recorder.run(gpu, key, [&] {
        twice(gpu, x);
        between();
        twice(gpu, x);
      });
  };
  four_times(0, [&] { gpu.wait(); });
  CHECK(x.host() == all_of(256));
  four_times(1, [] { cuda::buffer<float> const room(8); });
  CHECK(x.host() == all_of(65536));
  CHECK(gpu.graphs_launched() == 0);
  four_times(2, [] {});  // and no trace of that is left
  CHECK(x.host() == all_of(65536.0f * 256));
  CHECK(gpu.graphs_launched() == 3);
}

TEST_CASE("gpu: graphs follow memory that moves", "[gpu]") {
  if (!gpu_at_hand()) return;
  cuda::device gpu;
  gpu.graphs(true);
  cuda::recorder<int> recorder;
  auto const run = [&](float value) {
    // A key has to say more than this: the value of the recording stays until it is made anew.
    recorder.run(gpu, 0, [&] { fill(gpu, gpu.scratch<float>(0, 8), value, 8); });
    std::vector<float> here(8);
    download(gpu, here.data(), static_cast<float const*>(gpu.scratch<float>(0, 8)), 8);
    return here;
  };
  CHECK(run(1) == all_of(1));
  CHECK(run(2) == all_of(2));
  CHECK(run(3) == all_of(2));
  gpu.scratch<float>(0, 1 << 20);
  CHECK(run(4) == all_of(4));
  gpu.repeatable(false);
  CHECK(run(5) == all_of(5));
  recorder.forget();
  CHECK(run(6) == all_of(6));
  CHECK(gpu.graphs_launched() == 4);
}
