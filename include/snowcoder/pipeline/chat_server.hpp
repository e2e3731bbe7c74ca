// SPDX-License-Identifier: Apache-2.0
// A generator behind an OpenAI-compatible server (vLLM, llama.cpp, TGI, Ollama, our own `serve`): chat completions.
#pragma once

#include <snowcoder/config/synthesis.hpp>
#include <snowcoder/core/hash.hpp>
#include <snowcoder/generate/completion_request.hpp>
#include <snowcoder/io/http.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/io/json_field.hpp>
#include <snowcoder/pipeline/server_key.hpp>
#include <snowcoder/synthesize/generator.hpp>

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>

namespace snowcoder::pipeline {

class chat_server {
 public:
  struct settings {
    std::string server, model, key;
    io::http_options http;
  };
  /// Told of every answer with what was asked and spent, before it is passed on.
  using ledger = std::function<expected<void>(synthesis_question const&, synthetic_answer const&, io::json about)>;

  chat_server(settings s, config::synthesis how, ledger told) : settings_(std::move(s)), how_(how), told_(std::move(told)) {}

  /// What is sent for a question.
  io::json request(synthesis_question const& q) const {
    io::json body{{"model", settings_.model},
                  {"messages", {{{"role", "system"}, {"content", q.system}}, {{"role", "user"}, {"content", q.user}}}}};
    generate::sampling const draws{how_.temperature, how_.top_p, q.sampling_seed};
    body.update(generate::sampling_fields(settings_.server, draws, how_.answer_tokens));
    return body;
  }
  std::string request_hash(synthesis_question const& q) const { return hash(io::to_line(request(q))).hex(); }

  /// Questions that the server gave up on (timeouts, errors that stay) are answered by nothing; a dead server, an empty
  /// account or a wrong key end the run with an error.
  expected<void> answer_all(synthesize::question_source const& next, synthesize::answer_sink const& take) {
    SNOWCODER_TRY(auto client, io::http_client::open(settings_.http));
    auto const url = generate::endpoint(settings_.server, "chat/completions");
    std::map<std::uint64_t, asked> open;
    std::deque<asked> again;
    std::uint64_t tag = 0;
    error stopped, unreachable;
    bool reached = false;
    int in_a_row = 0;
    auto const ask = [&](asked a) {
      io::http_request r{tag, url, io::to_line(request(a.question)), authorization(settings_.key)};
      open.emplace(tag++, std::move(a));
      return r;
    };
    auto const pull = [&]() -> std::optional<io::http_request> {
      if (!again.empty()) {
        auto a = std::move(again.front());
        again.pop_front();
        return ask(std::move(a));
      }
      if (!stopped.what.empty()) return {};
      auto q = next();
      if (!q) {
        stopped = q.error();
        return {};
      }
      if (!*q) return {};
      return ask({std::move(**q), 0});
    };
    trouble_.clear();
    auto const done = [&](std::uint64_t which, expected<io::http_response> r) -> expected<void> {
      auto a = std::move(open.extract(which).mapped());
      auto const gave_up = [&](std::string what) -> expected<void> {
        trouble_ = what;
        if (++in_a_row > 2 * settings_.http.in_flight + 8)
          return failure("the server does not answer: " + what, url,
                         "see to the server, then run the same command again: what was answered is kept");
        return take(a.question, {});
      };
      if (!r) {
        unreachable = r.error();
        return gave_up(unreachable.what);
      }
      reached = true;
      if (r->quota_exhausted())
        return failure("the account at the server is exhausted", url,
                       "add credit, then run the same command again: what was answered is kept");
      // Beyond every answer in earnest the order of keys is let go: to keep it takes the square of their number.
      auto const said = r->body.size() < (1 << 20) ? io::parsed(r->body) : io::json(io::parsed<io::sorted_json>(r->body));
      if (r->status == 401 || r->status == 403 || r->status == 404)
        return failure("the server answers " + std::to_string(r->status) + ": " + words(said, r->body), url,
                       std::string(check_server_flags));
      synthetic_answer answer{a.question.seed, a.question.number, settings_.model, {}, {}};
      io::json about{{"attempts", r->attempts}};
      if (r->ok()) {
        auto const choice =
            said.is_object() && said.contains("choices") && said["choices"].is_array() && !said["choices"].empty()
                ? said["choices"][0]
                : io::json();
        auto const message = io::value_or_null(choice, "message");
        if (!message.is_object() || !message.contains("content") || !message["content"].is_string()) {
          if (++a.tries < 3) {  // cut off on the way: ask again
            again.push_back(std::move(a));
            return {};
          }
          return gave_up("malformed answers");
        }
        answer.response = message["content"].get<std::string>();
        answer.finish_reason = io::text_or(choice, "finish_reason");
        if (answer.finish_reason == "eos_token" || answer.finish_reason == "eos") answer.finish_reason = "stop";  // TGI's word
        if (auto const model = io::text_or(said, "model"); !model.empty()) answer.model = model;
        about["usage"] = io::value_or_null(said, "usage");
      } else if (r->status >= 400 && r->status < 500 && r->status != 408 && r->status != 409 && r->status != 429) {
        answer.finish_reason = "refused";
        answer.response = std::to_string(r->status) + ": " + words(said, r->body);
      } else {
        return gave_up("status " + std::to_string(r->status));
      }
      in_a_row = 0;
      about["request"] = request(a.question);
      about["request_hash"] = hash(io::to_line(about["request"])).hex();
      SNOWCODER_CHECK(told_(a.question, answer, std::move(about)));
      return take(a.question, std::move(answer));
    };
    SNOWCODER_CHECK(client.run(pull, done));
    if (!stopped.what.empty()) return failure(stopped);
    if (!reached && !unreachable.what.empty()) return failure(unreachable);  // not one question came through
    return {};
  }
  /// What stood in the way of the question that was given up on last.
  std::string const& trouble() const { return trouble_; }

 private:
  struct asked {
    synthesis_question question;
    int tries = 0;
  };
  /// The message of an error body, nested or flat.
  static std::string words(io::json const& said, std::string const& body) {
    auto const inner = io::value_or_null(said, "error");
    for (auto const* from : {&inner, &said})
      if (auto text = io::text_or(*from, "message"); !text.empty()) return text.substr(0, 300);
    return inner.is_string() ? inner.get<std::string>().substr(0, 300) : body.substr(0, 300);
  }

  settings settings_;
  config::synthesis how_;
  ledger told_;
  std::string trouble_;
};
static_assert(synthesize::generator<chat_server>);

}  // namespace snowcoder::pipeline
