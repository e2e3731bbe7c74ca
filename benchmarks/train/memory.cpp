// SPDX-License-Identifier: Apache-2.0
// One optimizer step in bf16 with blocks recomputed and moments in bf16, and what memory it takes beside what
// config/training_memory.hpp says: memory b|c|paper THREADS STEPS. The paper's shape needs 18.1 GiB and some minutes. Prints
// one JSON line.
#include "train/shapes.hpp"

#include <snowcoder/backend/cpu/backend.hpp>
#include <snowcoder/config/training_memory.hpp>
#include <snowcoder/core/philox.hpp>
#include <snowcoder/parallel/solo.hpp>
#include <snowcoder/train/step.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
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
/// The most memory this process has had, in bytes.
double peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::atof(line.c_str() + 6) * 1024;
  return 0;
}

template <class R>
int measure(int threads, int steps) {
  constexpr std::int64_t columns = R::model.context + 1;
  constexpr auto again = config::recompute::blocks;
  auto const planned = config::memory_of_step(
      R::model, {.moments = dtype::bf16, .again = again, .micro_batch = 1, .gradients = 1, .threads = threads});
  std::fprintf(stderr, "planned: %.3f GiB\n", double(planned.total()) / (1 << 30));
  cpu::device device(threads);
  parallel::solo ranks;
  double began = wall();
  train::state<R, cpu::device, bfloat16> state(device);
  state.initialise(2409);
  std::fprintf(stderr, "weights drawn: %.1f s\n", wall() - began);
  train::stepper<R, cpu::device, bfloat16, parallel::solo, bfloat16> trainer(device, ranks, 1, again);
  std::vector<token_id> tokens(columns);
  draws const source("benchmark tokens", 2409);
  for (std::size_t i = 0; i < tokens.size(); ++i) tokens[i] = token_id(source.below(R::model.vocabulary, i));
  for (int step = 0; step < steps; ++step) {
    began = wall();
    double const used = processor();
    auto const r = trainer.step(state, {tokens.data(), 1, columns}, 1, 1e-4);
    ++state.position.updates;
    std::printf(
        "{\"shape\": \"%s\", \"step\": %d, \"loss\": %.6f, \"gradient_norm\": %.6f, \"updated\": %s, \"seconds\": %.1f, "
        "\"processor_seconds\": %.1f, \"planned_bytes\": %.0f, \"peak_bytes\": %.0f, \"peak_by_planned\": %.4f}\n",
        std::string(R::name).c_str(), step + 1, r.loss, r.gradient_norm, r.updated ? "true" : "false", wall() - began,
        processor() - used, double(planned.total()), peak_memory(), peak_memory() / double(planned.total()));
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return std::fprintf(stderr, "usage: memory b|c|paper THREADS STEPS\n"), 2;
  std::string const shape = argv[1];
  int const threads = std::atoi(argv[2]), steps = std::atoi(argv[3]);
  if (shape == "paper") return measure<benchmarks::shape_paper>(threads, steps);
  if (shape == "c") return measure<benchmarks::shape_c>(threads, steps);
  return measure<benchmarks::shape_b>(threads, steps);
}
