// SPDX-License-Identifier: Apache-2.0
// The program `annotate`: embed, label, train, ngram, score, auc, selftest.
#pragma once

#include <snowcoder/pipeline/annotate_auc.hpp>
#include <snowcoder/pipeline/annotate_embed.hpp>
#include <snowcoder/pipeline/annotate_label.hpp>
#include <snowcoder/pipeline/annotate_ngram.hpp>
#include <snowcoder/pipeline/annotate_score.hpp>
#include <snowcoder/pipeline/annotate_train.hpp>
#include <snowcoder/pipeline/encoder_selftest.hpp>
