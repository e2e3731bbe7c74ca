// SPDX-License-Identifier: Apache-2.0
// language INPUT.jsonl(.zst) RUNS OUT: the language of every row {"path", "text"}, one title a line of OUT, in order. Prints
// one JSON line: thousands of files and MB of text per second of processor time, by run.
#include "support/sample.hpp"
#include "support/source_rows.hpp"

#include <snowcoder/corpus/language.hpp>
#include <snowcoder/io/compressed.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

using namespace snowcoder;

namespace {}  // namespace

int main(int argc, char** argv) {
  if (argc != 4 || std::atoi(argv[2]) < 1) return std::fprintf(stderr, "usage: language INPUT.jsonl(.zst) RUNS OUT\n"), 2;
  auto const samples = benchmark::source_rows(argv[1]);
  double const megabytes = benchmark::megabytes(samples);
  std::vector<config::language> found(samples.size());
  std::vector<double> files, rates;
  for (int run = 0; run < std::atoi(argv[2]); ++run) {
    auto const begin = benchmark::processor_seconds();
    for (std::size_t i = 0; i < samples.size(); ++i) found[i] = corpus::identify(samples[i].path, samples[i].text);
    auto const took = benchmark::processor_seconds() - begin;
    files.push_back(double(samples.size()) / 1e3 / took);
    rates.push_back(megabytes / took);
  }
  auto out = benchmark::must(io::text_writer::open(argv[3]));
  for (auto l : found)
    if (auto const written = out.write_line(config::title(l)); !written)
      return std::fprintf(stderr, "%s\n", written.error().message().c_str()), 1;
  if (auto const done = out.commit(); !done) return std::fprintf(stderr, "%s\n", done.error().message().c_str()), 1;
  std::printf("{\"documents\": %zu, \"megabytes\": %.6g, \"thousands_of_files\": %s, \"rates\": %s}\n", samples.size(),
              megabytes, benchmark::list_of(files).c_str(), benchmark::list_of(rates).c_str());
}
