// SPDX-License-Identifier: Apache-2.0
// Heads: what they compute, that training learns what can be learned and does so alike every time, that files keep them.
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <snowcoder/annotate/head_file.hpp>
#include <snowcoder/annotate/head_training.hpp>
#include <snowcoder/backend/cpu/backend.hpp>
#include <snowcoder/io/atomic_file.hpp>

#include <cmath>
#include <string>
#include <vector>

using namespace snowcoder;
using annotate::head;
using config::annotator_recipe;
using config::head_shape;

namespace {

/// Vectors of width 12 whose first coordinate decides the label, with `noise` around it.
struct made_examples {
  std::vector<std::vector<float>> vectors;
  annotate::training_set set;

  made_examples(std::int64_t count, annotator_recipe recipe, double noise = 0.1, bool curved = false) {
    draws const source("made examples", 3);
    for (std::int64_t i = 0; i < count; ++i) {
      std::vector<float> v(12);
      for (std::size_t j = 0; j < v.size(); ++j) v[j] = float(source.normal(std::uint64_t(i), j));
      vectors.push_back(std::move(v));
    }
    for (std::int64_t i = 0; i < count; ++i) {
      auto& v = vectors[std::size_t(i)];
      float label;
      if (recipe == annotator_recipe::edu) {
        label = float(i % 6);
        v[0] = label - 2.5f + float(noise * source.normal(std::uint64_t(i), 100));
      } else {
        label = float(i % 2);
        v[0] = (label > 0 ? 1.0f : -1.0f) + float(noise * source.normal(std::uint64_t(i), 100));
        if (curved) v[0] = label > 0 ? 0.1f * v[1] : (i % 4 ? 2.0f : -2.0f);  // inside against outside: no line parts them
      }
      set.examples.push_back({v, label, config::language(i % 3)});
    }
  }
};

annotate::trained_head train(made_examples const& m, annotator_recipe recipe, head_shape shape, int threads = 1,
                             int epochs = 40, double rate = 2e-2) {
  cpu::device device(threads);
  config::annotator const settings{.epochs = epochs, .rate = rate, .batch = 32};
  return annotate::train_head(device, m.set, 12, settings, recipe, shape, 7);
}

}  // namespace

TEST_CASE("a head computes what its formula says") {
  head const linear{head_shape::linear, annotator_recipe::hq, 2, {2, -1, 0.5f}};
  CHECK(linear(std::vector<float>{3, 4}) == 2.5f);
  head const pooled{head_shape::pooled_tanh, annotator_recipe::hq, 2, {1, 2, 0, -1, 0.1f, 0.2f, 3, 4, -0.5f}};
  double const want = 3 * std::tanh(1 * 0.3 + 2 * 0.4 + 0.1) + 4 * std::tanh(-0.4 + 0.2) - 0.5;
  CHECK(double(pooled(std::vector<float>{0.3f, 0.4f})) == Approx(want).epsilon(1e-6));
  CHECK(head::size(head_shape::linear, 768) == 769);
  CHECK(head::size(head_shape::pooled_tanh, 768) == 590592 + 769);
}

TEST_CASE("averages are of probabilities, of logits, or of a regressor's raw values") {
  std::vector<float> const logits{-2, 0, 3};
  using config::section_average;
  CHECK(annotate::average(logits, annotator_recipe::hq, section_average::probability) ==
        Approx((annotate::sigmoid(-2) + 0.5 + annotate::sigmoid(3)) / 3));
  CHECK(annotate::average(logits, annotator_recipe::hq, section_average::logit) == Approx(annotate::sigmoid(1.0 / 3)));
  CHECK(annotate::average(logits, annotator_recipe::edu, section_average::probability) == Approx(1.0 / 3));
  CHECK(annotate::average(std::vector<float>{4.5f}, annotator_recipe::edu, section_average::probability) == 4.5);
}

TEST_CASE("both shapes learn a separable set; a line cannot part what only a pool can") {
  made_examples const flat(400, annotator_recipe::hq), curved(800, annotator_recipe::hq, 0.1, true);
  for (auto shape : {head_shape::linear, head_shape::pooled_tanh}) {
    auto const t = train(flat, annotator_recipe::hq, shape);
    CHECK(t.quality.quality > 0.999);
    CHECK(t.quality.roc_auc == t.quality.quality);
    CHECK(t.quality.macro_f1 > 0.97);
    CHECK(t.quality.held_out == 40);
    CHECK(t.quality.trained == 360);
    std::int64_t counted = 0;
    for (auto const& c : t.quality.by_language)
      counted += c.true_positives + c.true_negatives + c.false_positives + c.false_negatives;
    CHECK(counted == 40);
  }
  auto const line = train(curved, annotator_recipe::hq, head_shape::linear),
             pool = train(curved, annotator_recipe::hq, head_shape::pooled_tanh);
  CHECK(line.quality.quality < 0.8);
  CHECK(pool.quality.quality > 0.98);
}

