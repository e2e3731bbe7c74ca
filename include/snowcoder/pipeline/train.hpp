// SPDX-License-Identifier: Apache-2.0
// The program `train`: walks one phase or the whole curriculum of a recipe (paper section 2), from token files to
// checkpoints. A run that was killed goes on from its last checkpoint and ends with the same bytes; SIGTERM makes it write one
// more and end well. Under mpirun, ranks share every step: rank 0 writes, the others read the same folders.
//
//   RUN/tokens/<phase>.bin .idx  ->  RUN/checkpoints/<label>/step-NNNNNN, …/final, RUN/metrics/<label>.jsonl and its
//   TensorBoard file, RUN/metrics/<label>.evaluation.jsonl where asked for (evaluation_hook.hpp). <label> is the phase, or
//   <arm>-<phase> for an arm that trains on other tokens.
#pragma once

#include <snowcoder/core/file_name.hpp>
#include <snowcoder/parallel/gpu_ranks.hpp>
#include <snowcoder/parallel/world.hpp>
#include <snowcoder/pipeline/run_context.hpp>
#include <snowcoder/pipeline/stop_signal.hpp>
#include <snowcoder/pipeline/train_options.hpp>
#include <snowcoder/pipeline/trainer.hpp>
#include <snowcoder/pipeline/with_device.hpp>

#include <type_traits>

namespace snowcoder::pipeline {

template <config::recipe R>
expected<outcome> train_recipe(run_context& run, train_options const& options) {
  stop_signal const stop;  // before there are threads that compute
  if (options.tokens.empty() && !std::filesystem::is_directory(options.run))
    return failure("no such run folder", options.run.string(),
                   "give the folder with tokens/, which `tokenize pack --out RUN/tokens/PHASE` makes");
  if (!options.arm.empty() && !is_file_name(options.arm))
    return failure("not a name for an arm: " + options.arm, "--arm", file_name_rule);
  SNOWCODER_TRY(auto const ranks, parallel::join_world(R::reduction_lanes));
  bool const narrow = options.precision == "bf16", narrow_moments = options.moments == "bf16";
  if (narrow_moments && !narrow)
    return failure("moments in bf16 go with products in bf16", "--moments bf16", "add --precision bf16");
  bool const gpu = options.device == "cuda";
  if (options.graphs && !gpu) return failure("graphs are a GPU's", "--graphs", "add --device cuda, or leave it out");
  if (options.free_order && !gpu)
    return failure("a CPU always adds in the same order", "--free-order", "add --device cuda, or leave it out");
  if (options.pin_threads && gpu)
    return failure("the threads that are pinned are those of --device cpu", "--pin-threads", "leave it out");
  auto const train_among = [&]<class Backend, class Ranks>(Backend& device, Ranks& among) -> expected<void> {
    auto const walk = [&]<class T, class Moment>(T, Moment) {
      return trainer<R, Backend, T, Moment, Ranks>(run, options, stop, device, among).walk();
    };
    return narrow_moments ? walk(bfloat16(), bfloat16()) : narrow ? walk(bfloat16(), 0.0f) : walk(0.0f, 0.0f);
  };
  auto const train_on = [&]<class Backend>(Backend& device) -> expected<void> {
    if constexpr (std::is_same_v<Backend, cpu::device>)
      return train_among(device, *ranks);
#ifdef SNOWCODER_CUDA
    else {
      device.product_plans().measure(ranks->size() == 1);
      device.graphs(options.graphs);
      device.repeatable(!options.free_order);
      parallel::gpu_ranks among(*ranks, device);
      SNOWCODER_CHECK(train_among(device, among));
      among.finish();
      if (options.graphs && device.graphs_launched() == 0 && ranks->rank() == 0)
        run.say("--graphs: nothing was launched as a graph: passes could not be recorded, or there were too few");
      return {};
    }
#endif
  };
  SNOWCODER_CHECK(with_device(options.device, run.threads, train_on, ranks->rank_on_this_machine()));
  parallel::leave(*ranks);
  return outcome::done;
}

}  // namespace snowcoder::pipeline
