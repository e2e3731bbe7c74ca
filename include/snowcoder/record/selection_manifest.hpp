// SPDX-License-Identifier: Apache-2.0
// The outcome of selection: per language what was asked and kept, and the chosen documents.
#pragma once

#include <snowcoder/config/language.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace snowcoder {

struct language_cut {
  config::language language = config::language::other;
  double threshold = 0;                              ///< lowest kept score
  std::int64_t available = 0, budget = 0, kept = 0;  ///< in the recipe's unit
  std::int64_t documents_available = 0, documents_kept = 0, tokens_kept = 0;
  std::int64_t shortfall = 0;  ///< budget that could not be filled
};

struct chosen_document {
  std::string id;
  config::language language = config::language::other;
  double value = 0;
  std::int64_t tokens = 0;
};

struct selection_manifest {
  std::string scorer;                      ///< name of the score attribute
  std::vector<language_cut> cuts;          ///< in the paper's language order
  std::vector<chosen_document> documents;  ///< by language, then best first
};

}  // namespace snowcoder
