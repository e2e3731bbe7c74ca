// SPDX-License-Identifier: Apache-2.0
// What the benchmark programs share: texts in memory, clocks, peak memory, and ids written for comparison.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/compressed.hpp>

#include <simdjson.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::benchmark {

inline double seconds(clockid_t clock) {
  timespec t{};
  ::clock_gettime(clock, &t);
  return double(t.tv_sec) + double(t.tv_nsec) * 1e-9;
}
inline double wall_seconds() { return seconds(CLOCK_MONOTONIC); }
inline double processor_seconds() { return seconds(CLOCK_PROCESS_CPUTIME_ID); }

/// Of this program alone: getrusage would count the one that started it too.
inline long peak_mebibytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::strtol(line.c_str() + 6, nullptr, 10) / 1024;
  return 0;
}

/// The value, or the end of the program with the error's message.
template <class T>
T must(expected<T> value) {
  if (value) return std::move(*value);
  std::fprintf(stderr, "%s\n", value.error().message().c_str());
  std::exit(1);
}

/// The rows of a .jsonl, .jsonl.gz or .jsonl.zst file; the text of a row is its "text" or "content".
inline std::vector<std::string> texts_of(char const* path) {
  std::vector<std::string> texts;
  auto lines = must(io::line_reader::open(path));
  simdjson::dom::parser parser;
  for (std::string_view line; must(lines.next(line));) {
    simdjson::dom::element row;
    std::string_view text;
    if (parser.parse(line.data(), line.size()).get(row) || (row["text"].get(text) && row["content"].get(text))) {
      std::fprintf(stderr, "%s: row without text\n", lines.place().c_str());
      std::exit(1);
    }
    texts.emplace_back(text);
  }
  return texts;
}

/// A JSON list.
inline std::string list_of(std::vector<double> const& values) {
  std::string out;
  for (auto v : values) {
    char digits[32];
    std::snprintf(digits, sizeof digits, "%s%.6g", out.empty() ? "" : ", ", v);
    out += digits;
  }
  return "[" + out + "]";
}

inline std::size_t bytes_of(std::vector<std::string> const& texts) {
  std::size_t bytes = 0;
  for (auto const& t : texts) bytes += t.size();
  return bytes;
}

/// PREFIX.lengths and PREFIX.ids: the number of ids of each text, and all ids in a row, 32 bits each. encode(text, ids).
void write_ids(std::string const& prefix, std::vector<std::string> const& texts, auto&& encode) {
  std::ofstream lengths(prefix + ".lengths", std::ios::binary), out(prefix + ".ids", std::ios::binary);
  std::vector<std::int32_t> ids;
  for (auto const& t : texts) {
    ids.clear();
    encode(t, ids);
    auto const length = std::uint32_t(ids.size());
    lengths.write(reinterpret_cast<char const*>(&length), sizeof length);
    out.write(reinterpret_cast<char const*>(ids.data()), std::streamsize(ids.size() * sizeof ids[0]));
  }
}

}  // namespace snowcoder::benchmark
