// SPDX-License-Identifier: Apache-2.0
// The four annotator recipes: who is a positive, who a negative, in what numbers; and that order and shards do not matter.
#include "support/catch.hpp"

#include <snowcoder/annotate/training_set.hpp>

#include <algorithm>
#include <numeric>
#include <set>
#include <span>
#include <string>
#include <vector>

using namespace snowcoder;
using annotate::candidate_example;
using annotate::part;
using config::annotator_recipe;

namespace {
/// A document's vector says which it is: three kinds of 5000 each.
std::vector<float> const identity = [] {
  std::vector<float> all(15'000);
  std::iota(all.begin(), all.end(), 0.0f);
  return all;
}();
constexpr int documents = 10'000;

std::vector<candidate_example> candidates(int files, int instructions, int negatives, int labelled = 0, int educated = 0) {
  std::vector<candidate_example> all;
  auto const add = [&](part role, int count, int first) {
    for (int i = 0; i < count; ++i)
      all.push_back({hash(std::to_string(first + i)), config::language(i % 4), role, float(i % 6),
                     std::span(identity).subspan(std::size_t(first + i), 1)});
  };
  add(part::file, files, 0);
  add(part::instruction, instructions, 5000);
  add(part::negative, negatives, documents);
  add(part::labelled, labelled, documents);
  add(part::educated, educated, documents);
  return all;
}
std::set<float> members(annotate::training_set const& s, float label) {
  std::set<float> found;
  for (auto const& e : s.examples)
    if (e.label == label) found.insert(e.vector[0]);
  return found;
}
}  // namespace

TEST_CASE("each recipe takes its own positives, and as many negatives") {
  config::annotator const settings{.hq_files = 30, .hqins_instructions = 10};
  auto const all = candidates(50, 20, 500, 200, 300);
  auto const hq = annotate::make_training_set(all, settings, annotator_recipe::hq, 1);
  REQUIRE(hq);
  CHECK((hq->positives == 30 && hq->negatives == 30));
  auto const hqins = annotate::make_training_set(all, settings, annotator_recipe::hqins, 1);
  REQUIRE(hqins);
  CHECK((hqins->positives == 40 && hqins->negatives == 40));
  auto const ins = annotate::make_training_set(all, {.edu_positives = 60, .ins_instructions = 15}, annotator_recipe::ins, 1);
  REQUIRE(ins);
  CHECK((ins->positives == 75 && ins->negatives == 75));
  auto const edu = annotate::make_training_set(all, {.edu_labels = 90}, annotator_recipe::edu, 1);
  REQUIRE(edu);
  CHECK((edu->labelled == 90 && edu->examples.size() == 90 && edu->positives == 0));
  CHECK_FALSE(annotate::make_training_set(candidates(0, 0, 10), settings, annotator_recipe::hqins, 1));
  CHECK_FALSE(annotate::make_training_set(candidates(5, 5, 0), settings, annotator_recipe::hqins, 1));
  CHECK_FALSE(annotate::make_training_set(candidates(5, 5, 5), settings, annotator_recipe::edu, 1));
}

TEST_CASE("a fixed number of negatives, as the paper prints it") {
  auto const s = annotate::make_training_set(
      candidates(50, 0, 900), {.negative_rule = config::negatives::count, .negative_count = 300}, annotator_recipe::hq, 1);
  REQUIRE(s);
  CHECK(s->negatives == 300);
}

TEST_CASE("positives and negatives are disjoint, and neither is from the reserve") {
  auto const s = annotate::make_training_set(candidates(0, 40, 900, 0, 900), {.edu_positives = 300}, annotator_recipe::ins, 9);
  REQUIRE(s);
  auto const yes = members(*s, 1), no = members(*s, 0);
  for (auto const& c : no) CHECK_FALSE(yes.contains(c));
  for (int i = documents; i < documents + 900; ++i)
    if (annotate::reserved_for_auc(hash(std::to_string(i)), 9)) CHECK_FALSE((yes.contains(float(i)) || no.contains(float(i))));
  CHECK(yes.size() + no.size() == s->examples.size());
}

TEST_CASE("about one document in ten is reserved, others with another seed") {
  int reserved = 0, both = 0;
  for (int i = 0; i < 20000; ++i) {
    auto const c = hash(std::to_string(i));
    reserved += annotate::reserved_for_auc(c, 1);
    both += annotate::reserved_for_auc(c, 1) && annotate::reserved_for_auc(c, 2);
  }
  CHECK((reserved > 1800 && reserved < 2200));
  CHECK((both > 120 && both < 290));
}

TEST_CASE("the order of candidates does not matter; negatives keep the corpus's mix") {
  auto all = candidates(200, 0, 4000);
  auto const a = annotate::make_training_set(all, {}, annotator_recipe::hq, 3);
  std::reverse(all.begin(), all.end());
  auto const b = annotate::make_training_set(all, {}, annotator_recipe::hq, 3);
  REQUIRE((a && b));
  REQUIRE(a->examples.size() == b->examples.size());
  for (std::size_t i = 0; i < a->examples.size(); ++i) CHECK(a->examples[i].vector[0] == b->examples[i].vector[0]);
  std::vector<int> by_language(4);
  for (auto const& e : a->examples)
    if (e.label == 0) ++by_language[std::size_t(e.language)];
  for (int n : by_language) CHECK((n > 30 && n < 75));  // 200 of four equal languages
}

TEST_CASE("an instruction is problem, blank line, solution, or the solution alone") {
  CHECK(annotate::instruction_text("Do it.", "done()", config::positive_text::pair) == "Do it.\n\ndone()");
  CHECK(annotate::instruction_text("Do it.", "done()", config::positive_text::solution) == "done()");
}
