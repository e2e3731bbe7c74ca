// SPDX-License-Identifier: Apache-2.0
// The scan in blocks and in plain loops against searches for every pattern in condensed texts that are made as a whole.
#include <snowcoder/core/philox.hpp>
#include <snowcoder/decontaminate/substring.hpp>
#include <snowcoder/decontaminate/word_run.hpp>

#include "support/catch.hpp"

#include <set>
#include <string>
#include <tuple>
#include <vector>

using namespace snowcoder;
using namespace snowcoder::decontaminate;

namespace {

using find_set = std::multiset<std::tuple<std::uint32_t, std::size_t, std::size_t>>;

/// Text of pieces that meet every rule: blanks, breaks, continuations, words of many lengths, bytes beyond ASCII, NUL.
std::string random_text(std::uint64_t number, std::size_t pieces) {
  static std::vector<std::string> const kinds{" ",    "\n", "\t", "\r\n", "\\\n", "\\\r\n", "\\", "\\\r", "a",
                                              "B",    "bc", "x_", "7",    "word", "Café",   "(",  "==",   "longer_word_here",
                                              "\v\f", "\""};
  draws const source("scan", 11);
  std::string text;
  for (std::size_t i = 0; i < pieces; ++i) {
    auto const kind = source.below(kinds.size() + 1, number, i);
    text += kind == kinds.size() ? std::string(1, '\0') : kinds[kind];
    if (source.below(40, 1000 + number, i) == 0) text += std::string(source.below(200, 2000 + number, i), ' ');
  }
  return text;
}

template <class Block>
std::pair<find_set, find_set> scanned(substring_index const& substrings, word_run_index const& runs, std::string_view text) {
  std::pair<find_set, find_set> found;
  condensed_scan<Block> scan(substrings.window(), substrings.stride(), runs.window());
  scan(
      text, substrings.table(),
      [&](auto key, auto last) {
        substrings.confirm(text, key, last, [&](auto v, auto b, auto e) { found.first.emplace(v, b, e); });
      },
      runs.table(),
      [&](auto key, auto last) {
        runs.confirm(text, key, last, [&](auto v, auto b, auto e) { found.second.emplace(v, b, e); });
      });
  return found;
}

/// Places of the bytes that stand in a condensed text.
std::vector<std::size_t> places(std::string_view text, bool (*stays)(std::string_view, std::size_t)) {
  std::vector<std::size_t> at;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (stays(text, i)) at.push_back(i);
  return at;
}

void check(std::string const& text, std::vector<std::string> const& patterns, std::size_t shortest, int words) {
  substring_index substrings(shortest);
  word_run_index runs(words, 3);
  find_set whole, shared;
  auto const bare = squeezed(text), spaced = joined(text);
  auto const bare_at = places(text, in_squeezed);
  auto spaced_at = places(text, in_joined);
  spaced_at.push_back(text.size());
  for (std::uint32_t p = 0; p < patterns.size(); ++p) {
    auto const key = squeezed(patterns[p]);
    CHECK(substrings.add(patterns[p], p) == (key.size() >= shortest));
    runs.add(patterns[p], p);
    if (key.size() >= shortest)
      for (auto at = bare.find(key); at != bare.npos; at = bare.find(key, at + 1))
        whole.emplace(p, bare_at[at], bare_at[at + key.size() - 1] + 1);
    auto const own = joined(patterns[p]);
    for_each_run(own, std::size_t(words), [&](std::string_view run, std::size_t) {
      if (telling_characters(run) < 3) return;
      for (auto at = spaced.find(run); at != spaced.npos; at = spaced.find(run, at + 1))
        if (at == 0 || spaced[at - 1] == ' ') shared.emplace(p, spaced_at[at], spaced_at[at + run.size() - 1]);
    });
  }
  substrings.finish();
  runs.finish([](std::uint32_t value) { return value; });
  auto const blocks = scanned<text_block>(substrings, runs, text);
  CHECK(blocks.first == whole);
  CHECK(blocks.second == shared);
  CHECK(scanned<plain_block>(substrings, runs, text) == blocks);
}

}  // namespace

TEST_CASE("every pattern is found at every place, by blocks and by plain loops") {
  for (std::uint64_t n = 0; n < 24; ++n) {
    auto const text = random_text(n, n % 4 == 3 ? 9000 : 60 + 40 * n);  // above 6144 bytes: several chunks
    std::vector<std::string> patterns;
    for (std::uint64_t p = 0; p < 40; ++p)
      patterns.push_back(p % 4 == 0 ? random_text(1000 + 100 * n + p, 8)
                                    : text.substr((p * 997) % text.size(), 6 + (p * p) % 180));
    for (auto const& [shortest, words] : {std::pair{1, 1}, {5, 3}, {9, 2}, {40, 10}, {100, 14}})
      check(text, patterns, std::size_t(shortest), words);
  }
}

TEST_CASE("blocks answer as plain loops do, for every byte") {
  std::string bytes(64 * 8 + 64, ' ');
  for (int shift = 0; shift < 64; ++shift) {
    for (int i = 0; i < 512; ++i) bytes[std::size_t(i)] = char((i + shift * 7) & 255);
    for (int at = 0; at < 512; at += 64) {
      auto const a = text_block::load(bytes.data() + at);
      auto const b = plain_block::load(bytes.data() + at);
      CHECK(a.spaces() == b.spaces());
      CHECK(a.words() == b.words());
      CHECK(a.equal('\\') == b.equal('\\'));
      std::string left(192, '\0'), right(192, '\0');
      auto const kept = 0x9e3779b97f4a7c15ULL * std::uint64_t(shift + at + 1);
      auto const size = a.lower().packed(left.data(), kept) - left.data();
      REQUIRE(size == b.lower().packed(right.data(), kept) - right.data());
      CHECK(left.substr(0, std::size_t(size)) == right.substr(0, std::size_t(size)));
      a.lower().words_only().packed(left.data(), ~kept);
      b.lower().words_only().packed(right.data(), ~kept);
      CHECK(left.substr(0, std::size_t(64 - size)) == right.substr(0, std::size_t(64 - size)));
    }
  }
}

TEST_CASE("a hash is no hit: windows with equal keys are compared in full") {
  anchor_table table;
  table.add(7, 1);
  table.add(7, 2);
  table.add(std::uint64_t(1) << 63, 3);
  table.finish();
  CHECK(table.size() == 3);
  CHECK(table.of(7).size() == 2);
  CHECK(table.of(8).empty());
  CHECK(table.filter_of_keys().may_have(7));
  substring_index index(40);
  CHECK(index.add(std::string(39, 'x') + "A", 0));
  CHECK_FALSE(index.add(std::string(39, 'x'), 0));
  index.finish();
  std::string const text = std::string(39, 'x') + "b", key_text = std::string(60, 'x');
  index.confirm(text, index.window()(key_text.data()), 38, [](auto, auto, auto) { FAIL("x and b are not x and a"); });
}
