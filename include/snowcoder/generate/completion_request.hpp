// SPDX-License-Identifier: Apache-2.0
// Where an OpenAI-compatible server is asked, the body of a completion request, and the text of its answer.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/generate/completion.hpp>
#include <snowcoder/generate/sampling.hpp>
#include <snowcoder/io/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace snowcoder::generate {

/// URL of `name` ("completions" or "chat/completions") for "http://host:8000", ".../v1", or the full address of either
/// endpoint, where what stands before it need not end in /v1.
inline std::string endpoint(std::string_view server, std::string_view name) {
  while (server.ends_with('/')) server.remove_suffix(1);
  for (std::string_view full : {"/chat/completions", "/completions"})
    if (server.ends_with(full)) return std::string(server.substr(0, server.size() - full.size() + 1)).append(name);
  return std::string(server).append(server.ends_with("/v1") ? "/" : "/v1/").append(name);
}

/// All that decides how a server draws, stated in every request because servers differ in their defaults: llama.cpp's are a
/// temperature of 0.8, top_k 40 and min_p 0.05, vLLM's those of the model's folder.
inline io::json sampling_fields(std::string_view server, sampling const& how, std::int64_t max_tokens) {
  io::json fields{
      {"temperature", how.temperature}, {"top_p", how.top_p},     {"max_tokens", max_tokens}, {"n", 1}, {"seed", how.seed},
      {"presence_penalty", 0},          {"frequency_penalty", 0}, {"stream", false}};
  // Own servers add samplers of their own, on by default; the original API refuses names that it does not know.
  if (server.find("api.openai.com") == server.npos)
    fields.update({{"top_k", -1}, {"min_p", 0}, {"repetition_penalty", 1}, {"repeat_penalty", 1}});
  return fields;
}

/// Servers take at most four stop words; the others are applied to the answer.
inline std::string completion_request(std::string_view server, std::string const& model, std::string_view prompt,
                                      completion_options const& options) {
  std::vector<std::string> stop;
  for (auto const& w : options.stop)
    if (stop.size() < 4 && w.starts_with('\n')) stop.push_back(w);
  io::json body{{"model", model}, {"prompt", prompt}, {"stop", stop}};
  body.update(sampling_fields(server, options.sampling, options.new_tokens));
  return io::to_line(body);
}

/// choices[0].text, cut at the first stop word.
inline expected<std::string> completion_answer(std::string_view body, std::string const& where,
                                               std::vector<std::string> const& stop) {
  SNOWCODER_TRY(auto const value, io::parse_json<io::sorted_json>(body, where));
  auto const* choice =
      value.is_object() && value.contains("choices") && value["choices"].is_array() && !value["choices"].empty()
          ? &value["choices"][0]
          : nullptr;
  if (!choice || !choice->contains("text") || !(*choice)["text"].is_string())
    return failure("the server's answer has no choices[0].text", where,
                   "is this an OpenAI-compatible server with /v1/completions?");
  auto text = (*choice)["text"].get<std::string>();
  text.resize(std::min(text.size(), stop_finder(stop).find(text)));
  return text;
}

}  // namespace snowcoder::generate
