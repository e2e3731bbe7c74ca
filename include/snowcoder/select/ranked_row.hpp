// SPDX-License-Identifier: Apache-2.0
// What ranking needs of a candidate, in 56 bytes that a pass can stream, and the order of selection: best value first, equal
// values by content, copies of one content by a hash of their ids. The order is total, so the outcome does not depend on how
// candidates came in.
#pragma once

#include <snowcoder/config/language.hpp>
#include <snowcoder/config/selection.hpp>
#include <snowcoder/core/hash.hpp>
#include <snowcoder/record/score.hpp>

#include <bit>
#include <cstdint>

namespace snowcoder::select {

/// Doubles as integers that rise as the value falls; both zeros are one. Not for NaN.
constexpr std::uint64_t order_of(double value) {
  auto const bits = std::bit_cast<std::uint64_t>(value + 0.0);
  return bits >> 63 ? bits : ~(bits | std::uint64_t(1) << 63);
}
constexpr double value_of(std::uint64_t order) {
  return std::bit_cast<double>(order >> 63 ? order : ~order & ~(std::uint64_t(1) << 63));
}
static_assert(order_of(2) < order_of(1) && order_of(1) < order_of(0) && order_of(0) < order_of(-1) &&
              order_of(-1) < order_of(-2));
static_assert(order_of(-0.0) == order_of(0.0) && value_of(order_of(0.75)) == 0.75 && value_of(order_of(-3.5)) == -3.5);

struct ranked_row {
  std::uint64_t order = 0;  ///< order_of(value)
  hash128 content;
  std::uint64_t identity = 0;  ///< hash64 of the id
  std::int64_t weight = 0;     ///< in the recipe's unit; not negative
  std::int64_t tokens = 0;
  std::uint64_t place : 56 = 0;  ///< the caller's: how it finds the candidate again
  std::uint64_t language : 8 = 0;
};

/// By language, then best first. Rows that agree in all that ranks are copies under ids with one hash.
struct ranks_before {
  bool operator()(ranked_row const& a, ranked_row const& b) const {
    if (a.language != b.language) return a.language < b.language;
    if (a.order != b.order) return a.order < b.order;
    if (a.content != b.content) return a.content < b.content;
    return a.identity != b.identity ? a.identity < b.identity : a.place < b.place;
  }
};

/// What a candidate weighs in the recipe's unit.
constexpr std::int64_t weight(candidate const& c, config::mix_unit unit) {
  return unit == config::mix_unit::tokens ? c.tokens : unit == config::mix_unit::bytes ? c.bytes : 1;
}

inline ranked_row row_of(candidate const& c, config::mix_unit unit, std::uint64_t place) {
  ranked_row r{order_of(c.value), c.content, hash64(c.id), weight(c, unit), c.tokens};
  r.place = place & ((std::uint64_t(1) << 56) - 1);
  r.language = static_cast<std::uint8_t>(c.language);
  return r;
}

}  // namespace snowcoder::select
