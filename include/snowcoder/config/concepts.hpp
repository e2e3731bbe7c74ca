// SPDX-License-Identifier: Apache-2.0
// What a recipe must name. A recipe is an empty type; everything below the apps is templated on it.
#pragma once

#include <snowcoder/config/annotator.hpp>
#include <snowcoder/config/curriculum.hpp>
#include <snowcoder/config/evaluation.hpp>
#include <snowcoder/config/language.hpp>
#include <snowcoder/config/near_duplicate.hpp>
#include <snowcoder/config/notebook_form.hpp>
#include <snowcoder/config/optimizer.hpp>
#include <snowcoder/config/selection.hpp>
#include <snowcoder/config/shape.hpp>
#include <snowcoder/config/synthesis.hpp>
#include <snowcoder/config/vocabulary.hpp>

#include <bit>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace snowcoder::config {

/// A policy type (filter chain, keeper, splitter) of a recipe: it prints itself for the fingerprint.
template <class P>
concept policy = requires {
  { P::text() } -> std::convertible_to<std::string>;
};

template <class R>
concept named_model = std::is_empty_v<R> && requires {
  { R::name } -> std::convertible_to<std::string_view>;
  { R::model } -> std::convertible_to<decoder_shape>;
};

/// Nothing is optional: a value that a recipe could leave out would be missing in its text, and so in its fingerprint.
template <class R>
concept recipe =
    named_model<R> && policy<typename R::filters> && policy<typename R::keeper> && policy<typename R::splitter> && requires {
  { R::filters::refuses(std::string_view()) } -> std::convertible_to<std::optional<std::string_view>>;
  { R::splitter::name } -> std::convertible_to<std::string_view>;
  { R::languages[0] } -> std::convertible_to<language>;
  { R::notebooks } -> std::convertible_to<notebook_form>;
  { R::near_duplicates } -> std::convertible_to<near_duplicate>;
  { R::contamination } -> std::convertible_to<decontamination>;
  { R::vocabulary } -> std::convertible_to<vocabulary>;
  { R::encoder } -> std::convertible_to<encoder_shape>;
  { R::annotator } -> std::convertible_to<annotator>;
  { R::selection } -> std::convertible_to<selection>;
  { R::synthesis } -> std::convertible_to<synthesis>;
  { R::optimizer } -> std::convertible_to<optimizer>;
  { R::evaluation } -> std::convertible_to<evaluation>;
  { R::curriculum[0] } -> std::convertible_to<phase>;
  { R::reduction_lanes } -> std::convertible_to<int>;
};

/// Rules that bind two parts of a recipe; `static_assert(coherent<my_recipe>())` at the end of a recipe header.
template <recipe R>
consteval bool coherent() {
  // Behind a value of such a name g++ still finds the base's type, and would go by that unnoticed.
  if constexpr (
      requires { R::filters; } || requires { R::keeper; } || requires { R::splitter; })
    broken::policies_must_be_types();
  if (R::languages.empty()) broken::recipe_must_keep_a_language();
  for (std::size_t i = 0; i < R::languages.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (R::languages[i] == R::languages[j]) broken::languages_must_differ();
  if (R::model.vocabulary != R::vocabulary.size) broken::model_and_tokenizer_must_share_a_vocabulary();
  if (R::annotator.section > R::encoder.positions) broken::section_must_fit_the_encoder();
  checked(R::model);
  checked(R::encoder);
  checked(R::annotator);
  checked(R::near_duplicates);
  checked(R::selection);
  checked(R::synthesis);
  checked(R::optimizer);
  checked(R::vocabulary);
  checked(R::contamination);
  checked(R::evaluation);
  checked(R::curriculum, R::model.context);
  if (R::reduction_lanes < 1 || !std::has_single_bit(unsigned(R::reduction_lanes)))
    broken::reduction_lanes_must_be_a_power_of_two();
  return true;
}
/// Of what is no recipe, where an unmet constraint would say only that no function fits.
template <class R>
consteval bool coherent() {
  static_assert(recipe<R>, "a recipe's members are static constexpr, and all those of config/concepts.hpp: the note names one");
  return false;
}

}  // namespace snowcoder::config
