// SPDX-License-Identifier: Apache-2.0
// What a program says to the person at the terminal.
#pragma once

#include <unistd.h>

#include <array>
#include <cstdio>
#include <string>

namespace snowcoder::tests {

/// What body() writes to standard error.
template <class Body>
std::string said(Body&& body) {
  std::fflush(stderr);
  int const terminal = ::dup(2);
  std::FILE* const file = std::tmpfile();
  ::dup2(::fileno(file), 2);
  body();
  std::fflush(stderr);
  ::dup2(terminal, 2);
  ::close(terminal);
  std::rewind(file);
  std::string text;
  std::array<char, 4096> block;
  while (auto const n = std::fread(block.data(), 1, block.size(), file)) text.append(block.data(), n);
  std::fclose(file);
  return text;
}

}  // namespace snowcoder::tests
