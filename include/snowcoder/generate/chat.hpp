// SPDX-License-Identifier: Apache-2.0
// Requests in the OpenAI form, checked and turned into prompts and options. What this server does not do is refused, never
// ignored.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/generate/completion.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/io/json_field.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace snowcoder::generate {

/// A text, or its ids where the client has a tokenizer of its own.
using text_or_ids = std::variant<std::string, std::vector<token_id>>;

struct text_request {
  std::vector<text_or_ids> prompts;
  completion_options options;
  int answers = 1;  ///< to each prompt
  bool chat = false, stream = false, stream_usage = false, echo = false;
};

namespace detail {

inline std::string shortest(double n) { return n == std::floor(n) ? std::to_string(std::int64_t(n)) : std::to_string(n); }
inline expected<double> number(io::sorted_json const& body, char const* key, double otherwise, double least, double most) {
  if (!body.contains(key) || body[key].is_null()) return otherwise;
  if (!body[key].is_number() || body[key].get<double>() < least || body[key].get<double>() > most)
    return failure(std::string(key) + " must be a number from " + shortest(least) + " to " + shortest(most), key);
  return body[key].get<double>();
}
inline expected<std::int64_t> whole(io::sorted_json const& body, char const* key, std::int64_t otherwise, double least,
                                    double most) {
  SNOWCODER_TRY(double const n, number(body, key, double(otherwise), least, most));
  if (n != std::floor(n)) return failure(std::string(key) + " must be a whole number", key);
  return std::int64_t(n);
}
inline expected<bool> truth(io::sorted_json const& body, char const* key) {
  if (!body.contains(key) || body[key].is_null()) return false;
  if (!body[key].is_boolean()) return failure(std::string(key) + " must be true or false", key);
  return body[key].get<bool>();
}

/// A message's content: a string, or a list of parts that are texts.
inline expected<std::string> content_of(io::sorted_json const& message) {
  auto const content = io::value_or_null(message, "content");
  if (content.is_string()) return content.get<std::string>();
  std::string text;
  for (auto const& part : content.is_array() ? content : io::sorted_json::array({nullptr})) {
    if (io::value_or_null(part, "type") != "text" || !io::value_or_null(part, "text").is_string())
      return failure("a message's content must be a string, or parts of type text", "messages");
    text += part["text"].get<std::string>();
  }
  return text;
}

/// Messages one after the other, a line between them: a base model knows no roles.
inline expected<std::string> joined(io::sorted_json const& messages) {
  if (!messages.is_array() || messages.empty()) return failure("messages must be a list that is not empty", "messages");
  std::string text;
  for (auto const& m : messages) {
    SNOWCODER_TRY(auto const content, content_of(m));
    if (!text.empty()) text += '\n';
    text += content;
  }
  return text;
}

/// A string, ids, or a list of either.
inline expected<std::vector<text_or_ids>> prompts(io::sorted_json const& stated, int vocabulary) {
  auto const refuse = [] { return failure("prompt must be a string, token ids, or a list of either", "prompt"); };
  if (stated.is_string()) return std::vector<text_or_ids>{stated.get<std::string>()};
  if (!stated.is_array() || stated.empty()) return refuse();
  auto const list = stated[0].is_number() ? io::sorted_json::array({stated}) : stated;
  std::vector<text_or_ids> all;
  for (auto const& one : list) {
    if (one.is_string()) {
      all.emplace_back(one.get<std::string>());
      continue;
    }
    if (!one.is_array() || one.empty()) return refuse();
    std::vector<token_id> ids;
    for (auto const& id : one) {
      if (!id.is_number_integer() || id < 0 || id >= vocabulary)
        return failure("prompt holds an id that the model does not have", "prompt");
      ids.push_back(id.get<token_id>());
    }
    all.emplace_back(std::move(ids));
  }
  return all;
}

/// Fields that would change the answer and are not done here, unless they say what is done anyway.
inline expected<void> refuse_others(io::sorted_json const& body, bool chat) {
  struct rule {
    char const* key;
    std::vector<io::sorted_json> harmless;
  };
  static std::vector<rule> const rules{{"suffix", {""}},
                                       {"tools", {io::sorted_json::array()}},
                                       {"functions", {io::sorted_json::array()}},
                                       {"logit_bias", {io::sorted_json::object()}},
                                       {"presence_penalty", {0}},
                                       {"frequency_penalty", {0}},
                                       {"repetition_penalty", {1}},
                                       {"repeat_penalty", {1}},
                                       {"top_k", {-1, 0}},
                                       {"min_p", {0}},
                                       {"response_format", {{{"type", "text"}}}}};
  for (auto const& r : rules) {
    auto const value = io::value_or_null(body, r.key);
    if (!value.is_null() && std::find(r.harmless.begin(), r.harmless.end(), value) == r.harmless.end())
      return failure(std::string(r.key) + " is not supported", r.key);
  }
  for (auto const* key : {"echo", "best_of"})
    if (chat && !io::value_or_null(body, key).is_null()) return failure(std::string(key) + " does not belong to a chat", key);
  return {};
}

/// `logprobs` is a count for a completion, and a yes with `top_logprobs` for a chat.
inline expected<void> read_judged(io::sorted_json const& body, text_request& r) {
  constexpr double most = 100;
  if (r.chat) {
    SNOWCODER_TRY(r.options.judged, truth(body, "logprobs"));
    SNOWCODER_TRY(auto const count, whole(body, "top_logprobs", 0, 0, most));
    if (count > 0 && !r.options.judged) return failure("top_logprobs needs logprobs", "top_logprobs");
    r.options.alternatives = std::size_t(count);
  } else if (auto const stated = io::value_or_null(body, "logprobs"); !stated.is_null() && stated != false) {
    SNOWCODER_TRY(auto const count, whole(body, "logprobs", 0, 0, most));
    r.options.judged = true;
    r.options.alternatives = std::size_t(count);
  }
  SNOWCODER_TRY(r.echo, truth(body, "echo"));
  r.options.prompt_judged = r.options.judged && r.echo;
  if (r.stream && (r.options.judged || r.echo)) return failure("a stream has neither logprobs nor echo", "stream");
  return {};
}

}  // namespace detail

