// SPDX-License-Identifier: Apache-2.0
// secrets INPUT.jsonl(.zst) RUNS [FINDINGS.jsonl]: finding personal values in documents that lie in memory, all of them and
// by kind, and the prefilter by blocks and in plain loops. Prints one JSON line: MB of text per second of processor time of
// one core, by run, and the findings by detector. FINDINGS gets one line per finding: document, kind, detector, bytes.
#include "support/sample.hpp"
#include "support/source_rows.hpp"

#include <snowcoder/privacy/redact.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

using namespace snowcoder;

namespace {

/// Counts candidates, so that the pass is not thrown away.
struct counter {
  std::uint64_t n = 0;
  void at_sign(std::size_t) { ++n; }
  void fourth_number(std::size_t) { ++n; }
  void second_group(std::size_t) { ++n; }
  void word(std::size_t) { ++n; }
  void run(std::size_t, std::size_t) { ++n; }
};

struct measurement {
  char const* name;
  std::vector<double> rates = {};
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3 || argc > 4 || std::atoi(argv[2]) < 1)
    return std::fprintf(stderr, "usage: secrets INPUT.jsonl(.zst) RUNS [FINDINGS.jsonl]\n"), 2;
  auto const samples = benchmark::source_rows(argv[1]);
  double const megabytes = benchmark::megabytes(samples);

  using privacy::kind;
  measurement find{"find"}, redact{"redact"}, secrets{"keys and passwords"}, addresses{"e-mail and network addresses"},
      blocks{"prefilter"}, plain{"prefilter in plain loops"};
  std::uint64_t found = 0, candidates = 0, plain_candidates = 0;
  auto const time = [&](measurement& m, auto&& work) {
    auto const begin = benchmark::processor_seconds();
    for (auto const& s : samples) work(s);
    m.rates.push_back(megabytes / (benchmark::processor_seconds() - begin));
  };
  auto const only_secrets = privacy::kind_set{1u << unsigned(kind::key) | 1u << unsigned(kind::password)};
  auto const only_addresses = privacy::all_kinds.without(kind::key).without(kind::password);
  for (int run = 0; run < std::atoi(argv[2]); ++run) {
    found = 0;
    time(find, [&](benchmark::source_text const& s) { found += privacy::find_personal(s.text, s.path).size(); });
    time(redact, [&](benchmark::source_text const& s) { found += privacy::redact(s.text, s.path).spans.size(); });
    time(secrets,
         [&](benchmark::source_text const& s) { found += privacy::find_personal(s.text, s.path, only_secrets).size(); });
    time(addresses,
         [&](benchmark::source_text const& s) { found += privacy::find_personal(s.text, s.path, only_addresses).size(); });
    counter by_blocks, by_loops;
    time(blocks, [&](benchmark::source_text const& s) { privacy::each_candidate(s.text, by_blocks); });
    time(plain, [&](benchmark::source_text const& s) { privacy::detail::each_candidate_plain(s.text, by_loops); });
    candidates = by_blocks.n;
    plain_candidates = by_loops.n;
  }
  std::array<std::uint64_t, privacy::detector_count> counts{};
  FILE* const out = argc > 3 ? std::fopen(argv[3], "w") : nullptr;
  if (argc > 3 && !out) return std::perror(argv[3]), 1;
  for (std::size_t i = 0; i < samples.size(); ++i)
    for (auto const& f : privacy::find_personal(samples[i].text, samples[i].path)) {
      ++counts[std::size_t(f.detector)];
      if (out)
        std::fprintf(out, "{\"document\": %zu, \"kind\": \"%s\", \"detector\": \"%s\", \"begin\": %zu, \"end\": %zu}\n", i,
                     std::string(name_of(f.kind)).c_str(), std::string(name_of(f.detector)).c_str(), f.where.begin,
                     f.where.end);
    }
  if (out) std::fclose(out);
#if defined(SNOWCODER_BYTE_BLOCKS)
  auto const* block = byte_block::name;
#else
  auto const* block = "none";
#endif
  std::printf(
      "{\"job\": \"secrets\", \"unit\": \"MB/s per core\", \"blocks\": \"%s\", \"megabytes\": %.6g, \"documents\": %zu, "
      "\"candidates\": %llu, \"differences\": %d, \"rates\": {",
      block, megabytes, samples.size(), static_cast<unsigned long long>(candidates), candidates != plain_candidates);
  for (auto const* m : {&find, &redact, &secrets, &addresses, &blocks, &plain})
    std::printf("%s\"%s\": %s", m == &find ? "" : ", ", m->name, benchmark::list_of(m->rates).c_str());
  std::printf("}, \"found\": {");
  bool first = true;
  for (std::size_t d = 0; d < counts.size(); ++d)
    if (counts[d]) {
      std::printf("%s\"%s\": %llu", first ? "" : ", ", std::string(privacy::detector_names[d]).c_str(),
                  static_cast<unsigned long long>(counts[d]));
      first = false;
    }
  std::printf("}}\n");
  return candidates != plain_candidates;
}
