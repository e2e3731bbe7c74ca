// SPDX-License-Identifier: Apache-2.0
// What one optimizer step has to say: a row of metrics/<phase>.jsonl. No times: the same run gives the same rows.
#pragma once

#include <cstdint>

namespace snowcoder {

struct training_step {
  std::int64_t step = 0;         ///< of the phase, from 1
  std::int64_t total_steps = 0;  ///< of all phases
  std::int64_t tokens = 0;       ///< trained in all phases, this step included
  std::int64_t pass = 0;         ///< over the phase's data, from 0
  float loss = 0;                ///< mean cross-entropy of the step's targets, nats
  float gradient_norm = 0;       ///< before clipping
  double rate = 0;               ///< learning rate of this step
  friend bool operator==(training_step const&, training_step const&) = default;
};

}  // namespace snowcoder
