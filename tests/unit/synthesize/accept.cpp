// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <snowcoder/synthesize/accept.hpp>
#include <snowcoder/synthesize/prompt.hpp>

#include <ctime>
#include <string>

using namespace snowcoder;
using namespace snowcoder::synthesize;
using config::language;

namespace {
constexpr config::synthesis easy{.minimum_tokens = 2, .maximum_tokens = 100};
std::string reason(std::string response, language l = language::python, std::string finish = "stop") {
  auto const r = accept({"seed", 0, "model", finish, response}, l, easy, three_bytes_a_token{});
  return r.index() == 0 ? std::string(std::get<0>(r).reason) : "";
}
std::string text(std::string response, language l = language::python) {
  auto const r = accept({"seed", 0, "model", "stop", response}, l, easy, three_bytes_a_token{});
  return r.index() == 1 ? std::get<1>(r).text : "refused";
}
}  // namespace

TEST_CASE("exactly one closed block of the right language is a file") {
  CHECK(text("Here:\n\n```python\nprint('a b c')\n```\nDone.") == "print('a b c')\n");
  CHECK(text("```Python title=\"x\"\nprint('a b c')\n\n\n```") == "print('a b c')\n");
  CHECK(text("```python\r\nx = 1 + 2\r\n```\r\n") == "x = 1 + 2\r\n");
  CHECK(text("````python\ns = '''\n```\n'''\n````") == "s = '''\n```\n'''\n");
  CHECK(reason("print('a b c')") == "one_fenced_block");
  CHECK(reason("```python\nprint('a b c')\n") == "one_fenced_block");
  CHECK(reason("```python\nx = 1 + 2\n```\n```python\ny = 1 + 2\n```") == "one_fenced_block");
  CHECK(reason("```\nprint('a b c')\n```") == "language");
  CHECK(reason("```java\nprint('a b c')\n```") == "language");
  CHECK(reason("```python\nx = 1 + 2\n```", language::python, "length") == "finish_reason");
  CHECK(reason("```python\nx = 1 + 2\n```", language::python, "") == "finish_reason");
  CHECK(reason("413: too long", language::python, "refused") == "request_refused");
  CHECK(reason("```python\nx\n```") == "tokens_at_least");
  CHECK(reason("```python\n" + std::string(400, 'x') + "\n```") == "tokens_at_most");
  CHECK(reason("```python\nx = 'a\xff b'\n```") == "not_text");
  CHECK(reason("```python\nprint('a b c'\n```") == "balance");
}

TEST_CASE("tags of a language") {
  for (auto l : config::all_languages) CHECK(tag_fits(fence_tag(l), l));
  CHECK(tag_fits("c++", language::cpp));
  CHECK(tag_fits("js", language::javascript));
  CHECK_FALSE(tag_fits("js", language::typescript));
  CHECK_FALSE(tag_fits("", language::python));
  CHECK_FALSE(tag_fits("other", language::other));
}

TEST_CASE("the seed stands in the prompt and cannot leave its fence") {
  std::string const seed = "x = '''\n````\n'''\n";
  auto const message = user_message(seed, language::python);
  auto const at = message.find("`````python\n" + seed + "`````\n");
  CHECK(at != std::string::npos);
  CHECK(code_blocks(message).size() == 1);
  CHECK(code_blocks(message)[0].text == seed);
  for (auto l : config::all_languages) CHECK(user_message("a", l).find(config::title(l)) != std::string::npos);
}

