// SPDX-License-Identifier: Apache-2.0
// Trains a tiny recipe in a folder, alone or under mpirun, for tests/unit/parallel/ranks.py: train_ranks RUN STEPS (0: all)
// f32|bf16. In bf16 moments are too, and training waits for its checkpoints. Texts are evaluated on the way.
#include "support/byte_tokenizer.hpp"
#include "support/tiny_recipe.hpp"

#include <snowcoder/io/megatron.hpp>
#include <snowcoder/pipeline/train.hpp>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

using namespace snowcoder;

namespace {

struct ranks_recipe : tests::tiny_recipe {
  static constexpr std::string_view name = "ranks";
  /// Those of the paper's recipe, and eleven sequences: lanes of one and of two.
  static constexpr int reduction_lanes = recipes::arctic_snowcoder_1b3::reduction_lanes;
  static constexpr auto curriculum = config::checked(
      std::array{config::phase{
          .name = "general", .tokens = 16 * 11 * 64, .sequences_per_step = 11, .rate = {config::law::constant, 5e-3, 5e-3, 0}}},
      model.context);
};

/// Tokens, a tokenizer and a benchmark of three tasks beside the run folders.
expected<void> write_inputs(std::filesystem::path const& folder) {
  SNOWCODER_CHECK(tests::write_byte_tokenizer<ranks_recipe>(folder / "tokenizer.json"));
  std::string tasks;
  for (std::string const body : {"1", "a + b", "[x for x in range(10)]"})
    tasks +=
        io::to_line(io::json{{"task_id", body}, {"prompt", "def f(a, b):\n"}, {"canonical_solution", "    return " + body}}) +
        "\n";
  SNOWCODER_CHECK(io::write_file(folder / "three.jsonl", tasks));
  SNOWCODER_TRY(auto file, io::megatron_writer::open(folder / "tokens" / "general", io::id_type::uint16));
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
  if (std::string_view(argv[3]) == "bf16") {
    options.precision = options.moments = "bf16";
    options.wait_for_checkpoints = true;
  }
  auto const inputs = options.run.parent_path(), tokens = inputs / "tokens" / "general";
  options.evaluation = {
      .paths = {inputs / "three.jsonl"}, .every = 4, .limit_bytes = 0, .tokenizer = inputs / "tokenizer.json"};
  char const* const rank = std::getenv("OMPI_COMM_WORLD_RANK");
  // The first run is of one process, so the files are there before ranks look for them.
  if (!rank && !std::filesystem::exists(tokens.string() + ".bin"))
    if (auto written = write_inputs(inputs); !written) return std::puts(written.error().message().c_str()), 1;
  options.phase = "general";
  options.arm = "";
  options.tokens = tokens;
  pipeline::run_context run;
  run.threads = 1;
  auto const done = pipeline::train_recipe<ranks_recipe>(run, options);
  if (!done) std::fprintf(stderr, "%s\n", done.error().message().c_str());
  return done ? 0 : 1;
}
