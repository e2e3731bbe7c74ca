// SPDX-License-Identifier: Apache-2.0
// The processes of this run: MPI's where the program was built with it, else one.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/parallel/launch.hpp>
#ifdef SNOWCODER_MPI
#include <snowcoder/parallel/mpi.hpp>
#else
#include <snowcoder/parallel/solo.hpp>
#endif

#include <memory>
#include <string>

namespace snowcoder::parallel {

#ifdef SNOWCODER_MPI
using world = mpi;
#else
using world = solo;
#endif

/// Refuses a launch that this build or the sum over `lanes` lanes (train/lanes.hpp) cannot serve.
inline expected<std::unique_ptr<world>> join_world(int lanes) {
  int const processes = launched_processes();
#ifdef SNOWCODER_MPI
  auto joined = std::make_unique<world>(processes > 1);
#else
  auto joined = std::make_unique<world>();
#endif
  if (processes <= 1) return joined;
  auto const where = std::to_string(processes) + " processes";
  if (joined->size() != processes)
#ifdef SNOWCODER_MPI
    return failure("the launcher belongs to another MPI than this program was built with", where,
                   "start it with that MPI's mpirun, build it with the launcher's MPI, or start one process");
#else
    return failure("this program was built without MPI", where, "install libopenmpi-dev and build again, or start one process");
#endif
  if (lanes % processes != 0)
    return failure("a step is summed in " + std::to_string(lanes) + " lanes, which the processes cannot share evenly", where,
                   "start 1, 2, 4, … processes, at most " + std::to_string(lanes));
  return joined;
}

/// The orderly end of all ranks.
inline void leave([[maybe_unused]] world& w) {
#ifdef SNOWCODER_MPI
  w.finish();
#endif
}

}  // namespace snowcoder::parallel
