// SPDX-License-Identifier: Apache-2.0
// Continues a prompt token by token until a stop word, the end of the text, the limit or the end of the context.
#pragma once

#include <snowcoder/config/vocabulary.hpp>
#include <snowcoder/generate/sampling.hpp>
#include <snowcoder/generate/stop_words.hpp>
#include <snowcoder/generate/token_choice.hpp>
#include <snowcoder/record/token_id.hpp>

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::generate {

/// Reads tokens and says the logits after the last one; nn::decoder_cache is one.
template <class M>
concept language_model = requires(M& m, M const& c, std::span<token_id const> ids) {
  { m.append(ids) } -> std::convertible_to<std::span<float const>>;
  m.reset();
  { c.size() } -> std::convertible_to<std::int64_t>;
  { c.context() } -> std::convertible_to<std::int64_t>;
};
/// Text to ids and back; the text of a row of ids is the texts of its ids.
template <class C>
concept text_codec = requires(C const& c, std::string_view text, std::span<token_id const> ids) {
  { c.encode(text) } -> std::convertible_to<std::vector<token_id>>;
  { c.decode(ids) } -> std::convertible_to<std::string>;
};

enum class finish : unsigned char { stop, length };

struct completion {
  std::string text;  ///< without the stop word; may end inside a character if the limit did
  std::int64_t prompt_tokens = 0, tokens = 0;
  std::int64_t prompt_cut = 0;  ///< tokens of the prompt's beginning that the model was not shown
  finish reason = finish::length;
  std::vector<token_choice> prompt_choices, choices;  ///< where asked for; an end of the text is the last of the choices
};

struct completion_options {
  std::int64_t new_tokens = 16;
  generate::sampling sampling = {};
  std::vector<std::string> stop = {};
  bool judged = false, prompt_judged = false;  ///< tokens with their probabilities, those of the prompt too
  std::size_t alternatives = 0;                ///< and so many likeliest ones beside each
};

/// What a prompt is to a model: its ids, at least one, and how many before them it is not shown.
struct model_prompt {
  std::vector<token_id> ids;
  std::int64_t cut = 0;
};
/// A prompt that leaves no room for `new_tokens` loses its beginning, but no more than half of the context is given up for
/// that.
template <text_codec Codec>
model_prompt prompt_ids(Codec const& codec, std::string_view prompt, std::int64_t context, std::int64_t new_tokens) {
  model_prompt p{codec.encode(prompt), 0};
  if (p.ids.empty()) p.ids.push_back(config::end_of_text);
  p.cut = std::max<std::int64_t>(std::int64_t(p.ids.size()) - std::max(context - new_tokens, context / 2), 0);
  p.ids.erase(p.ids.begin(), p.ids.begin() + p.cut);
  return p;
}

/// An answer that grows: whoever runs the model hands it logits and reads the tokens that it chooses.
template <text_codec Codec>
class answer {
 public:
  answer(Codec const& codec, std::vector<token_id> prompt, completion_options options)
      : codec_(&codec), prompt_(std::move(prompt)), options_(std::move(options)), stops_(options_.stop) {
    result_.prompt_tokens = std::int64_t(prompt_.size());
    if (options_.prompt_judged && !prompt_.empty()) result_.prompt_choices.push_back({prompt_[0], {}, {}});
  }

  std::span<token_id const> prompt() const { return prompt_; }
  completion_options const& options() const { return options_; }
  /// Whether the model need be asked at all.
  bool empty() const { return options_.new_tokens <= 0 && !options_.prompt_judged; }
  /// The logits after token `i` of the prompt, for an answer that is to judge it.
  void hear(std::int64_t i, std::span<float const> logits) {
    if (auto const next = std::size_t(i) + 1; next < prompt_.size())
      result_.prompt_choices.push_back(choice_of(prompt_[next], logits, options_.alternatives));
  }

  /// Takes the logits after everything so far. True when the answer goes on behind last(), which the model is to read next;
  /// `room` says whether it can. said(text) is called with text that is certain to stay; when it returns false, the answer
  /// ends.
  template <std::predicate<std::string_view> Said>
  bool take(std::span<float const> logits, bool room, Said&& said) {
    auto& r = result_;
    if (options_.new_tokens <= 0) return false;
    last_ = sample(logits, options_.sampling, r.tokens);
    if (options_.judged) r.choices.push_back(choice_of(last_, logits, options_.alternatives));
    if (last_ == config::end_of_text) return end(finish::stop, said);
    ++r.tokens;
    auto const known = r.text.size();
    r.text += codec_->decode(std::span<token_id const>(&last_, 1));
    if (auto const at = stops_.find(r.text, known); at != std::string::npos) {
      r.text.resize(at);
      return end(finish::stop, said);
    }
    if (!tell(stops_.safe(r.text), said)) return false;
    return (r.tokens < options_.new_tokens && room) || end(finish::length, said);
  }
  token_id last() const { return last_; }

  completion& result() { return result_; }

 private:
  template <class Said>
  bool tell(std::size_t end, Said& said) {
    auto const piece = std::string_view(result_.text).substr(told_, end - told_);
    told_ = end;
    return piece.empty() || said(piece);
  }
  template <class Said>
  bool end(finish reason, Said& said) {
    result_.reason = reason;
    tell(result_.text.size(), said);
    return false;
  }

  Codec const* codec_;
  std::vector<token_id> prompt_;
  completion_options options_;
  stop_finder stops_;
  completion result_;
  std::size_t told_ = 0;
  token_id last_ = 0;
};

/// `said(text)` is called with every piece of text that is certain to be in the answer; returning false ends it.
template <language_model Model, text_codec Codec, std::predicate<std::string_view> Said>
completion complete(Model& model, Codec const& codec, std::string_view prompt, completion_options const& options, Said&& said) {
  auto shown = prompt_ids(codec, prompt, model.context(), options.new_tokens);
  answer<Codec> a(codec, std::move(shown.ids), options);
  a.result().prompt_cut = shown.cut;
  model.reset();
  if (!a.empty()) {
    auto logits = std::span<float const>(model.append(a.prompt()));
    while (a.take(logits, model.size() < model.context(), said)) {
      auto const next = a.last();
      logits = model.append(std::span(&next, 1));
    }
  }
  return std::move(a.result());
}

template <language_model Model, text_codec Codec>
completion complete(Model& model, Codec const& codec, std::string_view prompt, completion_options const& options) {
  return complete(model, codec, prompt, options, [](std::string_view) { return true; });
}

/// The prompt as a base model should see it: trailing white space would split the token that the model expects next.
inline std::string_view stripped(std::string_view prompt) {
  auto const last = prompt.find_last_not_of(" \t\r\n");
  return prompt.substr(0, last == prompt.npos ? 0 : last + 1);
}

}  // namespace snowcoder::generate
