// SPDX-License-Identifier: Apache-2.0
// Fields of a JSON object that came from outside: absent or of another type is the default, never an exception.
#pragma once

#include <string>

namespace snowcoder::io {

/// The string at `key`, or `otherwise`.
template <class Json>
std::string text_or(Json const& object, char const* key, std::string otherwise = {}) {
  if (!object.is_object()) return otherwise;
  auto const found = object.find(key);
  return found != object.end() && found->is_string() ? found->template get<std::string>() : otherwise;
}

/// The truth value at `key`, or `otherwise`.
template <class Json>
bool flag_or(Json const& object, char const* key, bool otherwise) {
  if (!object.is_object()) return otherwise;
  auto const found = object.find(key);
  return found != object.end() && found->is_boolean() ? found->template get<bool>() : otherwise;
}

/// The value at `key`, or null.
template <class Json>
Json value_or_null(Json const& object, char const* key) {
  if (!object.is_object()) return nullptr;
  auto const found = object.find(key);
  return found != object.end() ? *found : Json(nullptr);
}

}  // namespace snowcoder::io
