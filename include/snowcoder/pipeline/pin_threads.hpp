// SPDX-License-Identifier: Apache-2.0
// `train --pin-threads`: every thread stays on a processor of its own. Processes on one machine that may use the same
// processors (mpirun --bind-to none) take them one after the other; those that a launcher has bound apart keep to theirs.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/core/processors.hpp>
#include <snowcoder/core/thread_pool.hpp>
#include <snowcoder/parallel/communicator.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace snowcoder::pipeline {

/// The processors of one of the processes that share `allowed`, a thread each; `place`: which of those on this machine it is.
inline expected<std::vector<int>> processors_for(std::vector<int> const& allowed, int threads, int place) {
  auto const first = std::size_t(place) * std::size_t(threads), last = first + std::size_t(threads);
  if (last > allowed.size())
    return failure("more threads than processors to keep them on",
                   std::to_string(last) + " of " + std::to_string(allowed.size()),
                   "use fewer --threads or processes, or leave out --pin-threads");
  return std::vector<int>(allowed.begin() + std::ptrdiff_t(first), allowed.begin() + std::ptrdiff_t(last));
}

/// Pins the crew's threads, the calling one among them. Every rank calls this.
template <parallel::communicator Ranks>
expected<void> pin_threads(thread_pool& crew, Ranks& ranks) {
  auto const& allowed = allowed_processors();
  std::int64_t mine = std::int64_t(allowed.size());
  for (int p : allowed) mine = mine * 1021 + p;
  bool const bound_apart = ranks.any(ranks.from_first(mine) != mine);
  SNOWCODER_TRY(auto const chosen, processors_for(allowed, crew.threads(), bound_apart ? 0 : ranks.rank_on_this_machine()));
  if (!crew.pin(chosen)) return failure("the system does not let threads be kept on processors", "", "leave out --pin-threads");
  return {};
}

}  // namespace snowcoder::pipeline
