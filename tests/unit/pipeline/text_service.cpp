// SPDX-License-Identifier: Apache-2.0
// The endpoint as clients meet it, over sockets: who leaves is not answered any further, who comes too many is told so, and a
// port has one server.
#include "support/byte_codec.hpp"
#include "support/catch.hpp"

#include <snowcoder/pipeline/text_service.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace snowcoder;

namespace {

/// Says 'a' for ever, a token in 5 ms.
struct slow_model {
  std::vector<std::int64_t> read = std::vector<std::int64_t>(2);
  std::vector<float> rows = std::vector<float>(2 * 128);

  std::span<float const> say(std::size_t count) {
    for (std::size_t i = 0; i < count * 128; ++i) rows[i] = i % 128 == 'a' + 1 ? 9 : 0;
    return {rows.data(), count * 128};
  }
  std::span<float const> append(std::int64_t slot, std::span<token_id const> ids,
                                std::function<void(std::int64_t, std::span<float const>)> const&) {
    read[std::size_t(slot)] += std::int64_t(ids.size());
    return say(1);
  }
  matrix_view<float const> step(std::span<std::int64_t const> slots, std::span<token_id const>) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    for (auto slot : slots) ++read[std::size_t(slot)];
    return {say(slots.size()).data(), std::int64_t(slots.size()), 128};
  }
  void reset(std::int64_t slot) { read[std::size_t(slot)] = 0; }
  std::int64_t size(std::int64_t slot) const { return read[std::size_t(slot)]; }
  std::int64_t slots() const { return std::int64_t(read.size()); }
  std::int64_t context() const { return 100'000; }
};

/// A server with that model, while the test lasts.
class running_server {
 public:
  running_server() : service_(model_, codec_, "slow", 128) {
    service_.offer(server_);
    auto const bound = server_.bind(0);
    REQUIRE(bound);
    port = *bound;
    thread_ = std::jthread([this] { (void)server_.run(); });
    while (!server_.running()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  ~running_server() { server_.stop(); }
  int port = 0;

 private:
  slow_model model_;
  byte_codec codec_;
  pipeline::text_service<slow_model, byte_codec> service_;
  io::http_server server_;
  std::jthread thread_;
};

/// One request, sent when it is made; the client leaves with the object.
class client {
 public:
  struct as_it_is {
    std::string text;
  };
  client(int port, as_it_is const& request) : line_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(std::uint16_t(port));
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    timeval const patience{20, 0};
    ::setsockopt(line_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    REQUIRE(::connect(line_, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0);
    say(request.text);
  }
  client(int port, std::string const& path, std::string const& body = "", std::string const& type = "application/json")
      : client(port, as_it_is{(body.empty() ? "GET " : "POST ") + path + " HTTP/1.1\r\nHost: here\r\nConnection: close\r\n" +
                              (body.empty()
                                   ? ""
                                   : "Content-Type: " + type + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n") +
                              "\r\n" + body}) {}
  client(client const&) = delete;
  client& operator=(client const&) = delete;
  ~client() { ::close(line_); }

  void say(std::string const& text) { REQUIRE(::send(line_, text.data(), text.size(), MSG_NOSIGNAL) == ssize_t(text.size())); }
  /// Waits until the server says something.
  void listen() {
    char byte;
    REQUIRE(::recv(line_, &byte, 1, MSG_PEEK) == 1);
  }
  /// All that the server says until it closes.
  std::string answer() {
    std::string all;
    char some[4096];
    for (ssize_t n; (n = ::recv(line_, some, sizeof some, 0)) > 0;) all.append(some, std::size_t(n));
    return all;
  }

 private:
  int line_;
};

std::string wanting(int tokens, std::string const& more = "") {
  return R"({"prompt":"x","temperature":0,"max_tokens":)" + std::to_string(tokens) + more + "}";
}
bool has(std::string const& text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("an answer ends when its client leaves, whether it streams or not", "[serve]") {
  running_server server;
  auto const more = GENERATE(R"()", R"(,"stream":true)", R"(,"n":40)");
  for (int i = 0; i < 4; ++i) {  // more than are answered at a time; each would take minutes
    client const leaves(server.port, "/v1/completions", wanting(50'000, more));
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
  }
  auto const began = std::chrono::steady_clock::now();
  auto const said = client(server.port, "/v1/completions", wanting(3)).answer();
  CHECK(has(said, "HTTP/1.1 200"));
  CHECK(has(said, R"("text":"aaa")"));
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(10));
}

TEST_CASE("who comes too many is told so, and the server still says that it is well", "[serve]") {
  running_server server;
  std::vector<std::unique_ptr<client>> waiting;
  for (int i = 0; i < io::http_server::calls_at_once * 3 / 4; ++i)
    waiting.push_back(std::make_unique<client>(server.port, "/v1/completions", wanting(50'000)));
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  auto const refused = client(server.port, "/v1/completions", wanting(1)).answer();
  CHECK(has(refused, "HTTP/1.1 503"));
  CHECK(has(refused, R"("type":"server_error")"));
  CHECK(has(client(server.port, "/health").answer(), R"("status":"ok")"));
  waiting.clear();
  for (int round = 0; round < 200; ++round) {
    if (has(client(server.port, "/v1/completions", wanting(1)).answer(), "HTTP/1.1 200")) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  FAIL("those who left are still waited for");
}

TEST_CASE("what is not there, and what is no request, is said in JSON", "[serve]") {
  running_server server;
  auto const nowhere = client(server.port, "/v2/completions", wanting(1)).answer();
  CHECK(has(nowhere, "HTTP/1.1 404"));
  CHECK(has(nowhere, "nothing is at /v2/completions"));
  auto const wrong = client(server.port, "/v1/chat/completions", "{").answer();
  CHECK(has(wrong, "HTTP/1.1 400"));
  CHECK(has(wrong, "the body must be a JSON object"));
  auto const deep = R"({"prompt":)" + std::string(1'000'000, '[') + std::string(1'000'000, ']') + "}";
  CHECK(has(client(server.port, "/v1/completions", deep).answer(), "HTTP/1.1 400"));
  auto const long_form = R"({"prompt":")" + std::string(20'000, 'x') + R"(","temperature":0,"max_tokens":2})";
  CHECK(has(client(server.port, "/v1/completions", long_form, "application/x-www-form-urlencoded").answer(), R"("text":"aa")"));
}

TEST_CASE("a body whose length nobody states takes no more memory than a stated one, and the next request is read", "[serve]") {
  running_server server;
  std::string request = "POST /v1/completions HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n";
  auto const chunk = "100000\r\n" + std::string(1 << 20, ' ') + "\r\n";
  for (std::size_t sent = 0; sent <= io::http_server::longest_body; sent += 1 << 20) request += chunk;
  client first(server.port, client::as_it_is{request + "0\r\n\r\n"});
  first.listen();
  first.say("GET /health HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n");
  auto const said = first.answer();
  CHECK(has(said, "HTTP/1.1 413"));
  CHECK(has(said, "the body is too long"));
  CHECK(has(said, R"("status":"ok")"));
}

TEST_CASE("a port has one server", "[serve]") {
  running_server const first;
  io::http_server second;
  auto const bound = second.bind(first.port);
  REQUIRE_FALSE(bound);
  CHECK(has(bound.error().message(), "the port cannot be had"));
}
