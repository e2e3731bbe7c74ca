// SPDX-License-Identifier: Apache-2.0
// The parts of WordPiece, each beside its plain twin, and texts that would be slow or large if anything were not linear.
#include "support/catch.hpp"

#include <snowcoder/core/philox.hpp>
#include <snowcoder/core/thread_pool.hpp>
#include <snowcoder/tokenize/word_piece.hpp>

#include <pthread.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

using namespace snowcoder;
using namespace snowcoder::tokenize;

namespace {
using ids_of_text = std::vector<std::int32_t>;

std::vector<std::string> vocabulary() {
  std::vector<std::string> v{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]",       "return",
                             "##ing", "int",   "##int", "Ab",    "\xe4\xb8\xad", "aaaa"};
  for (char c = '!'; c <= '~'; ++c) v.push_back(std::string(1, c));
  for (char c = '0'; c <= 'z'; ++c)
    if ((c <= '9' || c >= 'a') && c != 'q') v.push_back("##" + std::string(1, c));
  for (auto const* t : {"##aa", "##aaaaaaaa", "\xce\xb1", "##\xce\xb1", "##\xe1\x84\x80", "\xe1\x84\x80", "##\xe1\x85\xa1"})
    v.push_back(t);
  return v;
}
word_piece made(word_piece_rules rules) {
  word_piece_vocabulary v;
  v.tokens = vocabulary();
  v.rules = rules;
  v.add_usual_tokens();
  return word_piece::from_vocabulary(v).value();
}
ids_of_text encoded(word_piece const& w, std::string_view text) {
  ids_of_text ids;
  w.encode(text, ids);
  return ids;
}
ids_of_text plainly(word_piece const& w, std::string_view text) {
  ids_of_text ids;
  w.encode_by_code_points(text, ids);
  return ids;
}
std::string text_of(draws const& d, std::uint64_t n, std::size_t longest) {
  static std::array<std::string_view, 30> const parts{"int",
                                                      "return",
                                                      "Ab",
                                                      "xyz",
                                                      "getElementById",
                                                      "aaaaaaaaaaaaaaaaaaaaaaaa",
                                                      "q",
                                                      " ",
                                                      "    ",
                                                      "\n",
                                                      "\t",
                                                      "(",
                                                      "[",
                                                      "[SEP]",
                                                      "[MASK]",
                                                      "[sep]",
                                                      "_",
                                                      "9",
                                                      "\xc3\x89",
                                                      "\xcc\x81",
                                                      "\xea\xb0\x80",
                                                      "\xe4\xb8\xad",
                                                      "\xe3\x80\xae",
                                                      "\x01",
                                                      "\x7f",
                                                      "\xff",
                                                      "\xe2\x80",
                                                      "\xc2\x85",
                                                      "\xce\xb1",
                                                      "\xf0\x9f\x98\x80"};
  std::string text;
  auto const size = d.below(longest, n);
  auto const kinds = n % 3 ? parts.size() : 18;
  for (std::uint64_t i = 1; text.size() < size; ++i) text += parts[d.below(kinds, n, i)];
  return text;
}
std::string repeated(std::string_view part, std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += part;
  return text;
}
}  // namespace

TEST_CASE("64 bytes at once are what they are one by one", "[word_piece]") {
  draws const d("ascii block", 3);
  for (std::uint64_t n = 0; n < 4000; ++n) {
    std::array<char, 64> text, a, b;
    for (std::uint64_t i = 0; i < 64; ++i) text[i] = n < 256 ? char(n) : char(d(n, i) & (n % 2 ? 255 : 127));
    for (bool const lower : {false, true}) {
      REQUIRE(tokenize::detail::read_ascii_block(text.data(), a.data(), lower) ==
              tokenize::detail::read_ascii_block_plain(text.data(), b.data(), lower));
      REQUIRE(a == b);
    }
  }
}

