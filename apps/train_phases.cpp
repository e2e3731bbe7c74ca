// SPDX-License-Identifier: Apache-2.0
// The part of `train` that trains (train.cpp has its flags).
#include SNOWCODER_RECIPE_HEADER

#include <snowcoder/pipeline/train.hpp>

using namespace snowcoder;

template expected<pipeline::outcome> pipeline::train_recipe<SNOWCODER_RECIPE>(pipeline::run_context&,
                                                                              pipeline::train_options const&);
