// SPDX-License-Identifier: Apache-2.0
// Bits per byte while a model trains, by the texts' name and language: `train --evaluate PATH... --evaluate-every N`. Texts are
// tokenized once and held. The trainer's own model reads them, so no memory but theirs is needed, and nothing that training
// goes on from is touched. Processes share the texts; how many there are changes no bit of what is found.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/evaluate/bits_per_byte.hpp>
#include <snowcoder/io/content_hash.hpp>
#include <snowcoder/parallel/communicator.hpp>
#include <snowcoder/pipeline/evaluated_texts.hpp>
#include <snowcoder/pipeline/open_tokenizer.hpp>
#include <snowcoder/record/evaluation_step.hpp>
#include <snowcoder/record/position.hpp>
#include <snowcoder/tokenize/notebook.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

struct evaluation_options {
  std::vector<std::filesystem::path> paths;  ///< folders of documents and benchmark files; none: nothing is evaluated
  std::int64_t every = 0;                    ///< steps; 0: at the end of a phase only
  std::int64_t limit_bytes = 0;              ///< of each language of a folder; 0: all
  std::filesystem::path tokenizer;           ///< tokenizer.json; empty: the run folder's
};

class evaluation_hook {
 public:
  /// Reads and tokenizes every text of `options`; `run`: the run folder.
  template <config::recipe R>
  static expected<evaluation_hook> open(evaluation_options const& options, std::filesystem::path const& run) {
    evaluation_hook hook;
    hook.every_ = options.every;
    if (options.paths.empty()) return hook;
    hook.tokenizer_ = options.tokenizer.empty() ? run / "tokenizer.json" : options.tokenizer;
    SNOWCODER_TRY(auto const codec, open_tokenizer<R>(hook.tokenizer_));
    for (auto const& path : options.paths) {
      SNOWCODER_TRY(auto one,
                    evaluated_texts::read(path, options.limit_bytes, [&](std::string const& text, config::language language) {
                      return tokenize::encode_document(codec, R::notebooks, language, text);
                    }));
      for (auto const& other : hook.all_)
        if (other.name == one.name)
          return failure("two texts to evaluate are called " + one.name, path.string(), "rename one of them");
      hook.all_.push_back(std::move(one));
    }
    return hook;
  }

  /// Refused: texts that were read with another tokenizer than made a phase's tokens, whose hash that is; empty: nobody says.
  expected<void> check_tokenizer(std::string const& packed) const {
    if (!asked() || packed.empty()) return {};
    SNOWCODER_TRY(auto const own, io::content_hash(tokenizer_));
    if (own.hex() == packed) return {};
    return failure("not the tokenizer that made the phase's tokens", tokenizer_.string(),
                   "give --evaluate-tokenizer that one, or evaluate nothing");
  }

  /// Whether there is anything to evaluate.
  bool asked() const { return !all_.empty(); }
  /// Whether an evaluation follows step `step` of a phase of `steps`.
  bool due(std::int64_t step, std::int64_t steps) const {
    return asked() && step > 0 && (step == steps || (every_ > 0 && step % every_ == 0));
  }

  /// `model` as evaluate::measure has it. Every rank calls this and has the result.
  template <class Model, parallel::communicator Ranks>
  evaluation_step run(Model& model, Ranks& ranks, training_position const& at, std::int64_t context) const {
    evaluation_step found{at.step, at.total_steps, at.tokens, {}};
    std::int64_t number = 0;
    for (auto const& one : all_) {
      evaluate::information total;
      std::vector<evaluate::information> parts(one.parts.size());
      for (auto const& text : one.texts) {
        bool const mine = number++ % ranks.size() == ranks.rank();
        evaluate::information here{0, text.bytes, std::int64_t(text.ids.size()), 1};
        if (mine) here = evaluate::measure(model, text.ids, text.bytes, context);
        here.bits = ranks.sum(here.bits);  // of the others it is zero, so the sum is the value
        total += here;
        if (!parts.empty()) parts[text.part] += here;
      }
      found.bits_per_byte.emplace_back(one.name, total.bits_per_byte());
      for (std::size_t p = 0; p < parts.size(); ++p)
        found.bits_per_byte.emplace_back(one.name + "/" + one.parts[p], parts[p].bits_per_byte());
    }
    return found;
  }

  /// The totals, for people.
  std::string line(evaluation_step const& found) const {
    std::string text;
    for (auto const& [name, bits] : found.bits_per_byte)
      if (std::any_of(all_.begin(), all_.end(), [&](auto const& one) { return one.name == name; }))
        text += fmt::format("{}{:.4f} on {}", text.empty() ? "" : ", ", bits, name);
    return text;
  }

 private:
  std::vector<evaluated_texts> all_;
  std::filesystem::path tokenizer_;
  std::int64_t every_ = 0;
};

}  // namespace snowcoder::pipeline
