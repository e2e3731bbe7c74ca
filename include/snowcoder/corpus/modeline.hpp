// SPDX-License-Identifier: Apache-2.0
// What an editor is told within the first or last five lines of a file: "-*- C++ -*-", "-*- mode: ruby; tab-width: 2 -*-"
// (Emacs), "vim: set ft=python:" (Vim and its kin). The rules of linguist's modeline strategy, in our own words.
#pragma once

#include <snowcoder/core/words.hpp>
#include <snowcoder/corpus/language_alias.hpp>
#include <snowcoder/corpus/text_lines.hpp>

#include <algorithm>
#include <optional>
#include <string_view>

namespace snowcoder::corpus {

namespace detail {

inline constexpr int modeline_scope = 5;                 // lines at either end
inline constexpr std::size_t modeline_reach = 8 * 1024;  // bytes at either end: files of one long line

constexpr std::string_view leading_mode(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && text[end] != ':' && text[end] != ';' && !is_blank(text[end])) ++end;
  return text.substr(0, end);
}

/// From "-*- … -*-" of a line; empty without.
constexpr std::string_view emacs_mode(std::string_view line) {
  auto const open = line.find("-*-");
  if (open == line.npos) return {};
  auto const close = line.find("-*-", open + 3);
  if (close == line.npos) return {};
  auto const inside = line.substr(open + 3, close - open - 3);
  auto const whole = trimmed(inside);
  if (auto const name = leading_mode(whole); !name.empty() && name.size() == whole.size()) return name;  // -*- ruby -*-
  for (std::size_t at = 0; at < inside.size();) {  // -*- a: b; mode: ruby -*-
    if (small_letters<4>(inside.substr(at, 4)).view() == "mode" &&
        (at == 0 || is_blank(inside[at - 1]) || inside[at - 1] == ';')) {
      auto rest = without_leading_blanks(inside.substr(at + 4));
      if (rest.starts_with(':'))
        if (auto const name = leading_mode(without_leading_blanks(rest.substr(1))); !name.empty()) return name;
    }
    ++at;
  }
  return {};
}

/// What follows "vi:", "vim:", "vim>=700:" or " ex:" on a line: the options; no value without.
constexpr std::optional<std::string_view> vim_options(std::string_view line) {
  for (auto colon = line.find(':'); colon != line.npos; colon = line.find(':', colon + 1)) {
    auto before = line.substr(0, colon);
    auto const digits = before.find_last_not_of("0123456789") + 1;  // a version
    bool const versioned = digits < before.size();
    if (versioned) before = before.substr(0, digits);
    if (versioned && !before.empty() && (before.back() == '<' || before.back() == '=' || before.back() == '>'))
      before.remove_suffix(1);
    auto const ends = [&](std::string_view name, bool may_begin_line) {
      if (!before.ends_with(name)) return false;
      auto const lead = before.size() - name.size();
      return lead == 0 ? may_begin_line : before[lead - 1] == ' ' || before[lead - 1] == '\t';
    };
    if (!ends("vim", true) && !ends("Vim", true) && (versioned || (!ends("vi", true) && !ends("ex", false)))) continue;
    auto const options = line.substr(colon + 1);
    auto rest = without_leading_blanks(options);
    auto const set = rest.starts_with("set ") || rest.starts_with("set\t") ? 3u
                     : rest.starts_with("se ") || rest.starts_with("se\t") ? 2u
                                                                           : 0u;
    if (set == 0) return options;
    rest.remove_prefix(set);
    if (auto const end = rest.find(':'); end != rest.npos && end > 1) return rest.substr(0, end + 1);
  }
  return {};
}

/// The file type among the options of Vim; empty without.
constexpr std::string_view vim_mode(std::string_view line) {
  auto const options = vim_options(line);
  if (!options) return {};
  auto rest = *options;
  while (!rest.empty()) {
    while (!rest.empty() && (is_blank(rest.front()) || rest.front() == ':')) rest.remove_prefix(1);
    std::size_t end = 0;
    while (end < rest.size() && is_word_byte(rest[end])) ++end;
    auto const name = rest.substr(0, end);
    rest = without_leading_blanks(rest.substr(end));
    if (!rest.starts_with('=')) {
      if (end == 0) return {};  // no option: what follows is prose
      continue;
    }
    rest.remove_prefix(1);
    if (name == "ft" || name == "filetype" || name == "syntax") {
      end = 0;
      while (end < rest.size() && is_word_byte(rest[end])) ++end;
      bool const ended = end == rest.size() || is_blank(rest[end]) || rest[end] == ':';
      return ended ? rest.substr(0, end) : std::string_view();
    }
    while (!rest.empty() && !is_blank(rest.front()) && rest.front() != ':')
      rest.remove_prefix(rest.front() == '\\' && rest.size() > 1 ? 2 : 1);
  }
  return {};
}

}  // namespace detail

/// `other` for a language that is not ours; nothing without a mode line that names a known language.
constexpr std::optional<config::language> language_of_modeline(std::string_view text) {
  auto const head = detail::head_of(text.substr(0, detail::modeline_reach), detail::modeline_scope);
  auto const tail =
      detail::tail_of(text.substr(text.size() - std::min(text.size(), detail::modeline_reach)), detail::modeline_scope);
  if (head.find("UseVimball") != head.npos) return {};  // an archive for Vim: its mode line is not about its content
  std::string_view mode;
  for (auto const part : {head, tail})
    if (detail::any_line_of(part, [&](std::string_view line) { return !(mode = detail::emacs_mode(line)).empty(); }))
      return language_called(mode);
  for (auto const part : {head, tail})
    if (detail::any_line_of(part, [&](std::string_view line) { return !(mode = detail::vim_mode(line)).empty(); }))
      return language_called(mode);
  return {};
}

static_assert(detail::emacs_mode("// x -*- C++ -*-") == "C++" && detail::emacs_mode("# -*- coding: utf-8 -*-").empty());
static_assert(detail::vim_mode("# vim: set ts=2 ft=sh :") == "sh" && detail::vim_mode("// vim:sw=2:ft=cpp") == "cpp");

}  // namespace snowcoder::corpus
