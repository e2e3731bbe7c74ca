// SPDX-License-Identifier: Apache-2.0
// Vocabulary training, timed: what reading, counting and merging cost, and how much memory they take at most.
//
//   train INPUT.jsonl.zst... THREADS VOCABULARY [gpt2_split|starcoder_split] [tokenizer.json]
//
// Rows have their text in "text" or "content". Prints one JSON line; processor seconds of reading and counting are summed
// over threads, merging is one thread's.
#include "support/sample.hpp"

#include <snowcoder/core/thread_pool.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/io/tokenizer_file.hpp>
#include <snowcoder/pipeline/document_scatter.hpp>
#include <snowcoder/tokenize/byte_pair_trainer.hpp>
#include <snowcoder/tokenize/word_counts.hpp>

#include <simdjson.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

using namespace snowcoder;

namespace {

int complain(std::string const& what) { return std::fprintf(stderr, "train: %s\n", what.c_str()), 1; }

struct options {
  std::vector<std::filesystem::path> inputs;
  int threads, vocabulary;
  std::filesystem::path out;  // empty: written nowhere
};

struct reading {
  std::atomic<std::int64_t> bytes = 0, documents = 0, refused = 0;
  std::atomic<double> read = 0, count = 0;  // processor seconds
};

template <class Splitter>
void count_rows(pipeline::detail::row_feed& feed, std::size_t thread, tokenize::word_counts& counts, reading& r) {
  simdjson::dom::parser parser;
  pipeline::row_block rows;
  std::size_t shard = 0;
  double read = 0, count = 0, began = benchmark::seconds(CLOCK_THREAD_CPUTIME_ID);
  std::int64_t bytes = 0, documents = 0, refused = 0;
  auto const lap = [&](double& sum) {
    auto const now = benchmark::seconds(CLOCK_THREAD_CPUTIME_ID);
    sum += now - began;
    began = now;
  };
  for (;;) {
    auto const some = feed.next(thread, rows, shard);
    if (!some || !*some) break;
    for (auto const& row : rows.rows) {
      auto const line = rows[row];
      simdjson::dom::element value;
      std::string_view text;
      if (parser.parse(line.data(), line.size(), false).get(value) || (value["text"].get(text) && value["content"].get(text))) {
        ++refused;
        continue;
      }
      lap(read);
      counts.add<Splitter>(text);
      lap(count);
      bytes += std::int64_t(text.size());
      ++documents;
    }
  }
  lap(read);
  r.bytes += bytes, r.documents += documents, r.refused += refused, r.read += read, r.count += count;
}

template <class Splitter>
int measure(options const& o) {
  auto const began = benchmark::seconds(CLOCK_MONOTONIC), processor = benchmark::seconds(CLOCK_PROCESS_CPUTIME_ID);
  tokenize::word_counts counts;
  reading r;
  {
    thread_pool pool(o.threads);
    pipeline::detail::row_feed feed(o.inputs, std::size_t(o.threads));
    pool.for_each_index(o.threads, [&](std::int64_t thread) { count_rows<Splitter>(feed, std::size_t(thread), counts, r); });
  }
  auto const table_bytes = counts.table_bytes();
  auto words = counts.take();
  auto const distinct = words.size(), distinct_bytes = words.bytes();
  auto const counted = benchmark::seconds(CLOCK_MONOTONIC), peak_counting = double(benchmark::peak_mebibytes());
  progress bar;
  auto const v = tokenize::train_byte_pairs<Splitter>(std::move(words), {.size = o.vocabulary, .minimum_frequency = 2}, bar);
  auto const ended = benchmark::seconds(CLOCK_MONOTONIC), used = benchmark::seconds(CLOCK_PROCESS_CPUTIME_ID) - processor;
  std::puts(io::to_line(io::json{{"splitter", Splitter::name},
                                 {"bytes", r.bytes.load()},
                                 {"documents", r.documents.load()},
                                 {"refused", r.refused.load()},
                                 {"seconds", ended - began},
                                 {"processor_s", used},
                                 {"read_s", r.read.load()},
                                 {"count_s", r.count.load()},
                                 {"merge_s", ended - counted},
                                 {"words", distinct},
                                 {"word_bytes", distinct_bytes},
                                 {"table_bytes", table_bytes},
                                 {"tokens", v.tokens.size()},
                                 {"merges", v.merges.size()},
                                 {"rss_counting_mb", peak_counting},
                                 {"rss_mb", benchmark::peak_mebibytes()}})
                .c_str());
  if (!o.out.empty())
    if (auto const written = io::write_tokenizer(o.out, v); !written) return complain(written.error().message());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  options o{};
  int i = 1;
  for (; i < argc && std::filesystem::exists(argv[i]); ++i) o.inputs.emplace_back(argv[i]);
  if (o.inputs.empty() || i + 2 > argc)
    return complain("INPUT.jsonl.zst... THREADS VOCABULARY [gpt2_split|starcoder_split] [tokenizer.json]") + 1;
  o.threads = std::max(1, std::atoi(argv[i]));
  o.vocabulary = std::atoi(argv[i + 1]);
  std::string_view const split = i + 2 < argc ? argv[i + 2] : "starcoder_split";
  if (i + 3 < argc) o.out = argv[i + 3];
  if (split == "gpt2_split") return measure<tokenize::gpt2_split>(o);
  if (split == "starcoder_split") return measure<tokenize::starcoder_split>(o);
  return complain("no such splitter: " + std::string(split)) + 1;
}
