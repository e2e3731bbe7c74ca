// SPDX-License-Identifier: Apache-2.0
// Bytes with damage: what a test feeds to parsers.
#pragma once

#include <snowcoder/core/philox.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

namespace snowcoder::tests {

/// One to four kinds of damage, drawn by `round`.
inline std::string damaged(std::string bytes, draws const& draw, std::uint64_t round) {
  std::uint64_t n = 0;
  auto const below = [&](std::uint64_t limit) {
    return std::size_t(draw.below(std::max<std::uint64_t>(limit, 1), round, n++));
  };
  for (auto times = 1 + below(4); times > 0 && !bytes.empty(); --times) {
    auto const at = below(bytes.size());
    auto const length = std::min(bytes.size() - at, 1 + below(below(2) ? 8 : bytes.size()));
    switch (below(6)) {
      case 0:
        bytes[at] = char(bytes[at] ^ (1 << below(8)));
        break;
      case 1:
        bytes.resize(at);
        break;
      case 2:
        bytes.erase(at, length);
        break;
      case 3:
        bytes.insert(below(bytes.size()), std::string(bytes, at, length));
        break;
      case 4:
        bytes.replace(at, std::min<std::size_t>(length, 8), std::min<std::size_t>(length, 8), below(2) ? '\xff' : '\0');
        break;
      default:
        bytes[at] = char(below(256));
    }
  }
  return bytes;
}

}  // namespace snowcoder::tests
