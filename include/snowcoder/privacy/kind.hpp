// SPDX-License-Identifier: Apache-2.0
// The kinds of values that are redacted, the detectors that find them, and what a finding is.
#pragma once

#include <snowcoder/privacy/email_address.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace snowcoder::privacy {

enum class kind : std::uint8_t { email, ipv4, ipv6, key, password };
inline constexpr std::size_t kind_count = 5;

/// A set of kinds. All of them unless told otherwise.
struct kind_set {
  std::uint32_t bits = (1u << kind_count) - 1;
  constexpr bool has(kind k) const { return bits >> unsigned(k) & 1; }
  constexpr bool secrets() const { return has(kind::key) || has(kind::password); }
  constexpr kind_set without(kind k) const { return {bits & ~(1u << unsigned(k))}; }
  friend constexpr bool operator==(kind_set, kind_set) = default;
};
inline constexpr kind_set all_kinds{};
inline constexpr kind_set no_kinds{0};

/// Who found it. A `repeat` is a value that was found elsewhere in the file; the detectors of keys and passwords are those
/// of detect-secrets by its names, and a few that came after them.
enum class detector : std::uint8_t {
  email,
  ipv4,
  ipv6,
  private_key,
  artifactory,
  aws_access_key,
  aws_secret_key,
  azure_storage_key,
  cloudant,
  discord_bot_token,
  github_token,
  gitlab_token,
  google_api_key,
  ibm_cloud_iam,
  ibm_cos_hmac,
  json_web_token,
  mailchimp,
  npm_token,
  openai_token,
  anthropic_key,
  hugging_face_token,
  pypi_token,
  sendgrid,
  slack_token,
  slack_webhook,
  softlayer,
  square_oauth,
  stripe,
  telegram_bot_token,
  twilio,
  basic_auth,
  keyword,
  base64_entropy,
  hex_entropy,
  repeat
};
inline constexpr std::size_t detector_count = std::size_t(detector::repeat) + 1;
inline constexpr std::array<std::string_view, detector_count> detector_names{"email",
                                                                             "ipv4",
                                                                             "ipv6",
                                                                             "private_key",
                                                                             "artifactory",
                                                                             "aws_access_key",
                                                                             "aws_secret_key",
                                                                             "azure_storage_key",
                                                                             "cloudant",
                                                                             "discord_bot_token",
                                                                             "github_token",
                                                                             "gitlab_token",
                                                                             "google_api_key",
                                                                             "ibm_cloud_iam",
                                                                             "ibm_cos_hmac",
                                                                             "json_web_token",
                                                                             "mailchimp",
                                                                             "npm_token",
                                                                             "openai_token",
                                                                             "anthropic_key",
                                                                             "hugging_face_token",
                                                                             "pypi_token",
                                                                             "sendgrid",
                                                                             "slack_token",
                                                                             "slack_webhook",
                                                                             "softlayer",
                                                                             "square_oauth",
                                                                             "stripe",
                                                                             "telegram_bot_token",
                                                                             "twilio",
                                                                             "basic_auth",
                                                                             "keyword",
                                                                             "base64_entropy",
                                                                             "hex_entropy",
                                                                             "repeat"};
constexpr std::string_view name_of(detector d) { return detector_names[std::size_t(d)]; }
inline constexpr std::array<std::string_view, kind_count> kind_names{"email", "ipv4", "ipv6", "key", "password"};
constexpr std::string_view name_of(kind k) { return kind_names[std::size_t(k)]; }

struct finding {
  privacy::kind kind = kind::key;
  privacy::detector detector = detector::keyword;
  span where;
  friend constexpr bool operator==(finding const&, finding const&) = default;
};

static_assert(name_of(detector::repeat) == "repeat" && name_of(detector::hex_entropy) == "hex_entropy" &&
              name_of(detector::softlayer) == "softlayer" && name_of(detector::google_api_key) == "google_api_key");

}  // namespace snowcoder::privacy