TEST_CASE("balance follows each language's strings, comments and characters") {
  struct sample {
    language l;
    std::string text;
  };
  sample const good[] = {
      {language::python, "a = {'(': \"[\", '''x\n(''': f\"{b['c']}\"}  # don't (\nr'\\' (' \n"},
      {language::cpp,
       "auto s = R\"x(\")\" ( )x\"; int n = 1'000'000; char c = '\"'; // don't (\n#error don't\n/* ' */ f('\\'');\n"},
      {language::c, "char *s = \"(\\\" \\\n)\"; int c = '{';\n"},
      {language::java, "String s = \"\"\"\n  \"(\n  \"\"\"; char c = '\\'';\n"},
      {language::javascript,
       "const r = /[/(']/g; const t = `a ${f({b: `${c}`})} (`; x = a / b / c; s = x.replace(/\\(/g, '');\n"},
      {language::typescript, "type A<T> = { [k: string]: T }; const x = `it's`;\n"},
      {language::csharp, "var p = @\"C:\\\"; var q = $\"{d[\"k\"]} {{\"; var r = \"\"\"\n \"( \n\"\"\"; char c = '\"';\n"},
      {language::go, "s := `don't (\\`; r := '\\''\n"},
      {language::rust, "fn f<'a>(x: &'a str) -> char { let s = r#\"\"(\"#; let m = \"a\nb(\"; /* /* ( */ */ '(' }\n"},
      {language::scala, "val s = s\"${m.map(x => \"(\")}\"; val t = \"\"\"\\\"\"\"; val c = '('; val y = 'sym\n"},
      {language::kotlin, "val s = \"${m[\"(\"]} $\"; val t = \"\"\"(\"\"\"; val c = '\"'\n"},
      {language::dart, "var s = 'a ${m['b']} ('; var r = r'\\'; var t = '''\n' (\n''';\n"},
      {language::swift, "let s = \"a \\(m[\"b\"] ?? \"(\")\"; let r = #\"\"( \\\"#; let t = \"\"\"\n \" (\n\"\"\"\n"},
      {language::sql, "select 'it''s (' -- don't (\nfrom \"a(\" where (x = $$ ( $$);\n"},
      {language::php, "<p>don't (</p>"},
      {language::shell, "case $x in a) echo \"it's\";; esac\n"},
  };
  for (auto const& g : good) {
    auto const p = unbalanced(g.text, g.l);
    INFO(name_of(g.l) << ": " << p.value_or(""));
    CHECK_FALSE(p);
  }
  sample const bad[] = {{language::python, "print((1)\n"},
                        {language::python, "x = 'a\n"},
                        {language::python, "x = '''a\n"},
                        {language::python, "x = [1)\n"},
                        {language::cpp, "int main() { /* }\n"},
                        {language::cpp, "int main() }\n"},
                        {language::cpp, "auto s = R\"(a\"\n;"},
                        {language::java, "char c = '\n;"},
                        {language::javascript, "x = `${a`\n"},
                        {language::go, "s := `a\n"},
                        {language::rust, "/* /* */\n"},
                        {language::kotlin, "\"${a\"\n"},
                        {language::swift, "\"\\(a\"\n"},
                        {language::sql, "select ('a"},
                        {language::csharp, "@\"\\"}};
  for (auto const& b : bad) {
    INFO(name_of(b.l) << ": " << b.text);
    CHECK(unbalanced(b.text, b.l));
  }
  CHECK(*unbalanced("a\nb\n)\n", language::c) == "a bracket closes what is not open at line 3");
  for (auto l : config::all_languages)  // every cut of a text is answered, none is read past its end
    for (auto const& g : good)
      for (std::size_t cut = 0; cut <= g.text.size(); ++cut) (void)unbalanced(std::string(g.text, 0, cut), l);
  CHECK(unbalanced(
      [] {
        std::string deep;
        for (int i = 0; i < 100'000; ++i) deep += "`${";
        return deep;
      }(),
      language::javascript));
}

TEST_CASE("an answer that is one long number takes no more time than another") {
  std::string text = "int n = 1";
  while (text.size() < 1'000'000) text += "'1";
  auto const begun = std::clock();
  CHECK_FALSE(unbalanced(text + ";\n", config::language::c));
  CHECK_FALSE(unbalanced("char c = u8'x', d = L'y'; int n = 1'000 + 0x1'f;\n", config::language::cpp));
  CHECK(unbalanced(text + " + a'1;\n", config::language::c) == "a string is never closed at line 1");
  CHECK(std::clock() - begun < 5 * CLOCKS_PER_SEC);  // each quote walked back over all before it: minutes
}

TEST_CASE("white space does not make a text new") {
  CHECK(hash_without_space("a b\n\tc") == hash_without_space("abc"));
  CHECK(hash_without_space("a b") != hash_without_space("a c"));
}
