// SPDX-License-Identifier: Apache-2.0
// An HTTP client for model servers: JSON posts over libcurl multi with a bounded window, no barriers between requests, and
// the retry rules of the public OpenAI client. libcurl is named here and nowhere else.
#pragma once

#include <snowcoder/core/ascii.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/retry.hpp>

#include <curl/curl.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::io {

struct http_request {
  std::uint64_t tag = 0;  ///< the caller's name for it, unique among those in flight
  std::string url, body;
  std::vector<std::string> headers;  ///< "Name: value"; content type and idempotency key are added
};

struct http_options {
  int in_flight = 8;                           ///< requests that wait for a retry count too
  std::chrono::milliseconds timeout{600'000};  ///< for one attempt
  std::chrono::milliseconds connect_timeout{20'000};
  std::size_t longest_body = std::size_t(64) << 20;
  retry_policy retry;
};

class http_client {
 public:
  /// Gives the next request, or nothing when there are no more (it is asked again after each answer).
  using source = std::function<std::optional<http_request>()>;
  /// Takes the outcome of a request: any final HTTP answer (check status), or the transport's error. An error stops run().
  using sink = std::function<expected<void>(std::uint64_t tag, expected<http_response>)>;

  static expected<http_client> open(http_options options) {
    static CURLcode const started = curl_global_init(CURL_GLOBAL_DEFAULT);
    http_client c;
    c.options_ = options;
    c.multi_.reset(curl_multi_init());
    if (started != CURLE_OK || !c.multi_) return failure("libcurl could not be started");
    return c;
  }

  /// Sends what `next` gives, at most in_flight at a time, until it gives nothing and all are answered.
  expected<void> run(source const& next, sink const& done) {
    for (bool more = true;;) {
      while (more && int(calls_.size()) < options_.in_flight) {
        auto request = next();
        more = request.has_value();
        if (more) SNOWCODER_CHECK(start(std::move(*request)));
      }
      if (calls_.empty()) return {};
      for (auto& [tag, call] : calls_)
        if (!call->running && call->due <= clock::now()) SNOWCODER_CHECK(send(*call));
      int running = 0;
      if (auto e = curl_multi_perform(multi_.get(), &running)) return failure(curl_multi_strerror(e));
      int left = 0;
      while (auto* message = curl_multi_info_read(multi_.get(), &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        void* owner = nullptr;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &owner);
        auto& call = *static_cast<transfer*>(owner);
        auto const code = message->data.result;  // the message dies with remove_handle
        curl_multi_remove_handle(multi_.get(), call.handle.get());
        call.running = false;
        if (auto outcome = settle(call, code)) {
          auto const tag = call.request.tag;
          calls_.erase(tag);
          if (auto taken = done(tag, std::move(*outcome)); !taken) {
            calls_.clear();
            return taken;
          }
          more = true;
        }
      }
      curl_multi_poll(multi_.get(), nullptr, 0, wait_ms(more), nullptr);
    }
  }

  /// One request and its answer.
  expected<http_response> post(http_request request) {
    expected<http_response> answer = failure("no answer", request.url);
    std::optional<http_request> only = std::move(request);
    SNOWCODER_CHECK(run([&] { return std::exchange(only, std::nullopt); },
                        [&](std::uint64_t, expected<http_response> r) -> expected<void> {
                          answer = std::move(r);
                          return {};
                        }));
    return answer;
  }

 private:
  using clock = std::chrono::steady_clock;
  struct close_easy {
    void operator()(CURL* c) const { curl_easy_cleanup(c); }
  };
  struct close_multi {
    void operator()(CURLM* c) const { curl_multi_cleanup(c); }
  };
  struct close_list {
    void operator()(curl_slist* l) const { curl_slist_free_all(l); }
  };
  struct transfer {
    http_request request;
    http_response response;
    std::size_t longest_body = 0;
    bool running = false;
    clock::time_point due{};
    std::unique_ptr<curl_slist, close_list> headers;
    CURLM* multi = nullptr;
    std::unique_ptr<CURL, close_easy> handle;
    ~transfer() {
      if (running) curl_multi_remove_handle(multi, handle.get());
    }
  };
  http_client() = default;

  static std::size_t take_body(char* data, std::size_t, std::size_t size, void* owner) {
    auto& call = *static_cast<transfer*>(owner);
    if (call.response.body.size() + size > call.longest_body) return 0;  // libcurl ends the transfer
    call.response.body.append(data, size);
    return size;
  }
  static std::size_t take_header(char* data, std::size_t, std::size_t size, void* owner) {
    auto& response = static_cast<transfer*>(owner)->response;
    std::string_view line(data, size);
    while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
    auto const colon = line.find(':');
    if (line.starts_with("HTTP/")) response.headers.clear();  // of an interim answer
    if (colon == line.npos) return size;
    auto name = lower_case(line.substr(0, colon));
    line.remove_prefix(colon + 1);
    while (!line.empty() && line.front() == ' ') line.remove_prefix(1);
    response.headers.emplace_back(std::move(name), line);
    return size;
  }
  static bool is_loopback(std::string_view url) {
    auto const host = url.substr(std::min(url.size(), url.find("://") == url.npos ? 0 : url.find("://") + 3));
    return host.starts_with("127.") || host.starts_with("localhost") || host.starts_with("[::1]");
  }

  expected<void> start(http_request request) {
    auto call = std::make_unique<transfer>();
    call->request = std::move(request);
    call->longest_body = options_.longest_body;
    call->multi = multi_.get();
    call->handle.reset(curl_easy_init());
    auto* h = call->handle.get();
    if (!h) return failure("libcurl could not be started", call->request.url);
    curl_slist* list = curl_slist_append(nullptr, "Content-Type: application/json");
    for (auto const& line : call->request.headers) list = curl_slist_append(list, line.c_str());
    auto const identity = "Idempotency-Key: " + hash(call->request.url + '\0' + call->request.body, call->request.tag).hex();
    call->headers.reset(curl_slist_append(list, identity.c_str()));
    curl_easy_setopt(h, CURLOPT_URL, call->request.url.c_str());
    curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(h, CURLOPT_HTTPHEADER, call->headers.get());
    curl_easy_setopt(h, CURLOPT_POSTFIELDS, call->request.body.data());
    curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(call->request.body.size()));
    curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, long(options_.timeout.count()));
    curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS, long(options_.connect_timeout.count()));
    curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(h, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, &take_body);
    curl_easy_setopt(h, CURLOPT_WRITEDATA, call.get());
    curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, &take_header);
    curl_easy_setopt(h, CURLOPT_HEADERDATA, call.get());
    curl_easy_setopt(h, CURLOPT_PRIVATE, call.get());
    if (is_loopback(call->request.url)) curl_easy_setopt(h, CURLOPT_PROXY, "");  // a proxy cannot reach our own machine
    auto const tag = call->request.tag;
    if (!calls_.emplace(tag, std::move(call)).second) return failure("two requests in flight have the same tag");
    return {};
  }

  expected<void> send(transfer& call) {
    auto const attempts = call.response.attempts + 1;
    call.response = {};
    call.response.attempts = attempts;
    if (auto e = curl_multi_add_handle(multi_.get(), call.handle.get()))
      return failure(curl_multi_strerror(e), call.request.url);
    call.running = true;
    return {};
  }

  /// The final outcome, or nothing when the call has been put back to wait for its next attempt.
  std::optional<expected<http_response>> settle(transfer& call, CURLcode code) {
    long status = 0;
    curl_easy_getinfo(call.handle.get(), CURLINFO_RESPONSE_CODE, &status);
    call.response.status = code == CURLE_OK ? int(status) : 0;
    if (auto const delay = options_.retry.delay(call.response, call.request.tag)) {
      call.due = clock::now() + *delay;
      return {};
    }
    if (code == CURLE_OK) return expected<http_response>(std::move(call.response));
    return expected<http_response>(
        failure(curl_easy_strerror(code), call.request.url, "check that the server runs, then run the same command again"));
  }

  /// Until something can happen: the nearest due attempt, else a second.
  int wait_ms(bool room) const {
    auto wait = std::chrono::milliseconds(room && int(calls_.size()) < options_.in_flight ? 0 : 1000);
    for (auto const& [tag, call] : calls_)
      if (!call->running)
        wait =
            std::min(wait, std::chrono::ceil<std::chrono::milliseconds>(std::max(call->due - clock::now(), clock::duration{})));
    return int(wait.count());
  }

  http_options options_;
  std::unique_ptr<CURLM, close_multi> multi_;
  std::map<std::uint64_t, std::unique_ptr<transfer>> calls_;  // after multi_: gone before it
};

}  // namespace snowcoder::io
