// SPDX-License-Identifier: Apache-2.0
// What a device holds at once beside the model while it trains. The backends take these numbers from here, and
// training_memory.hpp adds them up.
#pragma once

#include <cstdint>

namespace snowcoder::config {

enum class device_kind : bool { cpu, gpu };

/// Positions whose logits exist at the same time. On a GPU with fewer, each product would spend its time on reading the head's
/// gradient and writing it back.
constexpr int logit_rows(device_kind d) { return d == device_kind::gpu ? 4096 : 512; }

/// Who forms attention's gradient on a GPU: kernels of our own, or cuDNN, which adds up in any order or, as `train` has it
/// without --free-order, in the same order each time.
enum class attention_gradient : std::uint8_t { own, free, repeatable };

/// Sequences and heads that cuDNN serves. Known faults of the library lie at other lengths.
constexpr bool cudnn_serves(std::int64_t length, std::int64_t head_width) {
  return length % 128 == 0 && head_width % 8 == 0 && head_width <= 128;
}

/// Bytes that all products of a GPU share.
inline constexpr std::int64_t product_workspace = std::int64_t(32) << 20;
/// The fewest rows whose share of a norm's gradient is one sum: those of rows that fit into registers.
inline constexpr std::int64_t norm_gradient_rows = 16;
/// Pieces whose sums of squares are kept, at most, and the elements of a piece, at least.
inline constexpr std::int64_t square_pieces = 1 << 14;
/// Floats that go to each rank at a time where GPUs exchange gradients.
inline constexpr std::int64_t exchanged_floats = std::int64_t(4) << 20;

}  // namespace snowcoder::config
