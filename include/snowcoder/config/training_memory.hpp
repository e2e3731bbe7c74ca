// SPDX-License-Identifier: Apache-2.0
// The memory of one optimizer step on a device, from the shape and what was chosen: what is allocated, part by part. Tests hold
// it against the peak that the system reports (tests/unit/train/memory.cpp) and against every byte that is asked of an emulated
// GPU (tests/unit/train/cuda_memory.cpp).
#pragma once

#include <snowcoder/config/accounting.hpp>
#include <snowcoder/config/device_memory.hpp>
#include <snowcoder/config/shape.hpp>
#include <snowcoder/core/dtype.hpp>

#include <algorithm>
#include <cstdint>

namespace snowcoder::config {

/// What a backward pass computes a second time instead of keeping it: nothing, or all of a layer but its input. Changes memory
/// and time (a third more), and no bit of the gradient.
enum class recompute : bool { nothing, blocks };

/// Positions whose logits exist at the same time on a device that holds up to `most` (config::logit_rows).
constexpr int loss_chunk(decoder_shape const& s, int most) { return std::min(most, s.context); }

/// What a step's memory depends on beside the shape. On a CPU none of it but the two types changes a result.
struct memory_choices {
  device_kind device = device_kind::cpu;
  dtype products = dtype::bf16;  ///< of products and activations
  dtype moments = dtype::f32;
  recompute again = recompute::nothing;
  int micro_batch = 1;
  int gradients = 1;                                              ///< that stand at once (train/lanes.hpp)
  int threads = 2;                                                ///< of a CPU
  int processes = 1;                                              ///< that share a step: each keeps its part of the moments
  attention_gradient attention = attention_gradient::repeatable;  ///< of a GPU
};

/// Bytes of the device's memory, by who holds them.
struct training_memory {
  std::int64_t weights = 0, gradients = 0;  ///< of the whole model; gradients with a tied embedding's second
  std::int64_t moments = 0;                 ///< of a process's part
  std::int64_t copies = 0;                  ///< of weights, in the type of products
  std::int64_t inputs = 0;                  ///< tokens, their targets and losses, and rotary angles
  std::int64_t kept = 0;                    ///< activations until the backward pass has read them
  std::int64_t backward = 0;                ///< gradients of activations
  std::int64_t loss = 0;                    ///< a chunk of logits and their gradient
  std::int64_t scratch = 0;                 ///< of a CPU's threads, or of a GPU's kernels between themselves
  std::int64_t libraries = 0;               ///< what a GPU's libraries work in
  std::int64_t host = 0;  ///< not of the device: a checkpoint's copy while it is written, in pinned memory for a GPU

