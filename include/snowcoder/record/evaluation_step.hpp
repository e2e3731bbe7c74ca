// SPDX-License-Identifier: Apache-2.0
// What an evaluation during training found: a row of metrics/<label>.evaluation.jsonl. No times, as in training_step.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace snowcoder {

struct evaluation_step {
  std::int64_t step = 0;         ///< of the phase, after which it was made
  std::int64_t total_steps = 0;  ///< of all phases
  std::int64_t tokens = 0;       ///< trained in all phases
  /// By the texts' name (a folder of documents or a benchmark) and, below a folder, "<name>/<language>"; in the texts' order.
  std::vector<std::pair<std::string, double>> bits_per_byte;
  friend bool operator==(evaluation_step const&, evaluation_step const&) = default;
};

}  // namespace snowcoder
