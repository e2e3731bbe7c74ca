// SPDX-License-Identifier: Apache-2.0
// Run folders of the tiny recipe: token files with something to learn, a training of them, and what it wrote.
#pragma once

#include "support/catch.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_recipe.hpp"

#include <snowcoder/io/megatron.hpp>
#include <snowcoder/pipeline/train.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace snowcoder::tests {

/// Mostly a fixed successor, now and then another.
inline void write_tokens(std::filesystem::path const& prefix, std::int64_t count, std::uint64_t seed) {
  auto file = io::megatron_writer::open(prefix, io::id_type::uint16);
  REQUIRE(file);
  draws const source("tokens", seed);
  std::vector<token_id> ids;
  std::uint64_t state = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    state = (state * 7 + 3 + (source.below(4, std::uint64_t(i)) == 0 ? source.below(50, std::uint64_t(i), 1) : 0)) % 320;
    ids.push_back(token_id(state));
  }
  REQUIRE(file->append(ids));
  file->end_document();
  REQUIRE(file->commit());
}
/// Token files of every phase.
inline void write_run(std::filesystem::path const& run) {
  std::int64_t count = 2500;
  for (auto const& p : tiny_recipe::curriculum) {
    write_tokens(run / "tokens" / std::string(p.name), count, std::uint64_t(count));
    count = count * 2 / 5;
  }
}

inline expected<pipeline::outcome> train_tiny(pipeline::train_options options, int threads = 1) {
  pipeline::run_context run;
  run.threads = threads;
  if (!options.checkpoint_every) options.checkpoint_every = 4;
  return pipeline::train_recipe<tiny_recipe>(run, options);
}
inline pipeline::train_options in(std::filesystem::path const& run) {
  pipeline::train_options o;
  o.run = run;
  return o;
}

/// Contents of everything a run has written, but for provenance.json, which tells seconds.
inline std::map<std::string, std::string> contents(std::filesystem::path const& run, std::string const& below = "") {
  std::map<std::string, std::string> all;
  for (auto const& e : std::filesystem::recursive_directory_iterator(run / below))
    if (e.is_regular_file() && e.path().filename() != "provenance.json")
      all[std::filesystem::relative(e.path(), run).string()] = std::string(io::mapped_file::open(e.path())->bytes());
  return all;
}
inline std::vector<std::string> differing(std::map<std::string, std::string> const& a,
                                          std::map<std::string, std::string> const& b) {
  std::vector<std::string> names;
  for (auto const& [name, bytes] : a)
    if (!b.contains(name) || b.at(name) != bytes) names.push_back(name);
  for (auto const& [name, bytes] : b)
    if (!a.contains(name)) names.push_back(name);
  return names;
}

}  // namespace snowcoder::tests
