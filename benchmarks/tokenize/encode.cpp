// SPDX-License-Identifier: Apache-2.0
// Speed of byte-level encoding: encode TOKENIZER.json INPUT.jsonl THREADS RUNS [--cache BYTES] [--ids PREFIX]
//
// Every run encodes all texts twice: with empty caches (cold) and again (warm). Prints one JSON line with the seconds of every
// run by the clock. Limit: the splitter alone, because no encoder is faster than the cutting of its pieces.
#include "support/sample.hpp"

#include <snowcoder/core/thread_pool.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/pipeline/open_tokenizer.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

using namespace snowcoder;

int main(int argc, char** argv) {
  if (argc < 5) return std::fputs("encode TOKENIZER.json INPUT.jsonl THREADS RUNS [--cache BYTES] [--ids PREFIX]\n", stderr), 2;
  auto const texts = benchmark::texts_of(argv[2]);
  thread_pool pool(std::atoi(argv[3]));
  tokenize::byte_pair_settings settings;
  std::string prefix;
  for (int i = 5; i + 1 < argc; i += 2) {
    if (std::string_view(argv[i]) == "--cache") settings.cache_bytes = std::strtoull(argv[i + 1], nullptr, 10);
    if (std::string_view(argv[i]) == "--ids") prefix = argv[i + 1];
  }
  auto const before = benchmark::peak_mebibytes();
  auto const measured = [&](auto const& tokenizer) -> expected<io::json> {
    using splitter = typename std::remove_cvref_t<decltype(tokenizer)>::splitter_type;
    std::vector<double> cold, warm, split;
    std::vector<std::vector<token_id>> ids(texts.size());
    std::size_t pieces = 0, tokens = 0;
    auto const timed = [](std::vector<double>& into, auto&& work) {
      auto const begin = benchmark::wall_seconds();
      work();
      into.push_back(benchmark::wall_seconds() - begin);
    };
    auto const encode_all = [&] {
      pool.for_each_index(std::int64_t(texts.size()), [&](std::int64_t i) {
        ids[std::size_t(i)].clear();
        tokenizer.encode(texts[std::size_t(i)], ids[std::size_t(i)]);
      });
    };
    for (int run = 0; run < std::atoi(argv[4]); ++run) {
      tokenizer.forget();
      timed(cold, encode_all);
      timed(warm, encode_all);
      timed(split, [&] {
        for (auto const& t : texts) splitter::split(t, [&](std::string_view) { ++pieces; });
      });
    }
    for (auto const& row : ids) tokens += row.size();
    auto const peak = benchmark::peak_mebibytes();
    if (!prefix.empty()) benchmark::write_ids(prefix, texts, [&](auto const& text, auto& row) { tokenizer.encode(text, row); });
    return io::json{{"splitter", tokenizer.vocabulary().splitter},
                    {"bytes", benchmark::bytes_of(texts)},
                    {"documents", texts.size()},
                    {"pieces", pieces / split.size()},
                    {"tokens", tokens},
                    {"cache_bytes", settings.cache_bytes},
                    {"split", split},
                    {"cold", cold},
                    {"warm", warm},
                    {"rss_mb", peak},
                    {"rss_before_mb", before}};
  };
  std::puts(io::to_line(benchmark::must(pipeline::with_byte_pair<io::json>(argv[1], settings, measured))).c_str());
}
