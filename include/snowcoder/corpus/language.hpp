// SPDX-License-Identifier: Apache-2.0
// The language of a file: its name, then, where other languages share the extension, its content, and for a name that says
// nothing the interpreter on its first line. (The paper names its 18 languages and not how it told them; StarCoder2 uses a
// content classifier, The Stack v1 extensions.)
#pragma once

#include <snowcoder/config/language.hpp>
#include <snowcoder/corpus/language_name.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace snowcoder::corpus {

namespace detail {

constexpr std::string_view trimmed(std::string_view line) {
  while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
  while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r')) line.remove_suffix(1);
  return line;
}

/// Calls visit(line without indentation) until it returns true; says whether it did. Block comments are passed over.
template <class Visit>
constexpr bool any_line(std::string_view text, Visit&& visit) {
  bool comment = false;
  for (std::size_t begin = 0; begin < text.size();) {
    auto const end = std::min(text.find('\n', begin), text.size());
    auto const line = trimmed(text.substr(begin, end - begin));
    begin = end + 1;
    if (!comment && line.starts_with("/*")) comment = true;
    if (comment) {
      comment = line.find("*/") == line.npos;
      continue;
    }
    if (!line.starts_with("//") && visit(line)) return true;
  }
  return false;
}
constexpr bool starts_with_any(std::string_view line, auto const&... words) { return (line.starts_with(words) || ...); }
constexpr bool contains(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

constexpr bool is_objective_c(std::string_view text) {
  return any_line(text, [](std::string_view l) {
    return starts_with_any(l, "@interface", "@implementation", "@protocol", "@property", "@class ", "#import ", "@import ");
  });
}
/// Something that C does not have. A header that only guards itself with __cplusplus is C.
constexpr bool is_cpp(std::string_view text) {
  return any_line(text, [](std::string_view l) {
    if (starts_with_any(l, "namespace ", "using namespace ", "template <", "template<", "public:", "private:", "protected:",
                        "virtual ", "class ", "friend ", "explicit ", "constexpr ", "static constexpr ", "using "))
      return true;
    if (l.starts_with("#include <") && l.ends_with('>') && !contains(l, ".")) return true;
    return contains(l, "std::") || contains(l, "static_cast<") || contains(l, "nullptr") || contains(l, "dynamic_cast<") ||
           contains(l, "noexcept") || contains(l, "operator=(") || contains(l, "operator==(");
  });
}
constexpr bool begins_like_markup(std::string_view text) {
  auto const first = text.find_first_not_of(" \t\r\n");
  return first != text.npos && starts_with_any(text.substr(first), "<?xml", "<!DOCTYPE", "<TS", "<html", "<HTML");
}

/// Extensions that several languages share.
constexpr config::language of_shared_name(std::string_view extension, std::string_view text) {
  using enum config::language;
  if (begins_like_markup(text) && extension != ".php" && extension != ".inc") return other;  // Qt translations, exported tables
  if (extension == ".h") return is_objective_c(text) ? other : is_cpp(text) ? cpp : c;
  if (extension == ".php") return text.starts_with("<?hh") ? other : php;  // Hack
  if (extension == ".cs")
    return contains(text, "methodsFor:") || contains(text, "!classDefinition:") ? other : csharp;  // Smalltalk
  if (extension == ".rs") return contains(text, "#pragma version(") ? other : rust;                // RenderScript
  if (extension == ".sc")
    return any_line(text,
                    [](std::string_view l) {
                      return starts_with_any(l, "import ", "object ", "def ", "val ", "package ", "case class ");
                    })
               ? scala
               : other;
  if (extension == ".tab" || extension == ".w") {
    if (extension == ".w")
      return any_line(text, [](std::string_view l) { return l.starts_with("#include"); }) ? c : other;  // else CWEB
    return any_line(text,
                    [](std::string_view l) {
                      return starts_with_any(l, "CREATE ", "create ", "INSERT ", "insert ", "ALTER ", "alter ");
                    })
               ? sql
               : other;
  }
  if (extension == ".inc") {
    if (contains(text, "<?php")) return php;
    if (is_cpp(text)) return cpp;
    return any_line(text,
                    [](std::string_view l) {
                      return starts_with_any(l, "#include ", "#define ", "#ifdef ", "#ifndef ", "typedef ", "static ");
                    })
               ? c
               : other;
  }
  return extension == ".ts" || extension == ".tsx" ? typescript : extension == ".sql" ? sql : other;
}

}  // namespace detail

/// From a first line like "#!/usr/bin/env python3 -u".
constexpr config::language language_of_interpreter(std::string_view text) {
  using enum config::language;
  if (!text.starts_with("#!")) return other;
  auto line = detail::trimmed(text.substr(2, std::min(text.find('\n'), text.size()) - 2));
  std::string_view program;
  for (bool again = true; again && !line.empty();) {  // env, its flags and assignments lead to the program
    auto const end = std::min(line.find_first_of(" \t"), line.size());
    program = line.substr(0, end);
    line = detail::trimmed(line.substr(end));
    program = program.substr(program.find_last_of('/') + 1);
    again = program == "env" || program.starts_with('-') || detail::contains(program, "=");
  }
  while (!program.empty() && ((program.back() >= '0' && program.back() <= '9') || program.back() == '.'))
    program.remove_suffix(1);
  struct rule {
    std::string_view program;
    config::language language;
  };
  for (auto const& r :
       std::array{rule{"python", python},  rule{"pypy", python},        rule{"node", javascript}, rule{"nodejs", javascript},
                  rule{"gjs", javascript}, rule{"ts-node", typescript}, rule{"deno", typescript}, rule{"php", php},
                  rule{"ruby", ruby},      rule{"jruby", ruby},         rule{"sh", shell},        rule{"bash", shell},
                  rule{"dash", shell},     rule{"zsh", shell},          rule{"ksh", shell},       rule{"ash", shell},
                  rule{"bats", shell},     rule{"scala", scala},        rule{"kotlin", kotlin},   rule{"swift", swift},
                  rule{"dart", dart},      rule{"rust-script", rust}})
    if (r.program == program) return r.language;
  return other;
}

/// From an editor's mode line like "// -*- C++ -*-", which is all that C++ headers without extension have.
inline config::language language_of_mode_line(std::string_view text) {
  using enum config::language;
  auto const line = text.substr(0, text.find('\n'));
  auto const first = line.find("-*-");
  auto const last = line.rfind("-*-");
  if (first == line.npos || first == last) return other;
  std::string mode;
  for (char c : line.substr(first + 3, last - first - 3)) mode += c >= 'A' && c <= 'Z' ? char(c | 32) : c;
  if (auto const at = mode.find("mode:"); at != mode.npos) mode = mode.substr(at + 5);
  auto const name = detail::trimmed(std::string_view(mode).substr(0, mode.find(';')));
  if (name == "c++") return cpp;
  if (name == "sh" || name == "shell-script" || name == "bash") return shell;
  for (auto l : {python, c, ruby, java, javascript, php, sql, rust, scala, go})
    if (name == name_of(l)) return l;
  return other;
}

/// Could a file of this name be in one of our languages? If not, its content need not be read.
inline bool may_be_source(std::string_view path) { return language_of_name(path).has_value() || !has_extension(path); }

/// `declared`: what the row that brought the file says, believed for all but shared extensions.
inline config::language identify(std::string_view path, std::string_view text, std::string_view declared = {}) {
  auto const by_name = language_of_name(path);
  if (by_name && by_name->shared) {
    auto const found = detail::of_shared_name(by_name->name, text);
    if (declared.empty() || found != config::language::other) return found;
  }
  if (!declared.empty()) return config::find_language(declared).value_or(config::language::other);
  if (by_name) return by_name->language;
  if (has_extension(path)) return config::language::other;
  auto const found = language_of_interpreter(text);
  return found == config::language::other ? language_of_mode_line(text) : found;
}

}  // namespace snowcoder::corpus
