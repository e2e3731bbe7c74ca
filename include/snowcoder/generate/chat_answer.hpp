// SPDX-License-Identifier: Apache-2.0
// Answers in the OpenAI form: choices, pieces of a stream, and the probabilities of tokens in the two forms that it has.
#pragma once

#include <snowcoder/core/utf8.hpp>
#include <snowcoder/generate/chat.hpp>
#include <snowcoder/generate/completion.hpp>
#include <snowcoder/io/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::generate {

inline std::string_view finish_name(finish f) { return f == finish::stop ? "stop" : "length"; }

/// How much of a text ends with a whole UTF-8 character: the rest waits for its other bytes.
inline std::size_t whole_characters(std::string_view text) {
  for (std::size_t back = 1; back <= 3 && back <= text.size(); ++back) {
    auto const byte = static_cast<unsigned char>(text[text.size() - back]);
    if (byte < 0x80) break;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4u : byte >= 0xe0 ? 3u : 2u) ? text.size() - back : text.size();
  }
  return text.size();
}

/// The text of a token as these answers spell it: a token that is part of a character is "bytes:\xc3".
template <text_codec Codec>
std::string token_text(Codec const& codec, token_id id) {
  std::string const text = codec.decode(std::span<token_id const>(&id, 1));
  if (is_utf8(text)) return text;
  std::string spelled = "bytes:";
  for (char c : text) {
    auto const byte = static_cast<unsigned char>(c);
    for (char digit : {'\\', 'x', "0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15]}) spelled += digit;
  }
  return spelled;
}

namespace detail {

template <text_codec Codec>
io::json legacy_logprobs(Codec const& codec, completion const& c) {
  io::json tokens = io::json::array(), logprobs = io::json::array(), top = io::json::array(), offsets = io::json::array();
  std::int64_t offset = 0;  // in characters of the answer's text
  for (auto const* row : {&c.prompt_choices, &c.choices})
    for (auto const& choice : *row) {
      tokens.push_back(token_text(codec, choice.id));
      logprobs.push_back(choice.logprob ? io::json(*choice.logprob) : io::json());
      offsets.push_back(offset);
      std::string const text = codec.decode(std::span<token_id const>(&choice.id, 1));
      offset += std::count_if(text.begin(), text.end(), [](char b) { return (static_cast<unsigned char>(b) & 0xc0) != 0x80; });
      if (!choice.logprob) {
        top.push_back(nullptr);
        continue;
      }
      io::json best = io::json::object();
      for (auto const& [id, logprob] : choice.best)
        best.emplace(token_text(codec, id), logprob);  // of equal texts the likelier
      best.emplace(tokens.back(), *choice.logprob);
      top.push_back(std::move(best));
    }
  return {{"tokens", tokens}, {"token_logprobs", logprobs}, {"top_logprobs", top}, {"text_offset", offsets}};
}

template <text_codec Codec>
io::json chat_logprobs(Codec const& codec, completion const& c) {
  auto const entry = [&](token_id id, double logprob) {
    io::json bytes = io::json::array();
    std::string const text = codec.decode(std::span<token_id const>(&id, 1));
    for (char b : text) bytes.push_back(int(static_cast<unsigned char>(b)));
    return io::json{{"token", token_text(codec, id)}, {"logprob", logprob}, {"bytes", bytes}};
  };
  io::json content = io::json::array();
  for (auto const& choice : c.choices) {
    auto e = entry(choice.id, *choice.logprob);
    e["top_logprobs"] = io::json::array();
    for (auto const& [id, logprob] : choice.best) e["top_logprobs"].push_back(entry(id, logprob));
    content.push_back(std::move(e));
  }
  return {{"content", content}};
}

}  // namespace detail

/// A whole answer; `prompt` is the text before it where the request wants it echoed.
template <text_codec Codec>
io::json choice_json(Codec const& codec, text_request const& r, std::int64_t index, std::string_view prompt,
                     completion const& c) {
  io::json choice{{"index", index}};
  if (r.chat)
    choice["message"] = {{"role", "assistant"}, {"content", c.text}};
  else
    choice["text"] = std::string(prompt) + c.text;
  choice["logprobs"] = !r.options.judged ? io::json()
                       : r.chat          ? detail::chat_logprobs(codec, c)
                                         : detail::legacy_logprobs(codec, c);
  choice["finish_reason"] = finish_name(c.reason);
  return choice;
}

/// A piece of a stream; `reason` is null until the end. The first piece of a chat names the role.
inline io::json piece_json(bool chat, std::int64_t index, std::string_view text, io::json reason, bool first) {
  io::json choice{{"index", index}};
  if (chat) {
    choice["delta"] = io::json::object();
    if (first) choice["delta"]["role"] = "assistant";
    choice["delta"]["content"] = text;
  } else {
    choice["text"] = text;
  }
  choice["logprobs"] = nullptr;
  choice["finish_reason"] = std::move(reason);
  return choice;
}

inline io::json usage_json(std::int64_t prompt_tokens, std::int64_t tokens) {
  return {{"prompt_tokens", prompt_tokens}, {"completion_tokens", tokens}, {"total_tokens", prompt_tokens + tokens}};
}

}  // namespace snowcoder::generate
