// SPDX-License-Identifier: Apache-2.0
// The paper's scorer: the mean over a file's top, middle and bottom sections (section 2.3), for any number of heads in one
// pass of the encoder. Where sections coincide they are encoded once and stand for each of their names in the mean. Vectors
// that are not finite give NaN, which whoever keeps scores refuses: a head's tanh would hide them.
#pragma once

#include <snowcoder/annotate/embedder.hpp>
#include <snowcoder/annotate/head.hpp>
#include <snowcoder/annotate/scorer.hpp>
#include <snowcoder/core/thread_pool.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace snowcoder::annotate {

struct named_head {
  std::string name;  ///< of the score attribute
  head trained;
};

template <section_tokenizer Tokenizer, section_encoder Encoder>
class section_scorer {
 public:
  /// References must outlive the scorer. `advance(n)` hears of n more sections encoded.
  section_scorer(Tokenizer const& tokenizer, Encoder& encoder, thread_pool& threads, std::vector<named_head> heads,
                 config::annotator const& settings, std::function<void(std::int64_t)> advance = {})
      : tokenizer_(tokenizer),
        encoder_(encoder),
        threads_(threads),
        heads_(std::move(heads)),
        settings_(settings),
        advance_(std::move(advance)) {}

  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (auto const& h : heads_) all.push_back(h.name);
    return all;
  }

  /// Equal texts of a page are encoded once.
  std::vector<std::vector<score>> score_page(std::span<document const> page) {
    std::vector<std::string_view> texts;
    std::vector<std::size_t> source(page.size());
    std::unordered_map<std::string_view, std::size_t> seen;
    for (std::size_t i = 0; i < page.size(); ++i) {
      auto const [found, added] = seen.emplace(page[i].text, texts.size());
      if (added) texts.push_back(page[i].text);
      source[i] = found->second;
    }
    auto const vectors = embed_texts(std::span<std::string_view const>(texts), tokenizer_, encoder_, threads_, settings_.scored,
                                     settings_.section, advance_);
    std::vector<std::vector<score>> all(heads_.size(), std::vector<score>(page.size()));
    threads_.for_each_index(std::int64_t(page.size()), [&](std::int64_t i) {
      auto const at = std::size_t(i);
      for (std::size_t h = 0; h < heads_.size(); ++h) {
        all[h][at] = score_of(heads_[h].trained, vectors[source[at]]);
        all[h][at].id = page[at].id;
      }
    });
    return all;
  }

 private:
  score score_of(head const& h, text_vectors const& v) const {
    score s;
    std::array<float, 3> distinct{};
    bool const finite = v.finite();
    for (int i = 0; i < v.sections.distinct; ++i)
      distinct[std::size_t(i)] = !finite ? NAN : h({v.vectors.data() + i * Encoder::width, std::size_t(Encoder::width)});
    for (std::size_t i = 0; i < 3; ++i) s.logits[i] = distinct[std::size_t(v.sections.slot[i])];
    s.value = average(s.logits, h.recipe, settings_.average);
    s.sections = v.sections.distinct;
    s.tokens = v.tokens;
    return s;
  }

  Tokenizer const& tokenizer_;
  Encoder& encoder_;
  thread_pool& threads_;
  std::vector<named_head> heads_;
  config::annotator settings_;
  std::function<void(std::int64_t)> advance_;
};

}  // namespace snowcoder::annotate
