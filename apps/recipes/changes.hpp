// SPDX-License-Identifier: Apache-2.0
// What the paper's experiments change, each as a template over the recipe that it changes: the paper's at full size, or the
// toy. A recipe of this folder names one of them, with its values.
#pragma once

#include <snowcoder/config/changed.hpp>
#include <snowcoder/recipes/arctic_snowcoder_1b3.hpp>

namespace snowcoder::recipes {

/// Table 3: in which order the documents of pretraining are joined.
template <class Base, config::grouping Group>
struct grouped : Base {
  static constexpr auto curriculum = config::with_phase(Base::curriculum, "general", [](auto& p) { p.group = Group; });
};

/// Tables 4 to 6: continued pretraining on `Billions` of tokens, the best Billions / Passes of the corpus' 400, seen so often.
/// `Base` continues on 50 billion.
template <class Base, int Billions, int Passes>
struct continued : Base {
  static constexpr auto selection =
      config::changed(Base::selection, [](auto& s) { s.share = double(Billions) / Passes / 400; });
  static constexpr auto curriculum = config::with_phase(Base::curriculum, "high_quality", [](auto& p) {
    p.tokens = p.tokens * Billions / 50;
    p.passes = Passes;
  });
};

/// Table 4: what the annotator's head is trained on.
template <class Base, config::annotator_recipe Recipe>
struct annotated : Base {
  static constexpr auto annotator = config::changed(Base::annotator, [](auto& a) { a.recipe = Recipe; });
};

/// Table 5: continued pretraining under a law that begins with the rate that pretraining ended with.
template <class Base, config::law Shape>
struct from_last_rate : Base {
  static constexpr auto curriculum = config::with_phase(Base::curriculum, "high_quality", [](auto& p) {
    p.rate.shape = Shape;
    p.rate.minimum = Base::curriculum[0].rate.minimum;
  });
};

/// Table 5, ours: the re-warm-up whose rates add up to those of the constant law. The paper's three arms differ in this sum by
/// 10 : 2 : 1, and so in more than their shape.
template <class Base>
struct equal_area : Base {
  static constexpr auto curriculum = config::with_phase(Base::curriculum, "high_quality", [](auto& p) {
    auto const steps = double(p.steps(Base::model.context));
    p.rate.peak = 2 * Base::curriculum[0].rate.minimum * steps / (steps + 2);
  });
};

}  // namespace snowcoder::recipes
