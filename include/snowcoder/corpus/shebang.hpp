// SPDX-License-Identifier: Apache-2.0
// The language of a script from its first line ("#!/usr/bin/env python3 -u"). Interpreters are facts of linguist's
// languages.yml, release 7.22.1 (Copyright GitHub, Inc., MIT licence), written down anew; a few programs added.
#pragma once

#include <snowcoder/core/ascii.hpp>
#include <snowcoder/core/words.hpp>
#include <snowcoder/corpus/text_lines.hpp>
#include <snowcoder/corpus/word_table.hpp>

#include <array>
#include <optional>
#include <string_view>

namespace snowcoder::corpus {

namespace detail {

inline constexpr std::array interpreter_lists{
    language_words{config::language::python, "python python2 python3 pypy pypy3 sage ipython ipython3"},
    language_words{config::language::c, "tcc"},
    language_words{config::language::javascript, "chakra d8 gjs js node nodejs qjs rhino v8 v8-shell bun zx"},
    language_words{config::language::php, "php"},
    language_words{config::language::typescript, "deno ts-node tsx"},
    language_words{config::language::ruby, "ruby macruby rake jruby rbx"},
    language_words{config::language::rust, "rust-script"},
    language_words{config::language::scala, "scala scala-cli amm"},
    language_words{config::language::kotlin, "kotlin kotlinc"},
    language_words{config::language::shell, "ash bash dash ksh mksh openrc-run pdksh rc sh zsh bats"},
    language_words{config::language::dart, "dart"},
    language_words{config::language::swift, "swift"},
    language_words{config::language::go, "gorun"},
    language_words{config::language::java, "jbang"},
    language_words{
        config::language::other,
        "M2 RouterOS Rscript aidl apl aplx asy awk bb bigloo boogie boolector ccl chicken clisp coffee cperl crystal csh csi "
        "cvc4 "
        "cwl-runner dafny dtrace dyalog ecl elixir escript eui euiw fennel fish gawk gerbv gerbview gn gnuplot gosh groovy "
        "gsed "
        "guile hy instantfpc io ioke janet jconsole jolie julia lisp lsl lua make makeinfo mathsat5 mawk minised mmi moon nawk "
        "newlisp nextflow nush ocaml ocamlrun ocamlscript opensmt parrot perl perl6 picolisp pike pil pwsh qmake r6rs racket "
        "raku rakudo regina rexx rune runghc runhaskell runhugs sbcl scheme sclang scsynth sed smt-rat smtinterpol ssed stp "
        "swipl tclsh tcsh verit wish yap yices2 z3"}};
inline constexpr auto interpreters = sorted_words<count_words(interpreter_lists)>(interpreter_lists);
static_assert(words_differ(interpreters));

/// The next word of a line, which is taken off it.
constexpr std::string_view take_word(std::string_view& line) {
  line = without_leading_blanks(line);
  std::size_t end = 0;
  while (end < line.size() && !is_blank(line[end])) ++end;
  auto const word = line.substr(0, end);
  line.remove_prefix(end);
  return word;
}

/// Scripts that begin as a shell's and hand themselves to another program within five lines: exec perl -x "$0" "$@".
constexpr std::string_view handed_on_to(std::string_view text) {
  std::string_view program;
  any_line_of(head_of(text, 5), [&](std::string_view line) {
    auto const at = line.find("exec ");
    if (at == line.npos) return false;
    auto rest = line.substr(at + 5);
    std::size_t end = 0;
    while (end < rest.size() && is_word_byte(rest[end])) ++end;
    auto const itself = rest.find("$0", end);
    if (end == 0 || itself == rest.npos || rest.find("$@", itself) == rest.npos) return false;
    program = rest.substr(0, end);
    return true;
  });
  return program;
}

}  // namespace detail

/// The program that a first line "#!…" names, without folder; empty when there is none. "env", its flags and its assignments
/// lead to the program.
constexpr std::string_view interpreter_of(std::string_view text) {
  if (!text.starts_with("#!")) return {};
  auto line = detail::first_line(text).substr(2);
  auto program = detail::base_name(detail::take_word(line));
  if (program == "env") {
    do program = detail::take_word(line);
    while (program.starts_with('-') || program.find('=') != program.npos);
    program = detail::base_name(program);
  }
  if (program == "sh")
    if (auto const other = detail::handed_on_to(text); !other.empty()) return other;
  return program;
}

/// `other` for an interpreter of a language that is not ours; nothing without a first line "#!…" of a known one. Versions are
/// no part of the name: "python3.11".
constexpr std::optional<config::language> language_of_interpreter(std::string_view text) {
  auto program = interpreter_of(text);
  if (auto const dot = program.find_last_of('.');
      dot != program.npos && dot + 1 < program.size() && is_ascii_digit(program[dot + 1]))
    program = program.substr(0, dot);
  if (auto const found = detail::find_word(detail::interpreters, program)) return found;
  while (!program.empty() && (is_ascii_digit(program.back()) || program.back() == '.')) program.remove_suffix(1);
  return detail::find_word(detail::interpreters, program);
}

}  // namespace snowcoder::corpus
