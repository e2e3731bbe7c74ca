// SPDX-License-Identifier: Apache-2.0
// The trainer against one that can be read in a minute: it counts everything again before every merge.
#include "support/catch.hpp"

#include <snowcoder/core/philox.hpp>
#include <snowcoder/core/thread_pool.hpp>
#include <snowcoder/tokenize/byte_pair_trainer.hpp>
#include <snowcoder/tokenize/word_counts.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

using namespace snowcoder;
using namespace snowcoder::tokenize;

namespace {
constexpr int base = 290;  // sentinels and bytes

/// The whole text is one word.
struct no_split {
  static constexpr std::string_view name = "no_split";
  static constexpr std::string text() { return "no_split"; }
  static void split(std::string_view text, auto&& emit) {
    if (!text.empty()) emit(text);
  }
};

byte_pair_vocabulary train(counted_words const& words, int size, int minimum = 1) {
  progress bar;
  return train_byte_pairs<gpt2_split>(words, {.size = size, .minimum_frequency = minimum}, bar);
}

struct reference {
  std::vector<std::string> tokens;
  std::vector<std::pair<token_id, token_id>> merges;
};

reference train_readably(std::vector<std::string> const& texts, int size, int minimum) {
  reference r{base_vocabulary("").tokens, {}};
  std::map<std::string, token_id> ids;
  for (std::size_t i = 0; i < r.tokens.size(); ++i) ids[r.tokens[i]] = token_id(i);
  std::vector<std::vector<token_id>> words;
  for (auto const& text : texts)
    gpt2_split::split(text, [&](std::string_view piece) {
      words.emplace_back();
      for (char c : piece) words.back().push_back(ids[std::string(1, c)]);
    });
  while (int(r.tokens.size()) < size) {
    std::map<std::pair<token_id, token_id>, std::int64_t> counts;
    for (auto const& w : words)
      for (std::size_t i = 1; i < w.size(); ++i) ++counts[{w[i - 1], w[i]}];
    auto const best = std::min_element(counts.begin(), counts.end(), [](auto const& a, auto const& b) {
      return std::tuple(-a.second, a.first) < std::tuple(-b.second, b.first);
    });
    if (best == counts.end() || best->second < minimum) break;
    auto const [left, right] = best->first;
    auto const text = r.tokens[std::size_t(left)] + r.tokens[std::size_t(right)];
    REQUIRE(ids.emplace(text, token_id(r.tokens.size())).second);  // no two pairs spell one token
    r.tokens.push_back(text);
    r.merges.push_back(best->first);
    for (auto& w : words) {
      std::vector<token_id> merged;
      for (std::size_t i = 0; i < w.size(); ++i)
        if (i + 1 < w.size() && w[i] == left && w[i + 1] == right)
          merged.push_back(ids[text]), ++i;
        else
          merged.push_back(w[i]);
      w = std::move(merged);
    }
  }
  return r;
}

/// Few letters and equal shares of them: ties at every step. Long runs of one letter are spelled by many pairs.
std::vector<std::string> tied_texts(std::uint64_t n) {
  draws const d("tied texts", n);
  bool const runs = n % 4 == 0;
  auto const letters = runs ? 1 + d.below(2, 0) : 2 + d.below(5, 0);
  std::vector<std::string> texts(1 + d.below(40, 1));
  for (std::uint64_t t = 0; t < texts.size(); ++t)
    for (std::uint64_t i = d.below(60, 2, t); i > 0; --i) {
      auto const letter = d.below(letters + 1, 3 + i, t);
      texts[t] +=
          letter == letters ? std::string(" ") : std::string(runs ? 1 + d.below(24, 100 + i, t) : 1, char('a' + letter));
    }
  return texts;
}
counted_words count(std::vector<std::string> const& texts, int threads) {
  thread_pool pool(threads);
  word_counts counts;
  pool.for_each_index(std::int64_t(texts.size()), [&](std::int64_t i) { counts.add<gpt2_split>(texts[std::size_t(i)]); });
  return counts.take();
}
std::map<std::string, std::int64_t> by_word(counted_words const& words) {
  std::map<std::string, std::int64_t> all;
  for (std::size_t i = 0; i < words.size(); ++i) REQUIRE(all.emplace(words.word(i), words.count(i)).second);
  return all;
}
}  // namespace

TEST_CASE("merges are those of a trainer that counts everything again", "[property]") {
  for (std::uint64_t n = 0; n < 400; ++n) {
    INFO(n);
    auto texts = tied_texts(n);
    int const size = base + 5 + int(n % 60), minimum = 1 + int(n % 3);
    auto const expected = train_readably(texts, size, minimum);
    auto const one = train(count(texts, 1), size, minimum);
    REQUIRE(one.tokens == expected.tokens);
    REQUIRE(one.merges == expected.merges);
    for (int threads : {2, 3}) {
      std::rotate(texts.begin(), texts.begin() + std::ptrdiff_t(texts.size() / 3), texts.end());
      REQUIRE(train(count(texts, threads), size, minimum) == one);
    }
  }
}

