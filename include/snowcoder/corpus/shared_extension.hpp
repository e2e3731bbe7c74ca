// SPDX-License-Identifier: Apache-2.0
// Which language a file is in whose extension several languages use: evidence in its first 50 KiB. The pairs of languages are
// linguist's (heuristics.yml, release 7.22.1, MIT licence); the evidence is our own: it looks at code, not at comments, and at
// headers as a C compiler sees them.
#pragma once

#include <snowcoder/corpus/content_rule.hpp>
#include <snowcoder/corpus/word_table.hpp>

#include <array>
#include <optional>
#include <string_view>

namespace snowcoder::corpus {

namespace detail {
using enum config::language;

inline constexpr std::array objective_c_marks{
    word("@interface"),    word("@implementation"),
    word("@protocol"),     word("@property"),
    word("@class"),        word("@end"),
    word("@synchronized"), word("@selector"),
    begins("@import "),    mark{stands::first, "#import", followed_by::no_letter, ".h"}};

/// What C does not have.
inline constexpr std::array cpp_marks{mark{stands::first, "#include <", followed_by::anything, ">", "."},
                                      mark{stands::first, "# include <", followed_by::anything, ">", "."},
                                      mark{stands::first, "#include", followed_by::anything, ".hpp"},
                                      mark{stands::first, "#include", followed_by::anything, ".hxx"},
                                      mark{stands::first, "template", followed_by::no_letter, "<"},
                                      before_name("class"),
                                      before_name("namespace"),
                                      before_name("using"),
                                      before_name("friend"),
                                      before_name("virtual"),
                                      before_name("explicit"),
                                      before_name("constexpr"),
                                      before_name("static constexpr"),
                                      before_name("inline constexpr"),
                                      before_name("enum class"),
                                      before_name("enum struct"),
                                      before_name("typename"),
                                      begins("inline namespace "),
                                      begins("namespace {"),
                                      begins("public:"),
                                      begins("private:"),
                                      begins("protected:"),
                                      begins("public slots:"),
                                      begins("signals:"),
                                      begins("try {"),
                                      begins("} catch ("),
                                      begins("catch ("),
                                      begins("extern \"C"),  // what C compilers see too is no C
                                      mark{stands::first, "~", followed_by::anything, "();"},
                                      within("= delete;"),
                                      within("= default;"),
                                      within("static_cast<"),
                                      within("reinterpret_cast<"),
                                      within("const_cast<"),
                                      within(" noexcept"),
                                      mark{stands::anywhere, " nullptr", followed_by::no_letter},
                                      mark{stands::anywhere, "(nullptr", followed_by::no_letter},
                                      within("operator=("),
                                      within("operator==("),
                                      within("operator[]("),
                                      within("operator()("),
                                      within("operator<<("),
                                      within("operator bool("),
                                      within("std::")};

inline constexpr std::array c_marks{
    begins("#include"), begins("#define"),  begins("#if"),
    begins("#undef"),   begins("typedef "), begins("static "),
    begins("struct "),  begins("extern "),  mark{stands::first, "{", followed_by::anything, "},"}};
inline constexpr std::array hack_marks{opening("<?hh"), begins("<?hh")};
inline constexpr std::array markup_marks{opening("<?xml"), opening("<!DOCTYPE"), opening("<TS"), opening("<html"),
                                         opening("<HTML")};
inline constexpr std::array smalltalk_marks{mark{stands::first, "!", followed_by::anything, "methodsFor:"},
                                            within("!classDefinition:")};
inline constexpr std::array rust_marks{begins("use "),    begins("fn "),     begins("pub "),         begins("pub("),
                                       begins("mod "),    begins("impl"),    begins("macro_rules!"), begins("#["),
                                       begins("#!["),     begins("struct "), begins("extern crate"), begins("trait "),
                                       begins("unsafe "), begins("let "),    begins("async fn ")};
inline constexpr std::array renderscript_marks{begins("#pragma version"), begins("#pragma rs"), begins("#include"),
                                               within("__attribute__")};
inline constexpr std::array supercollider_marks{begins("classvar "), begins("SynthDef"), begins("~"),      begins("*"),
                                                begins("+ "),        within("^this"),    within("^super"), within(".ar("),
                                                within(".kr("),      begins("arg "),     within(" { |"),   begins("|")};
inline constexpr std::array scala_marks{before_name("import"),       before_name("package"), before_name("object"),
                                        before_name("trait"),        before_name("class"),   before_name("case class"),
                                        before_name("def"),          before_name("val"),     before_name("implicit"),
                                        before_name("sealed trait"), begins("@main"),        before_name("using")};
inline constexpr std::array sql_marks{begins("CREATE "), begins("create "), begins("Create "), begins("INSERT "),
                                      begins("insert "), begins("ALTER "),  begins("alter "),  begins("SELECT "),
                                      begins("select "), begins("DROP "),   begins("drop "),   begins("UPDATE "),
                                      begins("DELETE "), begins("GRANT ")};
inline constexpr std::array php_marks{begins("<?php"), begins("<?="), begins("<? "), opening("<?php")};
/// Pascal, whose comments stand in braces and whose "class function" is no class.
inline constexpr std::array pascal_marks{begins("{$"),
                                         opening("(*"),
                                         mark{stands::first, "procedure ", followed_by::anything, ";"},
                                         mark{stands::first, "Procedure ", followed_by::anything, ";"},
                                         mark{stands::first, "PROCEDURE ", followed_by::anything, ";"},
                                         mark{stands::first, "function ", followed_by::anything, ";"},
                                         mark{stands::first, "Function ", followed_by::anything, ";"},
                                         mark{stands::first, "FUNCTION ", followed_by::anything, ";"},
                                         mark{stands::first, "class procedure ", followed_by::anything, ";"},
                                         mark{stands::first, "class function ", followed_by::anything, ";"},
                                         mark{stands::first, "constructor ", followed_by::anything, ";"},
                                         mark{stands::first, "destructor ", followed_by::anything, ";"},
                                         mark{stands::first, "property ", followed_by::anything, " read "},
                                         mark{stands::anywhere, "= $", followed_by::anything, ";", "\""},
                                         mark{stands::anywhere, "($", followed_by::anything, ");", "\""}};
/// Include files of assemblers, POV-Ray, SourcePawn, NASL, BitBake, make and web pages.
inline constexpr std::array other_include_marks{begins("end."),
                                                begins("#declare"),
                                                begins("#local"),
                                                begins("#macro"),
                                                begins("#while"),
                                                begins("methodmap "),
                                                begins("native "),
                                                begins("stock "),
                                                begins("forward "),
                                                begins("include("),
                                                begins("local_var "),
                                                begins("global_var"),
                                                begins("%macro"),
                                                begins("%define"),
                                                begins("section ."),
                                                begins("SECTION "),
                                                begins(".macro"),
                                                begins(".globl"),
                                                begins(".section"),
                                                begins("mov "),
                                                begins("MOV "),
                                                begins("mov\t"),
                                                begins("db "),
                                                begins("dw "),
                                                begins("inherit "),
                                                begins("SRC_URI"),
                                                begins("do_install"),
                                                begins("<"),
                                                begins("procedure "),
                                                begins("ifdef "),
                                                begins("ifeq "),
                                                begins("endif"),
                                                begins("moveq"),
                                                begins("move."),
                                                mark{stands::anywhere, ":= ", followed_by::anything}};
inline constexpr std::array erlang_marks{begins("%%"), begins("-module("), begins("-export("), begins("main(")};
inline constexpr std::array javascript_marks{
    word("function"),    before_name("var"),     before_name("let"),       before_name("const"),         begins("import "),
    begins("export "),   begins("'use strict'"), begins("\"use strict\""), begins("module.exports"),     begins("exports."),
    begins("(function"), begins("$("),           before_name("class"),     before_name("async function")};
inline constexpr std::array glsl_marks{begins("#version"),     begins("void main"),  before_name("uniform"),
                                       before_name("varying"), begins("precision "), within("gl_Frag"),
                                       within("vec4"),         begins("layout("),    begins("#ifdef GL_ES")};
inline constexpr std::array google_script_rivals{begins("#version"), begins("[indent="), begins("uses "), begins("package "),
                                                 begins("'reinit'")};
inline constexpr std::array renpy_marks{begins("label "),     begins("screen "),  begins("define "),
                                        begins("image "),     begins("init "),    begins("init:"),
                                        begins("transform "), begins("default "), begins("translate ")};
inline constexpr std::array python_marks{before_name("import"),
                                         before_name("from"),
                                         before_name("def"),
                                         before_name("class"),
                                         mark{stands::first, "#", followed_by::anything, "mode: python"},
                                         within("Analysis(")};
inline constexpr std::array rpm_marks{begins("Name:"),   begins("%description"), begins("%prep"),   begins("Summary:"),
                                      begins("%define"), begins("%global"),      begins("Version:")};
inline constexpr std::array ruby_marks{begins("require"), begins("describe "), begins("module "), begins("context "),
                                       begins("Gem::"),   begins("RSpec."),    begins("end"),     begins("shared_")};
inline constexpr std::array pascal_module_marks{word("MODULE"), word("BEGIN"), word("PROCEDURE"), word("IMPORT")};
inline constexpr std::array coffee_marks{begins("task '"), begins("task \""), within(" -> "), within(" = require "),
                                         begins("{spawn")};
inline constexpr std::array perl_marks{begins("use strict"), begins("my $"),    begins("my ("),
                                       begins("sub "),       begins("print $"), begins("use warnings")};
inline constexpr std::array lua_marks{begins("local "), begins("require\""), begins("end")};

/// What an extension asks, and what it means without evidence.
template <comments Kept, std::size_t Rules>
struct shared_extension {
  std::array<content_rule, Rules> rules;
  config::language otherwise;
  std::array<bool, 256> first = first_bytes(rules);
  bool look_within = has_marks_within(rules);
  constexpr config::language of(std::string_view text, std::optional<config::language> said) const {
    return by_rules<Kept>(text, rules, first, look_within).value_or(said.value_or(otherwise));
  }
};
template <comments Kept, std::size_t Rules>
consteval shared_extension<Kept, Rules> asks(config::language otherwise, content_rule const (&rules)[Rules]) {
  return {std::to_array(rules), otherwise};
}

inline constexpr auto header = asks<comments::of_c>(c, {{other, objective_c_marks}, {cpp, cpp_marks}});
inline constexpr auto capital_c = asks<comments::of_c>(c, {{cpp, cpp_marks}});
inline constexpr auto cpp_or_hack = asks<comments::kept>(cpp, {{other, hack_marks}});
inline constexpr auto cpp_or_pascal = asks<comments::of_c>(cpp, {{other, pascal_module_marks}});
inline constexpr auto cpp_or_reason = asks<comments::of_c>(other, {{cpp, cpp_marks}});
inline constexpr auto include_file = asks<comments::of_c>(
    other,
    {{php, php_marks}, {other, pascal_marks}, {cpp, cpp_marks}, {other, other_include_marks}, {sql, sql_marks}, {c, c_marks}});
inline constexpr auto php_or_hack = asks<comments::kept>(php, {{other, hack_marks}});
inline constexpr auto csharp_or_smalltalk = asks<comments::kept>(csharp, {{other, smalltalk_marks}, {other, markup_marks}});
inline constexpr auto csharp_or_coffee = asks<comments::of_c>(csharp, {{other, coffee_marks}});
inline constexpr auto rust_or_renderscript =
    asks<comments::of_c>(rust, {{other, markup_marks}, {rust, rust_marks}, {other, renderscript_marks}});
inline constexpr auto scala_or_supercollider =
    asks<comments::of_c>(other, {{other, supercollider_marks}, {scala, scala_marks}});
inline constexpr auto table_or_sql = asks<comments::kept>(other, {{sql, sql_marks}});
inline constexpr auto typescript_or_markup = asks<comments::of_c>(typescript, {{other, markup_marks}});
inline constexpr auto javascript_or_erlang =
    asks<comments::of_c>(other, {{other, erlang_marks}, {javascript, javascript_marks}});
inline constexpr auto javascript_or_glsl = asks<comments::of_c>(other, {{other, glsl_marks}, {javascript, javascript_marks}});
inline constexpr auto javascript_or_gosu =
    asks<comments::of_c>(other, {{other, google_script_rivals}, {other, glsl_marks}, {javascript, javascript_marks}});
inline constexpr auto python_or_renpy = asks<comments::kept>(other, {{other, renpy_marks}, {python, python_marks}});
inline constexpr auto spec_file = asks<comments::kept>(other, {{other, rpm_marks}, {python, python_marks}, {ruby, ruby_marks}});
inline constexpr auto ruby_or_markup = asks<comments::kept>(ruby, {{other, markup_marks}});
inline constexpr auto gateway_script = asks<comments::kept>(
    other, {{php, php_marks}, {other, perl_marks}, {python, python_marks}, {other, lua_marks}, {ruby, ruby_marks}});

}  // namespace detail

/// For a file whose name says only "one of these". `extension` as written: ".C" is not ".c".
/// `said`: what stands without evidence; empty: what linguist would take.
constexpr config::language language_of_shared_extension(std::string_view extension, std::string_view text,
                                                        std::optional<config::language> said = {}) {
  using namespace detail;
  if (extension == ".C") return capital_c.of(text, said);
  small_letters<16> const lower(extension);
  auto const e = lower.view();
  if (e == ".h" || e == ".h.in") return header.of(text, said);
  if (e == ".hh") return cpp_or_hack.of(text, said);
  if (e == ".cs") return csharp_or_smalltalk.of(text, said);
  if (e == ".rs") return rust_or_renderscript.of(text, said);
  if (e == ".php") return php_or_hack.of(text, said);
  if (e == ".ts" || e == ".tsx") return typescript_or_markup.of(text, said);
  if (e == ".inc") return include_file.of(text, said);
  if (e == ".sc") return scala_or_supercollider.of(text, said);
  if (e == ".tab") return table_or_sql.of(text, said);
  if (e == ".cp") return cpp_or_pascal.of(text, said);
  if (e == ".re") return cpp_or_reason.of(text, said);
  if (e == ".cake") return csharp_or_coffee.of(text, said);
  if (e == ".es") return javascript_or_erlang.of(text, said);
  if (e == ".frag") return javascript_or_glsl.of(text, said);
  if (e == ".gs") return javascript_or_gosu.of(text, said);
  if (e == ".rpy") return python_or_renpy.of(text, said);
  if (e == ".spec") return spec_file.of(text, said);
  if (e == ".pluginspec") return ruby_or_markup.of(text, said);
  if (e == ".cgi" || e == ".fcgi") return gateway_script.of(text, said);
  return other;
}

}  // namespace snowcoder::corpus
