// SPDX-License-Identifier: Apache-2.0
// Trains a tiny recipe in a folder, alone or under mpirun, for tests/unit/parallel/ranks.py: train_ranks RUN STEPS (0: all).
#include "support/tiny_recipe.hpp"

#include <snowcoder/io/megatron.hpp>
#include <snowcoder/pipeline/train.hpp>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

using namespace snowcoder;

namespace {

struct ranks_recipe : tests::tiny_recipe {
  static constexpr std::string_view name = "ranks";
  /// Seven sequences: lanes of one and of two.
  static constexpr auto curriculum = config::checked(
      std::array{config::phase{
          .name = "general", .tokens = 16 * 7 * 64, .sequences_per_step = 7, .rate = {config::law::constant, 5e-3, 5e-3, 0}}},
      model.context);
};

expected<void> write_tokens(std::filesystem::path const& prefix) {
  SNOWCODER_TRY(auto file, io::megatron_writer::open(prefix, io::id_type::uint16));
  draws const source("tokens", 9);
  std::vector<token_id> ids;
  for (std::uint64_t i = 0; i < 4000; ++i) ids.push_back(token_id(40 + source.below(60, i)));
  SNOWCODER_CHECK(file.append(ids));
  return file.commit();
}

}  // namespace

int main(int, char** argv) {
  pipeline::train_options options;
  options.run = argv[1];
  options.steps = std::atoi(argv[2]);
  options.checkpoint_every = 4;
  auto const tokens = options.run.parent_path() / "tokens" / "general";
  char const* const rank = std::getenv("OMPI_COMM_WORLD_RANK");
  // The first run is of one process, so the file is there before ranks look for it.
  if (!rank && !std::filesystem::exists(tokens.string() + ".bin"))
    if (auto written = write_tokens(tokens); !written) return std::puts(written.error().message().c_str()), 1;
  options.phase = "general";
  options.arm = "";
  options.tokens = tokens;
  pipeline::run_context run;
  run.threads = 1;
  auto const done = pipeline::train_recipe<ranks_recipe>(run, options);
  if (!done) std::fprintf(stderr, "%s\n", done.error().message().c_str());
  return done ? 0 : 1;
}
