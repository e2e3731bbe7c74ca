// SPDX-License-Identifier: Apache-2.0
// When a request is sent again: an answer of an HTTP server, and the rules of the public OpenAI client as a pure function.
#pragma once

#include <snowcoder/core/philox.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::io {

struct http_response {
  int status = 0;  ///< 0: no complete answer came (connection, timeout)
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  int attempts = 0;                                          ///< this one included

  bool ok() const { return status >= 200 && status < 300; }
  std::string_view header(std::string_view name) const {
    for (auto const& [key, value] : headers)
      if (key == name) return value;
    return {};
  }
  /// The account is empty: waiting does not help, unlike a rate limit with the same status.
  bool quota_exhausted() const {
    if (status == 402) return true;
    if (status != 429 && status != 403) return false;
    for (std::string_view word :
         {"insufficient_quota", "billing_hard_limit", "credit balance", "credit_exhausted", "exceeded your current quota"})
      if (body.find(word) != body.npos) return true;
    return false;
  }
};

struct retry_policy {
  int attempts = 6;
  std::chrono::milliseconds first{500}, last{8'000};  ///< without a word of the server: doubling from first to last
  std::chrono::milliseconds longest{120'000};         ///< a server that asks for a longer pause is given up

  /// The pause before the next attempt; nothing when this answer is final. `tag` decides the jitter.
  std::optional<std::chrono::milliseconds> delay(http_response const& r, std::uint64_t tag,
                                                 std::time_t now = std::time(nullptr)) const {
    if (r.ok() || r.quota_exhausted() || r.attempts >= attempts) return {};
    auto const word = r.header("x-should-retry");
    bool const again = r.status == 0 || r.status == 408 || r.status == 409 || r.status == 429 || r.status >= 500;
    if (word == "false" || (word != "true" && !again)) return {};
    if (auto const asked = retry_after(r, now)) {
      if (*asked > longest) return {};
      return *asked;
    }
    auto const doubled = first * (std::int64_t(1) << std::min(std::max(r.attempts, 1) - 1, 20));
    double const jitter = 1 - 0.25 * draws("retry jitter", tag).uniform(std::uint64_t(r.attempts));
    return std::chrono::milliseconds(std::int64_t(double(std::min(doubled, last).count()) * jitter));
  }

  /// The pause that the server asks for: retry-after-ms, retry-after in seconds, or retry-after as an HTTP date.
  static std::optional<std::chrono::milliseconds> retry_after(http_response const& r, std::time_t now) {
    auto const number = [](std::string_view text) -> std::optional<double> {
      double value = 0;
      auto const [end, e] = std::from_chars(text.data(), text.data() + text.size(), value);
      if (e != std::errc() || end != text.data() + text.size() || !(value >= 0)) return {};
      return std::min(value, 1e9);
    };
    if (auto const ms = number(r.header("retry-after-ms"))) return std::chrono::milliseconds(std::int64_t(*ms));
    auto const text = r.header("retry-after");
    if (text.empty()) return {};
    if (auto const seconds = number(text)) return std::chrono::milliseconds(std::int64_t(*seconds * 1000));
    std::tm date{};
    if (!::strptime(std::string(text).c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date)) return {};
    return std::chrono::seconds(std::max<std::int64_t>(0, ::timegm(&date) - now));
  }
};

}  // namespace snowcoder::io
