// SPDX-License-Identifier: Apache-2.0
// Why an item did not go on: every drop names its rule, what was measured and the limit.
#pragma once

#include <string>

namespace snowcoder {

struct reject {
  std::string id;      ///< document id, or the place in the input where no document could be made
  std::string stage;   ///< "ingest", "language", "filter", "exact_duplicate", "near_duplicate", "contamination", …
  std::string reason;  ///< name of the rule: "longest_line_at_most"
  std::string detail;  ///< measured value and limit, or the id of the document that is kept instead
  friend bool operator==(reject const&, reject const&) = default;
};

}  // namespace snowcoder
