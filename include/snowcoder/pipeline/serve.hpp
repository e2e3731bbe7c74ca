// SPDX-License-Identifier: Apache-2.0
// The program `serve`: an OpenAI-compatible endpoint for a checkpoint, on this machine only. One answer at a time.
#pragma once

#include <snowcoder/generate/chat.hpp>
#include <snowcoder/generate/completion.hpp>
#include <snowcoder/io/http_server.hpp>
#include <snowcoder/pipeline/app.hpp>
#include <snowcoder/pipeline/text_model.hpp>

#include <ctime>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace snowcoder::pipeline {

struct serve_options {
  std::filesystem::path checkpoint, tokenizer;
  int port = 8000;
  std::string precision = "f32";
};

/// The endpoints over one conversation; requests wait for each other.
template <generate::language_model Model, generate::text_codec Codec>
class text_service {
 public:
  text_service(Model& model, Codec const& codec, std::string name) : model_(model), codec_(codec), name_(std::move(name)) {}

  void offer(io::http_server& server) {
    server.on_get("/health", [](std::string const&) { return io::http_reply{200, {{"status", "ok"}}, {}}; });
    server.on_get("/v1/models", [this](std::string const&) {
      io::json const model{{"id", name_}, {"object", "model"}, {"created", 0}, {"owned_by", "snowcoder"}};
      return io::http_reply{200, {{"object", "list"}, {"data", io::json::array({model})}}, {}};
    });
    server.on_post("/v1/completions", [this](std::string const& body) { return answer(body, false); });
    server.on_post("/v1/chat/completions", [this](std::string const& body) { return answer(body, true); });
  }

 private:
  io::http_reply answer(std::string const& body, bool chat) {
    auto request = generate::parse_text_request(body, chat, model_.context());
    if (!request) {
      auto const& e = request.error();
      return {400,
              {{"error", {{"message", e.message()}, {"type", "invalid_request_error"}, {"param", e.where}, {"code", nullptr}}}},
              {}};
    }
    auto envelope = [this, chat, id = (chat ? "chatcmpl-" : "cmpl-") + hash(body).hex(),
                     created = std::int64_t(std::time(nullptr))](bool piece) {
      return io::json{{"id", id},
                      {"object", chat ? (piece ? "chat.completion.chunk" : "chat.completion") : "text_completion"},
                      {"created", created},
                      {"model", name_}};
    };
    if (!request->stream) {
      auto const c = complete(*request, [](std::string_view) { return true; });
      auto reply = envelope(false);
      reply["choices"] = io::json::array({generate::choice(chat, false, c.text, generate::finish_name(c.reason))});
      reply["usage"] = {
          {"prompt_tokens", c.prompt_tokens}, {"completion_tokens", c.tokens}, {"total_tokens", c.prompt_tokens + c.tokens}};
      return {200, std::move(reply), {}};
    }
    return {200, {}, [this, envelope, request = std::move(*request)](io::http_reply::send const& send) {
              auto const say = [&](std::string_view text, io::json reason) {
                auto event = envelope(true);
                event["choices"] = io::json::array({generate::choice(request.chat, true, text, std::move(reason))});
                return send(io::to_line(event));
              };
              std::string held;
              auto const c = complete(request, [&](std::string_view piece) {
                held += piece;
                auto const whole = generate::whole_characters(held);
                bool const heard = whole == 0 || say(std::string_view(held).substr(0, whole), nullptr);
                held.erase(0, whole);
                return heard;
              });
              say(held, generate::finish_name(c.reason));
              send("[DONE]");
            }};
  }

  template <class Said>
  generate::completion complete(generate::text_request const& request, Said&& said) {
    std::lock_guard lock(mutex_);
    return generate::complete(model_, codec_, request.prompt, request.options, said);
  }

  Model& model_;
  Codec const& codec_;
  std::string name_;
  std::mutex mutex_;
};

namespace detail {
template <config::recipe R, class T>
expected<outcome> serve_in(run_context& run, serve_options const& options) {
  SNOWCODER_TRY(auto const from, io::checkpoint::open(options.checkpoint));
  SNOWCODER_TRY(auto const codec, open_tokenizer<R>(options.tokenizer, options.checkpoint));
  auto model = std::unique_ptr<text_model<R, T>>();
  {
    SNOWCODER_TRY(auto const weights, load_weights<R>(from));
    model = std::make_unique<text_model<R, T>>(run.threads, from, weights);
  }
  auto conversation = model->conversation();
  text_service service(conversation, codec, std::string(R::name));
  io::http_server server;
  service.offer(server);
  SNOWCODER_TRY(int const port, server.bind(options.port));
  run.say("serving " + model->name + " as " + std::string(R::name) + " at http://127.0.0.1:" + std::to_string(port) +
          "/v1 (interrupt to end)");
  SNOWCODER_CHECK(server.run());
  return outcome::done;
}
}  // namespace detail

template <config::recipe R>
expected<outcome> serve(run_context& run, serve_options const& options) {
  return options.precision == "bf16" ? detail::serve_in<R, bfloat16>(run, options) : detail::serve_in<R, float>(run, options);
}

}  // namespace snowcoder::pipeline
