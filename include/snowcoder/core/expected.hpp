// SPDX-License-Identifier: Apache-2.0
// expected<T>: a value, or the error that stood in its way. g++ 12 has no std::expected in C++20 mode, so this is
// tl::expected under our name, with one macro for the early return.
#pragma once

#include <snowcoder/core/error.hpp>

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace snowcoder {

template <class T>
using expected = tl::expected<T, error>;

/// The unexpected side of any expected<T>.
inline auto failure(error e) { return tl::unexpected<error>(std::move(e)); }
inline auto failure(std::string what, std::string where = {}, std::string remedy = {}) {
  return tl::unexpected<error>(error{std::move(what), std::move(where), std::move(remedy)});
}

}  // namespace snowcoder

#define SNOWCODER_JOIN_(a, b) a##b
#define SNOWCODER_JOIN(a, b) SNOWCODER_JOIN_(a, b)

/// SNOWCODER_TRY(auto rows, read(path)); declares `rows`, or returns the error from the enclosing function.
#define SNOWCODER_TRY(declaration, ...) SNOWCODER_TRY_(SNOWCODER_JOIN(snowcoder_try_, __LINE__), declaration, __VA_ARGS__)
#define SNOWCODER_TRY_(result, declaration, ...)                       \
  auto result = (__VA_ARGS__);                                         \
  if (!result) return ::snowcoder::failure(std::move(result).error()); \
  declaration = std::move(*result)

/// SNOWCODER_CHECK(write(path)); for expected<void>: goes on, or returns the error. A for, not an if, so that it cannot take
/// the else of another if.
#define SNOWCODER_CHECK(...)                                        \
  for (auto snowcoder_checked = (__VA_ARGS__); !snowcoder_checked;) \
  return ::snowcoder::failure(std::move(snowcoder_checked).error())
