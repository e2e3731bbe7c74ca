// SPDX-License-Identifier: Apache-2.0
// The walk of `train` (train.hpp) on one device among its ranks: phase after phase, with checkpoints, metrics and evaluations.
#pragma once

#include <snowcoder/backend/attention_shape.hpp>
#include <snowcoder/config/accounting.hpp>
#include <snowcoder/io/evaluation_file.hpp>
#include <snowcoder/io/folder_lock.hpp>
#include <snowcoder/io/json_field.hpp>
#include <snowcoder/io/metrics_file.hpp>
#include <snowcoder/pipeline/checkpoint_writer.hpp>
#include <snowcoder/pipeline/evaluation_hook.hpp>
#include <snowcoder/pipeline/pin_threads.hpp>
#include <snowcoder/pipeline/product_choices.hpp>
#include <snowcoder/pipeline/provenance.hpp>
#include <snowcoder/pipeline/repetition.hpp>
#include <snowcoder/pipeline/run_context.hpp>
#include <snowcoder/pipeline/stop_signal.hpp>
#include <snowcoder/pipeline/token_file.hpp>
#include <snowcoder/pipeline/train_options.hpp>
#include <snowcoder/pipeline/train_resume.hpp>
#include <snowcoder/pipeline/training_checkpoint.hpp>
#include <snowcoder/pipeline/training_meter.hpp>
#include <snowcoder/train/loop.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace snowcoder::pipeline {

template <config::recipe R, class Backend, class T, class Moment, class Ranks>
class trainer {
 public:
  trainer(run_context& run, train_options const& options, stop_signal const& stop, Backend& device, Ranks& ranks)
      : run_(run),
        options_(options),
        stop_(stop),
        device_(device),
        ranks_(ranks),
        state_(device, parallel::owned_by(config::parameters(R::model), ranks.rank(), ranks.size())),
        meter_(run, device, options.peak, ranks.size()) {}

  /// Every phase in turn, or the one that was named.
  expected<void> walk() {
    if constexpr (requires { device_.pool(); })
      if (options_.pin_threads) SNOWCODER_CHECK(pin_threads(device_.pool(), ranks_));
    SNOWCODER_TRY(evaluation_, evaluation_hook::open<R>(options_.evaluation, options_.run));
    for (std::size_t i = 0; i < R::curriculum.size() && !stopped_; ++i)
      if (options_.phase.empty() || options_.phase == R::curriculum[i].name) SNOWCODER_CHECK(phase(i));
    return {};
  }

 private:
  /// Whether this process is the one that writes and speaks.
  bool leads() const { return ranks_.rank() == 0; }
  void say(std::string const& line) const {
    if (leads()) run_.say(line);
  }

  std::string label(config::phase const& p) const {
    return options_.arm.empty() ? std::string(p.name) : options_.arm + "-" + std::string(p.name);
  }
  std::filesystem::path checkpoints(std::string const& label) const { return options_.run / "checkpoints" / label; }

  int micro_batch(config::phase const& p) const {
    return std::min(lane_sequences<R>(p),
                    options_.micro_batch > 0 ? options_.micro_batch : default_micro_batch<R>(p, dtype_of<T>, options_.again()));
  }

