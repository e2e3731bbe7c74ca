// SPDX-License-Identifier: Apache-2.0
// Continues a prompt token by token until a stop word, the end of the text, the limit or the end of the context.
#pragma once

#include <snowcoder/config/vocabulary.hpp>
#include <snowcoder/generate/sampling.hpp>
#include <snowcoder/generate/stop_words.hpp>
#include <snowcoder/record/token_run.hpp>

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
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
  finish reason = finish::length;
};

struct completion_options {
  std::int64_t new_tokens = 16;
  generate::sampling sampling;
  std::vector<std::string> stop;
};

/// What a prompt is to a model: its ids, at least one. A prompt that leaves no room for `new_tokens` loses its beginning, but
/// no more than half of the context is given up for that.
template <text_codec Codec>
std::vector<token_id> prompt_ids(Codec const& codec, std::string_view prompt, std::int64_t context, std::int64_t new_tokens) {
  std::vector<token_id> ids = codec.encode(prompt);
  if (ids.empty()) ids.push_back(config::end_of_text);
  auto const room = std::max(context - new_tokens, context / 2);
  if (std::int64_t(ids.size()) > room) ids.erase(ids.begin(), ids.end() - room);
  return ids;
}

/// `said(text)` is called with every piece of text that is certain to be in the answer; returning false ends it.
template <language_model Model, text_codec Codec, std::predicate<std::string_view> Said>
completion complete(Model& model, Codec const& codec, std::string_view prompt, completion_options const& options, Said&& said) {
  completion c;
  stop_finder const stops(options.stop);
  auto const ids = prompt_ids(codec, prompt, model.context(), options.new_tokens);
  c.prompt_tokens = std::int64_t(ids.size());
  model.reset();
  std::size_t told = 0;
  auto const tell = [&](std::size_t end) {
    auto const piece = std::string_view(c.text).substr(told, end - told);
    told = end;
    return piece.empty() || said(piece);
  };
  if (options.new_tokens <= 0) return c;
  auto logits = std::span<float const>(model.append(ids));
  for (;;) {
    auto const next = sample(logits, options.sampling, c.tokens);
    if (next == config::end_of_text) {
      c.reason = finish::stop;
      break;
    }
    ++c.tokens;
    auto const known = c.text.size();
    c.text += codec.decode(std::span(&next, 1));
    if (auto const at = stops.find(c.text, known); at != std::string::npos) {
      c.text.resize(at);
      c.reason = finish::stop;
      break;
    }
    if (!tell(stops.safe(c.text)) || c.tokens >= options.new_tokens || model.size() >= model.context()) break;
    logits = model.append(std::span(&next, 1));
  }
  tell(c.text.size());
  return c;
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
