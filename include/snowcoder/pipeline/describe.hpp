// SPDX-License-Identifier: Apache-2.0
// --describe: the recipe in full, every option marked as the paper's, derived from it, or our default, and as changed where
// a recipe departs from the default.
#pragma once

#include <snowcoder/config/accounting.hpp>
#include <snowcoder/config/fingerprint.hpp>
#include <snowcoder/config/language.hpp>
#include <snowcoder/config/paper_phases.hpp>

#include <fmt/core.h>

#include <functional>
#include <string>
#include <string_view>

namespace snowcoder::pipeline {

namespace detail {
/// `defaults`: what the value is compared with. `origin_of(field name, listed origin)`: the mark of an unchanged field.
template <has_fields T>
void describe_fields(std::string& out, std::string const& prefix, T const& value, T const& defaults,
                     std::function<origin(std::string_view, origin)> const& origin_of) {
  std::apply(
      [&](auto const&... f) {
        auto one = [&](auto const& field) {
          auto const& v = value.*(field.member);
          using V = std::remove_cvref_t<decltype(v)>;
          if constexpr (has_fields<V>) {
            describe_fields(out, prefix + "." + std::string(field.name), v, defaults.*(field.member), origin_of);
          } else {
            bool const changed = !(v == defaults.*(field.member));
            std::string_view const mark = changed ? "recipe" : name_of(origin_of(field.name, field.from));
            out += fmt::format("  {:<44} {:<28} [{}]\n", prefix + "." + std::string(field.name), text_of(v), mark);
          }
        };
        (one(f), ...);
      },
      T::fields());
}
}  // namespace detail

template <config::recipe R>
std::string describe() {
  std::string out = fmt::format("recipe       {}\nfingerprint  {}\nparameters   {}\n", R::name, config::fingerprint<R>.hex(),
                                config::parameters(R::model));
  out += fmt::format("tokens       {}\nFLOP/token   {:.4g} (causal)\n", config::total_tokens<R>(),
                     config::flop_per_token(R::model));
  out += "languages   ";
  for (auto l : R::languages) out += (l == R::languages.front() ? " " : ", ") + std::string(config::title(l));
  out += "\n";
  out += fmt::format("filters      {}\nsplitter     {}\nkeeper       {}\n", R::filters::text(), R::splitter::text(),
                     R::keeper::text());
  out += fmt::format("notebooks    {}\n", name_of(R::notebooks));
  out += fmt::format("lanes        {} of a step's gradient, and no more processes than that\n", R::reduction_lanes);
  out += "values       [paper] printed there  [derived] from it  [ours] where it is silent  [recipe] changed here\n";
  config::for_each_value<R>([&](std::string_view name, auto const& value) {
    if constexpr (has_fields<std::remove_cvref_t<decltype(value)>>)
      detail::describe_fields(out, std::string(name), value, std::remove_cvref_t<decltype(value)>{},
                              [](std::string_view, origin from) { return from; });
    else
      for (auto const& phase : value) {
        config::phase printed{};
        for (auto const& p : config::paper_phases)
          if (p.name == phase.name) printed = p;
        detail::describe_fields(
            out, std::string(name) + "." + std::string(phase.name), phase, printed,
            [&](std::string_view field, origin from) { return config::phase_origin(phase.name, field, from); });
      }
  });
  return out;
}

}  // namespace snowcoder::pipeline
