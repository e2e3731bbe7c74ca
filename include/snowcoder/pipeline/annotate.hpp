// SPDX-License-Identifier: Apache-2.0
// The program `annotate`: embed, train, score, auc.
#pragma once

#include <snowcoder/pipeline/annotate_embed.hpp>
#include <snowcoder/pipeline/annotate_score.hpp>
#include <snowcoder/pipeline/annotate_train.hpp>