  constexpr std::int64_t total() const {
    return weights + moments + gradients + copies + inputs + kept + backward + loss + scratch + libraries;
  }
};

namespace detail {

/// Scores and their gradient of 128 queries, sums of a head's keys and values, and operands brought into panels.
constexpr std::int64_t cpu_scratch(decoder_shape const& s, memory_choices const& c) {
  bool const narrow = c.products != dtype::f32;
  auto const element = std::int64_t(size_of(c.products));
  std::int64_t const scores = 2 * 128 * s.context * (4 + (narrow ? element : 0)), sums = 2 * 4 * s.context * s.head_width();
  std::int64_t const panels = narrow ? 4 * std::max<std::int64_t>(s.context * 128, 32 * 8192) + 512 * 1024 * 4 : 0;
  return c.threads * (scores + sums + panels) + (narrow ? 4 * 1024 * std::max<std::int64_t>(s.context, 8192) : 0);
}

/// The kernels of our own that form attention's gradient, where cuDNN does not.
constexpr bool attends_itself(decoder_shape const& s, memory_choices const& c) {
  return c.attention == attention_gradient::own || c.products != dtype::bf16 || !cudnn_serves(s.context, s.head_width());
}

/// Blocks that a GPU's verbs share (cuda::device::scratch): rows of a micro-batch by token or sums of squares, with kernels of
/// our own dO * O of each head as well; and sums of norms' gradients. With them the largest product's result while algorithms
/// are measured, if a gradient that comes later does not take more: processes that share a step do not measure.
constexpr std::int64_t gpu_scratch(decoder_shape const& s, memory_choices const& c) {
  std::int64_t const rows = std::int64_t(c.micro_batch) * s.context, width = s.width, all = parameters(s);
  auto const pieces = [](std::int64_t n, std::int64_t each) { return (n + each - 1) / each; };
  std::int64_t const squares = 8 * (1 + std::min(square_pieces, pieces(all, square_pieces)));
  std::int64_t const by_row = 4 * rows * (attends_itself(s, c) ? s.heads : 1);
  std::int64_t const norms = 4 * pieces(rows, norm_gradient_rows) * width;
  std::int64_t const element = std::int64_t(size_of(c.products)), outputs = std::max<std::int64_t>(2 * s.hidden, s.vocabulary);
  std::int64_t const measured =
      std::max({4 * loss_chunk(s, logit_rows(device_kind::gpu)) * std::int64_t(s.vocabulary), 4 * outputs * width,
                element * rows * std::max<std::int64_t>(2 * s.hidden, width + 2 * s.kv_width())});
  std::int64_t const on_top = c.processes > 1 ? 0 : std::max<std::int64_t>(0, measured - 4 * (c.gradients - 1) * all);
  return std::max(squares, by_row) + norms + on_top;
}

/// cuBLASLt's workspace; cuDNN's for the gradient of all sequences at once, as its frontend 1.x lays it out: sums by row, and
/// for a repeatable gradient the gradient of all scores in bf16, else that of queries in f32; with grouped heads the gradients
/// of keys and values for every head. What a H100 showed: benchmarks/results/h100.md. Where GPUs exchange gradients, what has
/// come; NCCL's own buffers are not known.
constexpr std::int64_t gpu_libraries(decoder_shape const& s, memory_choices const& c) {
  std::int64_t const rows = std::int64_t(c.micro_batch) * s.context;
  std::int64_t bytes = product_workspace + (c.processes > 1 ? 4 * exchanged_floats * c.processes : 0);
  if (attends_itself(s, c)) return bytes;
  bytes += 4 * rows * s.heads + (s.kv_heads < s.heads ? 2 * 2 * rows * s.width : 0);
  return bytes + (c.attention == attention_gradient::repeatable ? 2 * rows * s.heads * s.context : 4 * rows * s.width);
}

}  // namespace detail

/// The buffers of train::state, train::stepper, nn::decoder and of the device: with `threads` those of the CPU's attention and
/// products. A GPU's context, and the code of libraries on it, come on top. Documents kept apart take 4 bytes a token more, and
/// on a GPU before sm_90 attention of our own.
constexpr training_memory memory_of_step(decoder_shape const& s, memory_choices const& c) {
  std::int64_t const all = parameters(s), width = s.width, packed = width + 2 * s.kv_width(), hidden = s.hidden;
  std::int64_t const embedding = std::int64_t(s.vocabulary) * width, rows = std::int64_t(c.micro_batch) * s.context;
  auto const element = std::int64_t(size_of(c.products));
  bool const narrow = c.products != dtype::f32, again = c.again == recompute::blocks, gpu = c.device == device_kind::gpu;
  training_memory m;
  m.weights = 4 * all;
  m.moments = 2 * std::int64_t(size_of(c.moments)) * (all / c.processes);
  m.gradients = 4 * (c.gradients * all + (s.tied ? embedding : 0));
  auto one_layer = s;
  one_layer.layers = 1;
  m.copies = narrow ? element * (again ? parameters(one_layer) : all) : 0;
  m.inputs = 3 * 4 * rows + 4 * std::int64_t(s.context) * s.head_width();
  std::int64_t const layer = 4 * width + packed + 3 * hidden, layers = again ? 1 : s.layers;
  m.kept = rows * (element * ((s.layers + 3) * width + layers * layer) + 4 * layers * s.heads);
  m.backward = rows * element * (width + packed + 3 * hidden);
  m.loss = loss_chunk(s, logit_rows(c.device)) * std::int64_t(s.vocabulary) * (4 + (narrow ? element : 0));
  m.scratch = gpu ? detail::gpu_scratch(s, c) : detail::cpu_scratch(s, c);
  m.libraries = gpu ? detail::gpu_libraries(s, c) : 0;
  m.host = (4 + 2 * std::int64_t(size_of(c.moments))) * all;
  return m;
}

}  // namespace snowcoder::config
