// SPDX-License-Identifier: Apache-2.0
// The program `train`: walks one phase or the whole curriculum of a recipe (paper section 2), from token files to
// checkpoints. A run that was killed goes on from its last checkpoint and ends with the same bytes; SIGTERM makes it write one
// more and end well. Under mpirun, ranks share every step: rank 0 writes, the others read the same folders.
//
//   RUN/tokens/<phase>.bin .idx  ->  RUN/checkpoints/<label>/step-NNNNNN, …/final, RUN/metrics/<label>.jsonl and its
//   TensorBoard file, where <label> is the phase, or <arm>-<phase> for an arm that trains on other tokens.
#pragma once

#include <snowcoder/backend/cpu/backend.hpp>
#include <snowcoder/config/accounting.hpp>
#include <snowcoder/core/quantity.hpp>
#include <snowcoder/io/folder_lock.hpp>
#include <snowcoder/io/metrics_file.hpp>
#include <snowcoder/parallel/world.hpp>
#include <snowcoder/pipeline/app.hpp>
#include <snowcoder/pipeline/provenance.hpp>
#include <snowcoder/pipeline/stop_signal.hpp>
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
  std::string spikes = "stop";        ///< or skip: what to do about a step that would spoil the run
  double spike_factor = 0;            ///< times the median norm of the last updates; 0: only what is not finite
};

/// Sequences whose activations take less than two gigabytes, at most eight.
template <config::recipe R>
constexpr int default_micro_batch(config::phase const& p) {
  int n = 1;
  while (n < 8 && n < p.sequences_per_step && config::activation_bytes(R::model, n * 2) * 2 < (std::int64_t(2) << 30)) n *= 2;
  return n;
}
/// Sequences of the largest lane (train/lanes.hpp): more never go through the model together.
template <config::recipe R>
constexpr int lane_sequences(config::phase const& p) {
  constexpr int lanes = train::reduction_lanes<R>();
  return (p.sequences_per_step + lanes - 1) / lanes;
}

template <config::recipe R, class Backend, class T>
class trainer {
 public:
  trainer(run_context& run, train_options const& options, Backend& device, parallel::world& ranks)
      : run_(run), options_(options), device_(device), ranks_(ranks), state_(device) {}

  /// Every phase in turn, or the one that was named.
  expected<void> walk() {
    for (std::size_t i = 0; i < R::curriculum.size() && !stopped_; ++i)
      if (options_.phase.empty() || options_.phase == R::curriculum[i].name) SNOWCODER_CHECK(phase(i));
    return {};
  }

 private:
  using clock = std::chrono::steady_clock;

  /// Whether this process is the one that writes and speaks.
  bool leads() const { return ranks_.rank() == 0; }
  void say(std::string const& line) const {
    if (leads()) run_.say(line);
  }

  std::string label(config::phase const& p) const {
    return options_.arm.empty() ? std::string(p.name) : options_.arm + "-" + std::string(p.name);
  }
  std::filesystem::path checkpoints(std::string const& label) const { return options_.run / "checkpoints" / label; }