TEST_CASE("the trie finds the longest piece", "[word_piece]") {
  auto const tokens = vocabulary();
  tokenize::detail::piece_trie const trie(tokens, 402);
  draws const d("pieces", 5);
  for (std::uint64_t n = 0; n < 3000; ++n) {
    auto const text = text_of(d, n, 40);
    std::size_t longest = 0;
    for (auto const& t : tokens)
      if (text.starts_with(t)) longest = std::max(longest, t.size());
    auto const found = trie.longest(text, tokenize::detail::piece_trie::root);
    REQUIRE(found.length == longest);
    if (longest) REQUIRE(tokens[std::size_t(found.id)] == text.substr(0, longest));
  }
  CHECK(trie.node_of("zz") == tokenize::detail::piece_trie::nowhere);
}

TEST_CASE("a piece of 40,000 bytes takes no more stack than another", "[word_piece]") {
  std::vector<std::string> const tokens{std::string(40'000, 'a'), "a", std::string(20'000, 'a') + "b"};
  auto const find = [](void* given) -> void* {
    auto const& all = *static_cast<std::vector<std::string> const*>(given);
    tokenize::detail::piece_trie const trie(all, 40'002);
    auto const found = trie.longest(all[2], tokenize::detail::piece_trie::root);
    return found.id == 2 && found.length == 20'001 ? given : nullptr;
  };
  pthread_attr_t small;
  REQUIRE(::pthread_attr_init(&small) == 0);
  REQUIRE(::pthread_attr_setstacksize(&small, std::size_t(1) << 18) == 0);
  pthread_t thread;
  REQUIRE(::pthread_create(&thread, &small, find, const_cast<std::vector<std::string>*>(&tokens)) == 0);
  void* right = nullptr;
  REQUIRE(::pthread_join(thread, &right) == 0);
  ::pthread_attr_destroy(&small);
  CHECK(right != nullptr);
}

TEST_CASE("WordPiece gives the ids of the plain way, whatever the rules", "[word_piece]") {
  draws const d("word piece texts", 9);
  for (int rules = 0; rules < 32; ++rules) {
    auto const w = made({.lower_case = bool(rules & 1),
                         .strip_accents = bool(rules & 2),
                         .ideographs_apart = bool(rules & 4),
                         .clean_text = bool(rules & 8),
                         .longest_word = rules & 16 ? 12 : 100});
    for (std::uint64_t n = 0; n < 300; ++n) {
      auto const text = text_of(d, n, n % 10 == 0 ? 9000 : 200);
      INFO(text);
      REQUIRE(encoded(w, text) == plainly(w, text));
      REQUIRE(encoded(w, text) == encoded(w, text));  // from the cache
    }
  }
}

TEST_CASE("words end alike wherever a chunk does", "[word_piece]") {
  auto const w = made({});
  for (std::size_t before = 2048 - 70; before < 2048 + 70; ++before)
    for (auto const* tail : {"return(int)", "\xc3\x89t\xc3\xa9 x", "  ", "[SEP]int", ""}) {
      auto const spaces = std::string(before, ' ') + tail, letters = std::string(before, 'a') + tail;
      REQUIRE(encoded(w, spaces) == plainly(w, spaces));
      REQUIRE(encoded(w, letters) == plainly(w, letters));
    }
}

TEST_CASE("a word of 100 code points is known, of 101 is not", "[word_piece]") {
  auto const w = made({});
  for (auto const* part : {"a", "\xce\xb1"}) {
    auto word = repeated(part, 100 * std::string_view(part).size());
    CHECK(encoded(w, word).front() != w.unknown());
    word += part;
    CHECK(encoded(w, word) == ids_of_text{w.unknown()});
  }
}

TEST_CASE("broken bytes count as Python reads them", "[word_piece]") {
  // Kept when the text is not cleaned: one U+FFFD for each beginning of a code point.
  word_piece_vocabulary v;
  v.tokens = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "\xef\xbf\xbd", "##\xef\xbf\xbd"};
  v.rules.clean_text = false;
  auto const w = word_piece::from_vocabulary(v).value();
  for (auto const& [text, count] : std::vector<std::pair<std::string, std::size_t>>{{"\xff", 1},
                                                                                    {"\xe2\x80", 1},
                                                                                    {"\xe2\x80\x41", 2},
                                                                                    {"\xed\xa0\x80", 3},
                                                                                    {"\xf0\x9f\x98", 1},
                                                                                    {"\xc0\x80", 2},
                                                                                    {"\xf4\x90\x80\x80", 4}})
    CHECK(encoded(w, text).size() == (text.back() == 0x41 ? 1 : count));
  CHECK(encoded(made({}), "re\xffturn") == encoded(made({}), "return"));
}

