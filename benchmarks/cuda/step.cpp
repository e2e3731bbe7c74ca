// SPDX-License-Identifier: Apache-2.0
// Optimizer steps on a GPU: step paper|quickstart MICRO_BATCH SEQUENCES STEPS PEAK [MODE...]. PEAK is the device's FLOP/s in
// bf16 by its data sheet. A MODE is `plain` or words joined by +: `free` lets attention's gradient add up in any order;
// `documents` keeps apart documents of 1,500 tokens in the mean; `graphs` launches passes whole (cuda/graphs.hpp). Each mode
// begins with the same weights. Prints a JSON line for each: tokens by second, utilisation in both conventions
// (train/throughput.hpp; as if sequences were whole), of the data sheet and of what a large product reaches here, graphs
// launched, the last loss, memory (all that is in use on the GPU; what this program's pool has given out at most, and holds;
// what config/training_memory.hpp plans); and in the end how quickly a checkpoint's copy leaves the GPU.
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

/// Of the pool that buffers come from: the most bytes that were in use since it was asked last, and those that it holds.
std::array<double, 2> pool_bytes() {
  cudaMemPool_t pool;
  cuda::must(cudaDeviceGetDefaultMemPool(&pool, 0), "memory pool");
  std::uint64_t used = 0, held = 0, none = 0;
  cuda::must(cudaMemPoolGetAttribute(pool, cudaMemPoolAttrUsedMemHigh, &used), "memory pool");
  cuda::must(cudaMemPoolGetAttribute(pool, cudaMemPoolAttrReservedMemCurrent, &held), "memory pool");
  cuda::must(cudaMemPoolSetAttribute(pool, cudaMemPoolAttrUsedMemHigh, &none), "memory pool");
  return {double(used), double(held)};
}

struct sizes {
  int micro_batch, sequences, steps;
  double peak;  ///< FLOP/s by the data sheet
};

struct mode {
  explicit mode(std::string_view words) : name(words) {
    for (std::size_t from = 0; from <= words.size();) {
      auto const end = std::min(words.find('+', from), words.size());
      auto const word = words.substr(from, end - from);
      from = end + 1;
      if (word == "free")
        repeatable = false;
      else if (word == "documents")
        documents = true;
      else if (word == "graphs")
        graphs = true;
      else
        known &= word == "plain";
    }
  }
  std::string name;
  bool repeatable = true, documents = false, graphs = false, known = true;
};

/// Drawn tokens, with ends of documents where a mode looks for them.
std::vector<token_id> drawn_tokens(std::int64_t count, std::int64_t vocabulary, bool documents) {
  std::vector<token_id> tokens(static_cast<std::size_t>(count));
  draws const source("benchmark tokens", 2409);
  for (std::size_t i = 0; i < tokens.size(); ++i)
    tokens[i] = documents && source.below(1500, tokens.size() + i) == 0 ? config::end_of_text
                                                                        : token_id(source.below(std::uint64_t(vocabulary), i));
  return tokens;
}

