// SPDX-License-Identifier: Apache-2.0
// WordPiece, timed: the first run has an empty cache, those after it a full one.
//
//   word_piece FOLDER|tokenizer.json|vocab.txt INPUT.jsonl THREADS RUNS [--ids PREFIX]
//   word_piece FOLDER|tokenizer.json|vocab.txt --worst MEGABYTES
//
// Prints one JSON line with the seconds of every run by the clock. --worst: seconds for texts without an end to a word and the
// like.
#include "support/sample.hpp"

#include <snowcoder/core/thread_pool.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/io/word_piece_file.hpp>
#include <snowcoder/tokenize/word_piece.hpp>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

using namespace snowcoder;

namespace {
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
    auto const peak = benchmark::peak_mebibytes();
    std::vector<std::int32_t> ids;
    auto const begin = benchmark::processor_seconds();
    w.encode(text, ids);
    std::printf("{\"worst\": \"%s\", \"megabytes\": %zu, \"seconds\": %.3f, \"ids\": %zu, \"peak_grew_mib\": %ld}\n", name,
                bytes / 1'000'000, benchmark::processor_seconds() - begin, ids.size(), benchmark::peak_mebibytes() - peak);
  }
  return 0;
}
}  // namespace

int main(int count, char** words) {
  if (count < 4) return std::fprintf(stderr, "usage: see the head of this program's source\n"), 2;
  auto const w = benchmark::must(tokenize::word_piece::from_vocabulary(benchmark::must(io::read_word_piece(words[1]))));
  if (std::string_view(words[2]) == "--worst") return worst(w, std::size_t(std::atof(words[3]) * 1e6));
  if (count < 5) return std::fprintf(stderr, "usage: see the head of this program's source\n"), 2;
  auto const texts = benchmark::texts_of(words[2]);
  auto const before = benchmark::peak_mebibytes();
  thread_pool pool(std::atoi(words[3]));
  std::vector<double> cold, warm;
  std::atomic<std::size_t> tokens = 0;
  for (int run = 0; run < std::atoi(words[4]); ++run) {
    tokens = 0;
    auto const begin = benchmark::wall_seconds();
    pool.for_each_index(std::int64_t(texts.size()), [&](std::int64_t i) {
      thread_local std::vector<std::int32_t> ids;
      ids.clear();
      w.encode(texts[std::size_t(i)], ids);
      tokens += ids.size();
    });
    (run == 0 ? cold : warm).push_back(benchmark::wall_seconds() - begin);
  }
  auto const peak = benchmark::peak_mebibytes();
  if (count > 6) benchmark::write_ids(words[6], texts, [&](auto const& text, auto& ids) { w.encode(text, ids); });
  std::puts(io::to_line(io::json{{"bytes", benchmark::bytes_of(texts)},
                                 {"documents", texts.size()},
                                 {"tokens", tokens.load()},
                                 {"cold", cold},
                                 {"warm", warm},
                                 {"rss_mb", peak},
                                 {"rss_before_mb", before}})
                .c_str());
}
