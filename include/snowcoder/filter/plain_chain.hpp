// SPDX-License-Identifier: Apache-2.0
// A chain's twin in plain loops: the same rules and reasons, no blocks of bytes anywhere. For tests and benchmarks.
#pragma once

#include <snowcoder/filter/chain.hpp>
#include <snowcoder/filter/generated_file.hpp>
#include <snowcoder/filter/plain_measure.hpp>
#include <snowcoder/filter/scope.hpp>

#include <optional>
#include <string_view>

namespace snowcoder::filter::plain {

/// The twin of a filter: itself, unless it reads the text in blocks.
template <class F>
struct twin {
  using type = F;
};
template <int Lines>
struct twin<no_generated_phrase<Lines>> {
  struct type : no_generated_phrase<Lines> {
    static constexpr bool keeps(document_statistics const& s) {
      return !detail::plain_holds_phrase<detail::generated_phrases<Lines>>(s.text);
    }
  };
};
template <>
struct twin<no_generator_mark> {
  struct type : no_generator_mark {
    static constexpr bool keeps(document_statistics const& s) {
      return !detail::has_generator_name(s.path) && !detail::plain_holds_phrase<detail::generator_marks>(s.text);
    }
  };
};
template <class S, class F>
struct twin<only_in<S, F>> {
  using type = only_in<S, typename twin<F>::type>;
};
template <class S, class F>
struct twin<not_in<S, F>> {
  using type = not_in<S, typename twin<F>::type>;
};

template <class Chain>
struct twin_chain;
template <class... F>
struct twin_chain<chain<F...>> : chain<typename twin<F>::type...> {
  using base = chain<typename twin<F>::type...>;
  static constexpr document_statistics measure(std::string_view text, std::string_view language = {},
                                               std::string_view path = {}) {
    return plain::measure<base::needs>(text, language, path);
  }
  using base::refuses;
  static constexpr std::optional<std::string_view> refuses(std::string_view text, std::string_view language = {},
                                                           std::string_view path = {}) {
    return base::refuses(measure(text, language, path));
  }
};

}  // namespace snowcoder::filter::plain
