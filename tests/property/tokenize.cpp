// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <snowcoder/core/philox.hpp>
#include <snowcoder/core/thread_pool.hpp>
#include <snowcoder/tokenize/byte_pair.hpp>
#include <snowcoder/tokenize/byte_pair_trainer.hpp>
#include <snowcoder/tokenize/word_counts.hpp>
#include <snowcoder/tokenize/word_piece.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace snowcoder;
using namespace snowcoder::tokenize;

namespace {
/// Text number `n`: bytes from one of several alphabets, so that words, spaces, broken and whole UTF-8 all occur.
std::string random_text(std::uint64_t n, std::size_t longest = 300) {
  static std::vector<std::string> const parts{"a",
                                              "b",
                                              "ab",
                                              "return",
                                              " ",
                                              "  ",
                                              "\n",
                                              "\t",
                                              "1",
                                              "23",
                                              "_",
                                              "'s",
                                              "'",
                                              "(",
                                              "\xc3\xa9",
                                              "\xe4\xb8\xad",
                                              "\xf0\x9f\x98\x80",
                                              "\xe2\x80\xa8",
                                              "\xc2\xa0",
                                              "<file_sep>",
                                              "<",
                                              "\xcc\x81"};
  draws const d("random text", 7);
  std::string text;
  auto const size = d.below(longest, n);
  for (std::uint64_t i = 1; text.size() < size; ++i) {
    if (n % 3 == 0)
      text += char(d(n, i) & 255);
    else
      text += parts[d.below(n % 3 == 1 ? 6 : parts.size(), n, i)];
  }
  return text;
}
byte_pair_vocabulary trained(int threads) {
  thread_pool pool(threads);
  word_counts counts;
  pool.for_each_index(600, [&](std::int64_t i) { counts.add<starcoder_split>(random_text(std::uint64_t(i) + 10'000)); });
  progress bar;
  return train_byte_pairs<starcoder_split>(counts.take(), {.size = 420, .minimum_frequency = 2}, bar);
}
byte_pair<starcoder_split> const& tokenizer() {
  static auto const t = byte_pair<starcoder_split>::from_vocabulary(trained(1)).value();
  return t;
}
}  // namespace

TEST_CASE("decoding gives every text back", "[property]") {
  for (std::uint64_t n = 0; n < 3000; ++n) {
    auto const text = random_text(n);
    auto const ids = tokenizer().encode(text);
    REQUIRE(tokenizer().decode(ids) == text);
    std::vector<token_id> with_sentinels;
    tokenizer().encode_with_sentinels(text, with_sentinels);
    REQUIRE(tokenizer().decode(with_sentinels) == text);
    for (auto id : ids) REQUIRE((id >= token_id(config::sentinels.size()) && id < tokenizer().size()));
  }
}

TEST_CASE("pieces joined are the text, and none is empty", "[property]") {
  auto const check = []<splitter S>(S, std::string const& text) {
    std::string joined;
    S::split(text, [&](std::string_view piece) {
      REQUIRE(!piece.empty());
      joined += piece;
    });
    REQUIRE(joined == text);
  };
  for (std::uint64_t n = 0; n < 3000; ++n) {
    check(starcoder_split{}, random_text(n));
    check(gpt2_split{}, random_text(n));
  }
}

TEST_CASE("the vocabulary does not depend on threads", "[property]") {
  auto const one = trained(1);
  CHECK(one.tokens.size() > 400);
  CHECK(one == trained(4));
}

TEST_CASE("word pieces survive any bytes", "[property]") {
  std::vector<std::string> vocabulary{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "b", "##a", "##b", "return"};
  auto const w = word_piece::from_vocabulary(vocabulary).value();
  for (std::uint64_t n = 0; n < 3000; ++n) {
    std::vector<std::int32_t> ids, again;
    w.encode(random_text(n), ids);
    for (auto id : ids) REQUIRE((id >= 0 && id < int(vocabulary.size())));
    w.encode(random_text(n), again);
    REQUIRE(ids == again);
  }
}
