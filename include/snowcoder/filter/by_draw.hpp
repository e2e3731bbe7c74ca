// SPDX-License-Identifier: Apache-2.0
// Published rules that throw a die. Here the die is a draw keyed by the document, path and content, so that the same file meets
// the same end in every run, on any thread, in any order.
#pragma once

#include <snowcoder/core/hash.hpp>
#include <snowcoder/core/philox.hpp>
#include <snowcoder/filter/document_filter.hpp>

namespace snowcoder::filter {

/// What `Filter` refuses is refused in `Percent` of all cases.
template <std::uint64_t Percent, document_filter Filter>
struct refused_by_draw : Filter {
  static constexpr bool keeps(document_statistics const& s) {
    if (Filter::keeps(s)) return true;
    auto const content = hash(s.text);
    return draws(Filter::name, hash64(s.path)).below(100, content.high, content.low) >= Percent;
  }
  static constexpr std::string text() {
    std::string out = "refused_by_draw<";
    append_integer(out, std::int64_t(Percent));
    return ((out += ", ") += Filter::text()) += '>';
  }
};

}  // namespace snowcoder::filter
