// SPDX-License-Identifier: Apache-2.0
// Tokens of services that can be told by how they begin: one row per shape. Sources: the services' documents on their token
// formats, and detect-secrets 1.5, whose detectors these are.
#pragma once

#include <snowcoder/core/ascii.hpp>
#include <snowcoder/privacy/kind.hpp>
#include <snowcoder/privacy/plausible_value.hpp>
#include <snowcoder/privacy/token_shape.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace snowcoder::privacy {

struct service_token {
  privacy::detector detector;
  std::string_view begins;       ///< literally
  token_shape rest;              ///< after that
  std::string_view holds = {};   ///< and somewhere in the rest
  std::string_view after = {};   ///< the text right before
  bool keeps_beginning = false;  ///< a name rather than a part of the secret
  bool random = false;           ///< the rest must look drawn at random, because the beginning says little
};

inline constexpr token_shape discord_rest = "[A-Za-z0-9_-]{23,25}.[A-Za-z0-9_-]{6}.[A-Za-z0-9_-]{27,38}";

// clang-format off
inline constexpr auto service_tokens = std::to_array<service_token>({
    {detector::artifactory,        "AKC",           "[A-Za-z0-9]{13,}", "", "", false, true},
    {detector::artifactory,        "AP",            "[0-9A-F][A-Za-z0-9]{13,}", "", "", false, true},
    {detector::aws_access_key,     "AKIA",          "[A-Z0-9]{16}"},
    {detector::aws_access_key,     "ASIA",          "[A-Z0-9]{16}"},
    {detector::aws_access_key,     "ABIA",          "[A-Z0-9]{16}"},
    {detector::aws_access_key,     "ACCA",          "[A-Z0-9]{16}"},
    {detector::aws_access_key,     "A3T",           "[A-Z0-9]{17}"},
    {detector::azure_storage_key,  "AccountKey=",   "[A-Za-z0-9+/]{86}={2}", "", "", true},
    {detector::discord_bot_token,  "M",             discord_rest, "", "", false, true},
    {detector::discord_bot_token,  "N",             discord_rest, "", "", false, true},
    {detector::discord_bot_token,  "O",             discord_rest, "", "", false, true},
    {detector::github_token,       "ghp_",          "[A-Za-z0-9_]{36,255}"},
    {detector::github_token,       "gho_",          "[A-Za-z0-9_]{36,255}"},
    {detector::github_token,       "ghu_",          "[A-Za-z0-9_]{36,255}"},
    {detector::github_token,       "ghs_",          "[A-Za-z0-9_]{36,255}"},
    {detector::github_token,       "ghr_",          "[A-Za-z0-9_]{36,255}"},
    {detector::github_token,       "github_pat_",   "[A-Za-z0-9]{22}_[A-Za-z0-9]{59}"},
    {detector::gitlab_token,       "glpat-",        "[A-Za-z0-9_-]{20,50}"},
    {detector::gitlab_token,       "gldt-",         "[A-Za-z0-9_-]{20,50}"},
    {detector::gitlab_token,       "glft-",         "[A-Za-z0-9_-]{20,50}"},
    {detector::gitlab_token,       "glsoat-",       "[A-Za-z0-9_-]{20,50}"},
    {detector::gitlab_token,       "glrt-",         "[A-Za-z0-9_-]{20,50}"},
    {detector::gitlab_token,       "glcbt-",        "[A-Za-z0-9_-]{20,54}"},
    {detector::gitlab_token,       "glimt-",        "[A-Za-z0-9_-]{25}"},
    {detector::gitlab_token,       "glptt-",        "[A-Za-z0-9_-]{40}"},
    {detector::gitlab_token,       "glagent-",      "[A-Za-z0-9_-]{50,1024}"},
    {detector::gitlab_token,       "gloas-",        "[A-Za-z0-9_-]{64}"},
    {detector::gitlab_token,       "GR1348941",     "[A-Za-z0-9_-]{20,50}"},
    {detector::google_api_key,     "AIza",          "[A-Za-z0-9_-]{35}"},
    {detector::json_web_token,     "eyJ",           "[A-Za-z0-9_=-]{8,}.ey[A-Za-z0-9_=-]{6,}.{0,1}[A-Za-z0-9_=-]{0,}"},
    {detector::npm_token,          "npm_",          "[A-Za-z0-9]{36}"},
    {detector::openai_token,       "sk-",           "[A-Za-z0-9_-]{40,220}", "T3BlbkFJ"},
    {detector::anthropic_key,      "sk-ant-",       "[A-Za-z0-9_-]{80,130}"},
    {detector::hugging_face_token, "hf_",           "[A-Za-z]{34}"},
    {detector::pypi_token,         "pypi-",         "[A-Za-z0-9_-]{90,}", "AgE"},
    {detector::slack_token,        "xoxa-",         "[0-9]{1,}-[A-Za-z0-9-]{8,}"},
    {detector::slack_token,        "xoxb-",         "[0-9]{1,}-[A-Za-z0-9-]{8,}"},
    {detector::slack_token,        "xoxp-",         "[0-9]{1,}-[A-Za-z0-9-]{8,}"},
    {detector::slack_token,        "xoxo-",         "[0-9]{1,}-[A-Za-z0-9-]{8,}"},
    {detector::slack_token,        "xoxs-",         "[0-9]{1,}-[A-Za-z0-9-]{8,}"},
    {detector::slack_token,        "xoxr-",         "[0-9]{1,}-[A-Za-z0-9-]{8,}"},
    {detector::slack_webhook,      "com/services/", "T[A-Za-z0-9_]{6,}/B[A-Za-z0-9_]{6,}/[A-Za-z0-9_]{12,}", "",
                                   "hooks.slack.", true},
    {detector::square_oauth,       "sq0csp-",       "[A-Za-z0-9_-]{43}"},
    {detector::square_oauth,       "sq0atp-",       "[A-Za-z0-9_-]{22}"},
    {detector::stripe,             "sk_live_",      "[A-Za-z0-9]{24,99}"},
    {detector::stripe,             "rk_live_",      "[A-Za-z0-9]{24,99}"},
    {detector::twilio,             "AC",            "[0-9a-f]{32}"},
    {detector::twilio,             "SK",            "[0-9a-f]{32}"},
});
// clang-format on

