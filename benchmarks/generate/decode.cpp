// SPDX-License-Identifier: Apache-2.0
// Speed of generation: decode SHAPE PRECISION THREADS SEQUENCES PROMPT NEW RUNS
//
// Random weights of a shape of the training benchmark; so many sequences of PROMPT tokens are read, then NEW tokens are added
// to each, greedily. Prints one JSON line: seconds of every run by the clock and by the processors, the bytes of weights that
// one round of tokens reads, and how fast this machine reads so many bytes with so many threads: no program that reads all
// weights for every round is faster than that.
#include "support/sample.hpp"

#include <snowcoder/backend/cpu/backend.hpp>
#include <snowcoder/generate/sampling.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/nn/decoder_cache.hpp>
#include <snowcoder/nn/initialise.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

using namespace snowcoder;

namespace {

// layers, width, hidden, heads, vocabulary, context: benchmarks/generate/decode_peer.py has the same
struct shape_a {
  static constexpr std::string_view name = "a";
  static constexpr config::decoder_shape model{
      .layers = 8, .width = 256, .hidden = 704, .heads = 4, .kv_heads = 4, .vocabulary = 8192, .context = 512};
};
struct shape_b {
  static constexpr std::string_view name = "b";
  static constexpr config::decoder_shape model{
      .layers = 12, .width = 768, .hidden = 2048, .heads = 12, .kv_heads = 12, .vocabulary = 32000, .context = 1024};
};
struct shape_c {
  static constexpr std::string_view name = "c";
  static constexpr config::decoder_shape model{
      .layers = 2, .width = 2048, .hidden = 5632, .heads = 16, .kv_heads = 16, .vocabulary = 64000, .context = 2048};
};

struct job {
  int threads;
  std::int64_t sequences, prompt, tokens;
  int runs;
};

/// Bytes per second of plain reading, best of three passes, after one that warms.
double read_rate(cpu::device& device, void const* data, std::int64_t bytes) {
  constexpr std::int64_t piece = 1 << 17;
  auto const pieces = bytes / piece;
  std::vector<std::uint64_t> sums(std::size_t(pieces) + 1);
  double best = 1e9;
  for (int pass = 0; pass < 4; ++pass) {
    auto const begin = benchmark::wall_seconds();
    device.for_each(pieces, [&](std::int64_t p) {
      auto const* words = static_cast<std::uint64_t const*>(data) + p * (piece / 8);
      std::uint64_t sum = 0;
#pragma omp simd reduction(+ : sum)
      for (std::int64_t i = 0; i < piece / 8; ++i) sum += words[i];
      sums[std::size_t(p)] += sum;
    });
    if (pass > 0) best = std::min(best, benchmark::wall_seconds() - begin);
  }
  return double(pieces * piece) / best;
}

template <class R, class T>
io::json measured(job const& j) {
  cpu::device device(j.threads);
  nn::decoder_weights<R, cpu::device, T> weights(device);
  {
    std::vector<float> host(std::size_t(config::parameters(R::model)));
    nn::initialise<R>(host.data(), 2409);
    weights.load(host.data());
  }
  nn::decoder_cache<R, cpu::device, T> cache(device, weights, j.sequences, j.prompt + j.tokens);
  std::vector<double> seconds, processor, prompt_seconds;
  std::vector<std::int64_t> slots(static_cast<std::size_t>(j.sequences));
  std::vector<token_id> next(slots.size()), ids(static_cast<std::size_t>(j.prompt));
  for (int run = 0; run <= j.runs; ++run) {
    auto const begin = benchmark::wall_seconds();
    for (std::size_t s = 0; s < slots.size(); ++s) {
      slots[s] = std::int64_t(s);
      cache.reset(slots[s]);
      for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = token_id((i * 31 + s * 7 + 3) % std::size_t(R::model.vocabulary));
      next[s] = generate::greedy(cache.append(slots[s], ids));
    }
    auto const read = benchmark::wall_seconds(), used = benchmark::processor_seconds();
    for (std::int64_t t = 1; t < j.tokens; ++t) {
      auto const logits = cache.step(slots, next);
      for (std::size_t s = 0; s < next.size(); ++s)
        next[s] = generate::greedy({logits.row(std::int64_t(s)), std::size_t(logits.columns)});
    }
    if (run == 0) continue;
    prompt_seconds.push_back(read - begin);
    seconds.push_back(benchmark::wall_seconds() - read);
    processor.push_back(benchmark::processor_seconds() - used);
  }
  // The embedding is looked up, but read whole as the output projection; norms are small change.
  auto const bytes =
      (config::parameters(R::model) - (R::model.tied ? 0 : R::model.vocabulary * R::model.width)) * std::int64_t(sizeof(T));
  return {{"tokens", (j.tokens - 1) * j.sequences},
          {"rounds", j.tokens - 1},
          {"seconds", seconds},
          {"processor_seconds", processor},
          {"prompt_seconds", prompt_seconds},
          {"bytes_per_round", bytes},
          {"read_bytes_per_second", read_rate(device, weights.embedding().data, bytes)},
          {"rss_mb", benchmark::peak_mebibytes()}};
}

template <class R>
io::json in_precision(std::string_view precision, job const& j) {
  return precision == "bf16" ? measured<R, bfloat16>(j) : measured<R, float>(j);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 8) return std::fputs("decode a|b|c f32|bf16 THREADS SEQUENCES PROMPT NEW RUNS\n", stderr), 2;
  job const j{std::atoi(argv[3]), std::atol(argv[4]), std::atol(argv[5]), std::atol(argv[6]), std::atoi(argv[7])};
  std::string_view const shape = argv[1];
  auto const result = shape == "a"   ? in_precision<shape_a>(argv[2], j)
                      : shape == "b" ? in_precision<shape_b>(argv[2], j)
                                     : in_precision<shape_c>(argv[2], j);
  std::puts(io::to_line(result).c_str());
}