TEST_CASE("a regressor learns values, and its quality is macro-F1") {
  made_examples const m(1200, annotator_recipe::edu, 0.05);
  auto const t = train(m, annotator_recipe::edu, head_shape::linear, 1, 60);
  CHECK(t.quality.quality > 0.95);
  CHECK(t.quality.macro_f1 == t.quality.quality);
  CHECK(t.quality.roc_auc > 0.99);  // labels from 3 on against those below
  CHECK(t.quality.calibration.size() == 10);
  CHECK(annotate::calibration_error(t.quality.calibration) < 0.2);
  CHECK(double(t.trained(m.vectors[5])) == Approx(5).margin(0.4));
  CHECK(double(t.trained(m.vectors[0])) == Approx(0).margin(0.4));
}

TEST_CASE("training gives the same head every time, with any number of threads") {
  made_examples const m(300, annotator_recipe::hqins, 1.0);
  for (auto shape : {head_shape::linear, head_shape::pooled_tanh}) {
    auto const a = train(m, annotator_recipe::hqins, shape, 1, 5), b = train(m, annotator_recipe::hqins, shape, 3, 5);
    CHECK(a.trained.parameters == b.trained.parameters);
    CHECK(a.quality.epoch == b.quality.epoch);
    CHECK(a.quality.loss == b.quality.loss);
  }
}

TEST_CASE("a training step follows the gradient that differences show") {
  // One full batch, one step of Adam: every parameter moves by rate against the sign of its gradient.
  made_examples const m(16, annotator_recipe::hq, 1.0);
  for (auto shape : {head_shape::linear, head_shape::pooled_tanh}) {
    head start{shape, annotator_recipe::hq, 12, std::vector<float>(std::size_t(head::size(shape, 12)))};
    draws const source("start", 1);
    for (std::size_t i = 0; i < start.parameters.size(); ++i) start.parameters[i] = float(0.3 * source.normal(i));
    auto const loss = [&](head const& h) {
      double sum = 0;
      for (auto const& e : m.set.examples) sum += annotate::detail::loss_of(double(h(e.vector)), double(e.label), false).loss;
      return sum;
    };
    cpu::device device(1);
    annotate::detail::head_trainer<cpu::device> trainer(device, start, 16);
    std::vector<std::size_t> members(16);
    std::iota(members.begin(), members.end(), std::size_t(0));
    trainer.step(m.set.examples, members, 1e-3, 1);
    auto const moved = trainer.current();
    int compared = 0;
    for (std::size_t i = 0; i < start.parameters.size(); ++i) {
      auto up = start, down = start;
      up.parameters[i] += 1e-2f;
      down.parameters[i] -= 1e-2f;
      double const slope = (loss(up) - loss(down)) / 2e-2;
      if (std::abs(slope) < 1e-2) continue;
      ++compared;
      CHECK((moved.parameters[i] - start.parameters[i]) * slope < 0);
    }
    CHECK(compared > int(start.parameters.size()) / 2);
  }
}

TEST_CASE("a head file gives the head back, and says what it is") {
  temporary_folder const room;
  made_examples const m(100, annotator_recipe::ins, 1.0);
  for (auto shape : {head_shape::linear, head_shape::pooled_tanh}) {
    auto const t = train(m, annotator_recipe::ins, shape, 1, 2);
    annotate::stored_head const stored{t.trained, "abc", 42, {{"held_out", annotate::json_of(t.quality)}}};
    REQUIRE(annotate::write_head(room / "head.safetensors", stored));
    auto const back = annotate::read_head(room / "head.safetensors");
    REQUIRE(back);
    CHECK(back->trained.parameters == t.trained.parameters);
    CHECK(back->trained.shape == shape);
    CHECK(back->trained.recipe == annotator_recipe::ins);
    CHECK(back->encoder == "abc");
    CHECK(back->seed == 42);
    CHECK(back->about["held_out"]["trained"] == 90);
  }
}

TEST_CASE("what is no head is refused") {
  temporary_folder const room;
  std::vector<float> const w(4, 1.0f), none(4, NAN);
  auto const write = [&](std::vector<float> const& values, std::string const& about) {
    std::vector<io::tensor> const tensors{io::tensor_of<float>("classifier.weight", {1, 3}, std::span(values).first(3)),
                                          io::tensor_of<float>("classifier.bias", {1}, std::span(values).last(1))};
    REQUIRE(io::write_safetensors(room / "h", tensors, {{"snowcoder.head", about}}));
    return annotate::read_head(room / "h").has_value();
  };
  std::string const good = R"({"shape":"linear","recipe":"hq","width":3,"seed":1,"encoder":"e"})";
  CHECK(write(w, good));
  CHECK_FALSE(write(none, good));
  CHECK_FALSE(write(w, R"({"shape":"linear","recipe":"hq","width":4,"seed":1})"));
  CHECK_FALSE(write(w, R"({"shape":"linear","recipe":"hq","width":-3,"seed":1})"));
  CHECK_FALSE(write(w, R"({"shape":"linear","recipe":"hq","width":1e18,"seed":1})"));
  CHECK_FALSE(write(w, R"({"shape":"pooled_tanh","recipe":"hq","width":20000,"seed":1})"));
  CHECK(annotate::read_head(room / "h").error().what.find("fewer weights") !=
        std::string::npos);  // before there is room for them
  CHECK_FALSE(write(w, R"({"shape":"cubic","recipe":"hq","width":3,"seed":1})"));
  CHECK_FALSE(write(w, "not json"));
  REQUIRE(io::write_file(room / "h", "short"));
  CHECK_FALSE(annotate::read_head(room / "h"));
}
