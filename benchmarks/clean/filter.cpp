// SPDX-License-Identifier: Apache-2.0
// filter INPUT.jsonl(.zst) THREADS RUNS: the whole StarCoder2 chain with its statistics on documents that lie in memory, and
// the same in plain loops. Prints one JSON line: MB of text per second of processor time of one core, by run; documents kept
// and refused by reason; and whether both answered alike.
#include "support/sample.hpp"
#include "support/source_rows.hpp"

#include <snowcoder/core/thread_pool.hpp>
#include <snowcoder/filter/plain_chain.hpp>
#include <snowcoder/filter/starcoder2.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

using namespace snowcoder;

namespace {

struct verdict {
  std::string_view reason;
  std::uint64_t figures = 0;  // a hash of all of them
};

template <class Chain>
void judge(std::vector<benchmark::source_text> const& samples, std::vector<verdict>& verdicts, thread_pool& pool) {
  pool.for_each_index(std::int64_t(samples.size()), [&](std::int64_t i) {
    auto const& d = samples[std::size_t(i)];
    auto const s = Chain::measure(d.text, d.language, d.path);
    auto& v = verdicts[std::size_t(i)];
    v.reason = Chain::refuses(s).value_or("kept");
    v.figures = 0;
    for (auto n :
         {s.characters, s.lines, s.line_characters, s.longest_line, s.letters, s.alphanumerics, s.line_feeds, s.base64.longest,
          s.base64.total, s.hex.longest, s.hex.total, s.unicode_escapes.longest, s.unicode_escapes.total})
      v.figures = v.figures * 0x9e3779b97f4a7c15ULL + n;
  });
}

double median(std::vector<double> runs) {
  std::sort(runs.begin(), runs.end());
  return runs[runs.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4 || std::atoi(argv[2]) < 1 || std::atoi(argv[3]) < 1)
    return std::fprintf(stderr, "usage: filter INPUT.jsonl(.zst) THREADS RUNS\n"), 2;
  auto const samples = benchmark::source_rows(argv[1]);
  thread_pool pool(std::atoi(argv[2]));
  double const megabytes = benchmark::megabytes(samples);

  std::vector<verdict> ours(samples.size()), plain(samples.size());
  std::vector<double> rate, plain_rate;
  for (int run = 0; run < std::atoi(argv[3]); ++run) {
    auto const begin = benchmark::processor_seconds();
    judge<filter::starcoder2>(samples, ours, pool);
    auto const middle = benchmark::processor_seconds();
    judge<filter::plain::twin_chain<filter::starcoder2>>(samples, plain, pool);
    rate.push_back(megabytes / (middle - begin));
    plain_rate.push_back(megabytes / (benchmark::processor_seconds() - middle));
  }
  std::map<std::string_view, int> reasons;
  int differences = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    ++reasons[ours[i].reason];
    differences += ours[i].reason != plain[i].reason || ours[i].figures != plain[i].figures;
  }
#if defined(SNOWCODER_BYTE_BLOCKS)
  auto const* blocks = byte_block::name;
#else
  auto const* blocks = "none";
#endif
  std::printf(
      "{\"job\": \"filter\", \"metric\": \"starcoder2 chain with statistics\", \"unit\": \"MB/s per core\", "
      "\"us\": %.6g, \"runs\": %s, \"plain\": %.6g, \"plain_runs\": %s, \"blocks\": \"%s\", \"threads\": %d, "
      "\"megabytes\": %.6g, \"documents\": %zu, \"kept\": %d, \"differences\": %d",
      median(rate), benchmark::list_of(rate).c_str(), median(plain_rate), benchmark::list_of(plain_rate).c_str(), blocks,
      pool.threads(), megabytes, samples.size(), reasons["kept"], differences);
  std::string list;
  for (auto const& [reason, count] : reasons)
    if (reason != "kept") list += (list.empty() ? "" : ", ") + ("\"" + std::string(reason)) + "\": " + std::to_string(count);
  std::printf(", \"refused\": {%s}}\n", list.c_str());
  return differences != 0;
}
