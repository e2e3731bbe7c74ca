// SPDX-License-Identifier: Apache-2.0
// Values measured on one document, kept beside the text so that thresholds can be chosen late.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace snowcoder {

/// One row of attributes/<name>/*.jsonl.zst: rows stand in the order of the documents.
struct attributes {
  std::string id;
  std::int64_t length = 0;  ///< characters of the document; Dolma attaches every value to a span, ours cover the whole text
  std::vector<std::pair<std::string, double>> values;  ///< in a fixed order: "lines", "longest_line", …
};

}  // namespace snowcoder
