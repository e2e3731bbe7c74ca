// SPDX-License-Identifier: Apache-2.0
// The OpenAI-compatible endpoints over one model. One thread runs the model, for all requests together; the threads that
// speak HTTP leave work with it and wait. Of a client that leaves, nothing more is computed.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/core/hash.hpp>
#include <snowcoder/generate/chat.hpp>
#include <snowcoder/generate/chat_answer.hpp>
#include <snowcoder/generate/completion_batch.hpp>
#include <snowcoder/io/http_server.hpp>
#include <snowcoder/io/json.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <ctime>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

template <generate::batch_language_model Model, generate::text_codec Codec>
class text_service {
 public:
  /// `model` and `codec` must outlive the service, and the service the server that offers it.
  text_service(Model& model, Codec const& codec, std::string name, int vocabulary)
      : model_(model), codec_(codec), name_(std::move(name)), vocabulary_(vocabulary), engine_([this](std::stop_token stop) {
          run(stop);
        }) {}

  void offer(io::http_server& server) {
    server.on_get("/health", [](io::http_call const&) { return io::http_reply{200, {{"status", "ok"}}, {}}; });
    io::json const model{
        {"id", name_}, {"object", "model"}, {"created", 0}, {"owned_by", "snowcoder"}, {"max_model_len", model_.context()}};
    server.on_get("/v1/models", [model](io::http_call const&) {
      return io::http_reply{200, {{"object", "list"}, {"data", io::json::array({model})}}, {}};
    });
    server.on_get("/v1/models/" + name_, [model](io::http_call const&) { return io::http_reply{200, model, {}}; });
    server.on_post("/v1/completions", [this](io::http_call const& call) { return answer(call, false); });
    server.on_post("/v1/chat/completions", [this](io::http_call const& call) { return answer(call, true); });
  }

 private:
  /// What the engine tells a waiting thread: a piece of an answer, or its end.
  struct news {
    std::size_t index = 0;
    std::string piece;
    std::optional<generate::completion> end;
  };
  struct mailbox {
    std::mutex mutex;
    std::condition_variable filled;
    std::deque<news> items;
    std::atomic<bool> abandoned = false;

    void put(news n) {
      {
        std::lock_guard lock(mutex);
        items.push_back(std::move(n));
      }
      filled.notify_one();
    }
    /// Abandons the answers if the client leaves before there are news of them.
    news take(std::function<bool()> const& listens) {
      std::unique_lock lock(mutex);
      while (!filled.wait_for(lock, std::chrono::milliseconds(200), [this] { return !items.empty(); }))
        if (!listens()) abandoned = true;
      auto n = std::move(items.front());
      items.pop_front();
      return n;
    }
  };

  void run(std::stop_token stop) {
    generate::completion_batch<Model, Codec> batch(model_, codec_);
    while (!stop.stop_requested()) {
      {
        std::unique_lock lock(mutex_);
        if (batch.idle() && !arrived_.wait(lock, stop, [this] { return !queue_.empty(); })) return;
        for (; !queue_.empty(); queue_.pop_front()) batch.add(std::move(queue_.front()));
      }
      batch.round();
    }
  }

  static io::http_reply refused(error const& e) {
    return {400, io::error_body(e.message(), "invalid_request_error", e.where), {}};
  }

  /// Held by an answer while it is made; null when too many are: the server keeps the others' threads for what is quick.
  std::shared_ptr<void> seat() {
    constexpr int most = io::http_server::calls_at_once * 3 / 4;
    if (++seated_ <= most) return {this, [](text_service* s) { --s->seated_; }};
    --seated_;
    return {};
  }

  io::http_reply answer(io::http_call const& call, bool chat) {
    auto const held = seat();
    if (!held) return {503, io::error_body("too many answers are waited for, ask again later", "server_error"), {}};
    auto request = generate::parse_text_request(call.body, chat, model_.context(), vocabulary_);
    if (!request) return refused(request.error());
    auto work = work_of(*request);
    if (!work) return refused(work.error());
    auto envelope = [this, chat, id = (chat ? "chatcmpl-" : "cmpl-") + hash(call.body).hex(),
                     created = std::int64_t(std::time(nullptr))](bool piece) {
      return io::json{{"id", id},
                      {"object", chat ? (piece ? "chat.completion.chunk" : "chat.completion") : "text_completion"},
                      {"created", created},
                      {"model", name_}};
    };
    if (!request->stream) return {200, whole(*request, std::move(*work), envelope(false), call.listens), {}};
    return {200,
            {},
            [this, envelope, held, listens = call.listens, request = std::move(*request), work = std::move(*work)](
                io::http_reply::send const& send) { stream(request, work, envelope(true), send, listens); }};
  }

