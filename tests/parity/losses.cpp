// SPDX-License-Identifier: Apache-2.0
// A phase of training on real code in f32 and in bf16, for tests/parity/losses.py to hold against PyTorch: losses TOKENS
// TOKENIZER OUT writes
//   OUT/f32, OUT/bf16     run folders, whose metrics/general.jsonl have losses, norms and rates
//   OUT/initial           the weights of step 0 as a Hugging Face folder, f32
//   OUT/sequences.ids     32-bit, (steps, sequences of a step, context + 1), as the steps read them
//   OUT/settings.json     what PyTorch needs to know of the optimizer
#include <snowcoder/io/json.hpp>
#include <snowcoder/pipeline/train.hpp>
#include <snowcoder/publish/hugging_face.hpp>
#include <snowcoder/recipes/quickstart.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

using namespace snowcoder;

namespace {

/// Small: PyTorch multiplies bf16 at a twentieth of its f32 rate on processors without instructions for it.
struct recipe : recipes::quickstart {
  static constexpr std::string_view name = "losses";
  static constexpr auto model = config::checked(config::decoder_shape{
      .layers = 2, .width = 128, .hidden = 352, .heads = 4, .kv_heads = 4, .vocabulary = 4096, .context = 128});
  static constexpr int steps = 300, sequences = 4;
  static constexpr auto curriculum =
      config::checked(std::array{config::phase{.name = "general",
                                               .tokens = std::int64_t(steps) * sequences * model.context,
                                               .sequences_per_step = sequences,
                                               .rate = {config::law::warm_up_cosine, 3e-3, 3e-4, 16}}},
                      model.context);
};

expected<void> write_sequences(std::filesystem::path const& prefix, std::filesystem::path const& out, std::uint64_t seed) {
  constexpr auto& phase = recipe::curriculum[0];
  SNOWCODER_TRY(auto const tokens, pipeline::token_file<recipe>::open(prefix));
  train::loader<pipeline::token_file<recipe>> const data(tokens, recipe::model.context, phase.name, phase.epochs, seed);
  constexpr std::int64_t rows = recipe::steps * recipe::sequences, columns = recipe::model.context + 1;
  std::vector<token_id> ids(rows * columns);
  data.read(0, {ids.data(), rows, columns});
  return io::write_file(out, {reinterpret_cast<char const*>(ids.data()), ids.size() * sizeof(token_id)});
}

/// Weights of step 0, as train begins with them.
expected<void> write_initial(std::filesystem::path const& tokenizer, std::filesystem::path const& out, std::uint64_t seed) {
  cpu::device device(1);
  train::state<recipe, cpu::device> state(device);
  state.initialise(seed);
  auto const checkpoint = out / "initial.checkpoint";
  SNOWCODER_CHECK(pipeline::save<recipe>(checkpoint, device, state, io::json::object()));
  SNOWCODER_TRY(auto const from, io::checkpoint::open(checkpoint));
  return publish::write_hugging_face(out / "initial", from, recipe::model, tokenizer, publish::weight_type::f32);
}

expected<void> write_settings(std::filesystem::path const& out) {
  constexpr auto& o = recipe::optimizer;
  std::vector<std::string> decayed;
  for (auto const& p : nn::decoder_parameters<recipe>(o.decayed))
    if (p.decayed) decayed.push_back(p.name);
  return io::write_json(out, {{"steps", recipe::steps},
                              {"sequences", recipe::sequences},
                              {"columns", recipe::model.context + 1},
                              {"beta1", o.beta1},
                              {"beta2", o.beta2},
                              {"epsilon", o.epsilon},
                              {"weight_decay", o.weight_decay},
                              {"clip", o.clip},
                              {"decayed", decayed}});
}

expected<void> losses(std::filesystem::path const& tokens, std::filesystem::path const& tokenizer,
                      std::filesystem::path const& out) {
  pipeline::run_context run;
  run.seed = 2409;
  SNOWCODER_CHECK(write_settings(out / "settings.json"));
  SNOWCODER_CHECK(write_sequences(tokens, out / "sequences.ids", run.seed));
  SNOWCODER_CHECK(write_initial(tokenizer, out, run.seed));
  for (std::string const precision : {"f32", "bf16"}) {
    pipeline::train_options options;
    options.run = out / precision;
    options.precision = precision;
    options.tokens = tokens;
    options.phase = "general";
    options.checkpoint_every = recipe::steps;
    SNOWCODER_TRY(auto const trained, pipeline::train_recipe<recipe>(run, options));
    static_cast<void>(trained);
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return std::fprintf(stderr, "usage: losses TOKENS TOKENIZER OUT\n"), 2;
  auto const done = losses(argv[1], argv[2], argv[3]);
  if (!done) std::fprintf(stderr, "%s\n", done.error().message().c_str());
  return done ? 0 : 1;
}
