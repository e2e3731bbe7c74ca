// SPDX-License-Identifier: Apache-2.0
// A recipe for tests of prepare: StarCoder2's filters, every other choice the default.
#pragma once

#include <snowcoder/config/concepts.hpp>
#include <snowcoder/dedup/rank.hpp>
#include <snowcoder/filter/starcoder2.hpp>

#include <array>
#include <string>
#include <string_view>

namespace snowcoder::tests {

struct no_splitter {
  static constexpr std::string_view name = "none";
  static constexpr std::string text() { return "none"; }
};
struct cleaning {
  static constexpr std::string_view name = "cleaning";
  static constexpr auto languages = config::all_languages;
  static constexpr auto notebooks = config::notebook_form::script;
  using filters = filter::starcoder2;
  using splitter = no_splitter;
  static constexpr config::near_duplicate near_duplicates{};
  using keeper = dedup::default_keeper;
  static constexpr config::decontamination contamination{};
  static constexpr config::vocabulary vocabulary{};
  static constexpr config::encoder_shape encoder{};
  static constexpr config::annotator annotator{};
  static constexpr config::selection selection{};
  static constexpr config::synthesis synthesis{};
  static constexpr config::decoder_shape model{};
  static constexpr config::optimizer optimizer{};
  static constexpr config::evaluation evaluation{};
  static constexpr std::array curriculum{config::phase{.name = "general", .tokens = 500'000'000'000}};
  static constexpr int reduction_lanes = 4;
};

}  // namespace snowcoder::tests
