// SPDX-License-Identifier: Apache-2.0
// How quick a phase of training is, told while it runs and at its end: tokens by second, utilisation, time left. None of it
// goes into the files that a run is judged by.
#pragma once

#include <snowcoder/config/concepts.hpp>
#include <snowcoder/pipeline/run_context.hpp>
#include <snowcoder/record/training_step.hpp>
#include <snowcoder/train/throughput.hpp>

#include <fmt/core.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

namespace snowcoder::pipeline {

/// T: the type of products, whose rate on this device utilisation is a share of unless `peak` (FLOP/s of one process) says
/// otherwise.
template <config::recipe R, class T, class Backend>
class training_meter {
 public:
  training_meter(run_context& run, Backend& device, double peak, int processes)
      : run_(run), device_(device), peak_(peak * processes), processes_(processes) {}

  void begin(std::string label, std::int64_t first_step, std::int64_t steps, std::int64_t tokens_per_step) {
    label_ = std::move(label);
    first_step_ = first_step;
    steps_ = steps;
    tokens_per_step_ = tokens_per_step;
    began_ = clock::now();
    apart_ = 0;
    run_.bar.begin(label_, "tokens", steps * tokens_per_step);
    run_.bar.advance(first_step * tokens_per_step);
  }
  /// Runs `body`, whose time is not training's.
  template <class Body>
  auto aside(Body&& body) {
    struct watch {
      training_meter& meter;
      clock::time_point began = clock::now();
      ~watch() { meter.apart_ += std::chrono::duration<double>(clock::now() - began).count(); }
    } const here{*this};
    return body();
  }
  void tell(training_step const& row, bool updated) {
    auto const t = speed(row.step - first_step_, steps_ - row.step);
    run_.bar.advance(tokens_per_step_);
    run_.bar.remark(fmt::format("loss {:.4f}", row.loss));
    run_.log.event("step", {{"label", label_},
                            {"step", row.step},
                            {"loss", row.loss},
                            {"rate", row.rate},
                            {"updated", updated},
                            {"tokens_per_second", t.tokens_per_second},
                            {"utilisation_causal", t.causal},
                            {"utilisation_full_square", t.full_square},
                            {"peak_flop_per_second", peak_},
                            {"seconds_left", t.seconds_left}});
  }
  /// What there is to say at the end; `last`: the last step that was done.
  std::string summary(training_step const& last) {
    auto const t = speed(last.step - first_step_, 0);
    std::string const share =
        fmt::format("; {:.1f} % of {:.4g} FLOP/s causal (6N + 6LdT), {:.1f} % as PaLM counts (6N + 12LdT)", t.causal * 100,
                    peak_, t.full_square * 100);
    return fmt::format("{}: step {} of {}, loss {:.4f}, {:.0f} tokens/s{}", label_, last.step, steps_, last.loss,
                       t.tokens_per_second, peak_ > 0 ? share : "");
  }

 private:
  using clock = std::chrono::steady_clock;

  train::throughput speed(std::int64_t done, std::int64_t left) {
    double const seconds = std::chrono::duration<double>(clock::now() - began_).count() - apart_;
    // A run that is over before a product could be measured has no utilisation.
    if (peak_ == 0 && seconds > 2) peak_ = aside([&] { return train::product_peak<T>(device_) * processes_; });
    return train::throughput_of(R::model, done * tokens_per_step_, seconds, left * tokens_per_step_, peak_);
  }

  run_context& run_;
  Backend& device_;
  double peak_;
  int processes_;
  std::string label_;
  std::int64_t first_step_ = 0, steps_ = 0, tokens_per_step_ = 0;
  clock::time_point began_;
  double apart_ = 0;
};

}  // namespace snowcoder::pipeline
