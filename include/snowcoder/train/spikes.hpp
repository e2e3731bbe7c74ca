// SPDX-License-Identifier: Apache-2.0
// Steps that would spoil a run: a loss or gradient that is not finite, or a gradient far longer than those before it. What is
// far follows from the norms of the steps before alone, so a resumed run that is told them judges as the uninterrupted one.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <vector>

namespace snowcoder::train {

/// stop: end the run with the last good state kept. skip: leave the update out and go on with the next sequences.
enum class spike_policy : std::uint8_t { stop, skip };

class spike_watch {
 public:
  /// `factor`: times the median norm of the last updates that make a spike; 0: only what is not finite.
  explicit spike_watch(spike_policy policy = spike_policy::stop, double factor = 0) : policy_(policy), factor_(factor) {}

  spike_policy policy() const { return policy_; }

  /// The longest gradient that still makes an update. No limit before `least` updates.
  double longest() const {
    if (factor_ <= 0 || norms_.size() < least) return std::numeric_limits<double>::infinity();
    std::vector<double> sorted(norms_.begin(), norms_.end());
    std::nth_element(sorted.begin(), sorted.begin() + std::ptrdiff_t(sorted.size() / 2), sorted.end());
    return factor_ * sorted[sorted.size() / 2];
  }

  /// Tells of a step, as it happens or from a metrics file; norms as they stand there, in float.
  void saw(float loss, float norm) {
    if (!std::isfinite(loss) || !std::isfinite(norm) || double(norm) > longest()) return;
    norms_.push_back(double(norm));
    if (norms_.size() > window) norms_.pop_front();
  }

 private:
  static constexpr std::size_t window = 64, least = 16;
  spike_policy policy_;
  double factor_;
  std::deque<double> norms_;
};

}  // namespace snowcoder::train