/// From the body of POST /v1/completions or, with `chat`, /v1/chat/completions. The error's place is the field's name.
inline expected<text_request> parse_text_request(std::string const& text, bool chat, std::int64_t context,
                                                 int vocabulary = INT32_MAX) {
  auto const body = io::parsed<io::sorted_json>(text);
  if (!body.is_object()) return failure("the body must be a JSON object", "body");
  SNOWCODER_CHECK(detail::refuse_others(body, chat));
  text_request r;
  r.chat = chat;
  if (chat) {
    SNOWCODER_TRY(auto prompt, detail::joined(io::value_or_null(body, "messages")));
    r.prompts.emplace_back(std::move(prompt));
  } else {
    SNOWCODER_TRY(r.prompts, detail::prompts(io::value_or_null(body, "prompt"), vocabulary));
  }
  SNOWCODER_TRY(auto const answers, detail::whole(body, "n", 1, 1, 128));
  SNOWCODER_TRY(auto const best_of, detail::whole(body, "best_of", answers, 1, 128));
  if (best_of != answers) return failure("best_of other than n is not supported", "best_of");
  r.answers = int(answers);
  bool const newer = chat && !io::value_or_null(body, "max_completion_tokens").is_null();
  SNOWCODER_TRY(r.options.new_tokens,
                detail::whole(body, newer ? "max_completion_tokens" : "max_tokens", chat ? context : 16, 0, 1e9));
  SNOWCODER_TRY(r.options.sampling.temperature, detail::number(body, "temperature", 1, 0, 100));
  SNOWCODER_TRY(r.options.sampling.top_p, detail::number(body, "top_p", 1, 0, 1));
  SNOWCODER_TRY(auto const seed, detail::whole(body, "seed", 0, -9e15, 9e15));
  r.options.sampling.seed = std::uint64_t(seed);
  if (body.contains("stop") && !body["stop"].is_null()) {
    auto const words = body["stop"].is_array() ? body["stop"] : io::sorted_json::array({body["stop"]});
    for (auto const& w : words) {
      if (!w.is_string() || w.get<std::string>().empty()) return failure("stop must be a string or a list of strings", "stop");
      r.options.stop.push_back(w.get<std::string>());
    }
  }
  SNOWCODER_TRY(r.stream, detail::truth(body, "stream"));
  SNOWCODER_TRY(r.stream_usage, detail::truth(io::value_or_null(body, "stream_options"), "include_usage"));
  SNOWCODER_CHECK(detail::read_judged(body, r));
  return r;
}

}  // namespace snowcoder::generate
