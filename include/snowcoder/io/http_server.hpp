// SPDX-License-Identifier: Apache-2.0
// A small HTTP server for this machine: JSON in, JSON or a stream of server-sent events out. cpp-httplib is named here and
// nowhere else.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/json.hpp>

#include <httplib.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace snowcoder::io {

struct http_call {
  std::string body;
  /// Whether the client's end of the connection is open: an answer that nobody waits for need not be made.
  std::function<bool()> listens;
};

struct http_reply {
  /// Sends one event; false when nobody listens any more.
  using send = std::function<bool(std::string const& data)>;

  int status = 200;
  json body;
  std::function<void(send const&)> events;  ///< when set, the answer is a stream of events instead of the body
};

/// A refusal in the form that OpenAI's clients show. `param`: the field at fault.
inline json error_body(std::string const& message, char const* type = "invalid_request_error", json param = nullptr) {
  return {{"error", {{"message", message}, {"type", type}, {"param", std::move(param)}, {"code", nullptr}}}};
}

class http_server {
 public:
  using handler = std::function<http_reply(http_call const&)>;
  static constexpr int calls_at_once = 64;  ///< that are answered; they mostly sleep
  static constexpr std::size_t longest_body = std::size_t(64) << 20;

  http_server() : server_(std::make_unique<httplib::Server>()) {
    server_->set_payload_max_length(longest_body);
    server_->new_task_queue = [] { return new httplib::ThreadPool(calls_at_once); };
    // The library's own choice lets two servers have one port, and a client meets either.
    server_->set_socket_options([](socket_t s) {
      int const yes = 1;
      ::setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    server_->set_error_handler([](httplib::Request const& request, httplib::Response& response) {
      if (!response.body.empty()) return;
      auto const why = response.status == 404   ? "nothing is at " + request.path
                       : response.status == 413 ? std::string("the body is too long")
                                                : "status " + std::to_string(response.status);
      response.set_content(to_line(error_body(why)), "application/json");
    });
  }

  void on_get(std::string const& path, handler answer) {
    server_->Get(path, [answer = std::move(answer)](httplib::Request const& request, httplib::Response& response) {
      reply(answer, request, {}, response);
    });
  }
  /// Whatever type the client gives its body: some name none, and curl then says that it is a form, which may not be long.
  void on_post(std::string const& path, handler answer) {
    server_->Post(path, [answer = std::move(answer)](httplib::Request const& request, httplib::Response& response,
                                                     httplib::ContentReader const& read) {
      if (request.is_multipart_form_data()) {
        response.status = 400;
        response.set_content(to_line(error_body("the body must be JSON, not the parts of a form")), "application/json");
        return;
      }
      // The library looks at the length that a client states: of a body in chunks or compressed there is none. What is too
      // much is read and let go, or it would be taken for the next request.
      std::string body;
      bool fits = true;
      auto const take = [&](char const* piece, std::size_t size) {
        fits = fits && size <= longest_body - body.size();
        fits ? void(body.append(piece, size)) : void(body = {});
        return true;
      };
      if (!read(take)) return;
      if (!fits)
        response.status = 413;
      else
        reply(answer, request, std::move(body), response);
    });
  }

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
  /// The connection that a request came by, of all that this process has open: the library (0.11) keeps it to itself. -1 if
  /// there is none.
  static int connection_of(httplib::Request const& request) {
    auto const port = [](int socket, auto const& name) {
      sockaddr_in at{};
      socklen_t size = sizeof at;
      return name(socket, reinterpret_cast<sockaddr*>(&at), &size) == 0 && at.sin_family == AF_INET ? ntohs(at.sin_port) : -1;
    };
    std::error_code ignored;
    for (auto const& e : std::filesystem::directory_iterator("/proc/self/fd", ignored)) {
      int const socket = std::atoi(e.path().filename().c_str());
      if (port(socket, ::getpeername) == request.remote_port && port(socket, ::getsockname) == request.local_port)
        return socket;
    }
    return -1;
  }
  static bool open(int connection) {
    char byte;
    auto const read = ::recv(connection, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return connection < 0 || read > 0 || (read < 0 && (errno == EAGAIN || errno == EINTR));
  }

  static void reply(handler const& answer, httplib::Request const& request, std::string body, httplib::Response& response) {
    auto said = answer({std::move(body), [connection = connection_of(request)] { return open(connection); }});
    response.status = said.status;
    if (!said.events) {
      response.set_content(to_line(said.body), "application/json");
      return;
    }
    response.set_chunked_content_provider("text/event-stream",
                                          [events = std::move(said.events)](std::size_t, httplib::DataSink& sink) {
                                            events([&](std::string const& data) {
                                              auto const line = "data: " + data + "\n\n";
                                              return sink.is_writable() && sink.write(line.data(), line.size());
                                            });
                                            sink.done();
                                            return true;
                                          });
  }

  std::unique_ptr<httplib::Server> server_;
};

}  // namespace snowcoder::io
