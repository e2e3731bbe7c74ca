// SPDX-License-Identifier: Apache-2.0
// Greedy completion and its judge (paper section 3). The paper prints no limits: those of time and memory are EvalPlus's.
#pragma once

#include <snowcoder/config/broken.hpp>
#include <snowcoder/core/field_list.hpp>

#include <cstdint>

namespace snowcoder::config {

enum class auc_text : std::uint8_t { file, solution };

struct evaluation {
  int new_tokens = 768;
  bool strip_prompt =
      true;  ///< trailing white space of every prompt; the paper: newlines, of most prompts of HumanEval(+) and EvoEval
  double seconds = 60;              ///< of wall time for one sample's tests
  double call_seconds = 4;          ///< of wall time for one call of its entry point
  double reference_factor = 4;      ///< or that many times as long as the benchmark's own solution takes for it
  std::int64_t memory = 4LL << 30;  ///< bytes of address space
  int processes = 16;
  std::int64_t file_bytes = 1 << 20;  ///< largest file a sample may write
  auc_text positives = auc_text::file;

  static constexpr auto fields() {
    using s = evaluation;
    return std::tuple{field{"new_tokens", &s::new_tokens, origin::ours},
                      field{"strip_prompt", &s::strip_prompt, origin::derived},
                      field{"seconds", &s::seconds, origin::ours},
                      field{"call_seconds", &s::call_seconds, origin::ours},
                      field{"reference_factor", &s::reference_factor, origin::ours},
                      field{"memory", &s::memory, origin::ours},
                      field{"processes", &s::processes, origin::ours},
                      field{"file_bytes", &s::file_bytes, origin::ours},
                      field{"positives", &s::positives, origin::ours}};
  }
  friend constexpr bool operator==(evaluation const&, evaluation const&) = default;
};

consteval evaluation checked(evaluation s) {
  if (s.new_tokens < 1 || s.seconds <= 0 || s.call_seconds <= 0 || s.reference_factor <= 0 || s.memory < 1 || s.processes < 1 ||
      s.file_bytes < 0)
    broken::sizes_must_be_positive();
  return s;
}

}  // namespace snowcoder::config
