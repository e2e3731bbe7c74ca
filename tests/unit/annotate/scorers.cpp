// SPDX-License-Identifier: Apache-2.0
// Scorers without a model: by text alone, finite, in range, and sensible where anyone can tell.
#include "support/catch.hpp"

#include <snowcoder/annotate/heuristic_scorer.hpp>
#include <snowcoder/annotate/random_scorer.hpp>

#include <string>
#include <vector>

using namespace snowcoder;

namespace {
std::vector<document> page(std::vector<std::string> const& texts) {
  std::vector<document> all(texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    all[i].id = std::to_string(i);
    all[i].text = texts[i];
  }
  return all;
}
}  // namespace

TEST_CASE("random scores are uniform, by content, and change with the seed") {
  std::vector<std::string> texts;
  for (int i = 0; i < 2000; ++i) texts.push_back("text " + std::to_string(i));
  texts.push_back("text 0");
  auto const documents = page(texts);
  auto const a = annotate::random_scorer(1).score_page(documents)[0], b = annotate::random_scorer(2).score_page(documents)[0];
  double sum = 0;
  int equal = 0;
  for (std::size_t i = 0; i < 2000; ++i) {
    REQUIRE((a[i].value >= 0 && a[i].value < 1));
    sum += a[i].value;
    equal += a[i].value == b[i].value;
  }
  CHECK(sum / 2000 == Approx(0.5).margin(0.03));
  CHECK(equal == 0);
  CHECK(a[2000].value == a[0].value);
  CHECK(a[2000].id == "2000");
  CHECK(annotate::random_scorer(1).score_page(std::span(documents).subspan(7, 3))[0][0].value == a[7].value);
}

TEST_CASE("heuristic scores tell code from noise") {
  auto const s = annotate::heuristic_scorer().score_page(
      page({"# Adds two numbers.\ndef add_numbers(first, second):\n    return first + second\n\n\n# Doubles a number.\ndef "
            "double_number(value):\n    return add_numbers(value, value)\n",
            "0,0,0,0,0,0\n0,0,0,0,0,0\n0,0,0,0,0,0\n", "", "x\nx\nx\nx\n"}))[0];
  for (auto const& v : s) CHECK((v.value >= 0 && v.value <= 1));
  CHECK(s[0].value > s[1].value + 0.2);
  CHECK(s[0].value > s[3].value + 0.2);
  CHECK(s[2].value == 0);
  CHECK(annotate::measure_text("# a\nb\n# c\nd\n").comments == Approx((1 - 0.5) / 0.75));
  CHECK(annotate::measure_text("aa\naa\nbb\ncc\n").distinct == 0.75);
}
