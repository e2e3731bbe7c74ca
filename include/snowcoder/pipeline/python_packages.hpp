// SPDX-License-Identifier: Apache-2.0
// Packages beside Python's own that judged programs may import: BigCodeBench's tasks want some seventy. They are the
// user's, named as an environment ("venv") or as its folder of packages, and made for the interpreter that judges.
#pragma once

#include <snowcoder/core/expected.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

struct python_packages {
  std::filesystem::path folder;    ///< empty: none
  std::vector<std::string> names;  ///< with their versions, as their installer wrote them down: what a verdict depends on

  static expected<python_packages> find(std::filesystem::path const& given) {
    python_packages found;
    if (given.empty()) return found;
    std::error_code e;
    found.folder = std::filesystem::canonical(given, e);
    for (auto const& version : std::filesystem::directory_iterator(given / "lib", e))
      if (auto inner = version.path() / "site-packages"; std::filesystem::is_directory(inner, e))
        found.folder = std::filesystem::canonical(inner, e);
    for (auto const& each : std::filesystem::directory_iterator(found.folder, e))
      if (each.path().extension() == ".dist-info") found.names.push_back(each.path().stem().string());
    if (found.names.empty())
      return failure("no Python packages in this folder", given.string(), "name a venv, or its site-packages");
    std::sort(found.names.begin(), found.names.end());
    return found;
  }
  std::string text() const {
    std::string all;
    for (auto const& name : names) (all += name) += ' ';
    return all;
  }
};

}  // namespace snowcoder::pipeline