  expected<void> phase(std::size_t index) {
    constexpr auto& curriculum = R::curriculum;
    auto const& p = curriculum[index];
    auto const name = label(p);
    auto const folder = checkpoints(name);
    if (p.sequences_per_step < ranks_.size())
      return failure("a step has fewer sequences than there are processes", "phase " + name, "start fewer processes");
    auto const packed = options_.tokens.empty() ? options_.run / "tokens" / std::string(p.name) : options_.tokens;
    SNOWCODER_TRY(auto tokens, token_file<R>::open(packed, p.pack));
    std::optional<io::folder_lock> lock;
    if (leads()) {
      SNOWCODER_TRY(lock, io::folder_lock::take(folder));
    }
    train::loader<token_file<R>> const data(tokens, R::model.context, p.name, p.epochs, run_.seed, p.pack);

    std::optional<io::checkpoint> origin;
    auto const parent = !options_.from.empty() ? options_.from
                        : index > 0            ? checkpoints(std::string(curriculum[index - 1].name)) / "final"
                                               : std::filesystem::path();
    if (!parent.empty()) {
      SNOWCODER_TRY(origin, io::checkpoint::open(parent));
      auto const learnt = io::text_or(origin->manifest().settings, "tokenizer");
      if (!learnt.empty() && !tokens.tokenizer().empty() && learnt != tokens.tokenizer())
        return failure("these tokens are another tokenizer's than the checkpoint has learnt that the phase begins with",
                       packed.string(), "pack the documents with the tokenizer.json of " + parent.string());
    }
    io::json settings{{"seed", run_.seed},
                      {"precision", options_.precision},
                      {"moments", options_.moments},
                      {"device", options_.device},
                      {"label", name},
                      {"reduction_lanes", R::reduction_lanes},
                      {"tokens", tokens.identity()},
                      {"from", origin ? origin->checksum(io::model_part) : "initialised"}};
    if (!tokens.tokenizer().empty()) settings["tokenizer"] = tokens.tokenizer();
    SNOWCODER_CHECK(evaluation_.check_tokenizer(tokens.tokenizer()));
    if (options_.device != "cpu") {
      settings["micro_batch"] = micro_batch(p);  // a GPU's products add up as their shapes say
      settings["repeatable"] = !options_.free_order;
    }
    SNOWCODER_TRY(auto const stand, resume<R>(run_, ranks_, device_, state_, folder, settings));
    if (stand == standing::finished) {
      say(name + ": already trained (" + (folder / "final").string() + ")");
      return {};
    }
    if (stand == standing::new_phase) SNOWCODER_CHECK(begin(p, origin));
    if (auto const note = repetition_note(p, R::model.context, data.sequences()); stand == standing::new_phase && !note.empty())
      say(note);
    product_choices products(device_, folder);
    SNOWCODER_CHECK(products.recall(run_, parent.empty() ? parent : parent.parent_path()));
    return train_phase(p, name, data, settings, products);
  }

  /// The first step of a phase: weights of the phase before it, of --from, or fresh ones.
  expected<void> begin(config::phase const& p, std::optional<io::checkpoint> const& origin) {
    if (origin) {
      SNOWCODER_CHECK(load<R>(*origin, device_, state_, p.start == config::optimizer_start::carry));
      state_.position.seed = run_.seed;
    } else {
      state_.initialise(run_.seed, run_.threads);
    }
    state_.begin(p);
    return {};
  }

