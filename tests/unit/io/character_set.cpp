// SPDX-License-Identifier: Apache-2.0
// Text in every character set that people have written code in comes back as UTF-8; what is no text does not. The texts are
// converted here from UTF-8, so that the original is the answer.
#include <snowcoder/corpus/admit.hpp>
#include <snowcoder/io/character_set.hpp>

#include "support/catch.hpp"

#include <iconv.h>

#include <string>

using namespace snowcoder;

namespace {

std::string in_set(std::string text, char const* set) {
  auto const handle = ::iconv_open(set, "UTF-8");
  REQUIRE(handle != iconv_t(-1));
  std::string out(text.size() * 4 + 16, '\0');
  char *in = text.data(), *at = out.data();
  std::size_t left = text.size(), room = out.size();
  REQUIRE(::iconv(handle, &in, &left, &at, &room) != std::size_t(-1));
  REQUIRE(::iconv(handle, nullptr, nullptr, &at, &room) != std::size_t(-1));
  ::iconv_close(handle);
  out.resize(out.size() - room);
  return out;
}

std::string const code = "#include <stdio.h>\nint main(void) { printf(\"\\n\"); return 0; }\n";

}  // namespace

TEST_CASE("Unicode with a mark, and UTF-16 without one") {
  auto const text = code + "// \xc3\xa9t\xc3\xa9 \xe6\x97\xa5\xe6\x9c\xac\n";
  auto check = [&](std::string bytes, std::string const& set) {
    auto const from = io::make_utf8(bytes);
    REQUIRE(from);
    CHECK(*from == set);
    CHECK(bytes == text);
  };
  check(text, "");
  check("\xef\xbb\xbf" + text, "");
  check("\xff\xfe" + in_set(text, "UTF-16LE"), "UTF-16LE");
  check("\xfe\xff" + in_set(text, "UTF-16BE"), "UTF-16BE");
  check(in_set(text, "UTF-16LE"), "UTF-16LE");
  check(in_set(text, "UTF-16BE"), "UTF-16BE");
  check(std::string("\xff\xfe\0\0", 4) + in_set(text, "UTF-32LE"), "UTF-32LE");
  check(std::string("\0\0\xfe\xff", 4) + in_set(text, "UTF-32BE"), "UTF-32BE");
}

TEST_CASE("what is no text is refused, not replaced") {
  for (std::string bytes :
       {std::string("\xef\xbb\xbf x \xff"), std::string("\xff\xfe\x41"), std::string("\xff\xfe\x00\xd8", 4),
        std::string("\xc3\xa9\xc3\xa9\xc3\xa9 \xff"), "\x89PNG\r\n\x1a\n\x01\x02\x03" + std::string(64, '\x90'),
        std::string("\x80\x81\x8d\x8f\x90\x9d\n\x01\x02")}) {
    auto const before = bytes;
    CHECK_FALSE(io::make_utf8(bytes));
  }
  std::string binary("ELF\0\1\2\0\0\0x", 10);  // left to who refuses NUL bytes
  CHECK(io::make_utf8(binary));
  CHECK(corpus::admit(binary, {})->reason == "nul_byte");
}

TEST_CASE("older character sets") {
  if (!io::detects_character_sets) {
    WARN("skipped: built without uchardet");
    return;
  }
  std::string const russian =
      "// \xd0\xa1\xd0\xbe\xd0\xb7\xd0\xb4\xd0\xb0\xd1\x91\xd0\xbc \xd0\xbe\xd0\xba\xd0\xbd\xd0\xbe \xd0\xb8 "
      "\xd0\xb2\xd1\x8b\xd0\xb2\xd0\xbe\xd0\xb4\xd0\xb8\xd0\xbc "
      "\xd0\xbd\xd0\xb0 \xd1\x8d\xd0\xba\xd1\x80\xd0\xb0\xd0\xbd "
      "\xd1\x81\xd0\xbe\xd0\xbe\xd0\xb1\xd1\x89\xd0\xb5\xd0\xbd\xd0\xb8\xd0\xb5 \xd0\xbe\xd0\xb1 "
      "\xd0\xbe\xd1\x88\xd0\xb8\xd0\xb1\xd0\xba\xd0\xb5\n";
  std::string const japanese =
      "/* "
      "\xe3\x81\x93\xe3\x82\x8c\xe3\x81\xaf\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe3\x81\xae\xe6\xb3\xa8\xe9\x87\x88\xe3\x81\xa7"
      "\xe3\x81\x99\xe3\x80\x82\xe3\x83"
      "\x95\xe3\x82\xa1\xe3\x82\xa4\xe3\x83\xab\xe3\x82\x92\xe9\x96\x8b\xe3\x81\x8f\xe9\x96\xa2\xe6\x95\xb0 */\n";
  std::string const chinese =
      "/* "
      "\xe8\xbf\x99\xe6\x98\xaf\xe4\xb8\x80\xe4\xb8\xaa\xe6\xb5\x8b\xe8\xaf\x95\xe6\x96\x87\xe4\xbb\xb6\xef\xbc\x8c\xe7\x94\xa8"
      "\xe6\x9d\xa5\xe6\xa3\x80\xe6\x9f"
      "\xa5\xe5\xad\x97\xe7\xac\xa6\xe9\x9b\x86\xe7\x9a\x84\xe8\xaf\x86\xe5\x88\xab\xe6\x98\xaf\xe5\x90\xa6\xe6\xad\xa3\xe7\xa1"
      "\xae */\n";
  std::string const korean =
      "/* \xec\x9d\xb4 \xed\x95\xa8\xec\x88\x98\xeb\x8a\x94 \xed\x8c\x8c\xec\x9d\xbc\xec\x9d\x84 \xec\x97\xb4\xea\xb3\xa0 "
      "\xeb\x82\xb4\xec\x9a\xa9\xec\x9d\x84 "
      "\xec\x9d\xbd\xec\x96\xb4 \xed\x99\x94\xeb\xa9\xb4\xec\x97\x90 "
      "\xec\xb6\x9c\xeb\xa0\xa5\xed\x95\xa9\xeb\x8b\x88\xeb\x8b\xa4 */\n";
  std::string const western = "// Copyright \xc2\xa9 J\xc3\xb6rg M\xc3\xbcller, Ren\xc3\xa9\n";
  struct sample {
    std::string text;
    char const* set;
  };
  for (auto const& s :
       {sample{russian, "KOI8-R"}, sample{russian, "WINDOWS-1251"}, sample{japanese, "CP932"}, sample{japanese, "EUC-JP"},
        sample{japanese, "ISO-2022-JP"}, sample{chinese, "GB18030"}, sample{chinese, "GBK"}, sample{korean, "EUC-KR"},
        sample{western, "WINDOWS-1252"}, sample{western, "ISO-8859-1"}}) {
    INFO(s.set);
    auto const text = code + s.text;
    auto bytes = in_set(text, s.set);
    auto const from = io::make_utf8(bytes);
    REQUIRE(from);
    CHECK_FALSE(from->empty());
    CHECK(bytes == text);
  }
}
