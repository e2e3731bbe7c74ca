// SPDX-License-Identifier: Apache-2.0
// Where a training run stands: everything that a resume needs besides weights and moments.
#pragma once

#include <cstdint>
#include <string>

namespace snowcoder {

struct training_position {
  std::string phase;             ///< name of the phase being trained
  std::int64_t step = 0;         ///< steps done in that phase
  std::int64_t total_steps = 0;  ///< steps done in all phases
  std::int64_t updates = 0;      ///< steps since the moments were zero: the optimizer's time
  std::int64_t sequences = 0;    ///< sequences read in that phase
  std::int64_t tokens = 0;       ///< tokens trained in all phases
  std::uint64_t seed = 0;
  friend bool operator==(training_position const&, training_position const&) = default;
};

}  // namespace snowcoder
