// SPDX-License-Identifier: Apache-2.0
// Optimizer steps of one shape: step SHAPE PRECISION THREADS RUNS [MICRO_BATCH]. Prints one JSON line: seconds and seconds
// of processor time by step, the losses, peak memory, and what the machine's largest matrix product reaches in the same run.
#include "train/shapes.hpp"

#include <snowcoder/backend/cpu/backend.hpp>
#include <snowcoder/config/accounting.hpp>
#include <snowcoder/core/philox.hpp>
#include <snowcoder/parallel/solo.hpp>
#include <snowcoder/train/step.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

using namespace snowcoder;

namespace {

double wall() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }
double processor() {
  timespec t{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return double(t.tv_sec) + double(t.tv_nsec) * 1e-9;
}

/// FLOP per second of processor time of a product of three square matrices, the best of a few: what steps are held against.
template <class T>
double product_peak(cpu::device& device) {
  constexpr std::int64_t n = 2048;
  std::vector<T> a(n * n, T(0.5f)), b(n * n, T(0.25f));
  std::vector<float> c(n * n);
  double best = 1e30;
  for (int run = 0; run < 5; ++run) {
    double const began = processor();
    matmul(device, matrix_view<float>(c.data(), n, n), operand<T>(a.data(), n, n, n, 1), operand<T>(b.data(), n, n, n, 1));
    best = std::min(best, processor() - began);
  }
  return 2.0 * double(n) * n * n / best;
}

void print(char const* name, std::vector<double> const& values) {
  std::printf("\"%s\": [", name);
  for (std::size_t i = 0; i < values.size(); ++i) std::printf("%s%.6g", i ? ", " : "", values[i]);
  std::printf("], ");
}

template <class R, class T>
int measure(int threads, int runs, int micro_batch) {
  cpu::device device(threads);
  double const peak = product_peak<T>(device);
  parallel::solo ranks;
  train::state<R, cpu::device> state(device);
  state.initialise(2409);
  train::stepper<R, cpu::device, T, parallel::solo> trainer(device, ranks, micro_batch ? micro_batch : R::batch);
  constexpr std::int64_t columns = R::model.context + 1;
  std::vector<token_id> tokens(std::size_t(R::batch * columns));
  draws const source("benchmark tokens", 2409);
  for (std::size_t i = 0; i < tokens.size(); ++i) tokens[i] = token_id(source.below(R::model.vocabulary, i));
  std::vector<double> seconds, processor_seconds, losses;
  for (int run = -1; run < runs; ++run) {
    double const began = wall(), used = processor();
    auto const r = trainer.step(state, {tokens.data(), R::batch, columns}, R::batch, 1e-4);
    ++state.position.updates;
    losses.push_back(r.loss);
    if (run < 0) continue;  // the first step compiles products and touches memory
    seconds.push_back(wall() - began);
    processor_seconds.push_back(processor() - used);
  }
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  std::printf("{");
  print("seconds", seconds);
  print("processor_seconds", processor_seconds);
  print("losses", losses);
  std::printf("\"tokens\": %ld, \"flop_per_token\": %.6g, \"peak\": %.6g, \"rss_mb\": %ld}\n",
              long(R::batch) * R::model.context, config::flop_per_token(R::model), peak, usage.ru_maxrss / 1024);
  return 0;
}

template <class R>
int measure(std::string const& precision, int threads, int runs, int micro_batch) {
  return precision == "bf16" ? measure<R, bfloat16>(threads, runs, micro_batch) : measure<R, float>(threads, runs, micro_batch);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) return std::fprintf(stderr, "usage: step a|b|c f32|bf16 THREADS RUNS [MICRO_BATCH]\n"), 2;
  std::string const shape = argv[1], precision = argv[2];
  int const threads = std::atoi(argv[3]), runs = std::atoi(argv[4]), micro_batch = argc > 5 ? std::atoi(argv[5]) : 0;
  if (shape == "b") return measure<benchmarks::shape_b>(precision, threads, runs, micro_batch);
  if (shape == "c") return measure<benchmarks::shape_c>(precision, threads, runs, micro_batch);
  return measure<benchmarks::shape_a>(precision, threads, runs, micro_batch);
}
