// SPDX-License-Identifier: Apache-2.0
// Keys without a beginning of their own, told by their length, their alphabet and the words before them on the line: one row
// per shape. Sources: detect-secrets 1.5, whose detectors these are.
#pragma once

#include <snowcoder/core/ascii.hpp>
#include <snowcoder/privacy/kind.hpp>
#include <snowcoder/privacy/plausible_value.hpp>
#include <snowcoder/privacy/token_shape.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace snowcoder::privacy {

struct named_key {
  privacy::detector detector;
  std::size_t length;
  token_shape shape;
  std::array<std::string_view, 3> words;  ///< one of them, where a word begins, in any case
  bool names_secret = true;               ///< and key, pass, pw or token
  bool random = false;                    ///< and characters that look drawn at random and are not all hexadecimal
};

// clang-format off
inline constexpr auto named_keys = std::to_array<named_key>({
    {detector::cloudant,       24, "[a-z]{24}",           {"cloudant", "clou", "cl_"}},
    {detector::npm_token,      36, "[A-Fa-f0-9-]{36}",    {"_authtoken"}},
    {detector::aws_secret_key, 40, "[A-Za-z0-9/+]{40}",   {"aws"}, true, true},
    {detector::ibm_cloud_iam,  44, "[A-Za-z0-9_-]{44}",   {"ibm", "iam", "cloud"}, true, true},
    {detector::ibm_cos_hmac,   48, "[a-f0-9]{48}",        {"secret", "ibm", "cos"}},
    {detector::cloudant,       64, "[0-9a-f]{64}",        {"cloudant", "clou", "cl_"}},
    {detector::softlayer,      64, "[a-z0-9]{64}",        {"softlayer", "sl_", "sl-"}},
    {detector::softlayer,      64, "[a-z0-9]{64}",        {"api.softlayer.com/soap"}, false},
});
// clang-format on

namespace detail {

/// The line up to `at`, at most `reach` bytes of it.
constexpr std::string_view line_before(std::string_view text, std::size_t at, std::size_t reach) {
  auto const first = at > reach ? at - reach : 0;
  auto before = text.substr(first, at - first);
  if (auto const end = before.find_last_of('\n'); end != before.npos) before.remove_prefix(end + 1);
  return before;
}

/// `lower` in any case, not in the middle of letters.
constexpr bool has_word(std::string_view text, std::string_view lower) {
  for (std::size_t i = 0; i + lower.size() <= text.size(); ++i)
    if (equals_ignoring_case(text.substr(i, lower.size()), lower) &&
        (i == 0 || !is_ascii_letter(lower[0]) || !is_ascii_letter(text[i - 1]) || (text[i] < 'a' && text[i - 1] >= 'a')))
      return true;
  return false;
}

constexpr bool names_secret(std::string_view before) {
  for (std::string_view word : {"key", "pass", "pwd", "pw", "token", "secret"})
    if (contains_lower(before, word)) return true;
  return false;
}

}  // namespace detail

/// The key at the end of the run of token characters [begin, end).
constexpr std::optional<finding> named_key_in(std::string_view text, std::size_t begin, std::size_t end) {
  for (auto const& row : named_keys) {
    if (end - begin < row.length) break;
    auto const at = end - row.length;
    if (at > begin && is_ascii_alphanumeric(text[at - 1])) continue;
    if (row.shape.match(text, at) != end) continue;
    auto const before = detail::line_before(text, at, 100);
    if (std::none_of(row.words.begin(), row.words.end(),
                     [&](auto word) { return !word.empty() && detail::has_word(before, word); }))
      continue;
    if (row.names_secret && !detail::names_secret(before)) continue;
    auto const value = text.substr(at, row.length);
    if (!is_real_body(value) || (row.random && (compose(value).hexadecimal || !looks_random(value)))) continue;
    return finding{kind::key, row.detector, {at, end}};
  }
  return {};
}

}  // namespace snowcoder::privacy
