// SPDX-License-Identifier: Apache-2.0
// The libraries that training's numbers come from: part of checkpoint.json, and what is said of a run that goes on with others.
#pragma once

#include <snowcoder/backend/cpu/onednn.hpp>
#include <snowcoder/core/version.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/io/json_field.hpp>

#include <string>

namespace snowcoder::pipeline {

/// Versions by name; on a GPU also those that its verbs call (Backend::libraries()).
template <class Backend>
io::json library_versions() {
  io::json all{{"onednn", cpu::onednn::version()}, {"compiler", __VERSION__}};
  if constexpr (requires { Backend::libraries(); })
    for (auto const& [name, number] : Backend::libraries()) all[name] = number;
  return all;
}

/// What is another here than in the `versions` of a checkpoint, our own included; empty if nothing is.
template <class Backend>
std::string other_versions(io::json const& versions) {
  auto here = library_versions<Backend>();
  here["snowcoder"] = version;
  if (versions.is_object())
    for (auto const& [name, number] : versions.items()) here.emplace(name, "");  // of a library that this build is without
  std::string others;
  for (auto const& [name, number] : here.items()) {
    auto const is = io::text_or(here, name.c_str()), was = io::text_or(versions, name.c_str());
    if (is == was) continue;
    others += (others.empty() ? "" : ", ") + name + " " + (is.empty() ? "none" : is) + " (" +
              (was.empty() ? "none named" : was) + ")";
  }
  return others;
}

}  // namespace snowcoder::pipeline
