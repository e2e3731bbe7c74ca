// SPDX-License-Identifier: Apache-2.0
// A trained byte-level vocabulary on its way between trainer, file and encoder.
#pragma once

#include <snowcoder/record/token_run.hpp>

#include <string>
#include <utility>
#include <vector>

namespace snowcoder {

struct byte_pair_vocabulary {
  std::vector<std::string> tokens;                    ///< bytes by id; empty where an id has no token
  std::vector<std::pair<token_id, token_id>> merges;  ///< in rank order
  std::vector<token_id> sentinels;                    ///< ids whose token is a sentinel's text, not bytes of a document
  std::string splitter;                               ///< name of the splitter it was trained with

  friend bool operator==(byte_pair_vocabulary const&, byte_pair_vocabulary const&) = default;
};

}  // namespace snowcoder
