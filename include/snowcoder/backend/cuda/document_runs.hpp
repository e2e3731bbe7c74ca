// SPDX-License-Identifier: Apache-2.0
// Documents that share sequences as a library takes them: in runs of about one length, which it pads in its own eyes only, and
// of few kinds, for building a graph takes a second.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace snowcoder::cuda {

/// Documents of at most `longest` rows, which are a power of two of 128, or all of a sequence. In order, and a power of two of
/// them. With their padding they have no more rows than the batch: what a library works in is no more either.
struct document_run {
  std::int64_t longest = 0;
  std::vector<std::int64_t> documents;
  friend bool operator==(document_run const&, document_run const&) = default;
};

/// Document i has the rows [first[i], first[i + 1]), at least one; `length` rows a sequence, a multiple of 128. Short ones come
/// first. Each document is in one run.
inline std::vector<document_run> runs_of_documents(std::span<std::int32_t const> first, std::int64_t length) {
  std::vector<document_run> runs;
  std::int64_t const rows = first.back();
  for (std::int64_t shorter = 0, longest = std::min<std::int64_t>(128, length); shorter < length;
       shorter = longest, longest = std::min(2 * longest, length)) {
    std::vector<std::int64_t> alike;
    for (std::size_t i = 0; i + 1 < first.size(); ++i)
      if (auto const n = first[i + 1] - first[i]; n > shorter && n <= longest) alike.push_back(std::int64_t(i));
    for (auto next = alike.begin(); next != alike.end();) {
      std::int64_t const most = std::min<std::int64_t>(alike.end() - next, rows / longest);
      std::int64_t count = 1;
      while (2 * count <= most) count *= 2;
      runs.push_back({longest, {next, next + count}});
      next += count;
    }
  }
  return runs;
}

}  // namespace snowcoder::cuda
