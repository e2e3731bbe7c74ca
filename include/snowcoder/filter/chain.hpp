// SPDX-License-Identifier: Apache-2.0
// A chain is a list of filter types: the union of what they need is measured once, and the first that refuses names the
// reason. A chain prints itself, so that the recipe's fingerprint changes with every threshold.
#pragma once

#include <snowcoder/filter/document_filter.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace snowcoder::filter {

/// Why a document was refused: the rule's name, the rule as written, and what was measured where it measures.
struct refusal {
  std::string_view name;
  std::string rule;
  std::optional<double> measured;
};

namespace detail {
/// Says which type is no filter, and what it lacks: a failed fold over a concept says neither.
template <class F>
consteval bool is_filter() {
  static_assert(document_filter<F>,
                "a filter is an empty type with name, needs (a statistic_set), keeps(s) -> bool and text()");
  return true;
}
}  // namespace detail

template <class... Filters>
struct chain {
  static_assert((detail::is_filter<Filters>() && ...));

  static constexpr statistic_set needs = (statistic_set{} | ... | Filters::needs);

  static constexpr document_statistics measure(std::string_view text, std::string_view language = {},
                                               std::string_view path = {}) {
    return filter::measure<needs>(text, language, path);
  }

  /// First filter that refuses, by name; nothing when all keep it. Rules for a language or a file name apply when these are
  /// given.
  static constexpr std::optional<std::string_view> refuses(document_statistics const& s) {
    std::optional<std::string_view> reason;
    (void)((Filters::keeps(s) || (reason = Filters::name, false)) && ...);
    return reason;
  }
  static constexpr std::optional<std::string_view> refuses(std::string_view text, std::string_view language = {},
                                                           std::string_view path = {}) {
    return refuses(measure(text, language, path));
  }

  /// The same with the figures.
  static std::optional<refusal> explain(document_statistics const& s) {
    std::optional<refusal> found;
    (void)((Filters::keeps(s) || (found = refusal_of<Filters>(s), false)) && ...);
    return found;
  }
  static std::optional<refusal> explain(std::string_view text, std::string_view language = {}, std::string_view path = {}) {
    return explain(measure(text, language, path));
  }

  /// "chain<mean_line_at_most<100>, …>".
  static constexpr std::string text() {
    std::string out = "chain<";
    int n = 0;
    (((out += n++ ? ", " : ""), (out += Filters::text())), ...);
    return out += '>';
  }

 private:
  template <class F>
  static refusal refusal_of(document_statistics const& s) {
    refusal r{F::name, F::text(), {}};
    if constexpr (measuring_filter<F>) r.measured = F::measured(s);
    return r;
  }
};

}  // namespace snowcoder::filter
