// SPDX-License-Identifier: Apache-2.0
// Whose an output folder is. A program replaces only what it made itself: the "program" of provenance.json says who made a
// folder, or who began to; where work appears file by file, begun.json does.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/io/json_field.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

namespace snowcoder::pipeline {

/// The program that wrote into `folder`; empty where nobody left a name.
inline std::string maker_of(std::filesystem::path const& folder) {
  for (auto const* stamp : {"provenance.json", "begun.json"})
    if (auto const said = io::read_json(folder / stamp))
      if (auto program = io::text_or(*said, "program"); !program.empty()) return program;
  return {};
}

/// Whether nothing has been written there but the begin of a stamp, which a program that was killed at once leaves.
inline bool nothing_in(std::filesystem::path const& folder) {
  std::error_code ignored;
  for (auto const& entry : std::filesystem::directory_iterator(folder, ignored))
    if (auto const name = entry.path().filename(); name != "begun.json.part" && name != "provenance.json.part") return false;
  return true;
}

/// Removes what a program made itself.
inline expected<void> clear_away(std::filesystem::path const& path) {
  std::error_code e;
  std::filesystem::remove_all(path, e);
  if (e) return failure(e.message(), path.string(), "remove it by hand");
  return {};
}

/// Refused: a folder that holds anything, and that `program` did not make. `flag` is where the user named it.
inline expected<void> check_output_folder(std::filesystem::path const& folder, std::string_view program,
                                          std::string const& flag) {
  namespace fs = std::filesystem;
  std::error_code e;
  if (!fs::exists(folder, e)) return {};
  if (!fs::is_directory(folder, e))
    return failure("a file stands where a folder is to be written", folder.string(), "give another " + flag);
  if (nothing_in(folder)) return {};
  auto const maker = maker_of(folder);
  if (maker == program) return {};
  if (maker.empty() && fs::exists(folder / "begun.json", e)) return {};  // of a version that did not say by whom
  return failure(maker.empty() ? "this folder holds files that " + std::string(program) + " did not make"
                               : "this folder was made by " + maker + ", not by " + std::string(program),
                 folder.string(), "give another " + flag);
}

}  // namespace snowcoder::pipeline
