// SPDX-License-Identifier: Apache-2.0
// contamination INPUT.jsonl(.zst) THREADS RUNS BENCHMARK.jsonl...: every benchmark text looked for in documents that lie in
// memory. Prints one JSON line: MB of text per second of processor time of one core, by run; tasks, texts and runs of words
// looked for; documents with hits.
#include "support/sample.hpp"

#include <snowcoder/core/thread_pool.hpp>
#include <snowcoder/decontaminate/detector.hpp>
#include <snowcoder/io/benchmark_file.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

using namespace snowcoder;

int main(int argc, char** argv) {
  if (argc < 5 || std::atoi(argv[2]) < 1 || std::atoi(argv[3]) < 1)
    return std::fprintf(stderr, "usage: contamination INPUT.jsonl(.zst) THREADS RUNS BENCHMARK.jsonl...\n"), 2;
  auto const texts = benchmark::texts_of(argv[1]);
  double const megabytes = double(benchmark::bytes_of(texts)) / 1e6;
  decontaminate::detector detector{config::decontamination{}};
  auto const began = benchmark::processor_seconds();
  for (int i = 4; i < argc; ++i)
    for (auto const& task : benchmark::must(io::read_benchmark(argv[i]))) detector.add(io::benchmark_name(argv[i]), task);
  detector.finish();
  auto const made = benchmark::processor_seconds() - began;

  thread_pool pool(std::atoi(argv[2]));
  std::vector<std::size_t> hits(texts.size());
  std::vector<double> rates;
  std::string list;
  for (int run = 0; run < std::atoi(argv[3]); ++run) {
    auto const begin = benchmark::processor_seconds();
    pool.for_each_index(std::int64_t(texts.size()),
                        [&](std::int64_t i) { hits[std::size_t(i)] = detector.find(texts[std::size_t(i)]).size(); });
    rates.push_back(megabytes / (benchmark::processor_seconds() - begin));
    list += (run ? ", " : "") + std::to_string(int(rates.back() + 0.5));
  }
  std::sort(rates.begin(), rates.end());
  std::printf(
      "{\"job\": \"contamination\", \"metric\": \"substrings and runs of words\", \"unit\": \"MB/s per core\", \"us\": %.6g, "
      "\"runs\": [%s], \"threads\": %d, \"megabytes\": %.6g, \"documents\": %zu, \"documents_with_hits\": %td, \"tasks\": %zu, "
      "\"texts\": %zu, \"word_runs\": %zu, \"seconds_to_load\": %.3g}\n",
      rates[rates.size() / 2], list.c_str(), pool.threads(), megabytes, texts.size(),
      std::count_if(hits.begin(), hits.end(), [](auto n) { return n != 0; }), detector.tasks(), detector.texts(),
      detector.runs(), made);
}
