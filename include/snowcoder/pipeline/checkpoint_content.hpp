// SPDX-License-Identifier: Apache-2.0
// What a checkpoint of a recipe's model holds, whoever fills it: a training run or an import.
#pragma once

#include <snowcoder/config/accounting.hpp>
#include <snowcoder/config/concepts.hpp>
#include <snowcoder/config/fingerprint.hpp>
#include <snowcoder/core/version.hpp>
#include <snowcoder/io/checkpoint_file.hpp>
#include <snowcoder/nn/decoder_parameters.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <utility>

namespace snowcoder::pipeline {

/// The values of a parameter out of all of them, flat.
template <class T>
auto flat(std::span<T const> values) {
  return [values](nn::parameter const& p) { return values.subspan(std::size_t(p.offset), std::size_t(p.size())); };
}

/// The files; each argument gives a parameter's values, which stay where they are.
template <config::recipe R, class Weights, class First, class Second>
std::array<io::checkpoint_part, 2> checkpoint_parts(Weights const& weights, First const& first_moment,
                                                    Second const& second_moment) {
  auto const tensors_of = [](std::string const& prefix, auto const& values, auto& tensors) {
    for (auto const& p : nn::decoder_parameters<R>()) tensors.push_back(io::tensor_of(prefix + p.name, p.shape(), values(p)));
  };
  std::array<io::checkpoint_part, 2> parts{io::checkpoint_part{io::model_part, {}},
                                           io::checkpoint_part{io::optimizer_part, {}}};
  tensors_of("", weights, parts[0].tensors);
  tensors_of("first_moment.", first_moment, parts[1].tensors);
  tensors_of("second_moment.", second_moment, parts[1].tensors);
  return parts;
}

/// The manifest but for its files; `libraries` are the versions of what the numbers came from, besides our own.
template <config::recipe R>
io::checkpoint_manifest manifest_of(training_position const& position, io::json settings,
                                    io::json const& libraries = io::json::object()) {
  io::checkpoint_manifest m;
  m.position = position;
  m.recipe = R::name;
  m.fingerprint = config::fingerprint<R>.hex();
  m.text = config::recipe_text<R>();
  m.model = config::model_fingerprint<R>.hex();
  m.parameters = config::parameters(R::model);
  m.settings = std::move(settings);
  m.versions = {{"snowcoder", version}};
  m.versions.update(libraries);
  return m;
}

}  // namespace snowcoder::pipeline
