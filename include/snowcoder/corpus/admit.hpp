// SPDX-License-Identifier: Apache-2.0
// Is this text? UTF-8 without NUL, or text in another character set that can be told and converted whole, of a size that a
// person may have written. A mark at the start is taken off; line ends stay as they are.
#pragma once

#include <snowcoder/core/utf8.hpp>
#include <snowcoder/corpus/source_file.hpp>
#include <snowcoder/io/character_set.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace snowcoder::corpus {

struct inadmissible {
  std::string_view reason;
  bool broken = false;
  std::string detail = {};
};

/// Makes `text` UTF-8 without a mark and says what else stands against it. `came_in` becomes the name of the character set
/// that it was converted from; empty: it was UTF-8.
inline std::optional<inadmissible> admit(std::string& text, limits const& at_most, std::string* came_in = nullptr) {
  if (std::int64_t(text.size()) > at_most.file_bytes) return inadmissible{"too_large"};
  auto character_set = io::make_utf8(text);
  if (!character_set) return inadmissible{"not_utf8", true, std::move(character_set.error().what)};
  if (came_in) *came_in = std::move(*character_set);
  if (text.find('\0') != text.npos) return inadmissible{"nul_byte", true};
  if (text.find_first_not_of(" \t\r\n\f\v") == text.npos) return inadmissible{"empty"};
  return {};
}

/// A path that stays inside its repository, with "./" and repeated '/' taken out; nothing when it leaves it, is absolute,
/// or is no text.
inline std::optional<std::string> safe_path(std::string_view path) {
  if (path.empty() || path.front() == '/' || !is_utf8(path)) return {};
  std::string out;
  while (!path.empty()) {
    auto const slash = path.find('/');
    auto const part = path.substr(0, slash);
    path = slash == path.npos ? std::string_view{} : path.substr(slash + 1);
    if (part.empty() || part == ".") continue;
    if (part == ".." || part.find_first_of(std::string_view("\\\0\n\r", 4)) != part.npos) return {};
    if (!out.empty()) out += '/';
    out += part;
  }
  if (out.empty()) return {};
  return out;
}

/// Folders in which version control systems keep their own data.
constexpr bool is_version_control(std::string_view name) {
  for (std::string_view known : {".git", ".hg", ".svn", ".bzr", "CVS", "_darcs", ".jj", ".pijul", ".fossil"})
    if (name == known) return true;
  return false;
}
/// Does a path lead through such a folder?
constexpr bool in_version_control(std::string_view path) {
  for (auto slash = path.find('/'); slash != path.npos; path.remove_prefix(slash + 1), slash = path.find('/'))
    if (is_version_control(path.substr(0, slash))) return true;
  return false;
}

}  // namespace snowcoder::corpus
