// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/scripted_server.hpp"

#include <snowcoder/io/http.hpp>

#include <set>

using namespace snowcoder;
using namespace std::chrono_literals;
using io::http_response;
using io::retry_policy;

namespace {
http_response answered(int status, std::vector<std::pair<std::string, std::string>> headers = {}, std::string body = {},
                       int attempts = 1) {
  return {status, std::move(body), std::move(headers), attempts};
}
io::http_client client(int in_flight = 4, std::chrono::milliseconds timeout = 2s) {
  io::http_options o;
  o.in_flight = in_flight;
  o.timeout = timeout;
  o.longest_body = 1 << 20;
  o.retry = {.attempts = 3, .first = 20ms, .last = 40ms, .longest = 5s};
  return std::move(*io::http_client::open(o));
}
}  // namespace

TEST_CASE("the server's pause is honoured in its three forms, and a longer one is given up") {
  retry_policy const p;
  std::time_t const now = 784'111'777;  // Sun, 06 Nov 1994 08:49:37 GMT
  CHECK(*p.delay(answered(429, {{"retry-after-ms", "250"}, {"retry-after", "9"}}), 0, now) == 250ms);
  CHECK(*p.delay(answered(429, {{"retry-after", "1.5"}}), 0, now) == 1500ms);
  CHECK(*p.delay(answered(503, {{"retry-after", "Sun, 06 Nov 1994 08:49:47 GMT"}}), 0, now) == 10s);
  CHECK(*p.delay(answered(503, {{"retry-after", "Sun, 06 Nov 1994 08:00:00 GMT"}}), 0, now) == 0s);
  CHECK_FALSE(p.delay(answered(429, {{"retry-after", "3600"}}), 0, now));
  CHECK(p.delay(answered(429, {{"retry-after", "soon"}}), 0, now));  // nonsense: our own pause
}

TEST_CASE("what is tried again and what is not") {
  retry_policy const p;
  for (int status : {0, 408, 409, 429, 500, 502, 503, 599}) CHECK(p.delay(answered(status), 0));
  for (int status : {200, 201, 400, 401, 403, 404, 413, 422}) CHECK_FALSE(p.delay(answered(status), 0));
  CHECK_FALSE(p.delay(answered(500, {{"x-should-retry", "false"}}), 0));
  CHECK(p.delay(answered(400, {{"x-should-retry", "true"}}), 0));
  CHECK_FALSE(p.delay(answered(429, {}, R"({"error":{"code":"insufficient_quota"}})"), 0));
  CHECK(answered(429, {}, R"({"error":{"code":"insufficient_quota"}})").quota_exhausted());
  CHECK_FALSE(answered(429, {}, R"({"error":{"code":"rate_limit_exceeded"}})").quota_exhausted());
  CHECK_FALSE(p.delay(answered(500, {}, {}, p.attempts), 0));
}

TEST_CASE("own pauses double up to the last, with less than a quarter taken off") {
  retry_policy const p;
  for (int attempts = 1; attempts < p.attempts; ++attempts) {
    auto const full = std::min(p.first * (1 << (attempts - 1)), p.last);
    std::set<long> seen;
    for (std::uint64_t tag = 0; tag < 50; ++tag) {
      auto const d = *p.delay(answered(500, {}, {}, attempts), tag);
      CHECK(d <= full);
      CHECK(d >= full * 3 / 4);
      seen.insert(long(d.count()));
    }
    CHECK(seen.size() > 20);
  }
}

TEST_CASE("a rate limit and server errors are waited out, with one identity") {
  scripted_server server([](auto const& r) -> scripted_server::reply {
    if (r.head.find("Idempotency-Key: ") == r.head.npos || r.body != "{\"a\":1}") return {418, {}, {}, 0};
    if (r.number == 0) return {429, "Retry-After: 0.3\r\n", R"({"error":{"code":"rate_limit_exceeded"}})", 0};
    if (r.number == 1) return {500, {}, "oops", 0};
    return {200, "X-Here: yes\r\n", r.head, 0};
  });
  auto c = client();
  auto const begun = std::chrono::steady_clock::now();
  auto const r = c.post({7, server.address() + "/v1/x", "{\"a\":1}", {"Authorization: Bearer k"}});
  REQUIRE(r);
  CHECK(r->status == 200);
  CHECK(r->attempts == 3);
  CHECK(r->header("x-here") == "yes");
  CHECK(r->body.find("Authorization: Bearer k") != std::string::npos);
  CHECK(std::chrono::steady_clock::now() - begun >= 300ms);
}

TEST_CASE("errors that stay are handed over with their status, a dead server as an error") {
  scripted_server server([](auto const&) -> scripted_server::reply { return {503, {}, "busy", 0}; });
  auto c = client();
  auto const r = c.post({0, server.address(), "{}", {}});
  REQUIRE(r);
  CHECK(r->status == 503);
  CHECK(r->attempts == 3);
  CHECK(server.requests() == 3);
  auto const nobody = c.post({0, "http://127.0.0.1:9/", "{}", {}});
  REQUIRE_FALSE(nobody);
  CHECK(nobody.error().where == "http://127.0.0.1:9/");
  CHECK_FALSE(c.post({0, "file:///etc/passwd", "{}", {}}));
}

TEST_CASE("slow answers run into the timeout, and too long ones are cut off") {
  scripted_server slow([](auto const& r) -> scripted_server::reply { return {200, {}, "late", r.number == 0 ? 1000 : 0}; });
  auto c = client(1, 300ms);
  auto const r = c.post({0, slow.address(), "{}", {}});
  REQUIRE(r);
  CHECK(r->attempts == 2);
  scripted_server large([](auto const&) -> scripted_server::reply { return {200, {}, std::string(2 << 20, 'x'), 0}; });
  CHECK_FALSE(c.post({0, large.address(), "{}", {}}));
}

TEST_CASE("the window is full and never more than full; a slow request holds up no other") {
  scripted_server server([](auto const& r) -> scripted_server::reply { return {200, {}, r.body, r.body == "0" ? 600 : 20}; });
  auto c = client(4);
  std::uint64_t next = 0;
  std::vector<std::uint64_t> order;
  auto const done = c.run(
      [&]() -> std::optional<io::http_request> {
        if (next == 40) return {};
        auto const tag = next++;
        return io::http_request{tag, server.address(), std::to_string(tag), {}};
      },
      [&](std::uint64_t tag, expected<http_response> r) -> expected<void> {
        CHECK(r->body == std::to_string(tag));
        order.push_back(tag);
        return {};
      });
  REQUIRE(done);
  CHECK(order.size() == 40);
  CHECK(order.back() == 0);
  CHECK(server.most_at_once() == 4);
}

TEST_CASE("an error of the sink ends the run") {
  scripted_server server([](auto const&) -> scripted_server::reply { return {200, {}, "{}", 5}; });
  auto c = client();
  std::uint64_t next = 0;
  auto const done = c.run(
      [&] {
        return std::optional(io::http_request{next++, server.address(), "{}", {}});
      },
      [&](std::uint64_t tag, expected<http_response>) -> expected<void> {
        if (tag >= 5) return failure("disk full");
        return {};
      });
  REQUIRE_FALSE(done);
  CHECK(done.error().what == "disk full");
}
