// SPDX-License-Identifier: Apache-2.0
// The statistics of a document as named values: stored beside the text, so that later thresholds need no second reading.
#pragma once

#include <snowcoder/filter/document_statistics.hpp>
#include <snowcoder/filter/vendored_path.hpp>

#include <string>
#include <utility>
#include <vector>

namespace snowcoder::filter {

/// In a fixed order; only what `Needs` made somebody measure. Shares are of characters, between 0 and 1.
template <statistic_set Needs>
std::vector<std::pair<std::string, double>> signals(document_statistics const& s) {
  std::vector<std::pair<std::string, double>> values;
  auto const share = [&](std::uint64_t part) { return s.characters ? double(part) / double(s.characters) : 0.0; };
  auto const add = [&](char const* name, double value) { values.emplace_back(name, value); };
  add("bytes", double(s.text.size()));
  add("characters", double(s.characters));
  if constexpr (Needs.has(statistic::lines)) {
    add("lines", double(s.lines));
    add("mean_line", s.lines ? double(s.line_characters) / double(s.lines) : 0.0);
    add("longest_line", double(s.longest_line));
  }
  if constexpr (Needs.has(statistic::letters)) add("alphabetic", share(s.letters));
  if constexpr (Needs.has(statistic::alphanumerics)) add("alphanumeric", share(s.alphanumerics));
  if constexpr (Needs.has(statistic::encoded)) {
    add("base64_longest", double(s.base64.longest));
    add("base64", share(s.base64.total));
    add("hex_longest", double(s.hex.longest));
    add("hex", share(s.hex.total));
  }
  if constexpr (Needs.has(statistic::encoded_corrected)) {
    add("base64_corrected_longest", double(s.base64_corrected.longest));
    add("base64_corrected", share(s.base64_corrected.total));
    add("hex_corrected_longest", double(s.hex_corrected.longest));
    add("hex_corrected", share(s.hex_corrected.total));
  }
  if constexpr (Needs.has(statistic::encoded) || Needs.has(statistic::encoded_corrected)) {
    add("unicode_escapes_longest", double(s.unicode_escapes.longest));
    add("unicode_escapes", share(s.unicode_escapes.total));
  }
  if constexpr (Needs.has(statistic::white_space)) add("white_space", share(s.white_space));
  if constexpr (Needs.has(statistic::digits)) add("digits", share(s.digits));
  if constexpr (Needs.has(statistic::replaced)) add("replaced", share(s.replaced));
  add("vendored", is_vendored(s.path));
  return values;
}

}  // namespace snowcoder::filter
