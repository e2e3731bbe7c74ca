// SPDX-License-Identifier: Apache-2.0
// What stands where a personal value stood. Nothing that holds one of these is a secret: redacting twice is redacting once.
#pragma once

#include <array>
#include <string_view>

namespace snowcoder::privacy {

inline constexpr std::string_view email_replacement = "<EMAIL>", key_replacement = "<KEY>", password_replacement = "<PASSWORD>";
/// Private addresses stand in for public ones, in the order in which a file's different addresses appear.
inline constexpr std::array<std::string_view, 5> ipv4_replacements{"172.16.31.10", "172.16.58.3", "172.16.17.32",
                                                                   "192.168.127.12", "192.168.3.11"};
inline constexpr std::array<std::string_view, 5> ipv6_replacements{
    "fd00:c2b6:b24b:be67:2827:688d:e6a1:6a3b", "fd00:a516:7c1b:17cd:6d81:2137:bd2a:2c5b", "fc00:e968:6179::de52:7100",
    "fc00:db20:35b:7399::5", "fdf8:f53e:61e4::18"};

constexpr bool holds_replacement(std::string_view value) {
  for (auto word : {email_replacement, key_replacement, password_replacement})
    if (value.find(word) != value.npos) return true;
  for (auto const* addresses : {&ipv4_replacements, &ipv6_replacements})
    for (auto address : *addresses)
      if (value.find(address) != value.npos) return true;
  return false;
}

}  // namespace snowcoder::privacy
