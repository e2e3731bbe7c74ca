// SPDX-License-Identifier: Apache-2.0
// What must hold for every input: the outcome of deduplication does not depend on order or threads, redaction and
// normalisation done twice are done once, a chain refuses what any of its filters refuses.
#include <snowcoder/core/philox.hpp>
#include <snowcoder/dedup/exact.hpp>
#include <snowcoder/dedup/near.hpp>
#include <snowcoder/dedup/rank.hpp>
#include <snowcoder/filter/starcoder2.hpp>
#include <snowcoder/privacy/redact.hpp>

#include "support/catch.hpp"

#include <map>
#include <set>
#include <string>

using namespace snowcoder;

namespace {

struct settings {
  static constexpr config::near_duplicate near_duplicates{};
};

/// Texts in families: every family has a base and copies with a few words changed.
std::vector<std::string> families(std::uint64_t seed) {
  draws const source("families", seed);
  std::vector<std::string> texts;
  for (std::uint64_t family = 0; family < 12; ++family) {
    std::vector<std::string> words;
    for (std::uint64_t i = 0; i < 120; ++i) words.push_back("w" + std::to_string(source.below(5000, family, i)));
    auto const copies = source.below(8, family, 1000);
    for (std::uint64_t copy = 0; copy <= copies; ++copy) {
      auto changed = words;
      auto const changes = source.below(9, family, 2000 + copy);
      for (std::uint64_t k = 0; k < changes; ++k)
        changed[source.below(words.size(), family, 3000 + copy * 10 + k)] = "x" + std::to_string(k);
      std::string text;
      for (auto const& w : changed) text += w + " ";
      texts.push_back(text);
    }
  }
  return texts;
}

/// For every text the one that is kept for it.
std::map<std::string, std::string> keepers(std::vector<std::string> const& texts, int threads) {
  std::vector<dedup::standing> standings;
  for (auto const& t : texts) standings.push_back({.bytes = t.size(), .id = hash(t)});
  auto const order = dedup::ranked(standings);
  std::vector<dedup::shingle_set> sets;
  std::vector<dedup::minhash<settings>::band_keys> keys;
  std::vector<std::uint32_t> all;
  for (auto i : order) {
    all.push_back(std::uint32_t(sets.size()));
    sets.push_back(dedup::shingles(texts[i], 5));
    keys.push_back(dedup::minhash<settings>::keys(sets.back()));
  }
  thread_pool pool(threads);
  auto const near = dedup::near_duplicates<settings>(
      std::uint32_t(all.size()), all, [&](auto i, int band) { return keys[i][std::size_t(band)]; },
      [&](auto i) { return sets[i]; }, pool, 300);
  std::map<std::string, std::string> kept;
  for (auto i : all) kept[texts[order[i]]] = texts[order[near.keeper[i]]];
  return kept;
}

std::string random_text(std::vector<std::string> const& pieces, std::uint64_t number, std::size_t count) {
  draws const source("clean property", 9);
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += pieces[source.below(pieces.size(), number, i)];
  return text;
}

}  // namespace

TEST_CASE("deduplication does not depend on order or threads") {
  bool some_joined = false, some_apart = false;
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    auto texts = families(seed);
    auto const expected = keepers(texts, 1);
    std::set<std::string> kept;
    for (auto const& [text, keeper] : expected) {
      kept.insert(keeper);
      some_joined = some_joined || text != keeper;
      CHECK(expected.at(keeper) == keeper);
    }
    some_apart = some_apart || kept.size() > 12;
    shuffle(texts, draws("order", seed));
    CHECK(keepers(texts, 1) == expected);
    CHECK(keepers(texts, 4) == expected);
  }
  CHECK(some_joined);
  CHECK(some_apart);  // families hold members that are too different: verification has something to refuse
}

TEST_CASE("union of sets does not depend on the order of joins") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    draws const source("joins", seed);
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
    for (std::uint64_t i = 0; i < 30; ++i) pairs.emplace_back(source.below(50, i, 0), source.below(50, i, 1));
    dedup::union_find a(50), b(50);
    for (auto [x, y] : pairs) a.join(x, y);
    shuffle(pairs, source, 7);
    for (auto [x, y] : pairs) b.join(y, x);
    for (std::uint32_t i = 0; i < 50; ++i) {
      CHECK(a.root(i) == b.root(i));
      CHECK(a.root(i) <= i);
    }
  }
}

TEST_CASE("redaction done twice is done once, and leaves the rest alone") {
  int changed = 0;
  for (std::uint64_t n = 0; n < 400; ++n) {
    auto const text = random_text({"jane@corp.com",
                                   "@",
                                   "a.b",
                                   "93.184.216.34",
                                   "4.2.2.2",
                                   " version ",
                                   " dns ",
                                   ".",
                                   ":",
                                   "2606:2800:220:1::1",
                                   "::",
                                   "\n",
                                   " ",
                                   "v",
                                   "<EMAIL>",
                                   "<KEY>",
                                   "<PASSWORD>",
                                   "password=\"",
                                   "apiKey: '",
                                   "'",
                                   "\"",
                                   "://u:",
                                   "q7Rk2LmZp0v",
                                   "Yw9KdTj4NxB3e",
                                   "mailto:",
                                   "22.2.1.5",
                                   "word",
                                   ",",
                                   "1",
                                   "\xc3\xa9"},
                                  n, 40);
    INFO(text);
    auto const once = privacy::redact(text);
    CHECK(privacy::redact(once.text).text == once.text);
    CHECK_FALSE(privacy::redact(once.text).changed());
    CHECK(once.changed() == (once.text != text));
    changed += once.changed();
  }
  CHECK(changed > 100);
}

TEST_CASE("a chain refuses what one of its filters refuses, whatever the order") {
  using forward = filter::chain<filter::longest_line_at_most<20>, filter::alphabetic_at_least<40>, filter::lines_at_most<6>>;
  using backward = filter::chain<filter::lines_at_most<6>, filter::alphabetic_at_least<40>, filter::longest_line_at_most<20>>;
  int refused = 0;
  for (std::uint64_t n = 0; n < 300; ++n) {
    auto const text = random_text({"abc", "1", " ", "\n", "\r\n", "==", "\xc3\xa9", "word"}, n, 30);
    auto const s = filter::measure<forward::needs>(text);
    bool const any = s.longest_line > 20 || s.letters * 100 < s.characters * 40 || s.lines > 6;
    CHECK(forward::refuses(text).has_value() == any);
    CHECK(backward::refuses(text).has_value() == any);
    CHECK(forward::refuses(text) == forward::refuses(s));
    refused += any;
  }
  CHECK(refused > 50);
  CHECK(refused < 290);
}
