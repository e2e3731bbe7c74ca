// SPDX-License-Identifier: Apache-2.0
// The paper's experiments (apps/recipes): that each is coherent is asserted where it ends; here, that it changes just what its
// row of the paper says, at the paper's size and at the toy's.
#include "support/catch.hpp"

#include <snowcoder/pipeline/describe.hpp>

#include <recipes/ann_edu.hpp>
#include <recipes/ann_hq.hpp>
#include <recipes/ann_ins.hpp>
#include <recipes/continue_10b.hpp>
#include <recipes/group_by_file.hpp>
#include <recipes/group_by_repository.hpp>
#include <recipes/group_hybrid.hpp>
#include <recipes/lr_constant.hpp>
#include <recipes/lr_equal_area.hpp>
#include <recipes/lr_linear.hpp>
#include <recipes/rep_1x50b.hpp>
#include <recipes/rep_2x25b.hpp>
#include <recipes/rep_3x16b7.hpp>
#include <recipes/rep_5x10b.hpp>
#include <recipes/toy.hpp>

#include <cmath>
#include <map>
#include <sstream>
#include <string>

using namespace snowcoder;
using namespace snowcoder::recipes;
using paper = arctic_snowcoder_1b3;

namespace {

/// What `plan --describe` prints of a recipe but its name, fingerprint and sums over its values: by the values' names.
std::map<std::string, std::string> values_of(std::string const& description) {
  std::map<std::string, std::string> found;
  std::istringstream lines(description);
  for (std::string line, name, value; std::getline(lines, line);) {
    std::istringstream words(line);
    words >> name >> value;
    bool const policy = name == "filters" || name == "splitter" || name == "keeper" || name == "lanes";
    if (line.starts_with("  ") || policy) found[name] = value;
  }
  return found;
}

/// The values of `Changed` that are not those of `Base`: "name = value, name = value", by name.
template <class Changed, class Base>
std::string changes() {
  auto base = values_of(pipeline::describe<Base>());
  auto const changed = values_of(pipeline::describe<Changed>());
  CHECK(changed.size() == base.size());
  std::string out;
  for (auto const& [name, value] : changed)
    if (value != base[name]) out += (out.empty() ? "" : ", ") + name + " = " + value;
  CHECK((config::fingerprint<Changed> == config::fingerprint<Base>) == out.empty());
  return out;
}

/// The rates of a recipe's continued pretraining, added up.
template <class R>
double area() {
  constexpr auto& phase = R::curriculum[1];
  double sum = 0;
  auto const steps = phase.steps(R::model.context);
  for (std::int64_t t = 0; t < steps; ++t) sum += phase.rate.at(t, steps);
  return sum;
}

}  // namespace

TEST_CASE("Table 3: how pretraining joins documents, and nothing else") {
  CHECK(changes<group_by_repository, paper>() == "curriculum.general.group = by_repository");
  CHECK(changes<group_by_file, paper>() == "curriculum.general.group = by_file");
  CHECK(changes<group_hybrid, paper>() == "curriculum.general.group = hybrid");
  CHECK(changes<group_by_repository_toy, toy>() == changes<group_by_repository, paper>());
  CHECK(changes<group_by_file_toy, toy>() == changes<group_by_file, paper>());
  CHECK(changes<group_hybrid_toy, toy>() == changes<group_hybrid, paper>());
}

TEST_CASE("Table 4: the best ten billion tokens once, and what the head is trained on") {
  CHECK(changes<continue_10b, paper>() ==
        "curriculum.high_quality.passes = 1, curriculum.high_quality.tokens = 10000000000, selection.share = 0.025");
  CHECK(changes<continue_10b_toy, toy>() ==
        "curriculum.high_quality.passes = 1, curriculum.high_quality.tokens = 65536, selection.share = 0.025");
  CHECK(continue_10b::annotator.recipe == config::annotator_recipe::hqins);
  CHECK(changes<ann_edu, continue_10b>() == "annotator.recipe = edu");
  CHECK(changes<ann_ins, continue_10b>() == "annotator.recipe = ins");
  CHECK(changes<ann_hq, continue_10b>() == "annotator.recipe = hq");
  CHECK(changes<ann_edu_toy, continue_10b_toy>() == changes<ann_edu, continue_10b>());
  CHECK(changes<ann_ins_toy, continue_10b_toy>() == changes<ann_ins, continue_10b>());
  CHECK(changes<ann_hq_toy, continue_10b_toy>() == changes<ann_hq, continue_10b>());
}

