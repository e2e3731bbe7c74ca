// SPDX-License-Identifier: Apache-2.0
// An n-gram model as a scorer: the rival of the encoder's heads that costs almost nothing.
#pragma once

#include <snowcoder/annotate/ngram_model.hpp>
#include <snowcoder/annotate/scorer.hpp>
#include <snowcoder/core/thread_pool.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace snowcoder::annotate {

class ngram_scorer {
 public:
  /// The pool must outlive the scorer.
  ngram_scorer(ngram_model model, thread_pool& threads) : model_(std::move(model)), threads_(&threads) {}

  std::vector<std::string> names() const { return {"ngram"}; }
  /// The probability that a text is of the positives.
  std::vector<std::vector<score>> score_page(std::span<document const> page) const {
    std::vector<std::vector<score>> all(1, std::vector<score>(page.size()));
    threads_->for_each_index(std::int64_t(page.size()), [&](std::int64_t i) {
      auto& s = all[0][std::size_t(i)];
      s.id = page[std::size_t(i)].id;
      s.value = sigmoid(model_.logit(ngrams_of(page[std::size_t(i)].text, model_.settings)));
    });
    return all;
  }

 private:
  ngram_model model_;
  thread_pool* threads_;
};
static_assert(scorer<ngram_scorer>);

}  // namespace snowcoder::annotate
