// SPDX-License-Identifier: Apache-2.0
// Quoted strings that look drawn at random, whatever they are called: detect-secrets' entropy rules, with what StarCoder's
// pipeline asks on top (not like words, no digests) and what real code asked for.
#pragma once

#include <snowcoder/privacy/kind.hpp>
#include <snowcoder/privacy/named_key.hpp>
#include <snowcoder/privacy/plausible_value.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace snowcoder::privacy {

namespace detail {

/// The line says that its long numbers are digests, identities or other public things.
constexpr bool names_digest(std::string_view line) {
  for (std::string_view word :
       {"sha",       "md5",        "hash",        "byte",     "checksum", "digest",  "crc",      "integrity", "commit",
        "revision",  "rev",        "fingerprint", "etag",     "uuid",     "guid",    "blob",     "oid",       "thumbprint",
        "publickey", "public_key", "public-key",  "color",    "colour",   "vector",  "expect",   "assert",    "image",
        "icon",      "font",       "cert",        "decode",   "encode",   "base64",  "snapshot", "version",   "cache",
        "signature", "test",       "clsid",       "checkout", "nonce",    "charset", "alphabet", "chars"})
    if (contains_lower(line, word)) return true;
  return has_word(line, "id") || has_word(line, "ids") || contains_lower(line, "_id") || has_word(line, "hex") ||
         has_word(line, "git");
}

}  // namespace detail

/// The quoted run of token characters [begin, end), if it looks like a secret. What the rest of the file says of it is for the
/// caller to ask.
inline std::optional<finding> random_string(std::string_view text, std::size_t begin, std::size_t end) {
  if (end - begin < 20 || end - begin > 160 || begin == 0 || end >= text.size()) return {};
  if (!detail::is_quote(text[begin - 1]) || text[end] != text[begin - 1]) return {};
  auto const value = text.substr(begin, end - begin);
  for (std::string_view mark : {"nonce-", "sha256-", "sha384-", "sha512-"})  // of a page's policy
    if (value.starts_with(mark)) return {};
  auto const c = compose(value);
  if (c.digits == 0 || c.letters() == 0) return {};
  bool const hexadecimal = c.hexadecimal && (c.lower == 0 || c.upper == 0);
  if (hexadecimal ? c.digits * 8 < int(value.size()) || entropy(value) <= 3.0
                  : !looks_random(value, c) || entropy(value) < (value.size() < 32 ? 3.6 : 4.0))
    return {};
  if (!hexadecimal) {
    auto const word = longest_word(value);
    if (word.size() < 12 || !looks_random(word) || (c.digits < 2 && pair_bits(value) < 7)) return {};
  }
  if (!hexadecimal && (c.lower == 0 || c.upper == 0) && (value.size() < 24 || c.digits * 8 < int(value.size()))) return {};
  if (is_sequence(value) || is_stand_in(value) || has_uuid(value) || (!hexadecimal && is_encoded_text(value))) return {};
  auto line_end = text.substr(end, 60).find('\n');
  auto const after = text.substr(end, std::min<std::size_t>(line_end, 60));
  auto const before = detail::line_before(text, begin, 120);
  if (hexadecimal && before.find_first_not_of(" \t\"'`") == before.npos) return {};  // an item of a list
  if (detail::names_digest(before) || detail::names_digest(after)) return {};
  return finding{kind::key, hexadecimal ? detector::hex_entropy : detector::base64_entropy, {begin, end}};
}

}  // namespace snowcoder::privacy
