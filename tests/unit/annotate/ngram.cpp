// SPDX-License-Identifier: Apache-2.0
// n-gram models: features by hand, learning what can be learned, alike every time; grades in answers of a language model.
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <snowcoder/annotate/auc.hpp>
#include <snowcoder/annotate/edu_prompt.hpp>
#include <snowcoder/annotate/ngram_file.hpp>
#include <snowcoder/annotate/ngram_scorer.hpp>
#include <snowcoder/io/atomic_file.hpp>

#include <cmath>
#include <string>
#include <vector>

using namespace snowcoder;
using annotate::ngram_example;
using annotate::ngram_settings;

namespace {

/// Words from a common list; positives say "zip map" in that order, negatives "map zip", so that only pairs of words tell.
std::vector<ngram_example> examples(std::uint64_t seed, int count, ngram_settings const& s) {
  draws const source("ngram examples", seed);
  std::vector<ngram_example> all;
  for (int i = 0; i < count; ++i) {
    std::string text;
    for (std::uint64_t k = 0; k < 30; ++k) {
      if (k % 10 == 5) text += i % 2 ? "zip map; " : "map zip; ";
      text += "w" + std::to_string(source.below(50, std::uint64_t(i), k)) + " ";
    }
    all.push_back({annotate::ngrams_of(text, s), i % 2 == 1});
  }
  return all;
}
double auc_of(annotate::ngram_model const& m, std::vector<ngram_example> const& all) {
  std::vector<double> yes, no;
  for (auto const& e : all) (e.positive ? yes : no).push_back(m.logit(e.text));
  return annotate::roc_auc(yes, no);
}

}  // namespace

TEST_CASE("features count words and pairs, whatever the length of a text") {
  ngram_settings const s{.order = 2, .bits = 28};
  auto const f = annotate::ngrams_of("a_1 = b(a_1)", s);  // a_1 = b ( a_1 ) and five pairs
  CHECK(f.size() == 5 + 5);
  double squares = 0;
  for (auto const& [bucket, value] : f) squares += double(value) * double(value);
  CHECK(squares == Approx(1));
  CHECK(annotate::ngrams_of("", s).empty());
  CHECK(annotate::ngrams_of(" \n\t", s).empty());
  CHECK(annotate::ngrams_of("x y", {.order = 1, .bits = 28}).size() == 2);
  CHECK(annotate::ngrams_of("x y", s) == annotate::ngrams_of("x\n\n  y\n", s));  // layout is not seen
  CHECK(annotate::ngrams_of("x y", s) != annotate::ngrams_of("y x", s));
}

TEST_CASE("a model learns what only pairs of words tell, and the same model every time") {
  ngram_settings const pairs{.order = 2, .bits = 16}, words{.order = 1, .bits = 16};
  auto const m = annotate::train_ngrams(examples(1, 400, pairs), pairs, 7);
  CHECK(auc_of(m, examples(2, 200, pairs)) > 0.999);
  CHECK(auc_of(annotate::train_ngrams(examples(1, 400, words), words, 7), examples(2, 200, words)) < 0.7);
  auto const again = annotate::train_ngrams(examples(1, 400, pairs), pairs, 7);
  CHECK((again.weights == m.weights && again.bias == m.bias));
  CHECK(annotate::train_ngrams(examples(1, 400, pairs), pairs, 8).weights != m.weights);
  CHECK(annotate::train_ngrams({}, pairs, 7).bias == 0);
}

