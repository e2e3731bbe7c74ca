// SPDX-License-Identifier: Apache-2.0
// Measures one document: once, whatever the number of filters that ask (filter/statistic.hpp says what of).
#pragma once

#include <snowcoder/filter/block_pass.hpp>
#include <snowcoder/filter/plain_measure.hpp>
#include <snowcoder/filter/statistic.hpp>

#include <string_view>
#include <type_traits>

namespace snowcoder::filter {

/// Measures what `Needs` names; `characters` always. One pass over the bytes, in time proportional to their number.
template <statistic_set Needs>
constexpr document_statistics measure(std::string_view text, std::string_view language = {}, std::string_view path = {}) {
#if defined(SNOWCODER_BYTE_BLOCKS)
  if (!std::is_constant_evaluated()) {
    document_statistics s;
    s.text = text;
    s.language = language;
    s.path = path;
    detail::block_pass<Needs>(s).run();
    return s;
  }
#endif
  return plain::measure<Needs>(text, language, path);
}

}  // namespace snowcoder::filter
