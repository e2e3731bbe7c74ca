// SPDX-License-Identifier: Apache-2.0
// What a code point is to the splitters and to BERT's normalizer: a set of bits looked up in one flat table, built from
// the generated ranges at first use (2 MiB, of which code touches a few lines).
#pragma once

#include <snowcoder/tokenize/detail/unicode_classes.hpp>

#include <cstdint>
#include <iterator>
#include <vector>

namespace snowcoder::tokenize {

using detail::class_bit;

/// The class bits of every code point, indexed by it.
inline std::uint16_t const* unicode_classes() {
  static std::vector<std::uint16_t> const table = [] {
    std::vector<std::uint16_t> bits(0x110000);
    for (std::size_t i = 0; i < std::size(detail::class_changes); ++i) {
      auto const change = detail::class_changes[i];
      std::size_t const next = i + 1 < std::size(detail::class_changes) ? detail::class_changes[i + 1] >> 9 : bits.size();
      for (std::size_t p = change >> 9; p < next; ++p) bits[p] = std::uint16_t(change & 511);
    }
    return bits;
  }();
  return table.data();
}

}  // namespace snowcoder::tokenize
