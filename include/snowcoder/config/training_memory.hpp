// SPDX-License-Identifier: Apache-2.0
// The memory of one optimizer step on a device, from the shape and what was chosen: what is allocated, part by part. A test
// holds it against the peak that the system reports (tests/unit/train/memory.cpp).
#pragma once

#include <snowcoder/config/accounting.hpp>
#include <snowcoder/config/shape.hpp>
#include <snowcoder/core/dtype.hpp>

#include <algorithm>
#include <cstdint>

namespace snowcoder::config {

/// What a backward pass computes a second time instead of keeping it: nothing, or all of a layer but its input. Changes memory
/// and time (a third more), and no bit of the gradient.
enum class recompute : bool { nothing, blocks };

/// Positions whose logits exist at the same time on a device that holds up to `most` (a backend's logit_rows), by default a
/// CPU.
constexpr int loss_chunk(decoder_shape const& s, int most = 512) { return std::min(most, s.context); }

/// What a step's memory depends on beside the shape. None of it but the two types changes a result.
struct memory_choices {
  dtype products = dtype::bf16;  ///< of products and activations
  dtype moments = dtype::f32;
  recompute again = recompute::nothing;
  int micro_batch = 1;
  int gradients = 1;  ///< that stand at once (train/lanes.hpp)
  int threads = 2;    ///< of a CPU
  int processes = 1;  ///< that share a step: each keeps its part of the moments
};

/// Bytes, by who holds them.
struct training_memory {
  std::int64_t weights = 0, gradients = 0;  ///< of the whole model; gradients with a tied embedding's second
  std::int64_t moments = 0;                 ///< of a process's part
  std::int64_t copies = 0;                  ///< of weights, in the type of products
  std::int64_t kept = 0;                    ///< activations until the backward pass has read them
  std::int64_t backward = 0;                ///< gradients of activations
  std::int64_t loss = 0;                    ///< a chunk of logits and their gradient
  std::int64_t scratch = 0;                 ///< of a CPU's threads

  constexpr std::int64_t total() const { return weights + moments + gradients + copies + kept + backward + loss + scratch; }
};

/// The buffers of train::state, train::stepper, nn::decoder and, with `threads`, of the CPU's attention and products.
constexpr training_memory memory_of_step(decoder_shape const& s, memory_choices const& c) {
  std::int64_t const all = parameters(s), width = s.width, packed = width + 2 * s.kv_width(), hidden = s.hidden;
  std::int64_t const embedding = std::int64_t(s.vocabulary) * width, rows = std::int64_t(c.micro_batch) * s.context;
  auto const element = std::int64_t(size_of(c.products));
  bool const narrow = c.products != dtype::f32, again = c.again == recompute::blocks;
  training_memory m;
  m.weights = 4 * all;
  m.moments = 2 * std::int64_t(size_of(c.moments)) * (all / c.processes);
  m.gradients = 4 * (c.gradients * all + (s.tied ? embedding : 0));
  auto one_layer = s;
  one_layer.layers = 1;
  m.copies = narrow ? element * (again ? parameters(one_layer) : all) : 0;
  std::int64_t const layer = 4 * width + packed + 3 * hidden, layers = again ? 1 : s.layers;
  m.kept = rows * (element * ((s.layers + 3) * width + layers * layer) + 4 * layers * s.heads);
  m.backward = rows * element * (width + packed + 3 * hidden);
  m.loss = 4 * rows + loss_chunk(s) * std::int64_t(s.vocabulary) * (4 + (narrow ? element : 0));
  // Scores and their gradient of 128 queries, sums of a head's keys and values, and operands brought into panels.
  std::int64_t const scores = 2 * 128 * s.context * (4 + (narrow ? element : 0)), sums = 2 * 4 * s.context * s.head_width();
  std::int64_t const panels = narrow ? 4 * std::max<std::int64_t>(s.context * 128, 32 * 8192) + 512 * 1024 * 4 : 0;
  m.scratch = c.threads * (scores + sums + panels) + (narrow ? 4 * 1024 * std::max<std::int64_t>(s.context, 8192) : 0);
  return m;
}

}  // namespace snowcoder::config
