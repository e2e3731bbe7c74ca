// SPDX-License-Identifier: Apache-2.0
// WordPiece, timed: megabytes of text per second, the first run with an empty cache and those after it with a full one.
//
//   word_piece FOLDER|tokenizer.json|vocab.txt INPUT.jsonl(.zst)... THREADS RUNS [IDS.bin]
//   word_piece FOLDER|tokenizer.json|vocab.txt --worst MEGABYTES
//
// Rows have their text in "text" or "content". Prints one JSON line; `cold` and `warm` are by processor time with one thread
// and by the clock with more. IDS.bin gets, for each row in order, u32 count and the ids as i32. --worst: seconds for texts
// without an end to a word and the like. Without the project's build:
//   g++ -std=c++20 -O3 -march=native -I include benchmarks/tokenize/word_piece.cpp -o word_piece -lzstd -lz -pthread
#include <snowcoder/core/thread_pool.hpp>
#include <snowcoder/io/compressed.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/io/json_field.hpp>
#include <snowcoder/io/word_piece_file.hpp>
#include <snowcoder/tokenize/word_piece.hpp>

#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

using namespace snowcoder;

namespace {
double processor_seconds() {
  timespec t;
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return double(t.tv_sec) + double(t.tv_nsec) * 1e-9;
}
double clock_seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }
long peak_mebibytes() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  return used.ru_maxrss / 1024;
}
template <class T>
T must(expected<T> value) {
  if (value) return std::move(*value);
  std::fprintf(stderr, "%s: %s\n", value.error().where.c_str(), value.error().what.c_str());
  std::exit(1);
}

std::vector<std::string> texts_of(char const* path) {
  auto lines = must(io::line_reader::open(path));
  std::vector<std::string> texts;
  for (std::string_view line; must(lines.next(line));) {
    auto const row = must(io::parse_json(line, path));
    texts.push_back(io::text_or(row, "text", io::text_or(row, "content")));
  }
  return texts;
}

int worst(tokenize::word_piece const& w, std::size_t bytes) {
  struct worst_case {
    char const *name, *part;
  };
  for (auto const& [name, part] :
       {worst_case{"one letter", "a"}, worst_case{"letters without a space", "getelementbyidx"},
        worst_case{"combining marks", "\xcc\x81"}, worst_case{"combining marks that stay", "\xe3\x80\xae"},
        worst_case{"reordered marks that stay", "\xe3\x80\xae\xe1\xad\x84"}, worst_case{"punctuation", "("},
        worst_case{"[", "["}, worst_case{"[SE", "[SE"}, worst_case{"[SEP]", "[SEP]"}, worst_case{"ideographs", "\xe4\xb8\xad"},
        worst_case{"hangul", "\xea\xb0\x80"}, worst_case{"control characters", "\x01"}, worst_case{"broken bytes", "\xff"},
        worst_case{"words of two pieces", "zq "}}) {
    std::string text;
    text.reserve(bytes + 16);
    while (text.size() < bytes) text += part;
    auto const peak = peak_mebibytes();
    std::vector<std::int32_t> ids;
    auto const begin = processor_seconds();
    w.encode(text, ids);
    std::printf("{\"worst\": \"%s\", \"megabytes\": %zu, \"seconds\": %.3f, \"ids\": %zu, \"peak_grew_mib\": %ld}\n", name,
                bytes / 1'000'000, processor_seconds() - begin, ids.size(), peak_mebibytes() - peak);
  }
  return 0;
}
}  // namespace

int main(int count, char** words) {
  if (count < 4) return std::fprintf(stderr, "usage: see the head of this program's source\n"), 2;
  auto const w = must(tokenize::word_piece::from_vocabulary(must(io::read_word_piece(words[1]))));
  if (std::string_view(words[2]) == "--worst") return worst(w, std::size_t(std::atof(words[3]) * 1e6));
  int last = count;
  bool const dumps = std::string_view(words[count - 1]).ends_with(".bin");
  last -= dumps ? 1 : 0;
  int const threads = std::atoi(words[last - 2]), runs = std::atoi(words[last - 1]);
  std::vector<std::string> texts;
  for (int i = 2; i < last - 2; ++i)
    for (auto& t : texts_of(words[i])) texts.push_back(std::move(t));
  std::size_t bytes = 0;
  for (auto const& t : texts) bytes += t.size();

  thread_pool pool(threads);
  std::vector<std::vector<std::int32_t>> of_thread(1);
  std::string rates;
  std::atomic<std::size_t> tokens = 0;
  auto const loaded = peak_mebibytes();
  for (int run = 0; run < runs; ++run) {
    tokens = 0;
    auto const begin = threads == 1 ? processor_seconds() : clock_seconds();
    auto const one = [&](std::string const& text) {
      thread_local std::vector<std::int32_t> ids;
      ids.clear();
      w.encode(text, ids);
      tokens += ids.size();
    };
    if (threads == 1)
      for (auto const& t : texts) one(t);
    else
      pool.for_each_index(std::int64_t(texts.size()), [&](std::int64_t i) { one(texts[std::size_t(i)]); });
    auto const seconds = (threads == 1 ? processor_seconds() : clock_seconds()) - begin;
    char text[64];
    std::snprintf(text, sizeof text, "%s%.1f",
                  run == 0   ? ""
                  : run == 1 ? "], \"warm\": ["
                             : ", ",
                  double(bytes) / 1e6 / seconds);
    rates += text;
  }
  std::printf(
      "{\"job\": \"tokenize\", \"metric\": \"WordPiece encode\", \"unit\": \"MB/s\", \"threads\": %d, \"texts\": %zu, "
      "\"bytes\": %zu, "
      "\"tokens\": %zu, \"peak_mib\": %ld, \"peak_above_texts_mib\": %ld, \"cold\": [%s]}\n",
      threads, texts.size(), bytes, tokens.load(), peak_mebibytes(), peak_mebibytes() - loaded, rates.c_str());
  if (dumps) {
    std::ofstream out(words[count - 1], std::ios::binary);
    std::vector<std::int32_t> ids;
    for (auto const& t : texts) {
      ids.clear();
      w.encode(t, ids);
      auto const size = std::uint32_t(ids.size());
      out.write(reinterpret_cast<char const*>(&size), sizeof size);
      out.write(reinterpret_cast<char const*>(ids.data()), std::streamsize(ids.size() * sizeof ids[0]));
    }
  }
}
