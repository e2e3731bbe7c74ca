// SPDX-License-Identifier: Apache-2.0
// The program `train`: walks one phase or the whole curriculum of a recipe (paper section 2), from token files to
// checkpoints. A run that was killed goes on from its last checkpoint and ends with the same bytes.
//
//   RUN/tokens/<phase>.bin .idx  ->  RUN/checkpoints/<label>/step-NNNNNN, …/final, RUN/metrics/<label>.jsonl and its
//   TensorBoard file, where <label> is the phase, or <arm>-<phase> for an arm that trains on other tokens.
#pragma once

#include <snowcoder/backend/cpu/backend.hpp>
#include <snowcoder/config/accounting.hpp>
#include <snowcoder/core/quantity.hpp>
#include <snowcoder/io/folder_lock.hpp>
#include <snowcoder/io/metrics_file.hpp>
#include <snowcoder/parallel/solo.hpp>
#include <snowcoder/pipeline/app.hpp>
#include <snowcoder/pipeline/provenance.hpp>
#include <snowcoder/pipeline/token_file.hpp>
#include <snowcoder/pipeline/training_checkpoint.hpp>
#include <snowcoder/train/loop.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace snowcoder::pipeline {

struct train_options {
  std::filesystem::path run;
  std::string phase;             ///< empty: the whole curriculum
  std::int64_t steps = 0;        ///< stop after so many steps of this call; 0: at the end
  std::filesystem::path from;    ///< checkpoint that the phase starts from, instead of the phase before it
  std::string arm;               ///< another name for the phase's outputs
  std::filesystem::path tokens;  ///< prefix of another token file
  std::string device = "cpu", precision = "f32";
  int micro_batch = 0;                ///< sequences at a time; 0: as many as fit two gigabytes
  std::int64_t checkpoint_every = 0;  ///< steps; 0: a tenth of the phase, at most 1000
};

/// Sequences whose activations take less than two gigabytes, at most eight.
template <config::recipe R>
constexpr int default_micro_batch(config::phase const& p) {
  int n = 1;
  while (n < 8 && n < p.sequences_per_step && config::activation_bytes(R::model, n * 2) * 2 < (std::int64_t(2) << 30)) n *= 2;
  return n;
}

template <config::recipe R, class Backend, class T>
class trainer {
 public:
  trainer(run_context& run, train_options const& options, Backend& device)
      : run_(run), options_(options), device_(device), state_(device) {}

  /// Every phase in turn, or the one that was named.
  expected<void> walk() {
    for (std::size_t i = 0; i < R::curriculum.size() && !stopped_; ++i)
      if (options_.phase.empty() || options_.phase == R::curriculum[i].name) SNOWCODER_CHECK(phase(i));
    return {};
  }

 private:
  using clock = std::chrono::steady_clock;

  std::string label(config::phase const& p) const {
    return options_.arm.empty() ? std::string(p.name) : options_.arm + "-" + std::string(p.name);
  }
  std::filesystem::path checkpoints(std::string const& label) const { return options_.run / "checkpoints" / label; }

  expected<void> phase(std::size_t index) {
    constexpr auto& curriculum = R::curriculum;
    auto const& p = curriculum[index];
    auto const name = label(p);
    auto const folder = checkpoints(name);
    SNOWCODER_CHECK(train::check_trainable(p));
    SNOWCODER_TRY(auto lock, io::folder_lock::take(folder));
    SNOWCODER_TRY(
        auto tokens,
        token_file<R>::open(options_.tokens.empty() ? options_.run / "tokens" / std::string(p.name) : options_.tokens, p.pack));
    train::loader<token_file<R>> const data(tokens, R::model.context, p.name, p.epochs, run_.seed, p.pack);

    std::optional<io::checkpoint> origin;
    auto const parent = !options_.from.empty() ? options_.from
                        : index > 0            ? checkpoints(std::string(curriculum[index - 1].name)) / "final"
                                               : std::filesystem::path();
    if (!parent.empty()) {
      SNOWCODER_TRY(origin, io::checkpoint::open(parent));
    }
    io::json const settings{{"seed", run_.seed},
                            {"precision", options_.precision},
                            {"label", name},
                            {"tokens", tokens.identity()},
                            {"from", origin ? origin->checksum(model_part) : "initialised"}};
    SNOWCODER_TRY(auto const stand, resume(folder, settings));
    if (stand == standing::finished) {
      run_.say(name + ": already trained (" + (folder / "final").string() + ")");
      return {};
    }
    if (stand == standing::new_phase) SNOWCODER_CHECK(begin(p, origin));
    return train_phase(p, name, data, settings);
  }

  enum class standing { new_phase, resumed, finished };

  /// Loads the phase's last checkpoint if there is one, and makes sure that it is of this very run.
  expected<standing> resume(std::filesystem::path const& folder, io::json const& settings) {
    auto const steps = io::checkpoints_in(folder);
    bool const finished = std::filesystem::exists(folder / "final");
    if (!finished && steps.empty()) return standing::new_phase;
    auto const path = finished ? folder / "final" : steps.back().second;
    SNOWCODER_TRY(auto last, io::checkpoint::open(path));
    auto const other = [&](std::string what) {
      return failure("the checkpoints here are of another run: " + what, folder.string(),
                     "remove that folder to train the phase again, or give another --run or --arm");
    };
    if (last.manifest().fingerprint != config::fingerprint<R>.hex()) return other("recipe " + last.manifest().recipe);
    for (auto const& [key, value] : settings.items())
      if (!last.manifest().settings.contains(key) || last.manifest().settings[key] != value) return other("other " + key);
    if (finished) return standing::finished;
    if (auto loaded = load<R>(last, device_, state_, true); !loaded) {
      auto e = std::move(loaded).error();
      e.remedy = "remove " + path.string() + ": the run then goes on from the checkpoint before it";
      return failure(std::move(e));
    }
    return standing::resumed;
  }

