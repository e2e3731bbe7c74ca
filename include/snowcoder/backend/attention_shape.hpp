// SPDX-License-Identifier: Apache-2.0
// How the rows of a packed [q | k | v] matrix are read by attention. Shared by all devices.
#pragma once

#include <snowcoder/core/host_device.hpp>

#include <cmath>
#include <cstdint>
#include <span>

namespace snowcoder {

/// Rows are tokens, sequence after sequence; columns are q (heads), k and v (kv_heads each), head_width elements a head.
struct attention_shape {
  std::int64_t sequences, length, heads, kv_heads, head_width;
  /// (rows), device memory: the first row of its sequence that a row sees, at most itself and never falling within a sequence;
  /// null: row 0. Documents that share a sequence are kept apart by it.
  std::int32_t const* starts = nullptr;
  /// The same for the host, where a device asks for it (lists_documents): the first row of each document, and rows() behind the
  /// last. Not to change before the call returns.
  std::span<std::int32_t const> documents = {};

  SNOWCODER_HD constexpr std::int64_t rows() const { return sequences * length; }
  SNOWCODER_HD constexpr std::int64_t width() const { return heads * head_width; }
  SNOWCODER_HD constexpr std::int64_t kv_width() const { return kv_heads * head_width; }
  SNOWCODER_HD constexpr std::int64_t packed() const { return width() + 2 * kv_width(); }
  SNOWCODER_HD constexpr std::int64_t group() const { return heads / kv_heads; }  ///< query heads that share a key head
  SNOWCODER_HD constexpr std::int64_t q(std::int64_t head) const { return head * head_width; }
  SNOWCODER_HD constexpr std::int64_t k(std::int64_t head) const { return width() + head / group() * head_width; }
  SNOWCODER_HD constexpr std::int64_t v(std::int64_t head) const { return k(head) + kv_width(); }
  /// Of row `i` of a sequence; only where `starts` can be read.
  SNOWCODER_HD constexpr std::int64_t start(std::int64_t sequence, std::int64_t i) const {
    return starts ? starts[sequence * length + i] : 0;
  }
  float scale() const { return 1.0f / std::sqrt(float(head_width)); }
};

}  // namespace snowcoder
