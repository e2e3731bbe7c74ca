// SPDX-License-Identifier: Apache-2.0
// Where a phase of training stands when `train` is called: not begun, somewhere, or at its end. A checkpoint that cannot be
// read is put aside under another name, and the one before it is used.
#pragma once

#include <snowcoder/config/fingerprint.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/checkpoint_file.hpp>
#include <snowcoder/parallel/communicator.hpp>
#include <snowcoder/pipeline/library_versions.hpp>
#include <snowcoder/pipeline/run_context.hpp>
#include <snowcoder/pipeline/training_checkpoint.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

namespace snowcoder::pipeline {

enum class standing { new_phase, resumed, finished };

/// Whether a checkpoint is of this very run: its recipe, and all that `settings` names.
template <config::recipe R>
expected<void> check_same_run(io::checkpoint const& last, io::json const& settings, std::filesystem::path const& folder) {
  auto const other = [&](std::string what) {
    return failure("the checkpoints here are of another run: " + what, folder.string(),
                   "remove that folder to train the phase again, or give another --run or --arm");
  };
  if (last.manifest().fingerprint != config::fingerprint<R>.hex()) return other("recipe " + last.manifest().recipe);
  auto const& before = last.manifest().settings;
  for (auto const& [key, value] : settings.items()) {
    bool const unsaid = key == "tokenizer" && !before.contains(key);  // of an earlier version; the tokens are compared anyway
    if (!unsaid && (!before.contains(key) || before[key] != value)) return other("other " + key);
  }
  return {};
}

inline expected<void> put_aside(run_context& run, std::filesystem::path const& path, error const& why) {
  auto const aside = path.string() + ".refused";
  run.say("refused " + path.string() + ", the checkpoint before it is used: " + why.message());
  run.log.event("checkpoint refused", {{"path", path.string()}, {"why", why.message()}});
  std::error_code e;
  std::filesystem::remove_all(aside, e);
  if (std::filesystem::rename(path, aside, e); e) return failure(e.message(), path.string(), "remove that checkpoint");
  return {};
}

/// Loads the phase's last checkpoint that can be read, if there is one, on every rank. Rank 0 chooses.
template <config::recipe R, class Backend, class Moment, parallel::communicator Ranks>
expected<standing> resume(run_context& run, Ranks& ranks, Backend& device, train::state<R, Backend, Moment>& s,
                          std::filesystem::path const& folder, io::json const& settings) {
  constexpr std::int64_t none = -1, trained = -2;
  std::int64_t chosen = none;
  if (ranks.rank() == 0) {
    auto steps = io::checkpoints_in(folder);
    if (auto final = folder / "final"; std::filesystem::exists(final)) steps.emplace_back(trained, final);
    for (; !steps.empty() && chosen == none; steps.pop_back()) {
      auto const& [step, path] = steps.back();
      auto const last = io::checkpoint::open(path);
      if (last) SNOWCODER_CHECK(check_same_run<R>(*last, settings, folder));
      auto const usable = !last             ? expected<void>(failure(last.error()))
                          : step == trained ? expected<void>()
                                            : load<R>(*last, device, s, true);
      if (!usable) {
        SNOWCODER_CHECK(put_aside(run, path, usable.error()));
        continue;
      }
      chosen = step;
      if (step == trained) continue;
      if (auto const others = other_versions<Backend>(last->manifest().versions); !others.empty())
        run.say("note: other versions than those of " + path.string() + ": " + others + "; sums may differ in their last bits");
    }
  }
  chosen = ranks.from_first(chosen);
  if (chosen == trained) return standing::finished;
  if (chosen == none) return standing::new_phase;
  if (ranks.rank() != 0) {
    SNOWCODER_TRY(auto const last, io::checkpoint::open(folder / io::checkpoint_name(chosen)));
    SNOWCODER_CHECK(load<R>(last, device, s, true));
  }
  return standing::resumed;
}

}  // namespace snowcoder::pipeline
