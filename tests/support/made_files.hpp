// SPDX-License-Identifier: Apache-2.0
// Files of made-up source code, and what stands in files.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

namespace snowcoder::tests {

inline void put(std::filesystem::path const& path, std::string const& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}
inline std::string get(std::filesystem::path const& path) {
  std::ifstream f(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(f), {}};
}
/// Every file below a folder except provenance, which has a clock in it.
inline std::map<std::string, std::string> contents(std::filesystem::path const& folder) {
  std::map<std::string, std::string> all;
  for (auto const& e : std::filesystem::recursive_directory_iterator(folder))
    if (e.is_regular_file() && e.path().filename() != "provenance.json")
      all[std::filesystem::relative(e.path(), folder).string()] = get(e.path());
  return all;
}
/// A function with names of its own, long enough for shingles.
inline std::string function(std::string const& name, int lines) {
  std::string text = "def " + name + "(first, second):\n";
  for (int i = 0; i < lines; ++i)
    text += "    step_" + name + std::to_string(i) + " = first * " + std::to_string(i) + " + second\n";
  return text + "    return first\n";
}

}  // namespace snowcoder::tests
