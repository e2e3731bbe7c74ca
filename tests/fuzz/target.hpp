// SPDX-License-Identifier: Apache-2.0
// A fuzz target: a reader of a stranger's bytes, and what must hold whatever these are. Each file here registers some; they are
// run by libFuzzer (libfuzzer.cpp, a program for each file) or, in every test run, on damaged seeds (main.cpp, all in one).
#pragma once

#include "support/temporary_folder.hpp"

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::fuzz {

struct target {
  std::string name;
  std::vector<std::string> (*seeds)();    ///< that are read whole
  void (*check)(std::string_view bytes);  ///< throws where something does not hold
  int rounds = 200;                       ///< damaged seeds in a test run
};

inline std::vector<target>& targets() {
  static std::vector<target> all;
  return all;
}
/// `registered const here{{"name", seeds, check}};`
struct registered {
  explicit registered(target t) { targets().push_back(std::move(t)); }
};

inline void expect(bool holds, std::string const& what) {
  if (!holds) throw std::logic_error(what);
}

/// A file of these bytes, for readers that open one; the next of that name takes its place.
inline std::filesystem::path on_disk(std::string_view bytes, std::string const& name) {
  static temporary_folder const folder;
  auto const path = folder / name;
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

/// The first byte of an input, for choices: 0 of an empty one. The rest is the text.
inline unsigned taken(std::string_view& bytes) {
  if (bytes.empty()) return 0;
  auto const first = static_cast<unsigned char>(bytes.front());
  bytes.remove_prefix(1);
  return first;
}

}  // namespace snowcoder::fuzz
