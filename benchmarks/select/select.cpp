// SPDX-License-Identifier: Apache-2.0
// select CANDIDATES SHARE MEBIBYTES [check]: the best SHARE of tokens of every language out of so many made-up candidates,
// which are made anew on every pass and stored nowhere; MEBIBYTES is what may be sorted at a time. One score in four lies on
// a grid of a thousand values, one candidate in fifty is a copy of another's content. Prints one JSON line; its peak memory
// is that of the selection. With check every language is sorted as a whole afterwards, and the choice must be that of the
// sort, row by row; the exit status is 1 where it is not.
#include "support/sample.hpp"

#include <snowcoder/io/row_file.hpp>
#include <snowcoder/select/ranked_selection.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <tuple>
#include <vector>

using namespace snowcoder;
using select::ranked_row;

namespace {

/// Percent of the candidates by language, about as in the corpus of the paper.
constexpr std::array<int, config::language_count + 1> percent{14, 17, 8, 7, 15, 8, 6, 5, 6, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1};

int language_of(std::uint64_t i) {
  auto left = int(mix64(i, 1) % 100);
  int l = 0;
  for (; left >= percent[std::size_t(l)]; ++l) left -= percent[std::size_t(l)];
  return l;
}
ranked_row row_of(std::uint64_t i, int language) {
  auto const text = mix64(i, 2) % 50 == 0 ? i / 2 : i;  // the content; a copy has its own id, and mostly another language
  auto const drawn = mix64(text, 3);
  double const u = double(drawn >> 11) * 0x1.0p-53;
  double const value =
      drawn % 4 == 0 ? double(drawn / 4 % 1001) / 1000 : 1 - u * u * u;  // many near 1, as of a sure classifier
  ranked_row r;
  r.order = select::order_of(value);
  r.content = {mix64(text, 4), mix64(text, 5)};
  r.identity = mix64(i, 6);
  auto const size = mix64(text, 7);
  r.weight = r.tokens = 30 + std::int64_t(size % 1500 + (size / 1500 % 100 == 0 ? size / 150000 % 60000 : 0));
  r.place = i & 0xffffffffffffff;
  r.language = static_cast<std::uint8_t>(language);
  return r;
}

struct made_up {
  std::uint64_t count;
  template <class Visit>
  expected<void> for_each(Visit&& visit) const {
    for (std::uint64_t i = 0; i < count; ++i) SNOWCODER_CHECK(visit(row_of(i, language_of(i))));
    return {};
  }
};

std::uint64_t follow(std::uint64_t digest, ranked_row const& r) { return mix64(digest, std::uint64_t(r.place)); }

struct outcome {
  std::int64_t kept = 0, documents = 0;
  std::uint64_t digest = 0;  ///< of the rows in their order
  bool operator==(outcome const&) const = default;
};

outcome by_sorting(std::uint64_t count, int language, double share) {
  std::vector<ranked_row> mine;
  mine.reserve(std::size_t(double(count) * (percent[std::size_t(language)] + 0.5) / 100));
  long double available = 0;
  for (std::uint64_t i = 0; i < count; ++i)
    if (language_of(i) == language) {
      mine.push_back(row_of(i, language));
      available += static_cast<long double>(mine.back().weight);
    }
  std::sort(mine.begin(), mine.end(), [](ranked_row const& a, ranked_row const& b) {
    return std::tuple(-select::value_of(a.order), a.content.high, a.content.low, std::uint64_t(a.identity)) <
           std::tuple(-select::value_of(b.order), b.content.high, b.content.low, std::uint64_t(b.identity));
  });
  auto const budget = std::int64_t(static_cast<long double>(share) * available);
  outcome o;
  for (auto const& r : mine) {
    if (o.kept >= budget) break;
    o.kept += r.weight;
    ++o.documents;
    o.digest = follow(o.digest, r);
  }
  return o;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4 || std::atof(argv[2]) <= 0 || (argc > 4 && std::string_view(argv[4]) != "check"))
    return std::fprintf(stderr, "usage: select CANDIDATES SHARE MEBIBYTES [check]\n"), 2;
  made_up rows{std::strtoull(argv[1], nullptr, 10)};
  double const share = std::atof(argv[2]);
  auto const began = benchmark::processor_seconds(), wall = benchmark::wall_seconds();
  using run_file = io::row_file<ranked_row>;
  auto const chosen = benchmark::must(select::ranked_selection<run_file>::of(
      rows, {.share = share}, benchmark::must(run_file::open(std::filesystem::temp_directory_path())),
      std::atoll(argv[3]) << 20));
  std::array<outcome, config::language_count + 1> ours{};
  std::int64_t documents = 0;
  if (auto const done = chosen.for_each_chosen([&](ranked_row const& r) -> expected<void> {
        auto& o = ours[std::size_t(r.language)];
        o.kept += r.weight;
        ++o.documents;
        ++documents;
        o.digest = follow(o.digest, r);
        return {};
      });
      !done)
    return std::fprintf(stderr, "%s\n", done.error().message().c_str()), 1;
  double const seconds = benchmark::processor_seconds() - began, by_clock = benchmark::wall_seconds() - wall;
  auto const peak = benchmark::peak_mebibytes();

  bool equal = true;
  double sorting = 0;
  if (argc > 4) {
    auto const start = benchmark::processor_seconds();
    for (int l = 0; l <= config::language_count; ++l) equal &= by_sorting(rows.count, l, share) == ours[std::size_t(l)];
    for (auto const& c : chosen.cuts()) equal &= c.kept == ours[std::size_t(c.language)].kept;
    sorting = benchmark::processor_seconds() - start;
  }
  std::printf(
      "{\"job\": \"select\", \"metric\": \"top share by tokens\", \"unit\": \"million candidates/s\", \"us\": %.4g, "
      "\"candidates\": %llu, \"share\": %g, \"languages\": %zu, \"chosen\": %lld, \"passes\": %d, \"sorted\": %lld, \"runs\": "
      "%lld, "
      "\"processor_seconds\": %.2f, \"seconds\": %.2f, \"peak_mebibytes\": %ld",
      double(rows.count) / 1e6 / seconds, static_cast<unsigned long long>(rows.count), share, chosen.cuts().size(),
      static_cast<long long>(documents), chosen.passes(), static_cast<long long>(chosen.sorted()),
      static_cast<long long>(chosen.runs()), seconds, by_clock, peak);
  if (argc > 4) std::printf(", \"sort_processor_seconds\": %.2f, \"equal_to_sort\": %s", sorting, equal ? "true" : "false");
  std::printf("}\n");
  return !equal;
}
