// SPDX-License-Identifier: Apache-2.0
// Requests in the OpenAI form, checked and turned into a prompt and options; answers in that form. What this server does
// not do is refused, never ignored.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/generate/completion.hpp>
#include <snowcoder/io/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace snowcoder::generate {

struct text_request {
  std::string prompt;
  completion_options options;
  bool chat = false, stream = false;
};

namespace detail {

inline expected<double> number(io::json const& body, char const* key, double otherwise, double least, double most) {
  if (!body.contains(key) || body[key].is_null()) return otherwise;
  if (!body[key].is_number() || body[key].get<double>() < least || body[key].get<double>() > most)
    return failure(std::string(key) + " must be a number from " + std::to_string(least) + " to " + std::to_string(most), key);
  return body[key].get<double>();
}

/// Messages one after the other, a line between them: a base model knows no roles.
inline expected<std::string> joined(io::json const& messages) {
  if (!messages.is_array() || messages.empty()) return failure("messages must be a list", "messages");
  std::string text;
  for (auto const& m : messages) {
    if (!m.is_object() || !m.contains("content") || !m["content"].is_string())
      return failure("every message needs a string content", "messages");
    if (!text.empty()) text += '\n';
    text += m["content"].get<std::string>();
  }
  return text;
}

}  // namespace detail

/// From the body of POST /v1/completions or, with `chat`, /v1/chat/completions. The error's place is the field's name.
inline expected<text_request> parse_text_request(std::string const& text, bool chat, std::int64_t context) {
  SNOWCODER_TRY(auto const body, io::parse_json(text, "body"));
  if (!body.is_object()) return failure("the body must be a JSON object", "body");
  for (auto const* key : {"n", "best_of"}) {
    SNOWCODER_TRY(double const count, detail::number(body, key, 1, 1, 1e9));
    if (count != 1) return failure(std::string(key) + " other than 1 is not supported", key);
  }
  for (auto const* key : {"echo", "logprobs", "top_logprobs", "suffix", "tools", "functions"})
    if (body.contains(key) && !body[key].is_null() && body[key] != false && body[key] != 0)
      return failure(std::string(key) + " is not supported", key);
  text_request r;
  r.chat = chat;
  if (chat) {
    SNOWCODER_TRY(r.prompt, detail::joined(body.contains("messages") ? body["messages"] : io::json()));
  } else {
    if (!body.contains("prompt") || !body["prompt"].is_string()) return failure("prompt must be a string", "prompt");
    r.prompt = body["prompt"].get<std::string>();
  }
  auto const* limit = chat && body.contains("max_completion_tokens") ? "max_completion_tokens" : "max_tokens";
  SNOWCODER_TRY(double const tokens, detail::number(body, limit, chat ? double(context) : 16, 0, 1e9));
  r.options.new_tokens = std::int64_t(tokens);
  SNOWCODER_TRY(r.options.sampling.temperature, detail::number(body, "temperature", 1, 0, 100));
  SNOWCODER_TRY(r.options.sampling.top_p, detail::number(body, "top_p", 1, 0, 1));
  SNOWCODER_TRY(double const seed, detail::number(body, "seed", 0, -9e15, 9e15));
  r.options.sampling.seed = std::uint64_t(std::int64_t(seed));
  if (body.contains("stop") && !body["stop"].is_null()) {
    auto const words = body["stop"].is_array() ? body["stop"] : io::json::array({body["stop"]});
    for (auto const& w : words) {
      if (!w.is_string() || w.get<std::string>().empty()) return failure("stop must be a string or a list of strings", "stop");
      r.options.stop.push_back(w.get<std::string>());
    }
  }
  if (body.contains("stream") && !body["stream"].is_null()) {
    if (!body["stream"].is_boolean()) return failure("stream must be true or false", "stream");
    r.stream = body["stream"].get<bool>();
  }
  return r;
}

inline std::string_view finish_name(finish f) { return f == finish::stop ? "stop" : "length"; }

/// One choice: a whole answer, or with `piece` a part of a stream; `reason` is null until the end.
inline io::json choice(bool chat, bool piece, std::string_view text, io::json reason) {
  io::json c{{"index", 0}};
  if (chat)
    c[piece ? "delta" : "message"] = {{"role", "assistant"}, {"content", text}};
  else
    c["text"] = text;
  c["logprobs"] = nullptr;
  c["finish_reason"] = std::move(reason);
  return c;
}

/// How much of a text ends with a whole UTF-8 character: the rest waits for its other bytes.
inline std::size_t whole_characters(std::string_view text) {
  for (std::size_t back = 1; back <= 3 && back <= text.size(); ++back) {
    auto const byte = static_cast<unsigned char>(text[text.size() - back]);
    if (byte < 0x80) break;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4u : byte >= 0xe0 ? 3u : 2u) ? text.size() - back : text.size();
  }
  return text.size();
}

}  // namespace snowcoder::generate
