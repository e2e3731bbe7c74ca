// SPDX-License-Identifier: Apache-2.0
// Speed of byte-level encoding: encode TOKENIZER.json INPUT.jsonl THREADS RUNS [CACHE_BYTES [IDS]]
//
// Every run encodes all texts twice: with empty caches ("cold") and again ("warm"). Prints one JSON line of MB/s by CPU time of
// all threads together and by the wall; IDS takes the ids as int32 in a row, for comparison. Ceiling: the splitter alone.
#include <snowcoder/core/thread_pool.hpp>
#include <snowcoder/io/compressed.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/pipeline/open_tokenizer.hpp>

#include <simdjson.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <string>
#include <vector>

using namespace snowcoder;

namespace {
double cpu() {
  std::timespec t{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return double(t.tv_sec) + 1e-9 * double(t.tv_nsec);
}
double wall() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }
long peak_mb() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

expected<std::vector<std::string>> texts_of(char const* path) {
  std::vector<std::string> texts;
  SNOWCODER_TRY(auto lines, io::line_reader::open(path));
  simdjson::dom::parser parser;
  for (std::string_view line;;) {
    SNOWCODER_TRY(bool const more, lines.next(line));
    if (!more) return texts;
    simdjson::dom::element row;
    std::string_view text;
    if (parser.parse(line.data(), line.size()).get(row) || (row["text"].get(text) && row["content"].get(text)))
      return failure("row without text", lines.place());
    texts.emplace_back(text);
  }
}
}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) return std::fputs("encode TOKENIZER.json INPUT.jsonl THREADS RUNS [CACHE_BYTES [IDS]]\n", stderr), 2;
  auto const texts = texts_of(argv[2]);
  if (!texts) return std::fprintf(stderr, "%s\n", texts.error().message().c_str()), 1;
  thread_pool pool(std::atoi(argv[3]));
  tokenize::byte_pair_settings settings;
  if (argc > 5) settings.cache_bytes = std::strtoull(argv[5], nullptr, 10);
  double megabytes = 0;
  for (auto const& t : *texts) megabytes += double(t.size()) / 1e6;
  auto const rss_before = peak_mb();
  auto const begin = cpu();
  auto const done = pipeline::with_any_tokenizer<io::json>(argv[1], settings, [&](auto const& tokenizer) -> expected<io::json> {
    auto const open_seconds = cpu() - begin;
    io::json cold = io::json::array(), warm = cold, cold_wall = cold, warm_wall = cold;
    std::size_t tokens = 0;
    using splitter = typename std::remove_cvref_t<decltype(tokenizer)>::splitter_type;
    std::size_t pieces = 0;
    auto const split_from = cpu();
    for (auto const& t : *texts) splitter::split(t, [&](std::string_view) { ++pieces; });
    auto const split_seconds = cpu() - split_from;
    std::vector<std::vector<token_id>> ids(texts->size());
    auto const pass = [&](io::json& by_cpu, io::json& by_wall) {
      auto const c = cpu(), w = wall();
      pool.for_each_index(std::int64_t(texts->size()), [&](std::int64_t i) {
        auto& row = ids[std::size_t(i)];
        row.clear();
        tokenizer.encode((*texts)[std::size_t(i)], row);
      });
      by_cpu.push_back(megabytes / (cpu() - c));
      by_wall.push_back(megabytes / (wall() - w));
    };
    for (int run = 0; run < std::atoi(argv[4]); ++run) {
      tokenizer.forget();
      pass(cold, cold_wall);
      pass(warm, warm_wall);
    }
    for (auto const& row : ids) tokens += row.size();
    if (argc > 6) {
      std::ofstream out(argv[6], std::ios::binary);
      for (auto const& row : ids) out.write(reinterpret_cast<char const*>(row.data()), std::streamsize(row.size() * 4));
    }
    return io::json{{"splitter", tokenizer.vocabulary().splitter},
                    {"megabytes", megabytes},
                    {"documents", texts->size()},
                    {"pieces", pieces},
                    {"tokens", tokens},
                    {"threads", pool.threads()},
                    {"cache_bytes", settings.cache_bytes},
                    {"open_s", open_seconds},
                    {"split_mb_s", megabytes / split_seconds},
                    {"cold_mb_s", cold},
                    {"warm_mb_s", warm},
                    {"cold_mb_s_wall", cold_wall},
                    {"warm_mb_s_wall", warm_wall},
                    {"peak_rss_mb", peak_mb()},
                    {"texts_rss_mb", rss_before}};
  });
  if (!done) return std::fprintf(stderr, "%s\n", done.error().message().c_str()), 1;
  std::puts(io::to_line(*done).c_str());
}
