// SPDX-License-Identifier: Apache-2.0
// The language of a file. In linguist's order: an editor's mode line, the whole name, the interpreter on its first line, the
// extension and, where other languages share it, the content. (The paper names its 18 languages and not how it told them;
// StarCoder2 uses go-enry, which follows linguist; The Stack v1 extensions.) Files of other languages are `other`.
#pragma once

#include <snowcoder/corpus/language_alias.hpp>
#include <snowcoder/corpus/language_name.hpp>
#include <snowcoder/corpus/modeline.hpp>
#include <snowcoder/corpus/shared_extension.hpp>
#include <snowcoder/corpus/shebang.hpp>

#include <string_view>

namespace snowcoder::corpus {

/// `declared`: what the row that brought the file says, believed for all but shared extensions; a name that nobody knows is
/// another language's.
constexpr config::language identify(std::string_view path, std::string_view text, std::string_view declared = {}) {
  auto const by_name = language_of_name(path);
  if (!declared.empty()) {
    auto const said = language_called(declared).value_or(config::language::other);
    return by_name && by_name->shared ? language_of_shared_extension(by_name->extension, text, said) : said;
  }
  if (auto const mode = language_of_modeline(text)) return *mode;
  if (by_name && by_name->extension.empty()) return by_name->language;
  if (auto const script = language_of_interpreter(text)) return *script;
  if (!by_name) return config::language::other;
  return by_name->shared ? language_of_shared_extension(by_name->extension, text) : by_name->language;
}

}  // namespace snowcoder::corpus
