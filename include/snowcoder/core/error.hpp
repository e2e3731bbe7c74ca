// SPDX-License-Identifier: Apache-2.0
// What a program says when the world fails it: what happened, where, and what to do about it.
#pragma once

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace snowcoder {

/// A failure of the world (a file, a server, a device): never of the programmer, who gets a contract check.
struct error {
  std::string what;    ///< noun phrase: "no such file", "truncated safetensors header"
  std::string where;   ///< path, URL or position in a file
  std::string remedy;  ///< what the user can do; may be empty

  std::string message() const {
    std::string text = where.empty() ? what : where + ": " + what;
    return remedy.empty() ? text : text + " (" + remedy + ")";
  }
  friend bool operator==(error const&, error const&) = default;
};

/// The error that errno describes, for the file or address `where`.
inline error system_error(std::string where, std::string remedy = {}) {
  return {std::strerror(errno), std::move(where), std::move(remedy)};
}

}  // namespace snowcoder
