// SPDX-License-Identifier: Apache-2.0
// What reading some inputs gives, collected: files, refusals, licences.
#pragma once

#include <snowcoder/corpus/read_unit.hpp>

#include "support/catch.hpp"

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

struct collected {
  std::vector<snowcoder::corpus::source_file> files;
  std::vector<snowcoder::corpus::ingest_refusal> refused;
  std::map<std::string, std::string> licences;
  /// "repository:path repository:path ".
  std::string paths() const {
    std::string all;
    for (auto const& f : files) all += f.repository + ":" + f.path + " ";
    return all;
  }
  std::string reasons() const {
    std::string all;
    for (auto const& r : refused) all += r.reason + " ";
    return all;
  }
};

inline collected collect(std::vector<std::filesystem::path> const& in, int depth = 1,
                         snowcoder::corpus::limits const& at_most = {}, snowcoder::io::row_columns const& columns = {}) {
  using namespace snowcoder;
  collected t;
  corpus::receiver const to{
      [&](corpus::source_file&& f) -> expected<void> { return t.files.push_back(std::move(f)), expected<void>{}; },
      [&](corpus::ingest_refusal&& r) -> expected<void> { return t.refused.push_back(std::move(r)), expected<void>{}; },
      [&](std::string const& repository, std::string licence) { t.licences.try_emplace(repository, std::move(licence)); }};
  auto const units = corpus::find_units(in, depth);
  REQUIRE(units);
  for (auto const& u : *units) REQUIRE(corpus::read_unit(u, at_most, to, columns));
  return t;
}

inline void put_file(std::filesystem::path const& path, std::string const& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}
