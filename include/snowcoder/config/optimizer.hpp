// SPDX-License-Identifier: Apache-2.0
// Adam with decoupled decay and global clipping. The paper says "Adam"; the constants are the field's.
#pragma once

#include <snowcoder/config/broken.hpp>
#include <snowcoder/core/field_list.hpp>

#include <cstdint>

namespace snowcoder::config {

/// matrices: not on norms, nor on the tied embedding.
enum class decay : std::uint8_t { matrices, all, none };

struct optimizer {
  double beta1 = 0.9;
  double beta2 = 0.95;
  double epsilon = 1e-8;
  double weight_decay = 0.1;
  decay decayed = decay::matrices;
  double clip = 1.0;  ///< largest global gradient norm

  static constexpr auto fields() {
    using s = optimizer;
    return std::tuple{field{"beta1", &s::beta1, origin::ours},     field{"beta2", &s::beta2, origin::ours},
                      field{"epsilon", &s::epsilon, origin::ours}, field{"weight_decay", &s::weight_decay, origin::ours},
                      field{"decayed", &s::decayed, origin::ours}, field{"clip", &s::clip, origin::ours}};
  }
  friend constexpr bool operator==(optimizer const&, optimizer const&) = default;
};

consteval optimizer checked(optimizer s) {
  if (s.beta1 < 0 || s.beta1 >= 1 || s.beta2 < 0 || s.beta2 >= 1) broken::betas_must_be_below_one();
  if (s.epsilon <= 0) broken::epsilon_must_be_positive();
  if (s.weight_decay < 0) broken::weight_decay_must_not_be_negative();
  if (s.clip <= 0) broken::clip_must_be_positive();
  return s;
}

}  // namespace snowcoder::config
