// SPDX-License-Identifier: Apache-2.0
// What saves memory changes no gradient, moments in bfloat16 stay true on average, and a step takes the memory that
// config/training_memory.hpp says.
#include "support/catch.hpp"
#include "support/tiny_recipe.hpp"

#include <snowcoder/backend/cpu/backend.hpp>
#include <snowcoder/config/training_memory.hpp>
#include <snowcoder/parallel/solo.hpp>
#include <snowcoder/pipeline/plan.hpp>
#include <snowcoder/recipes/arctic_snowcoder_1b3.hpp>
#include <snowcoder/train/step.hpp>

#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

using namespace snowcoder;

namespace {

/// Three layers, an untied head: copies of weights and activations that have to be made again.
template <bool Tied>
struct three_layers : tests::tiny_recipe {
  static constexpr auto model = config::checked(config::decoder_shape{
      .layers = 3, .width = 32, .hidden = 88, .heads = 2, .kv_heads = 1, .vocabulary = 320, .context = 64, .tied = Tied});
};
/// Some hundreds of megabytes, each part of the plan large enough to be seen.
struct measurable : tests::tiny_recipe {
  static constexpr auto model = config::checked(config::decoder_shape{
      .layers = 12, .width = 512, .hidden = 1408, .heads = 4, .kv_heads = 2, .vocabulary = 16000, .context = 1024});
};

std::vector<token_id> some_tokens(std::int64_t count, int vocabulary) {
  draws const source("tokens", 5);
  std::vector<token_id> ids;
  for (std::int64_t i = 0; i < count; ++i) ids.push_back(token_id(source.below(std::uint64_t(vocabulary), std::uint64_t(i))));
  return ids;
}

/// Weights after `steps` steps of three sequences.
template <class R, class T, class Moment = float>
std::vector<float> trained(config::recompute again, int steps, int threads = 1) {
  cpu::device device(threads);
  parallel::solo ranks;
  train::state<R, cpu::device, Moment> state(device);
  state.initialise(1);
  train::stepper<R, cpu::device, T, parallel::solo, Moment> stepper(device, ranks, 2, again);
  auto const tokens = some_tokens(3 * 65, R::model.vocabulary);
  for (int i = 0; i < steps; ++i) {
    stepper.step(state, {tokens.data(), 3, 65}, 3, 1e-2);
    ++state.position.updates;
  }
  return {state.weights.data(), state.weights.data() + state.size};
}

/// A line of /proc/self/status in bytes.
double status(char const* name) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(name)) return std::atof(line.c_str() + std::strlen(name) + 1) * 1024;
  return 0;
}

/// Peak memory of one step in a process of its own, less what it had before, by what was planned.
template <class T, class Moment>
double peak_by_plan(config::recompute again) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  pid_t const child = ::fork();
  if (child == 0) {
    ::mallopt(M_MMAP_THRESHOLD, 1 << 16);  // what was freed before must not serve again unseen
    ::malloc_trim(0);
    double const before = status("VmRSS");
    {
      cpu::device device(1);
      parallel::solo ranks;
      train::state<measurable, cpu::device, Moment> state(device);
      train::stepper<measurable, cpu::device, T, parallel::solo, Moment> stepper(device, ranks, 1, again);
      auto const tokens = some_tokens(1025, 16000);
      stepper.step(state, {tokens.data(), 1, 1025}, 1, 1e-3);
    }
    double const peak = status("VmHWM") - before;
    ::_exit(::write(ends[1], &peak, sizeof peak) == sizeof peak ? 0 : 1);
  }
  double peak = 0;
  REQUIRE(::read(ends[0], &peak, sizeof peak) == sizeof peak);
  int status = 0;
  ::waitpid(child, &status, 0);
  ::close(ends[0]);
  ::close(ends[1]);
  auto const planned = config::memory_of_step(
      measurable::model,
      {.products = dtype_of<T>, .moments = dtype_of<Moment>, .again = again, .micro_batch = 1, .gradients = 1, .threads = 1});
  return peak / double(planned.total());
}

}  // namespace

TEMPLATE_TEST_CASE("blocks that are computed again leave every bit as it was", "[train]", float, bfloat16) {
  CHECK(trained<three_layers<true>, TestType>(config::recompute::blocks, 2) ==
        trained<three_layers<true>, TestType>(config::recompute::nothing, 2));
  CHECK(trained<three_layers<false>, TestType>(config::recompute::blocks, 2) ==
        trained<three_layers<false>, TestType>(config::recompute::nothing, 2));
}

TEST_CASE("moments in bfloat16 depend on no thread, and train as moments in float do", "[train]") {
  using R = three_layers<true>;
  constexpr auto nothing = config::recompute::nothing;
  auto const narrow = trained<R, bfloat16, bfloat16>(nothing, 30);
  CHECK(narrow == trained<R, bfloat16, bfloat16>(nothing, 30, 3));
  auto const wide = trained<R, bfloat16>(nothing, 30), first = trained<R, bfloat16>(nothing, 0);
  double apart = 0, moved = 0;
  for (std::size_t i = 0; i < wide.size(); ++i) {
    apart += std::pow(double(narrow[i] - wide[i]), 2);
    moved += std::pow(double(wide[i] - first[i]), 2);
  }
  CHECK(apart > 0);
  CHECK(std::sqrt(apart / moved) < 0.05);
}

