// SPDX-License-Identifier: Apache-2.0
// Whether a launcher of several processes (mpirun, srun --mpi=pmix) has started this one. Known without MPI, so that a build
// that has none can say so instead of letting every process believe that it is alone.
#pragma once

#include <cstdlib>
#include <initializer_list>

namespace snowcoder::parallel {

/// Processes in all; 1 when nobody launched this one.
inline int launched_processes() {
  for (auto name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"})
    if (char const* value = std::getenv(name)) return std::atoi(value);
  char const* const tasks = std::getenv("SLURM_NTASKS");
  return std::getenv("PMIX_RANK") && tasks ? std::atoi(tasks) : 1;
}

}  // namespace snowcoder::parallel
