// SPDX-License-Identifier: Apache-2.0
// Whose code a checkpoint was trained on: what the synthesis of its run folder says about its generators.
#pragma once

#include <snowcoder/config/concepts.hpp>
#include <snowcoder/io/checkpoint_file.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/io/json_field.hpp>
#include <snowcoder/record/text_generator.hpp>

#include <filesystem>
#include <string_view>
#include <vector>

namespace snowcoder::pipeline {

/// Has a checkpoint of that phase been trained on synthetic documents, in it or before?
template <config::recipe R>
constexpr bool saw_synthetic(std::string_view phase) {
  bool seen = false;
  for (auto const& p : R::curriculum) {
    seen |= p.source == config::documents::synthetic;
    if (p.name == phase) return seen;
  }
  return false;
}

/// Of the report of a synthesis; one without a name where there is none.
inline std::vector<text_generator> generators_in(std::filesystem::path const& synthetic) {
  std::vector<text_generator> all;
  if (auto const report = io::read_json(synthetic / "report.json")) {
    auto const licence = io::text_or(*report, "licence");
    auto const models = io::value_or_null(*report, "models");
    for (auto const& [model, documents] : models.items())
      all.push_back({model, licence, documents.is_number_integer() ? documents.get<std::int64_t>() : 0});
  }
  if (all.empty()) all.emplace_back();
  return all;
}

/// None where the checkpoint has seen no synthetic document.
template <config::recipe R>
std::vector<text_generator> generators_of(io::checkpoint const& from) {
  if (!saw_synthetic<R>(from.manifest().position.phase)) return {};
  return generators_in(io::run_folder_of(from.folder()) / "synthetic");
}

}  // namespace snowcoder::pipeline