TEST_CASE("a moment in bfloat16 comes to rest at the mean, where rounding to the nearest would stop before it", "[train]") {
  constexpr std::int64_t n = 4099;
  cpu::device device(2);
  std::vector<float> weights(n, 0.0f), gradient(n, 1.0f);
  std::vector<bfloat16> first(n, bfloat16(1.0f)), second(n, bfloat16(1.25f));
  float nearest = 1.25f;
  for (std::int64_t step = 1; step <= 120; ++step) {
    adamw_step const s(config::optimizer{}, 1e-3, step, 1.0, false);
    cpu::adamw(device, weights.data(), first.data(), second.data(), gradient.data(), n, s, moment_rounding(7, step, 3));
    nearest = float(bfloat16(0.95f * nearest + 0.05f));
  }
  double mean = 0;
  for (auto v : second) mean += double(float(v)) / n;
  CHECK(mean == Approx(1.0).epsilon(0.005));
  CHECK(nearest > 1.03f);
}

TEST_CASE("the rounding of an element is the same wherever its tensor is cut", "[train]") {
  constexpr std::int64_t n = 1000;
  cpu::device device(1);
  adamw_step const s(config::optimizer{}, 1e-3, 1, 1.0, true);
  std::vector<float> weights(n, 1.0f), gradient(n);
  for (std::size_t i = 0; i < gradient.size(); ++i) gradient[i] = std::sin(float(i));
  auto const updated = [&](std::int64_t cut) {
    auto w = weights;
    std::vector<bfloat16> m(n, bfloat16(0.1f)), v(n, bfloat16(0.3f));
    cpu::adamw(device, w.data(), m.data(), v.data(), gradient.data(), cut, s, moment_rounding(7, 9, 5));
    cpu::adamw(device, w.data() + cut, m.data() + cut, v.data() + cut, gradient.data() + cut, n - cut, s,
               moment_rounding(7, 9, 5 + cut));
    m.insert(m.end(), v.begin(), v.end());
    return m;
  };
  CHECK(updated(0) == updated(501));
  CHECK(updated(0) == updated(3));
}

TEST_CASE("a step takes the memory that was planned", "[train]") {
  using config::recompute;
  CHECK(peak_by_plan<float, float>(recompute::nothing) == Approx(1).margin(0.1));
  CHECK(peak_by_plan<bfloat16, float>(recompute::nothing) == Approx(1).margin(0.1));
  CHECK(peak_by_plan<bfloat16, bfloat16>(recompute::blocks) == Approx(1).margin(0.1));
}

TEST_CASE("the paper's model takes a step of one sequence within 23 GiB", "[train]") {
  constexpr auto model = recipes::arctic_snowcoder_1b3::model;
  constexpr double gib = 1 << 30;
  constexpr auto least = config::memory_of_step(model, {.moments = dtype::bf16, .again = config::recompute::blocks});
  CHECK(double(least.total()) / gib == Approx(18.04).epsilon(0.001));
  CHECK(double(config::memory_of_step(model, {}).total()) / gib > 36);
}

TEST_CASE("what a GPU was seen to hold for the paper's model is planned, but for its context", "[train]") {
  using config::attention_gradient;
  constexpr auto planned = [](attention_gradient a) {
    return double(config::memory_of_step(recipes::arctic_snowcoder_1b3::model,
                                         {.device = config::device_kind::gpu, .micro_batch = 2, .gradients = 3, .attention = a})
                      .total()) /
           (1 << 30);
  };
  // An H100, GiB of its memory in use while the recipe had four lanes: benchmarks/results/h100.md.
  constexpr double repeatable = 65.0, free = 61.1, context = pipeline::taken_by_context / (1 << 30);
  CHECK(planned(attention_gradient::repeatable) + context == Approx(repeatable).margin(0.1));
  CHECK(planned(attention_gradient::free) + context == Approx(free).margin(0.1));
}

TEST_CASE("plan prints memory of a CPU and of a GPU, and says what the hardware it was asked about has no room for",
          "[train]") {
  using R = recipes::arctic_snowcoder_1b3;
  auto const line_of = [](std::string const& text, std::string const& name) {
    auto const at = text.find(name);
    return at == std::string::npos ? std::string() : text.substr(at, text.find('\n', at) - at);
  };
  auto const gpu = pipeline::plan_memory<R>(*pipeline::find_hardware("h100"));
  auto const two = line_of(gpu, "512 sequences, 2 at a time  ");
  CHECK(two.find("69.5 GiB") != std::string::npos);
  CHECK(two.find("(") == std::string::npos);
  CHECK(line_of(gpu, "512 sequences, 4 at a time  ").find("only the least fits") != std::string::npos);
  CHECK(line_of(gpu, "512 sequences, 2 at a time on h100: ").find("logits 1.46 GiB") != std::string::npos);
  auto const cpu = pipeline::plan_memory<R>(*pipeline::find_hardware("cpu"));
  CHECK(line_of(cpu, "512 sequences, 2 at a time  ").find("64.2 GiB") != std::string::npos);
  CHECK(line_of(gpu, "each of 8 processes, 1 at a time").find("30.8 GiB") != std::string::npos);
  CHECK(line_of(cpu, "one sequence  ").find("more than cpu has") != std::string::npos);
}

TEST_CASE("as many gradients stand at once as the tree of lanes is deep", "[train]") {
  using R = tests::tiny_recipe;  // four lanes
  CHECK(train::gradients_at_once<R>(1) == 1);
  CHECK(train::gradients_at_once<R>(2) == 2);
  CHECK(train::gradients_at_once<R>(4) == 3);
  CHECK(train::gradients_at_once<R>(512) == 3);
  CHECK(train::gradients_at_once<recipes::arctic_snowcoder_1b3>(512) == 4);  // eight lanes
}
