// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <snowcoder/config/shape.hpp>
#include <snowcoder/core/ascii.hpp>
#include <snowcoder/core/field_list.hpp>
#include <snowcoder/core/lines.hpp>
#include <snowcoder/core/quantity.hpp>

using namespace snowcoder;

// The same facts at compile time and at run time.
constexpr bool numbers_print_as_people_write_them() {
  return text_of(5.3e-4) == "0.00053" && text_of(1e-8) == "1e-8" && text_of(0.95) == "0.95" && text_of(10000.0) == "10000" &&
         text_of(-3) == "-3" && text_of(true) == "true" && text_of(0.1 + 0.2 - 0.3 > 0) == "true" && text_of(1.25) == "1.25" &&
         text_of(500'000'000'000) == "500000000000" && text_of(1e-12) == "1e-12";
}
static_assert(numbers_print_as_people_write_them());

TEST_CASE("values print as initializer text") {
  CHECK(numbers_print_as_people_write_them());
  CHECK(text_of(config::decoder_shape{.layers = 2}).starts_with("{.layers = 2, .width = 2048,"));
  CHECK(text_of(config::initialization::flat) == "flat");
}

constexpr bool case_is_of_ascii_letters_alone() {
  return lower_case("aZ@[\xc3\x89_9") == "az@[\xc3\x89_9" && equals_ignoring_case("MIT-0", "mit-0") &&
         !equals_ignoring_case("MIT", "mit-0") && !equals_ignoring_case("@", "`") &&
         find_ignoring_case("a<!DocType", "doctype") == 3 && find_ignoring_case("doctype <!DOC", "<!doc", 1) == 8 &&
         find_ignoring_case("doc", "doctype") == std::string_view::npos;
}
static_assert(case_is_of_ascii_letters_alone());

/// Every byte, against the characters written out; nothing beyond ASCII is any of them, as a byte or as a code point.
constexpr bool classes_are_of_ascii_alone() {
  constexpr std::string_view digits = "0123456789", letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  for (int byte = 0; byte < 256; ++byte) {
    auto const c = char(byte);
    bool const digit = digits.find(c) != digits.npos, letter = letters.find(c) != letters.npos;
    if (is_ascii_digit(c) != digit || is_ascii_letter(c) != letter || is_ascii_alphanumeric(c) != (digit || letter) ||
        is_hexadecimal(c) != (digit || std::string_view("abcdefABCDEF").find(c) != std::string_view::npos) ||
        is_base64(c) != (digit || letter || std::string_view("+/=").find(c) != std::string_view::npos))
      return false;
  }
  return !is_ascii_letter(U'\u0141') && !is_ascii_digit(U'\u0663') && !is_base64(U'\uff0b');  // U+0141 ends in the byte of 'A'
}
static_assert(classes_are_of_ascii_alone());

TEST_CASE("enumerators are found by name") {
  CHECK(from_name<config::pooling>("mean") == config::pooling::mean);
  CHECK_FALSE(from_name<config::pooling>("median"));
  CHECK_FALSE(from_name<config::pooling>(""));
}

TEST_CASE("quantities read well") {
  CHECK(with_commas(1364297728) == "1,364,297,728");
  CHECK(with_commas(-12) == "-12");
  CHECK(bytes_text(1.11e12) == "1.11 TB");
  CHECK(binary_bytes_text(22.9 * 1024 * 1024 * 1024) == "22.9 GiB");
}

TEST_CASE("lines that hold more than blanks") {
  std::string_view text = "\n  a b \r\n\t\n\r\nc\n\n";
  CHECK(take_line(text) == "a b");
  CHECK(take_line(text) == "c");
  CHECK(take_line(text).empty());
  CHECK(text.empty());
  text = " last";
  CHECK(take_line(text) == "last");
  CHECK(take_line(text).empty());
}
