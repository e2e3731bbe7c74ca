// SPDX-License-Identifier: Apache-2.0
// The text of a recipe (every value and policy it names) and the 128-bit hash of that text, stamped into every output.
#pragma once

#include <snowcoder/config/concepts.hpp>
#include <snowcoder/core/hash.hpp>

#include <string>
#include <string_view>

namespace snowcoder::config {

/// Calls visit(name, value) for every configuration value of a recipe, in a fixed order.
template <recipe R>
constexpr void for_each_value(auto&& visit) {
  visit("model", R::model);
  visit("near_duplicates", R::near_duplicates);
  visit("contamination", R::contamination);
  visit("vocabulary", R::vocabulary);
  visit("encoder", R::encoder);
  visit("annotator", R::annotator);
  visit("selection", R::selection);
  visit("synthesis", R::synthesis);
  visit("optimizer", R::optimizer);
  visit("evaluation", R::evaluation);
  visit("curriculum", R::curriculum);
}

/// One line per value: `model = {.layers = 24, …}`. Every program prints it, so none is built of a recipe that breaks a rule.
template <recipe R>
constexpr std::string recipe_text() {
  static_assert(coherent<R>());
  std::string out = "languages = ";
  append_text(out, R::languages);
  out += "\nnotebooks = ";
  append_text(out, R::notebooks);
  ((out += "\nfilters = ") += R::filters::text());
  ((out += "\nsplitter = ") += R::splitter::text());
  ((out += "\nkeeper = ") += R::keeper::text());
  out += "\nreduction_lanes = ";
  append_text(out, R::reduction_lanes);
  out += '\n';
  for_each_value<R>([&](std::string_view name, auto const& value) {
    ((out += name) += " = ");
    append_text(out, value);
    out += '\n';
  });
  return out;
}

/// Equal for two recipes that decide alike, whatever their names.
template <recipe R>
inline constexpr hash128 fingerprint = hash(recipe_text<R>());

/// Of the model's part alone: recipes that share it can read each other's weights.
template <named_model R>
inline constexpr hash128 model_fingerprint = hash(text_of(R::model));

}  // namespace snowcoder::config