  /// The first step of a phase: weights of the phase before it, of --from, or fresh ones.
  expected<void> begin(config::phase const& p, std::optional<io::checkpoint> const& origin) {
    if (origin) {
      SNOWCODER_CHECK(load<R>(*origin, device_, state_, p.start == config::optimizer_start::carry));
      state_.position.seed = run_.seed;
    } else {
      state_.initialise(run_.seed);
    }
    state_.begin(p);
    return {};
  }

  expected<void> train_phase(config::phase const& p, std::string const& name, train::loader<token_file<R>> const& data,
                             io::json const& settings) {
    auto const folder = checkpoints(name), metrics_folder = options_.run / "metrics";
    auto const steps = p.steps(R::model.context), first_step = state_.position.step;
    auto const every =
        options_.checkpoint_every > 0 ? options_.checkpoint_every : std::clamp<std::int64_t>(steps / 10, 1, 1000);
    auto const micro_batch =
        options_.micro_batch > 0 ? std::min(options_.micro_batch, p.sequences_per_step) : default_micro_batch<R>(p);
    if (!trainer_ || trainer_->micro_batch() != micro_batch) trainer_.emplace(device_, ranks_, micro_batch);
    SNOWCODER_TRY(
        auto metrics,
        io::metrics_file::open(metrics_folder / (name + ".jsonl"),
                               metrics_folder / "tensorboard" / name / "events.out.tfevents.0000000000.snowcoder", first_step));
    auto const checkpoint = [&](std::filesystem::path const& path) -> expected<void> {
      SNOWCODER_CHECK(metrics.sync());
      return save<R>(path, device_, state_, settings);
    };
    if (first_step > 0) run_.say(fmt::format("{}: goes on after step {} of {}", name, first_step, steps));
    auto const per_step = p.tokens_per_step(R::model.context);
    run_.bar.begin(name, "tokens", steps * per_step);
    run_.bar.advance(first_step * per_step);
    auto const began = clock::now();
    training_step last{};
    SNOWCODER_CHECK(
        train::run_phase(*trainer_, ranks_, state_, p, data, [&](training_step const& row) -> expected<train::next> {
          SNOWCODER_CHECK(metrics.write(row));
          run_.bar.advance(per_step);
          run_.bar.remark(fmt::format("loss {:.4f}", row.loss));
          run_.log.event("step", {{"label", name}, {"step", row.step}, {"loss", row.loss}, {"rate", row.rate}});
          last = row;
          ++done_;
          stopped_ = options_.steps > 0 && done_ >= options_.steps;
          if (row.step < steps && (stopped_ || row.step % every == 0)) {
            SNOWCODER_CHECK(checkpoint(folder / io::checkpoint_name(row.step)));
            io::retain_checkpoints(folder, 2);
          }
          return stopped_ ? train::next::stop : train::next::go_on;
        }));
    double const seconds = std::chrono::duration<double>(clock::now() - began).count();
    if (state_.position.step > first_step)
      report(name, p, last, double((state_.position.step - first_step) * per_step) / seconds);
    if (state_.position.step < steps) {
      run_.say(fmt::format("{}: stopped after step {} of {}; the same command goes on", name, state_.position.step, steps));
      return {};
    }
    // Before `final`: whoever sees that has the stamp as well, wherever this was killed.
    auto stamp = provenance::of<R>("train", settings);
    SNOWCODER_CHECK(
        stamp.write(folder / "provenance.json", {{"steps", steps},
                                                 {"tokens", steps * per_step},
                                                 {"sequences_available", data.sequences()},
                                                 {"passes", double(state_.position.sequences) / double(data.sequences())},
                                                 {"last_loss", last.loss}}));
    SNOWCODER_CHECK(checkpoint(folder / "final"));
    io::retain_checkpoints(folder, 2);
    return {};
  }

  void report(std::string const& name, config::phase const& p, training_step const& last, double rate) {
    run_.say(fmt::format("{}: step {} of {}, loss {:.4f}, {:.0f} tokens/s, {:.4g} FLOP/s (causal, 6N + 6LdT)", name, last.step,
                         p.steps(R::model.context), last.loss, rate, rate * config::flop_per_token(R::model)));
  }

  run_context& run_;
  train_options const& options_;
  Backend& device_;
  parallel::solo ranks_;
  train::state<R, Backend> state_;
  std::optional<train::stepper<R, Backend, T, parallel::solo>> trainer_;
  std::int64_t done_ = 0;
  bool stopped_ = false;
};

/// The whole program. Requires what the flags of `train` promise: phase is empty or a phase's name, from, arm and tokens only
/// with a phase, tokens only with an arm.
template <config::recipe R>
expected<outcome> train_recipe(run_context& run, train_options const& options) {
  if (options.device != "cpu")
    return failure("this build trains on the CPU only", "--device " + options.device, "use --device cpu");
  cpu::device device(run.threads);
  auto const walked = options.precision == "bf16" ? trainer<R, cpu::device, bfloat16>(run, options, device).walk()
                                                  : trainer<R, cpu::device, float>(run, options, device).walk();
  SNOWCODER_CHECK(walked);
  return outcome::done;
}

}  // namespace snowcoder::pipeline
