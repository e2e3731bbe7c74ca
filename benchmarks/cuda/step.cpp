// SPDX-License-Identifier: Apache-2.0
// Optimizer steps on a GPU: step MICRO_BATCH SEQUENCES STEPS PEAK [free] [documents] [graphs] [quickstart]. PEAK is the
// device's FLOP/s in bf16 by its data sheet; `free` lets attention's gradient add up in any order; `documents` keeps apart
// documents of 1,500 tokens in the mean; `graphs` launches passes whole (cuda/graphs.hpp); the model is the paper's, or
// quickstart's. Prints a JSON line: tokens by second, utilisation in both conventions (train/throughput.hpp; as if sequences
// were whole), of the data sheet and of what a large product reaches here, graphs launched, memory (all that is in use on the
// GPU; what this program's pool has given out at most, and holds; what config/training_memory.hpp plans), and how quickly a
// checkpoint's copy leaves the GPU.
#include "train/shapes.hpp"

#include <snowcoder/backend/cuda/backend.hpp>
#include <snowcoder/backend/cuda/stopwatch.hpp>
#include <snowcoder/config/training_memory.hpp>
#include <snowcoder/core/philox.hpp>
#include <snowcoder/parallel/solo.hpp>
#include <snowcoder/train/step.hpp>
#include <snowcoder/train/throughput.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

using namespace snowcoder;