  expected<void> phase(std::size_t index) {
    constexpr auto& curriculum = R::curriculum;
    auto const& p = curriculum[index];
    auto const name = label(p);
    auto const folder = checkpoints(name);
    if (p.sequences_per_step < ranks_.size())
      return failure("a step has fewer sequences than there are processes", "phase " + name, "start fewer processes");
    std::optional<io::folder_lock> lock;
    if (leads()) {
      SNOWCODER_TRY(lock, io::folder_lock::take(folder));
    }
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
                            {"reduction_lanes", train::reduction_lanes<R>()},
                            {"tokens", tokens.identity()},
                            {"from", origin ? origin->checksum(model_part) : "initialised"}};
    SNOWCODER_TRY(auto const stand, resume(folder, settings));
    if (stand == standing::finished) {
      say(name + ": already trained (" + (folder / "final").string() + ")");
      return {};
    }
    if (stand == standing::new_phase) SNOWCODER_CHECK(begin(p, origin));
    return train_phase(p, name, data, settings);
  }

  enum class standing { new_phase, resumed, finished };

  /// Loads the phase's last checkpoint that can be read, if there is one, and makes sure that it is of this very run. Rank 0
  /// chooses; a damaged checkpoint is put aside under another name, and the one before it is used.
  expected<standing> resume(std::filesystem::path const& folder, io::json const& settings) {
    constexpr std::int64_t none = -1, trained = -2;
    std::int64_t chosen = none;
    if (leads()) {
      auto steps = io::checkpoints_in(folder);
      if (auto final = folder / "final"; std::filesystem::exists(final)) steps.emplace_back(trained, final);
      for (; !steps.empty() && chosen == none; steps.pop_back()) {
        auto const& [step, path] = steps.back();
        auto const last = io::checkpoint::open(path);
        if (last) SNOWCODER_CHECK(check_same_run(*last, settings, folder));
        auto const usable = !last             ? expected<void>(failure(last.error()))
                            : step == trained ? expected<void>()
                                              : load<R>(*last, device_, state_, true);
        if (usable)
          chosen = step;
        else
          SNOWCODER_CHECK(put_aside(path, usable.error()));
      }
    }
    chosen = ranks_.from_first(chosen);
    if (chosen == trained) return standing::finished;
    if (chosen == none) return standing::new_phase;
    if (!leads()) {
      SNOWCODER_TRY(auto const last, io::checkpoint::open(folder / io::checkpoint_name(chosen)));
      SNOWCODER_CHECK(load<R>(last, device_, state_, true));
    }
    return standing::resumed;
  }

  static expected<void> check_same_run(io::checkpoint const& last, io::json const& settings,
                                       std::filesystem::path const& folder) {
    auto const other = [&](std::string what) {
      return failure("the checkpoints here are of another run: " + what, folder.string(),
                     "remove that folder to train the phase again, or give another --run or --arm");
    };
    if (last.manifest().fingerprint != config::fingerprint<R>.hex()) return other("recipe " + last.manifest().recipe);
    for (auto const& [key, value] : settings.items())
      if (!last.manifest().settings.contains(key) || last.manifest().settings[key] != value) return other("other " + key);
    return {};
  }

  expected<void> put_aside(std::filesystem::path const& path, error const& why) {
    auto const aside = path.string() + ".refused";
    say("refused " + path.string() + ", the checkpoint before it is used: " + why.message());
    run_.log.event("checkpoint refused", {{"path", path.string()}, {"why", why.message()}});
    std::error_code e;
    std::filesystem::remove_all(aside, e);
    if (std::filesystem::rename(path, aside, e); e) return failure(e.message(), path.string(), "remove that checkpoint");
    return {};
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
        std::min(lane_sequences<R>(p), options_.micro_batch > 0 ? options_.micro_batch : default_micro_batch<R>(p));
    if (!trainer_ || trainer_->micro_batch() != micro_batch) trainer_.emplace(device_, ranks_, micro_batch);
    auto const rows = metrics_folder / (name + ".jsonl");
    std::optional<io::metrics_file> metrics;
    if (leads()) {
      SNOWCODER_TRY(metrics,
                    io::metrics_file::open(
                        rows, metrics_folder / "tensorboard" / name / "events.out.tfevents.0000000000.snowcoder", first_step));
    }
    train::spike_watch watch(options_.spikes == "skip" ? train::spike_policy::skip : train::spike_policy::stop,
                             options_.spike_factor);
    if (first_step > 0 && options_.spike_factor > 0) {
      SNOWCODER_TRY(auto const before, io::read_metrics(rows, first_step));
      for (auto const& row : before) watch.saw(row.loss, row.gradient_norm);
    }
    auto const checkpoint = [&](std::filesystem::path const& path) -> expected<void> {
      if (leads()) {
        SNOWCODER_CHECK(metrics->sync());
        SNOWCODER_CHECK(save<R>(path, device_, state_, settings));
        io::retain_checkpoints(folder, 2);
      }
      ranks_.wait_for_all();
      return {};
    };
    if (first_step > 0) say(fmt::format("{}: goes on after step {} of {}", name, first_step, steps));
    auto const per_step = p.tokens_per_step(R::model.context);
    if (leads()) run_.bar.begin(name, "tokens", steps * per_step);
    run_.bar.advance(first_step * per_step);
    auto const began = clock::now();
    training_step last{};
    std::int64_t kept = first_step;
    SNOWCODER_TRY(
        auto const ended,
        train::run_phase(
            *trainer_, ranks_, state_, p, data, watch, [&](training_step const& row, bool updated) -> expected<train::next> {
              if (metrics) SNOWCODER_CHECK(metrics->write(row));
              if (!updated)
                say(fmt::format("{}: step {} left out, loss {:.4f}, gradient norm {:.4g}", name, row.step, row.loss,
                                row.gradient_norm));
              run_.bar.advance(per_step);
              if (leads()) run_.bar.remark(fmt::format("loss {:.4f}", row.loss));
              if (leads())
                run_.log.event(
                    "step",
                    {{"label", name}, {"step", row.step}, {"loss", row.loss}, {"rate", row.rate}, {"updated", updated}});
              last = row;
              ++done_;
              stopped_ = ranks_.any(stop_.raised()) || (options_.steps > 0 && done_ >= options_.steps);
              if (row.step < steps && (stopped_ || row.step % every == 0)) {
                SNOWCODER_CHECK(checkpoint(folder / io::checkpoint_name(row.step)));
                kept = row.step;
              }
              return stopped_ ? train::next::stop : train::next::go_on;
            }));
    double const seconds = std::chrono::duration<double>(clock::now() - began).count();
    if (state_.position.step > first_step)
      report(name, p, last, double((state_.position.step - first_step) * per_step) / seconds);
    if (ended == train::ending::spiked) {
      if (state_.position.step > kept) SNOWCODER_CHECK(checkpoint(folder / io::checkpoint_name(state_.position.step)));
      return failure(
          "loss or gradient is not finite, or the gradient is far longer than before",
          fmt::format("{} step {}", name, state_.position.step + 1),
          "the state before it is kept; lower the peak rate, train in f32, or leave such steps out with --spikes skip");
    }
    if (ended == train::ending::stopped) {
      say(fmt::format("{}: stopped after step {} of {}; the same command goes on", name, state_.position.step, steps));
      return {};
    }
    if (!leads()) {
      ranks_.wait_for_all();
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
    return checkpoint(folder / "final");
  }

  void report(std::string const& name, config::phase const& p, training_step const& last, double rate) {
    say(fmt::format("{}: step {} of {}, loss {:.4f}, {:.0f} tokens/s, {:.4g} FLOP/s (causal, 6N + 6LdT)", name, last.step,
                    p.steps(R::model.context), last.loss, rate, rate * config::flop_per_token(R::model)));
  }

  run_context& run_;
  train_options const& options_;
  Backend& device_;
  parallel::world& ranks_;
  stop_signal stop_;
  train::state<R, Backend> state_;
  std::optional<train::stepper<R, Backend, T, parallel::world>> trainer_;
  std::int64_t done_ = 0;
  bool stopped_ = false;
};

/// The whole program. Requires what the flags of `train` promise: phase is empty or a phase's name, from, arm and tokens only
/// with a phase, tokens only with an arm.
template <config::recipe R>
expected<outcome> train_recipe(run_context& run, train_options const& options) {
  if (options.device != "cpu")
    return failure("this build trains on the CPU only", "--device " + options.device, "use --device cpu");
  SNOWCODER_TRY(auto const ranks, parallel::join_world(train::reduction_lanes<R>()));
  cpu::device device(run.threads);
  auto const walked = options.precision == "bf16" ? trainer<R, cpu::device, bfloat16>(run, options, device, *ranks).walk()
                                                  : trainer<R, cpu::device, float>(run, options, device, *ranks).walk();
  SNOWCODER_CHECK(walked);
  parallel::leave(*ranks);
  return outcome::done;
}

}  // namespace snowcoder::pipeline
