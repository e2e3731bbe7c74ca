// SPDX-License-Identifier: Apache-2.0
// Splitters: the masks against the matcher on any bytes, worst cases, names, and what is refused.
#include "support/catch.hpp"

#include <snowcoder/core/philox.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/io/pre_tokenizer_json.hpp>
#include <snowcoder/tokenize/any_splitter.hpp>

#include <ctime>
#include <string>
#include <string_view>
#include <vector>

using namespace snowcoder;
using namespace snowcoder::tokenize;

namespace {
/// Where pieces end; the pieces must be the text in order.
template <class Split>
std::vector<std::size_t> ends(std::string_view text, Split split) {
  std::vector<std::size_t> all;
  std::size_t at = 0;
  split(text, [&](std::string_view piece) {
    if (piece.data() != text.data() + at || piece.empty()) at = text.size() + 1;
    all.push_back(at += piece.size());
  });
  return all;
}

std::string random_bytes(std::uint64_t n) {
  static std::vector<std::string_view> const alphabets{
      "ab ",
      "a' st",
      "a \n",
      "; \n/",
      " \t\n\r",
      "aB'lL",
      "1a ",
      "12;",
      "a\xc3\xa9 ",
      "\xe3\x80\x80 a",
      "'sSdDrReEvVlL 1\n",
      "+= a.",
      "\xff;",
      "\x7f\x80 a\n",
      "a-b_c 1\t\r\n/'",
      "\xe4\xb8\xad\xcc\x81 aA'",
  };
  draws const d("random bytes to split", 3);
  auto const alphabet = alphabets[d.below(alphabets.size(), n, 0)];
  bool const any = n % 16 == 15;
  std::string text(d.below(201, n, 1), ' ');
  for (std::uint64_t i = 0; i < text.size(); ++i)
    text[i] = any ? char(d(n, i + 2) & 255) : alphabet[d.below(alphabet.size(), n, i + 2)];
  return text;
}

double seconds_to_split(auto splitter, std::string const& text) {
  auto const start = std::clock();
  std::size_t pieces = 0;
  decltype(splitter)::split(text, [&](std::string_view) { ++pieces; });
  return double(std::clock() - start) / CLOCKS_PER_SEC;
}

std::string repeated(std::string_view part, std::size_t size) {
  std::string text;
  while (text.size() < size) text += part;
  return text;
}
}  // namespace

TEST_CASE("masks cut as the matcher does, whatever the bytes", "[property]") {
  shipped_splitters::each([]<class S>() {
    for (std::uint64_t n = 0; n < 6000; ++n) {
      auto const text = random_bytes(n);
      auto const wanted = ends(text, [](std::string_view t, auto&& emit) { tokenize::detail::split_by_matching<S>(t, emit); });
      INFO(S::name << " " << n);
      REQUIRE((text.empty() ? wanted.empty() : wanted.back() == text.size()));
      REQUIRE(ends(text, [](std::string_view t, auto&& emit) { S::split(t, emit); }) == wanted);
      REQUIRE(ends(text, [](std::string_view t, auto&& emit) {
                tokenize::detail::split_by_masks<S, tokenize::detail::plain_masks>(t, emit);
              }) == wanted);
    }
  });
}

TEST_CASE("the masks of this build are the plain ones", "[property]") {
  draws const d("masks", 1);
  for (std::uint64_t n = 0; n < 2000; ++n) {
    char text[64];
    for (std::uint64_t i = 0; i < 64; ++i) text[i] = char(n < 4 ? n * 64 + i : d(n, i) & 255);
    auto const mine = tokenize::detail::native_masks::of(text), plain = tokenize::detail::plain_masks::of(text);
    auto const ascii = plain.ascii;
    CHECK(mine.ascii == ascii);
    for (auto member :
         {&tokenize::detail::byte_masks::letter, &tokenize::detail::byte_masks::capital, &tokenize::detail::byte_masks::digit,
          &tokenize::detail::byte_masks::white, &tokenize::detail::byte_masks::line_end, &tokenize::detail::byte_masks::space,
          &tokenize::detail::byte_masks::apostrophe, &tokenize::detail::byte_masks::slash,
          &tokenize::detail::byte_masks::punctuation})
      CHECK((mine.*member & ascii) == (plain.*member & ascii));
  }
}

TEST_CASE("no text takes more than linear time", "[property]") {
  std::size_t const size = 3'000'000;  // a scan back to where a piece began, for every piece, would take minutes at the least
  shipped_splitters::each([&]<class S>() {
    for (std::string_view part : {"a",
                                  "A",
                                  " ",
                                  "\n",
                                  "\t",
                                  "1",
                                  ";",
                                  "'",
                                  "\xc2\xa0",
                                  "\xe4\xb8\xad",
                                  "\xcc\x81",
                                  "\xff",
                                  " \n",
                                  "\n ",
                                  "a ",
                                  "  a",
                                  "'s",
                                  "Aa",
                                  "\xe4\xb8\xad"
                                  "A",
                                  "/\n",
                                  ";\n",
                                  ";\n ",
                                  "a\xcc\x81",
                                  "\xe3\x80\x80.",
                                  "\xcc\x81"
                                  "1",
                                  ". "}) {
      INFO(S::name << " " << part);
      CHECK(seconds_to_split(S{}, repeated(part, size)) < 3);
    }
  });
}

TEST_CASE("a splitter is found by its name", "[unit]") {
  std::string found;
  CHECK(with_splitter("o200k_split", [&]<class S>() { found = S::name; }));
  CHECK(found == "o200k_split");
  CHECK_FALSE(with_splitter("o200k", [&]<class S>() { found = "wrong"; }));
  CHECK(found == "o200k_split");
  CHECK(io::pre_tokenizer_of("o200k").is_null());
}

TEST_CASE("other pre-tokenizers are refused by name", "[unit]") {
  auto const refused = [](char const* text) { return io::read_splitter(io::json::parse(text)).refused; };
  CHECK(refused(R"({"type":"Metaspace"})") == "Metaspace");
  CHECK(refused("null") == "none");
  CHECK(refused(R"({"type":"ByteLevel","add_prefix_space":true})") == "ByteLevel with add_prefix_space");
  CHECK(refused(R"({"type":"Sequence","pretokenizers":[{"type":"Digits"},{"type":"ByteLevel","add_prefix_space":false}]})") ==
        "Digits without individual_digits");
  auto spelled = io::pre_tokenizer_of("llama3_split");
  spelled["pretokenizers"][0]["behavior"] = "Removed";
  CHECK(io::read_splitter(spelled).refused == "Split with behavior Removed");
  spelled["pretokenizers"][0]["invert"] = true;  // keeps what matches, which is everything
  CHECK(io::read_splitter(spelled).name == "llama3_split");
  spelled["pretokenizers"][0]["pattern"]["Regex"] = "x+";
  CHECK(io::read_splitter(spelled).refused == "Split by x+");
  spelled["pretokenizers"][0]["pattern"] = {{"String", "x"}};
  CHECK(io::read_splitter(spelled).refused == "Split without a Regex");
  auto swapped = io::pre_tokenizer_of("starcoder_split");
  std::swap(swapped["pretokenizers"][0], swapped["pretokenizers"][1]);
  CHECK(io::read_splitter(swapped).refused == "these steps in this order");
}