TEST_CASE("Table 5: the law of continued pretraining") {
  std::string const rate = "curriculum.high_quality.rate.", last = rate + "minimum = 0.000053, ",
                    toy_last = rate + "minimum = 0.0003, ";
  CHECK(changes<lr_linear, continue_10b>() == last + rate + "shape = linear");
  CHECK(changes<lr_constant, continue_10b>() == last + rate + "shape = constant");
  CHECK(changes<lr_linear_toy, continue_10b_toy>() == toy_last + rate + "shape = linear");
  CHECK(changes<lr_constant_toy, continue_10b_toy>() == toy_last + rate + "shape = constant");
  for (auto const& arm : {changes<lr_equal_area, continue_10b>(), changes<lr_equal_area_toy, continue_10b_toy>()}) {
    CHECK(arm.starts_with(rate + "peak = "));
    CHECK(arm.find(',') == arm.npos);
  }
}

TEST_CASE("the arm of equal area has as much rate in all as the constant one; the paper's re-warm-up has five times that") {
  CHECK(area<lr_equal_area>() == Approx(area<lr_constant>()));
  CHECK(area<lr_equal_area_toy>() == Approx(area<lr_constant_toy>()));
  CHECK(area<continue_10b>() / area<lr_constant>() == Approx(5).epsilon(0.01));
  CHECK(area<continue_10b>() / area<lr_linear>() == Approx(10).epsilon(0.01));
}

TEST_CASE("Table 6: 50 billion tokens of a smaller and smaller part, in more and more passes") {
  std::string const passes = "curriculum.high_quality.passes = ", share = ", selection.share = ";
  CHECK(changes<rep_1x50b, paper>() == passes + "1" + share + "0.125");
  CHECK(changes<rep_2x25b, paper>() == passes + "2" + share + "0.0625");
  CHECK(changes<rep_3x16b7, paper>() == passes + "3" + share + text_of(50.0 / 3 / 400));
  CHECK(changes<rep_5x10b, paper>() == passes + "5" + share + "0.025");
  CHECK(changes<rep_1x50b_toy, toy>() == changes<rep_1x50b, paper>());
  CHECK(changes<rep_2x25b_toy, toy>() == changes<rep_2x25b, paper>());
  CHECK(changes<rep_3x16b7_toy, toy>() == changes<rep_3x16b7, paper>());
  CHECK(changes<rep_5x10b_toy, toy>() == changes<rep_5x10b, paper>());
}

TEST_CASE("the toy keeps the paper's ratios of budgets and shares of warm-up") {
  CHECK(toy::selection == paper::selection);
  for (std::size_t i = 0; i < paper::curriculum.size(); ++i) {
    auto const &large = paper::curriculum[i], &small = toy::curriculum[i];
    CHECK(small.tokens * paper::curriculum[0].tokens == large.tokens * toy::curriculum[0].tokens);
    CHECK(small.tokens == small.steps(toy::model.context) * small.tokens_per_step(toy::model.context));
    double const share = double(large.rate.warm_up) / double(large.steps(paper::model.context));
    CHECK(std::abs(small.rate.warm_up - share * double(small.steps(toy::model.context))) <= 0.5);
    CHECK(small.passes == large.passes);
  }
  CHECK(continue_10b_toy::curriculum[1].steps(toy::model.context) == 32);
}

static_assert(config::model_fingerprint<lr_linear> == config::model_fingerprint<paper>,
              "an arm begins with the base's weights");
static_assert(config::model_fingerprint<lr_linear_toy> == config::model_fingerprint<toy>);