  expected<void> train_phase(config::phase const& p, std::string const& name, train::loader<token_file<R>> const& data,
                             io::json const& settings, product_choices<Backend>& products) {
    auto const folder = checkpoints(name), metrics_folder = options_.run / "metrics";
    auto const steps = p.steps(R::model.context), first_step = state_.position.step;
    auto const every =
        options_.checkpoint_every > 0 ? options_.checkpoint_every : std::clamp<std::int64_t>(steps / 10, 1, 1000);
    if (!trainer_ || trainer_->micro_batch() != micro_batch(p))
      trainer_.emplace(device_, ranks_, micro_batch(p), options_.again());
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
      ranks_.wait_for_all();  // the file is replaced: over NFS, one that is read meanwhile goes away
      SNOWCODER_TRY(auto const before, io::read_metrics(rows, first_step));
      for (auto const& row : before) watch.saw(row.loss, row.gradient_norm);
    }
    checkpoint_writer<R, Backend, Moment> writer(device_, std::size_t(options_.keep), options_.wait_for_checkpoints);
    auto const checkpoint = [&](std::filesystem::path const& path) -> expected<void> {
      if (metrics) SNOWCODER_CHECK(metrics->sync());
      return writer.write(path, state_, ranks_, settings);
    };
    if (first_step > 0) say(fmt::format("{}: goes on after step {} of {}", name, first_step, steps));
    auto const per_step = p.tokens_per_step(R::model.context);
    tell_attention(p, name);
    if (leads()) meter_.begin(name, first_step, steps, per_step);
    SNOWCODER_CHECK(open_evaluations(name, first_step));
    if (evaluations_missing(first_step, steps)) SNOWCODER_CHECK(evaluate(name));
    training_step last{};
    std::int64_t kept = first_step;
    SNOWCODER_TRY(auto const ended,
                  train::run_phase(*trainer_, ranks_, state_, p, data, watch,
                                   [&](training_step const& row, bool updated) -> expected<train::next> {
                                     if (leads()) SNOWCODER_CHECK(products.keep());
                                     if (metrics) SNOWCODER_CHECK(metrics->write(row));
                                     if (!updated)
                                       say(fmt::format("{}: step {} left out, loss {:.4f}, gradient norm {:.4g}", name,
                                                       row.step, row.loss, row.gradient_norm));
                                     if (leads()) meter_.tell(row, updated);
                                     last = row;
                                     ++done_;
                                     bool const told_to_end = ranks_.any(stop_.raised());
                                     stopped_ = told_to_end || (options_.steps > 0 && done_ >= options_.steps);
                                     if (row.step < steps && (stopped_ || row.step % every == 0)) {
                                       SNOWCODER_CHECK(checkpoint(folder / io::checkpoint_name(row.step)));
                                       kept = row.step;
                                     }
                                     // While that is being written. Who is told to end leaves it to the call that goes on.
                                     if (evaluation_.due(row.step, steps) && !told_to_end) SNOWCODER_CHECK(evaluate(name));
                                     return stopped_ ? train::next::stop : train::next::go_on;
                                   }));
    if (state_.position.step > first_step && leads()) say(meter_.summary(last));
    if (ended == train::ending::spiked) {
      if (state_.position.step > kept) SNOWCODER_CHECK(checkpoint(folder / io::checkpoint_name(state_.position.step)));
      SNOWCODER_CHECK(writer.finish());
      return failure(
          "loss or gradient is not finite, or the gradient is far longer than before",
          fmt::format("{} step {}", name, state_.position.step + 1),
          "the state before it is kept; lower the peak rate, train in f32, or leave such steps out with --spikes skip");
    }
    if (ended == train::ending::stopped) {
      SNOWCODER_CHECK(writer.finish());
      say(fmt::format("{}: stopped after step {} of {}; the same command goes on", name, state_.position.step, steps));
      return {};
    }
    if (evaluations_missing(steps, steps)) SNOWCODER_CHECK(evaluate(name));
    SNOWCODER_CHECK(writer.finish());  // it tidies the folder that the stamp is written to
    // Before `final`: whoever sees that has the stamp and the evaluations as well, wherever this was killed.
    if (evaluations_) SNOWCODER_CHECK(evaluations_->sync());
    if (leads()) {
      auto stamp = provenance::of<R>("train", settings);
      SNOWCODER_CHECK(
          stamp.write(folder / "provenance.json", {{"steps", steps},
                                                   {"tokens", steps * per_step},
                                                   {"sequences_available", data.sequences()},
                                                   {"passes", double(state_.position.sequences) / double(data.sequences())},
                                                   {"last_loss", last.loss}}));
    }
    SNOWCODER_CHECK(checkpoint(folder / "final"));
    SNOWCODER_CHECK(writer.finish());
    ranks_.wait_for_all();
    return {};
  }

  /// Which kernels attend, where a device has several.
  void tell_attention(config::phase const& p, std::string const& name) {
    std::int32_t const some = 0;
    attention_shape const shape{micro_batch(p),        R::model.context,
                                R::model.heads,        R::model.kv_heads,
                                R::model.head_width(), p.mask == config::document_mask::intra ? &some : nullptr};
    if constexpr (requires { library_declines(device_, dtype_of<T>, shape); }) {
      auto const* const why = library_declines(device_, dtype_of<T>, shape);
      say(name + (why ? fmt::format(": attention by our own kernels, not cuDNN: {}", why) : ": attention by cuDNN"));
    }
  }

  expected<void> open_evaluations(std::string const& name, std::int64_t first_step) {
    evaluations_.reset();
    if (!leads() || !evaluation_.asked()) return {};
    auto const folder = options_.run / "metrics";
    auto const events = folder / "tensorboard" / name / "evaluation" / "events.out.tfevents.0000000000.snowcoder";
    SNOWCODER_TRY(evaluations_, io::evaluation_file::open(folder / (name + ".evaluation.jsonl"), events, first_step));
    return {};
  }
  /// A call that ends between a checkpoint and the evaluation that follows it leaves that to the next.
  bool evaluations_missing(std::int64_t step, std::int64_t steps) {
    return evaluation_.due(step, steps) && ranks_.from_first(evaluations_ ? evaluations_->last_step() : 0) != step;
  }
  expected<void> evaluate(std::string const& name) {
    auto const found = meter_.aside(
        [&] { return evaluation_.run(trainer_->model_of(state_), ranks_, state_.position, std::int64_t(R::model.context)); });
    if (!leads()) return {};
    say(fmt::format("{}: after step {}, bits per byte {}", name, found.step, evaluation_.line(found)));
    return evaluations_->write(found);
  }

  run_context& run_;
  train_options const& options_;
  stop_signal const& stop_;
  Backend& device_;
  Ranks& ranks_;
  train::state<R, Backend, Moment> state_;
  std::optional<train::stepper<R, Backend, T, Ranks, Moment>> trainer_;
  evaluation_hook evaluation_;
  std::optional<io::evaluation_file> evaluations_;
  training_meter<R, T, Backend> meter_;
  std::int64_t done_ = 0;
  bool stopped_ = false;
};

}  // namespace snowcoder::pipeline