namespace {

/// FLOP by second of a product of normal values, as products of training have them: zeros would need less power.
double product_reaches(cuda::device& d) {
  constexpr std::int64_t n = 8192;
  std::vector<bfloat16> values(std::size_t(n) * n);
  draws const source("operands", 1);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = i < 65537 ? bfloat16(float(source.normal(i))) : values[i - 65537];
  cuda::buffer<bfloat16> a(n * n), c(n * n);
  upload(d, a.data(), values.data(), n * n);
  matrix_view<bfloat16 const> const m(a.data(), n, n);
  cuda::stopwatch const watch(d.queue());
  float least = 1e30f;
  for (int run = 0; run < 8; ++run)
    least = std::min(least, watch.milliseconds_of([&] {
      matmul(d, matrix_view<bfloat16>(c.data(), n, n), operand<bfloat16>(m), transposed(m), product_options{});
    }));
  return 2.0 * double(n) * n * n / (double(least) * 1e-3);
}

/// Bytes by second from the weights to host memory, as a checkpoint's copy goes: pinned, and as any vector.
template <class R>
std::array<double, 2> copies(cuda::device& d, train::state<R, cuda::device> const& state) {
  auto const rate = [&](auto host) {
    host.resize(state.size);
    std::fill_n(host.data(), state.size, 1.0f);  // its pages are there
    auto const began = std::chrono::steady_clock::now();
    download(d, host.data(), state.weights.data(), state.size);
    return 4 * double(state.size) / std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  };
  return {rate(cuda::device::host_array<float>()), rate(std::vector<float>())};
}

/// Of the pool that buffers come from: the most bytes that were in use, and those that it holds.
std::array<double, 2> pool_bytes() {
  cudaMemPool_t pool;
  cuda::must(cudaDeviceGetDefaultMemPool(&pool, 0), "memory pool");
  std::uint64_t used = 0, held = 0;
  cuda::must(cudaMemPoolGetAttribute(pool, cudaMemPoolAttrUsedMemHigh, &used), "memory pool");
  cuda::must(cudaMemPoolGetAttribute(pool, cudaMemPoolAttrReservedMemCurrent, &held), "memory pool");
  return {double(used), double(held)};
}

struct settings {
  bool repeatable, documents, graphs;
};

template <class R>
int measure(int micro_batch, int sequences, int steps, double peak, settings how) {
  cuda::device device;
  device.repeatable(how.repeatable);
  device.graphs(how.graphs);
  double const reached = product_reaches(device);
  parallel::solo ranks;
  train::state<R, cuda::device> state(device);
  state.initialise(2409);
  train::stepper<R, cuda::device, bfloat16, parallel::solo> trainer(device, ranks, micro_batch);
  trainer.keep_documents_apart(how.documents);
  constexpr std::int64_t columns = R::model.context + 1;
  std::vector<token_id> tokens(std::size_t(sequences * columns));
  draws const source("benchmark tokens", 2409);
  for (std::size_t i = 0; i < tokens.size(); ++i) tokens[i] = token_id(source.below(R::model.vocabulary, i));
  if (how.documents)
    for (std::size_t i = 0; i < tokens.size(); ++i)
      if (source.below(1500, tokens.size() + i) == 0) tokens[i] = config::end_of_text;
  cuda::stopwatch const watch(device.queue());
  std::vector<float> milliseconds;
  double loss = 0;
  for (int run = -1; run < steps; ++run) {
    auto const took = watch.milliseconds_of([&] {
      loss = trainer.step(state, {tokens.data(), sequences, columns}, sequences, 1e-4).loss;
      ++state.position.updates;
    });
    if (run >= 0) milliseconds.push_back(took);  // the first step chooses algorithms
  }
  std::sort(milliseconds.begin(), milliseconds.end());
  double const seconds = double(milliseconds[milliseconds.size() / 2]) * 1e-3;
  std::int64_t const count = std::int64_t(sequences) * R::model.context;
  auto const sheet = train::throughput_of(R::model, count, seconds, 0, peak),
             here = train::throughput_of(R::model, count, seconds, 0, reached);
  std::size_t left = 0, all = 0;
  cuda::must(cudaMemGetInfo(&left, &all), "memory of the GPU");
  auto const [used, held] = pool_bytes();
  using config::attention_gradient;
  auto const planned = config::memory_of_step(
      R::model, {.device = config::device_kind::gpu,
                 .micro_batch = micro_batch,
                 .gradients = train::gradients_at_once<R>(sequences),
                 .attention = how.repeatable ? attention_gradient::repeatable : attention_gradient::free});
  constexpr double gib = 1 << 30;
  auto const copied = copies(device, state);
  std::printf(
      "{\"job\": \"cuda step\", \"model\": \"%s\", \"micro_batch\": %d, \"sequences\": %d, \"repeatable\": %s, "
      "\"documents\": %s, \"graphs_launched\": %lld, \"tokens_per_second\": "
      "%.0f, \"seconds\": [%.4f, %.4f, %.4f], \"causal\": %.4f, \"palm\": %.4f, \"product_flops\": %.4g, "
      "\"causal_of_product\": "
      "%.4f, \"palm_of_product\": %.4f, \"loss\": %.6f, \"memory_gib\": %.2f, \"pool_used_gib\": %.3f, \"pool_held_gib\": "
      "%.3f, \"planned_gib\": %.3f, \"checkpoint_copy_bytes_per_second\": "
      "[%.3g, %.3g]}\n",
      std::string(R::name).c_str(), micro_batch, sequences, how.repeatable ? "true" : "false", how.documents ? "true" : "false",
      static_cast<long long>(device.graphs_launched()), sheet.tokens_per_second, double(milliseconds.front()) * 1e-3, seconds,
      double(milliseconds.back()) * 1e-3, sheet.causal, sheet.full_square, reached, here.causal, here.full_square, loss,
      double(all - left) / gib, used / gib, held / gib, double(planned.total()) / gib, copied[0], copied[1]);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5)
    return std::fprintf(stderr, "usage: step MICRO_BATCH SEQUENCES STEPS PEAK [free] [documents] [graphs] [quickstart]\n"), 2;
  auto const told = [&](std::string_view word) { return std::find(argv + 5, argv + argc, word) != argv + argc; };
  try {
    auto* const run = told("quickstart") ? &measure<recipes::quickstart> : &measure<benchmarks::shape_paper>;
    return run(std::atoi(argv[1]), std::atoi(argv[2]), std::atoi(argv[3]), std::atof(argv[4]),
               {!told("free"), told("documents"), told("graphs")});
  } catch (cuda::device_failure const& e) {
    return std::fprintf(stderr, "step: %s\n", e.what()), 1;
  }
}
