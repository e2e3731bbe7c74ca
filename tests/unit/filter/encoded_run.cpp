// SPDX-License-Identifier: Apache-2.0
// The hand-written scanners against a regular expression engine, on random text made of the characters that matter.
#include <snowcoder/core/philox.hpp>
#include <snowcoder/filter/encoded_run.hpp>

#include "support/catch.hpp"

#include <regex>
#include <string>

using namespace snowcoder;
using namespace snowcoder::filter;

namespace {

encoded_runs by_engine(std::string const& text, char const* expression) {
  std::regex const regex(expression, std::regex::ECMAScript | std::regex::optimize);
  encoded_runs found;
  for (std::sregex_iterator m(text.begin(), text.end(), regex), end; m != end; ++m) found.add(std::uint64_t(m->length()));
  return found;
}

/// Random text over `pieces`, so that long matches are common.
std::string random_text(std::vector<std::string> const& pieces, std::uint64_t number, std::size_t count) {
  draws const source("encoded_run", 1);
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += pieces[source.below(pieces.size(), number, i)];
  return text;
}

constexpr auto published = encoded_form::published;
constexpr auto corrected = encoded_form::corrected;

}  // namespace

TEST_CASE("published scanners find what the published expressions find") {
  int with_hex = 0, with_unicode = 0, with_base64 = 0;
  for (std::uint64_t n = 0; n < 600; ++n) {
    auto const hex = random_text({"4a ", "F0,", "12\n", "0x1f,", "ab", "\\x7e", "0x30 ", "c4  \n", "9b,", "0xee,", ",", " ",
                                  n % 2 ? "g" : "0", n % 3 ? "_" : "7d "},
                                 n, 60);
    INFO(hex);
    auto const hex_found = by_engine(hex, R"((?:\b(?:0x|\\x)?[0-9a-fA-F]{2}(?:,|\b\s*)){8,})");
    CHECK(hex_runs<published>(hex) == hex_found);
    with_hex += hex_found.total > 0;

    auto const unicode = random_text({"\\u00e9", "\\u1F2a", "\\uABCD", "\\u00e9", "\\u12", "\\", "x"}, n, 30);
    auto const unicode_found = by_engine(unicode, R"((?:\\u[0-9a-fA-F]{4}){8,})");
    CHECK(unicode_escape_runs(unicode) == unicode_found);
    with_unicode += unicode_found.total > 0;

    auto const base64 = random_text({"abcdefghijk", "ABC012/+=", "\n", "zzzzzzzzzzzzzzzzzzzzzzz", "QUJD", "-", " "}, n, 40);
    auto const base64_found = by_engine(base64, "[a-zA-Z0-9+/\\n=]{64,}");
    CHECK(base64_runs<published>(base64) == base64_found);
    with_base64 += base64_found.total > 0;
  }
  CHECK(with_hex > 10);  // else the texts would prove nothing
  CHECK(with_unicode > 10);
  CHECK(with_base64 > 100);
}

TEST_CASE("the published oddities and their corrections") {
  std::string comma_space, escaped, pairs, unbroken(200, 'a'), words;
  for (int i = 0; i < 40; ++i) {
    comma_space += "0x48, ";
    escaped += "\\x48";
    pairs += "12,";
    words += "internationalization\n";
  }
  CHECK(hex_runs<published>("\"" + comma_space + "\"").total == 0);
  CHECK(hex_runs<corrected>("\"" + comma_space + "\"").total == 240);
  CHECK(hex_runs<published>("\"" + escaped + "\"").total == 39 * 4);  // the first byte is lost
  CHECK(hex_runs<corrected>("\"" + escaped + "\"").total == 40 * 4);
  CHECK(hex_runs<published>(pairs).total == 120);
  CHECK(hex_runs<corrected>(pairs).total == 0);  // nothing says that these are hexadecimal
  CHECK(hex_runs<published>(unbroken).total == 0);
  CHECK(hex_runs<corrected>(unbroken).total == 200);
  CHECK(base64_runs<published>(words).total == words.size());
  CHECK(base64_runs<corrected>(words).total == 0);
  std::string const line(76, 'Q');
  CHECK(base64_runs<corrected>("x = '''\n" + line + "\n" + line + "\nQQ==\n'''").total == 2 * 76 + 4);
}

TEST_CASE("word boundaries and white space are Unicode's") {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += "4a\xc2\xa0";  // no-break space is white space: one character
  CHECK(hex_runs<published>(bytes).total == 24);
  CHECK(hex_runs<published>("\xc3\xa9" + bytes).total == 0);  // a letter before: the first pair begins no word
}