template <class R>
void measure(cuda::device& device, train::state<R, cuda::device>& state, sizes const& n, mode const& how, double reached) {
  device.repeatable(how.repeatable);
  device.graphs(how.graphs);
  auto const launched = device.graphs_launched();
  state.initialise(2409);
  parallel::solo ranks;
  train::stepper<R, cuda::device, bfloat16, parallel::solo> trainer(device, ranks, n.micro_batch);
  trainer.keep_documents_apart(how.documents);
  constexpr std::int64_t columns = R::model.context + 1;
  auto tokens = drawn_tokens(n.sequences * columns, R::model.vocabulary, how.documents);
  cuda::stopwatch const watch(device.queue());
  std::vector<double> seconds;
  double loss = 0;
  for (int run = -1; run < n.steps; ++run) {
    auto const took = watch.milliseconds_of([&] {
      loss = trainer.step(state, {tokens.data(), n.sequences, columns}, n.sequences, 1e-4).loss;
      ++state.position.updates;
    });
    if (run >= 0) seconds.push_back(double(took) * 1e-3);  // the first step chooses algorithms
  }
  std::sort(seconds.begin(), seconds.end());
  double const median = seconds[seconds.size() / 2];
  std::int64_t const count = std::int64_t(n.sequences) * R::model.context;
  auto const sheet = train::throughput_of(R::model, count, median, 0, n.peak),
             here = train::throughput_of(R::model, count, median, 0, reached);
  std::size_t left = 0, all = 0;
  cuda::must(cudaMemGetInfo(&left, &all), "memory of the GPU");
  auto const [used, held] = pool_bytes();
  using config::attention_gradient;
  auto const planned = config::memory_of_step(
      R::model, {.device = config::device_kind::gpu,
                 .micro_batch = n.micro_batch,
                 .gradients = train::gradients_at_once<R>(n.sequences),
                 .attention = how.repeatable ? attention_gradient::repeatable : attention_gradient::free});
  constexpr double gib = 1 << 30;
  std::printf(
      "{\"job\": \"cuda step\", \"model\": \"%s\", \"mode\": \"%s\", \"micro_batch\": %d, \"sequences\": %d, "
      "\"graphs_launched\": %lld, \"tokens_per_second\": %.0f, \"seconds\": [%.4f, %.4f, %.4f], \"causal\": %.4f, "
      "\"palm\": %.4f, \"product_flops\": %.4g, \"causal_of_product\": %.4f, \"palm_of_product\": %.4f, \"loss\": %.9f, "
      "\"memory_gib\": %.2f, \"pool_used_gib\": %.3f, \"pool_held_gib\": %.3f, \"planned_gib\": %.3f}\n",
      std::string(R::name).c_str(), how.name.c_str(), n.micro_batch, n.sequences,
      static_cast<long long>(device.graphs_launched() - launched), sheet.tokens_per_second, seconds.front(), median,
      seconds.back(), sheet.causal, sheet.full_square, reached, here.causal, here.full_square, loss, double(all - left) / gib,
      used / gib, held / gib, double(planned.total()) / gib);
  std::fflush(stdout);
}

template <class R>
int measure_all(sizes const& n, std::vector<mode> const& modes) {
  cuda::device device;
  double const reached = product_reaches(device);
  train::state<R, cuda::device> state(device);
  for (auto const& how : modes) measure<R>(device, state, n, how, reached);
  auto const [pinned, plain] = copies<R>(device, state);
  std::printf(
      "{\"job\": \"cuda checkpoint copy\", \"model\": \"%s\", \"pinned_bytes_per_second\": %.3g, "
      "\"plain_bytes_per_second\": %.3g}\n",
      std::string(R::name).c_str(), pinned, plain);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<mode> modes;
  for (int i = 6; i < argc; ++i) modes.emplace_back(argv[i]);
  if (modes.empty()) modes.emplace_back("plain");
  std::string_view const model = argc > 1 ? argv[1] : "";
  if (argc < 6 || (model != "paper" && model != "quickstart") ||
      !std::all_of(modes.begin(), modes.end(), [](mode const& m) { return m.known; }))
    return std::fprintf(stderr,
                        "usage: step paper|quickstart MICRO_BATCH SEQUENCES STEPS PEAK [MODE...]\n"
                        "MODE: plain, or free, documents, graphs joined by +\n"),
           2;
  try {
    sizes const n{std::atoi(argv[2]), std::atoi(argv[3]), std::atoi(argv[4]), std::atof(argv[5])};
    auto* const run = model == "paper" ? &measure_all<benchmarks::shape_paper> : &measure_all<recipes::quickstart>;
    return run(n, modes);
  } catch (cuda::device_failure const& e) {
    return std::fprintf(stderr, "step: %s\n", e.what()), 1;
  }
}