namespace detail {

/// The rows that begin with a character: [first, last) of `rows`.
struct rows_by_character {
  std::array<std::uint8_t, 129> first{};
  std::array<std::uint8_t, service_tokens.size()> rows{};
};
inline constexpr rows_by_character service_rows = [] {
  rows_by_character r;
  std::size_t n = 0;
  for (std::size_t c = 0; c < 128; ++c) {
    r.first[c] = std::uint8_t(n);
    for (std::size_t i = 0; i < service_tokens.size(); ++i)
      if (std::size_t(service_tokens[i].begins[0]) == c) r.rows[n++] = std::uint8_t(i);
  }
  r.first[128] = std::uint8_t(n);
  return r;
}();

constexpr finding key_of(detector d, std::size_t begin, std::size_t end) { return {kind::key, d, {begin, end}}; }

/// SG.<22>.<43>: the run is the second part.
inline constexpr token_shape sendgrid_rest = "[A-Za-z0-9_-]{22}.[A-Za-z0-9_-]{43}";
/// <8 to 10 digits>:<35>: the run is the second part.
inline constexpr token_shape telegram_rest = "[A-Za-z0-9_-]{35}";

}  // namespace detail

/// The token of a service that begins at byte `at` of a run of token characters, where a word begins.
constexpr std::optional<finding> service_token_at(std::string_view text, std::size_t at) {
  auto const c = static_cast<unsigned char>(text[at]);
  if (c >= 128) return {};
  for (auto i = detail::service_rows.first[c]; i < detail::service_rows.first[c + 1]; ++i) {
    auto const& row = service_tokens[detail::service_rows.rows[i]];
    if (!text.substr(at).starts_with(row.begins)) continue;
    auto const body = at + row.begins.size(), end = row.rest.match(text, body);
    if (!end) continue;
    auto const rest = text.substr(body, end - body);
    if (!row.holds.empty() && rest.find(row.holds) == rest.npos) continue;
    if (!row.after.empty() && !text.substr(0, at).ends_with(row.after)) continue;
    if (!is_real_body(rest) || (row.random && !looks_random(rest))) continue;
    return detail::key_of(row.detector, row.keeps_beginning ? body : at, end);
  }
  return {};
}

/// Tokens whose known part lies before the run [begin, end) or at its end.
constexpr std::optional<finding> service_token_around(std::string_view text, std::size_t begin, std::size_t end) {
  using namespace detail;
  if (begin >= 3 && text.substr(begin - 3, 3) == "SG." && (begin == 3 || !is_ascii_alphanumeric(text[begin - 4])))
    if (auto const last = sendgrid_rest.match(text, begin); last && is_real_body(text.substr(begin, last - begin)))
      return key_of(detector::sendgrid, begin - 3, last);
  if (begin >= 9 && text[begin - 1] == ':') {
    auto first = begin - 1;
    while (first > 0 && begin - 1 - first < 11 && is_ascii_digit(text[first - 1])) --first;
    auto const digits = begin - 1 - first;
    if (digits >= 8 && digits <= 10 &&
        (first == 0 || !is_ascii_alphanumeric(text[first - 1]) || text.substr(0, first).ends_with("bot")))
      if (auto const last = telegram_rest.match(text, begin); last && (last == end || text[last] == '/') &&
                                                              is_real_body(text.substr(begin, 35)) &&
                                                              looks_random(text.substr(begin, 35)))
        return key_of(detector::telegram_bot_token, first, last);
  }
  auto const run = text.substr(begin, end - begin);
  if (run.size() >= 36)
    if (auto const us = run.rfind("-us"); us != run.npos && us >= 32 && run.size() - us <= 5 && run.size() - us > 3) {
      auto const body = run.substr(us - 32, 32);
      bool fits = us == 32 || !is_ascii_alphanumeric(run[us - 33]);
      for (char const c : body) fits &= is_ascii_digit(c) || (c >= 'a' && c <= 'z');
      for (char const c : run.substr(us + 3)) fits &= is_ascii_digit(c);
      if (fits && is_real_body(body) && compose(body).digits >= 4) return key_of(detector::mailchimp, begin + us - 32, end);
    }
  return {};
}

static_assert(service_token_at("AK"
                               "IAQ3EGRZ5N7WX2LMPT",
                               0) &&
              !service_token_at("AK"
                                "IAIOSFODNN7EXAMPLE",
                                0));
static_assert(
    !service_token_at("gh"
                      "p_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
                      0));

}  // namespace snowcoder::privacy
