// SPDX-License-Identifier: Apache-2.0
// A step by the constants of a recipe that nobody has checked.
#include <snowcoder/parallel/solo.hpp>
#include <snowcoder/recipes/quickstart.hpp>
#include <snowcoder/train/step.hpp>

#include "../support/twin_device.hpp"

using namespace snowcoder;

struct mine : recipes::quickstart {
#ifdef SNOWCODER_REJECT
  static constexpr config::optimizer optimizer{.clip = 0};
#endif
};
double loss(train::stepper<mine, tests::twin_device, float, parallel::solo>& stepper,
            train::state<mine, tests::twin_device>& state, matrix_view<token_id const> sequences) {
  return stepper.step(state, sequences, sequences.rows, 1e-3).loss;
}
