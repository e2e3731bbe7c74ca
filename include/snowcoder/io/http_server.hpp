// SPDX-License-Identifier: Apache-2.0
// A small HTTP server for this machine: JSON in, JSON or a stream of server-sent events out. cpp-httplib is named here and
// nowhere else.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/json.hpp>

#include <httplib.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace snowcoder::io {

struct http_reply {
  /// Sends one event; false when nobody listens any more.
  using send = std::function<bool(std::string const& data)>;

  int status = 200;
  json body;
  std::function<void(send const&)> events;  ///< when set, the answer is a stream of events instead of the body
};

class http_server {
 public:
  using handler = std::function<http_reply(std::string const& body)>;

  http_server() : server_(std::make_unique<httplib::Server>()) {
    server_->set_payload_max_length(std::size_t(64) << 20);
    // A thread for every request that waits for its answer; they mostly sleep.
    server_->new_task_queue = [] { return new httplib::ThreadPool(64); };
  }

  void on_get(std::string const& path, handler answer) { server_->Get(path, wrapped(std::move(answer))); }
  void on_post(std::string const& path, handler answer) { server_->Post(path, wrapped(std::move(answer))); }

  /// Binds 127.0.0.1; port 0 takes a free one. The port.
  expected<int> bind(int port) {
    int const bound = port == 0 ? server_->bind_to_any_port("127.0.0.1") : server_->bind_to_port("127.0.0.1", port) ? port : -1;
    if (bound <= 0)
      return failure("the port cannot be had", "127.0.0.1:" + std::to_string(port), "give another --port; 0 takes a free one");
    return bound;
  }
  /// Serves until stop() is called from elsewhere.
  expected<void> run() {
    if (!server_->listen_after_bind()) return failure("the server stopped listening", "127.0.0.1");
    return {};
  }
  void stop() { server_->stop(); }
  bool running() const { return server_->is_running(); }

 private:
  static httplib::Server::Handler wrapped(handler answer) {
    return [answer = std::move(answer)](httplib::Request const& request, httplib::Response& response) {
      auto reply = answer(request.body);
      response.status = reply.status;
      if (!reply.events) {
        response.set_content(to_line(reply.body), "application/json");
        return;
      }
      response.set_chunked_content_provider("text/event-stream",
                                            [events = std::move(reply.events)](std::size_t, httplib::DataSink& sink) {
                                              events([&](std::string const& data) {
                                                auto const line = "data: " + data + "\n\n";
                                                return sink.is_writable() && sink.write(line.data(), line.size());
                                              });
                                              sink.done();
                                              return true;
                                            });
    };
  }

  std::unique_ptr<httplib::Server> server_;
};

}  // namespace snowcoder::io
