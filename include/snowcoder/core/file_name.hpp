// SPDX-License-Identifier: Apache-2.0
// Names that users give and that become files or folders of ours: one part of a path, so that none of them leads out of the
// folder that it belongs to.
#pragma once

#include <snowcoder/core/ascii.hpp>

#include <algorithm>
#include <string_view>

namespace snowcoder {

inline constexpr char file_name_rule[] =
    "a name begins with a letter, a digit or '_', goes on with these, '.', '-' or '+', and has at most 100";

constexpr bool is_file_name(std::string_view name) {
  auto const plain = [](char c) { return is_ascii_alphanumeric(c) || c == '_'; };
  return !name.empty() && name.size() <= 100 && plain(name.front()) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return plain(c) || c == '.' || c == '-' || c == '+'; });
}
static_assert(is_file_name("hq-2_b.v1") && is_file_name("5e") && is_file_name("_x"));
static_assert(!is_file_name("") && !is_file_name("..") && !is_file_name("a/b") && !is_file_name(".work") &&
              !is_file_name("-n"));

}  // namespace snowcoder