TEST_CASE("many threads give the same ids", "[word_piece]") {
  auto const w = made({});
  draws const d("threads", 1);
  std::vector<ids_of_text> ids(200);
  thread_pool(4).for_each_index(200,
                                [&](std::int64_t i) { w.encode(text_of(d, std::uint64_t(i), 5000), ids[std::size_t(i)]); });
  for (std::uint64_t i = 0; i < ids.size(); ++i) REQUIRE(ids[i] == plainly(w, text_of(d, i, 5000)));
}

TEST_CASE("texts without an end to a word stay linear", "[word_piece]") {
  auto const w = made({}), cased = made(word_piece_rules::cased());
  std::size_t const bytes = 4'000'000;
  for (auto const* part : {"a", "\xcc\x81", "\xe3\x80\xae", "\xea\xb0\x80", "\x01", "\xff", "a\xc3\xa9"}) {
    auto const text = repeated(part, bytes);
    CHECK(encoded(w, text).size() <= 1);
    CHECK(encoded(cased, text).size() <= 1);
  }
  for (auto const* part : {"(", "\xe4\xb8\xad", "[", "[SEP]", "[SE"}) CHECK(!encoded(w, repeated(part, bytes)).empty());
  CHECK(encoded(w, repeated("\xe4\xb8\xad", bytes)).size() == (bytes + 2) / 3);
}

TEST_CASE("of added tokens the first counts, and of those the longest; on demand they are text", "[word_piece]") {
  word_piece_vocabulary v;
  v.tokens = vocabulary();
  v.add_usual_tokens();
  for (auto const& [text, id] : {std::pair{"<a>", 501}, {"<a>b", 502}, {"x", 503}, {"", 504}}) v.added.push_back({text, id});
  auto const w = word_piece::from_vocabulary(v).value();
  CHECK(w.size() == 505);
  auto const added = [&](std::string_view text) {
    auto ids = encoded(w, text);
    std::erase_if(ids, [](auto id) { return id < 500; });
    return ids;
  };
  CHECK(added("..<a>b") == std::vector<std::int32_t>{502});
  CHECK(added("<<a>") == std::vector<std::int32_t>{501});
  CHECK(added("yx<a>") == std::vector<std::int32_t>{503, 501});
  CHECK(added("<b>").empty());
  std::vector<std::int32_t> as_text;
  w.encode("[SEP] <a>b", as_text, true);
  CHECK(std::count(as_text.begin(), as_text.end(), w.sep()) == 0);
  CHECK(*std::max_element(as_text.begin(), as_text.end()) < 500);
}

TEST_CASE("a vocabulary that cannot serve is refused by name", "[word_piece]") {
  word_piece_vocabulary v;
  v.tokens = vocabulary();
  v.rules.longest_word = 0;
  CHECK(word_piece::from_vocabulary(v).error().what.find("longest word") != std::string::npos);
  v.rules.longest_word = 100;
  v.unknown = "<unk>";
  CHECK(word_piece::from_vocabulary(v).error().what.find("<unk>") != std::string::npos);
  v.added.push_back({"<unk>", 500});
  CHECK(word_piece::from_vocabulary(v).value().unknown() == 500);
}
