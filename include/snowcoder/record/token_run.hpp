// SPDX-License-Identifier: Apache-2.0
// The ids of one document, ready to be packed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace snowcoder {

using token_id = std::int32_t;

struct token_run {
  std::string document;  ///< id
  std::vector<token_id> ids;
};

}  // namespace snowcoder