TEST_CASE("the order of the words and the cut of their counts do not matter", "[property]") {
  for (std::uint64_t n = 0; n < 100; ++n) {
    auto const words = count(tied_texts(n), 1);
    counted_words shuffled;
    for (std::size_t i = words.size(); i-- > 0;) {
      if (words.count(i) > 1) shuffled.add(words.word(i), words.count(i) - 1);
      shuffled.add(words.word(i), 1);
    }
    REQUIRE(train(shuffled, 400) == train(words, 400));
  }
}

TEST_CASE("the bytes of distinct words are known while they are counted") {
  word_counts counts;
  std::string text;
  std::size_t expected = 0;
  for (int i = 0; i < 40'000; ++i) {  // more than a thread keeps to itself
    std::string const word =
        " " + std::string(std::size_t(1 + i % 20), char('a' + i / 20 % 26)) + std::string(std::size_t(i / 520), 'z');
    text += word;
    expected += word.size();
  }
  for (int i = 0; i < 2; ++i) counts.add<gpt2_split>(text);
  CHECK(counts.word_bytes() > 0);
  CHECK(counts.word_bytes() <= expected);
  CHECK(counts.table_bytes() >= counts.word_bytes());
  auto const words = counts.take();
  CHECK(words.bytes() <= expected);
  CHECK(counts.word_bytes() == 0);
}

TEST_CASE("words of every length are counted, whoever counts them") {
  std::vector<std::string> texts;
  std::map<std::string, std::int64_t> expected;
  draws const d("counted words", 1);
  for (std::uint64_t t = 0; t < 300; ++t) {
    texts.emplace_back();
    for (std::uint64_t i = 0; i < 400; ++i) {
      std::string word(1 + d.below(t % 10 ? 20 : 200, t * 400 + i), 'a');
      for (std::size_t k = 0; k < word.size(); ++k) word[k] = char('a' + d.below(3, t * 400 + i, 1 + k));
      texts.back() += " " + word;
      ++expected[" " + word];
    }
  }
  CHECK(expected.size() > 50'000);  // more than a thread's own tables hold
  for (int threads : {1, 3}) CHECK(by_word(count(texts, threads)) == expected);
}

TEST_CASE("short words are numbers that tell them apart", "[property]") {
  std::string const text = "aaaaaaaaaaaaaaa\0\0\0\0bcdefghijklmnopqrstuvwxyz";
  std::set<std::pair<std::uint64_t, std::uint64_t>> seen;
  for (std::size_t size = 0; size <= inline_word::longest; ++size) {
    auto const by_mask = inline_word::of(std::string_view(text).substr(0, size), text.size()),
               by_copy = inline_word::of(std::string_view(text).substr(0, size), size);
    CHECK(by_mask == by_copy);
    CHECK(by_mask.view() == std::string_view(text).substr(0, size));
    CHECK(seen.emplace(by_mask.low, by_mask.high).second);
  }
}

TEST_CASE("no words, no merges") {
  CHECK(train({}, 400).tokens.size() == base);
  CHECK(train({{"a", 5}, {"", 7}}, 400).merges.empty());
}

TEST_CASE("one word many times") {
  CHECK(train({{"abab", std::int64_t(1) << 40}}, 400).merges.size() == 2);
  CHECK(train({{"aaaaaaaa", 3}}, 400).tokens.back() == "aaaaaaaa");
}

TEST_CASE("training ends below the minimum frequency, and when pairs run out") {
  counted_words const words{{"ab", 9}, {"cd", 4}, {"ef", 3}};
  CHECK(train(words, 400, 4).tokens.size() == base + 2);
  CHECK(train(words, 400, 1).tokens.size() == base + 3);
  CHECK(train(words, base + 1, 1).tokens.size() == base + 1);
  CHECK(train(words, base, 1).merges.empty());
}

TEST_CASE("words beyond 64 KiB are merged through") {
  std::string longer;
  for (int i = 0; i < 50'000; ++i) longer += i % 3 ? "ab" : "c";
  auto const v = train({{longer, 2}, {std::string(1 << 17, 'x'), 1}}, 600, 2);
  CHECK(v.tokens[base] ==
        "x"
        "x");
  std::size_t longest = 0;
  for (auto const& token : v.tokens) longest = std::max(longest, token.size());
  CHECK(longest == longer.size());
}

TEST_CASE("ids beyond 16 bits make the same merges") {
  auto const words = count(tied_texts(7), 1);
  CHECK(train(words, 100'000) == train(words, 60'000));
}

TEST_CASE("no pair of text becomes a sentinel") {
  word_counts counts;
  for (int i = 0; i < 9; ++i) counts.add<no_split>("<pr>");
  progress bar;
  auto const v = train_byte_pairs<no_split>(counts.take(), {.size = 400, .minimum_frequency = 1}, bar);
  CHECK(v.tokens.size() == base + 2);
  CHECK(std::count(v.tokens.begin(), v.tokens.end(), "<pr>") == 1);
}