TEST_CASE("a model's file gives the model back; what is none is refused") {
  temporary_folder const room;
  ngram_settings const s{.order = 2, .bits = 10};
  auto const m = annotate::train_ngrams(examples(1, 100, s), s, 7);
  REQUIRE(annotate::write_ngrams(room / "m.safetensors", {m, 7, {{"positives", 50}}}));
  auto const back = annotate::read_ngrams(room / "m.safetensors");
  REQUIRE(back);
  CHECK(back->model.weights == m.weights);
  CHECK(back->model.settings.order == 2);
  CHECK(back->seed == 7);
  CHECK(back->about["positives"] == 50);
  auto broken = m;
  broken.weights[3] = NAN;
  REQUIRE(annotate::write_ngrams(room / "n", {broken, 7, {}}));
  CHECK_FALSE(annotate::read_ngrams(room / "n"));
  REQUIRE(annotate::write_ngrams(room / "n", {m, 7, {{"bits", 11}}}));  // more buckets than weights
  CHECK_FALSE(annotate::read_ngrams(room / "n"));
  for (std::uint64_t bits : {std::uint64_t(99), ~std::uint64_t(0)}) {
    REQUIRE(annotate::write_ngrams(room / "n", {m, 7, {{"bits", bits}}}));
    CHECK_FALSE(annotate::read_ngrams(room / "n"));
  }
  REQUIRE(io::write_file(room / "n", "short"));
  CHECK_FALSE(annotate::read_ngrams(room / "n"));
}

TEST_CASE("scores are probabilities, by text alone, with any number of threads") {
  ngram_settings const s{.order = 2, .bits = 12};
  auto const m = annotate::train_ngrams(examples(1, 100, s), s, 7);
  std::vector<document> page(50);
  for (std::size_t i = 0; i < page.size(); ++i) page[i].text = (i % 2 ? "zip map; w" : "map zip; w") + std::to_string(i);
  thread_pool one(1), three(3);
  auto const a = annotate::ngram_scorer(m, one).score_page(page)[0], b = annotate::ngram_scorer(m, three).score_page(page)[0];
  for (std::size_t i = 0; i < page.size(); ++i) {
    CHECK(a[i].value == b[i].value);
    CHECK((a[i].value > 0 && a[i].value < 1));
  }
  CHECK(a[1].value > a[0].value);
}

TEST_CASE("the grade of an answer is its last, on the scale") {
  config::annotator const a;
  auto const grade = [&](std::string_view text) { return annotate::edu_grade(text, a); };
  CHECK(grade("Good.\nGrade: 4") == 4.0);
  CHECK(grade("Good.\n**Grade:** 3\n") == 3.0);
  CHECK(grade("grade 2 at first, but then Grade: 5/5.") == 5.0);
  CHECK(grade("Educational score: 3.5") == 3.5);
  CHECK(grade("Score = 0") == 0.0);
  CHECK(grade("Grade: 2.") == 2.0);
  CHECK(grade("Grade: .5") == 0.5);
  CHECK(grade("Grade: 1.2.3, or 1e9") == 1.2);
  CHECK(grade("Grade: 3.3333333333 (10/3)") == 3.3333333333);
  for (auto const* text : {"", "4", "Grade: 6", "Grade: -1", "Grade: high", "Grade:", "Grade: 99999999999", "Grade: - 3",
                           "Grade: .", "Grade: nan", "Grade: infinite"})
    CHECK_FALSE(grade(text));
}

TEST_CASE("a prompt shows the beginning of a file between fences, and says when there is more") {
  std::string const line = "int x = 1;\n";
  std::string text;
  while (text.size() < 3 * annotate::edu_text_bytes) text += line;
  auto const shown = annotate::edu_excerpt(text);
  CHECK((shown.size() <= annotate::edu_text_bytes && shown.size() > annotate::edu_text_bytes - line.size()));
  CHECK(shown.ends_with('\n'));
  auto const m = annotate::edu_user_message(text, config::language::c, {}, "````");
  CHECK(m.find("The file goes on") != m.npos);
  CHECK(m.find("````\nint x") != m.npos);
  CHECK(annotate::edu_user_message(line, config::language::c, {}, "```").find("The file goes on") == std::string::npos);
  std::string wide;
  while (wide.size() < 2 * annotate::edu_text_bytes) wide += "é";
  CHECK(annotate::edu_excerpt("x" + wide).size() % 2 == 1);  // no half of a character
}
