// SPDX-License-Identifier: Apache-2.0
// What a generator said to one seed: a row of a synthesis journal, which is also what a replay reads.
#pragma once

#include <snowcoder/config/language.hpp>

#include <cstdint>
#include <string>

namespace snowcoder {

/// A request to a generator: one answer to one seed.
struct synthesis_question {
  std::string seed;  ///< content hash of the seed document's text, 32 hexadecimal digits
  int number = 0;    ///< which of the answers to this seed
  std::string seed_repository, seed_path;
  config::language language = config::language::other;
  std::string system, user;  ///< the two messages
  std::uint64_t sampling_seed = 0;
};

struct synthetic_answer {
  std::string seed;
  int number = 0;
  std::string model;
  std::string finish_reason;  ///< "stop" is the only one that is accepted; "refused": the server took no such request
  std::string response;       ///< raw, fence included; for "refused" the server's words
};

}  // namespace snowcoder