  /// A batch request for every answer that is wanted, in the order of their indices; prompts exactly as they were given.
  expected<std::vector<generate::batch_request>> work_of(generate::text_request const& r) const {
    std::vector<generate::batch_request> work;
    for (auto const& prompt : r.prompts) {
      auto const* text = std::get_if<std::string>(&prompt);
      auto ids = text ? std::vector<token_id>(codec_.encode(*text)) : std::get<std::vector<token_id>>(prompt);
      if (ids.empty()) ids.push_back(config::end_of_text);
      if (std::int64_t(ids.size()) > model_.context())
        return failure("the prompt has " + std::to_string(ids.size()) + " tokens and the context holds " +
                           std::to_string(model_.context()),
                       r.chat ? "messages" : "prompt");
      for (int k = 0; k < r.answers; ++k) {
        auto options = r.options;
        options.sampling.seed += std::uint64_t(k);
        work.push_back({ids, std::move(options), {}, {}});
      }
    }
    return work;
  }
  std::shared_ptr<mailbox> begin(std::vector<generate::batch_request> work, bool pieces) {
    auto box = std::make_shared<mailbox>();
    {
      std::lock_guard lock(mutex_);
      for (std::size_t i = 0; i < work.size(); ++i) {
        work[i].said = [box, i, pieces](std::string_view text) {
          if (pieces && !text.empty()) box->put({i, std::string(text), {}});
          return !box->abandoned.load();
        };
        work[i].done = [box, i](generate::completion c) { box->put({i, {}, std::move(c)}); };
        queue_.push_back(std::move(work[i]));
      }
    }
    arrived_.notify_one();
    return box;
  }
  static io::json usage_of(std::vector<generate::completion> const& all, int answers) {
    std::int64_t prompts = 0, tokens = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (i % std::size_t(answers) == 0) prompts += all[i].prompt_tokens;
      tokens += all[i].tokens;
    }
    return generate::usage_json(prompts, tokens);
  }

  io::json whole(generate::text_request const& r, std::vector<generate::batch_request> work, io::json reply,
                 std::function<bool()> const& listens) {
    std::vector<std::vector<token_id>> prompts;
    for (auto const& w : work) prompts.push_back(w.prompt);
    std::vector<generate::completion> all(work.size());
    auto const box = begin(std::move(work), false);
    for (std::size_t left = all.size(); left > 0; --left) {
      auto n = box->take(listens);
      all[n.index] = std::move(*n.end);
    }
    reply["choices"] = io::json::array();
    for (std::size_t i = 0; i < all.size(); ++i)
      reply["choices"].push_back(
          generate::choice_json(codec_, r, std::int64_t(i), r.echo ? std::string(codec_.decode(prompts[i])) : "", all[i]));
    reply["usage"] = usage_of(all, r.answers);
    return reply;
  }

  void stream(generate::text_request const& r, std::vector<generate::batch_request> work, io::json const& envelope,
              io::http_reply::send const& send, std::function<bool()> const& listens) {
    std::vector<generate::completion> all(work.size());
    std::vector<std::string> held(work.size());  // bytes of a character that is not whole yet
    std::vector<bool> begun(work.size());
    auto const box = begin(std::move(work), true);
    auto const say = [&](std::size_t i, std::string_view text, io::json reason) {
      auto event = envelope;
      event["choices"] = io::json::array({generate::piece_json(r.chat, std::int64_t(i), text, std::move(reason), !begun[i])});
      begun[i] = true;
      if (!box->abandoned && !send(io::to_line(event))) box->abandoned = true;
    };
    for (std::size_t left = all.size(); left > 0;) {
      auto n = box->take(listens);
      auto& text = held[n.index] += n.piece;
      if (n.end) {
        say(n.index, text, generate::finish_name(n.end->reason));
        all[n.index] = std::move(*n.end);
        --left;
      } else if (auto const whole = generate::whole_characters(text); whole > 0) {
        say(n.index, std::string_view(text).substr(0, whole), nullptr);
        text.erase(0, whole);
      }
    }
    if (r.stream_usage) {
      auto event = envelope;
      event["choices"] = io::json::array();
      event["usage"] = usage_of(all, r.answers);
      send(io::to_line(event));
    }
    send("[DONE]");
  }

  Model& model_;
  Codec const& codec_;
  std::string name_;
  int vocabulary_;
  std::atomic<int> seated_ = 0;
  std::mutex mutex_;
  std::condition_variable_any arrived_;
  std::deque<generate::batch_request> queue_;
  std::jthread engine_;  // last: joined before the rest goes
};

}  // namespace snowcoder::pipeline
