// SPDX-License-Identifier: Apache-2.0
#include <snowcoder/corpus/admit.hpp>
#include <snowcoder/corpus/language.hpp>
#include <snowcoder/corpus/licence.hpp>
#include <snowcoder/corpus/notebook.hpp>

#include "support/catch.hpp"

using namespace snowcoder;
using namespace snowcoder::corpus;
using enum config::language;

TEST_CASE("names decide") {
  CHECK(identify("a/b.py", "x") == python);
  CHECK(identify("a/B.SCALA", "x") == scala);
  CHECK(identify("x.c", "int x;") == c);
  CHECK(identify("X.C", "int x;") == c);
  CHECK(identify("x.C", "class A {};") == cpp);
  CHECK(identify("Rakefile", "task :x") == ruby);
  CHECK(identify("sub/.bashrc", "x") == shell);
  CHECK(identify("build.gyp", "{}") == python);
  CHECK(identify("build.gradle.kts", "plugins {}") == kotlin);
  CHECK(identify("config.sh.in", "x=@x@") == shell);
  CHECK(identify("a.d.ts", "declare var x;") == typescript);
  CHECK(identify("x.h.in", "#undef HAVE_X") == c);
  for (auto l : config::all_languages) {  // every language is found by its usual extension
    REQUIRE_FALSE(usual_extension(l).empty());
    CHECK(language_of_name("x" + std::string(usual_extension(l)))->language == l);
  }
  for (auto const* elsewhere :
       {"x.lua",          "x.m",   "x.mm",       "x.pl", "x.pm",     "x.r",  "x.d",     "x.cls", "x.bzl",    "x.xml",
        "view.blade.php", "x.vue", "x.zig",      "x.hs", "x.groovy", "x.cu", "x.proto", "x.css", "Makefile", "README",
        "Dockerfile",     "x.txt", ".gitignore", "",     "dir.py/"})
    CHECK(identify(elsewhere, "x = 1\n") == other);
}

TEST_CASE("content decides between languages that share an extension") {
  CHECK(identify("a.h", "#ifdef __cplusplus\nextern \"C\" {\n#endif\nint f(void);\n") == c);
  CHECK(identify("a.h", "#ifdef __cplusplus\n#if 1\nclass a;\n#endif\n#else\nint f(void);\n#endif\n") == c);
  CHECK(identify("a.h", "#ifdef __cplusplus\n#endif\nclass a;\n") == cpp);
  CHECK(identify("a.h", "#pragma once\nnamespace a { int f(); }\n") == cpp);
  CHECK(identify("a.h", "/* a class of its own\n class x */\nstruct s { int class_id; };\n") == c);
  CHECK(identify("a.h", "int a; /* see\n  class x\n*/ int b; // std::string\n") == c);
  CHECK(identify("a.h", "/* x */ class a;\n") == cpp);
  CHECK(identify("a.h", "  class = 5;\nint namespace(void);\n") == c);
  CHECK(identify("a.h", "#import <Foundation/Foundation.h>\n@interface A : NSObject\n@end\n") == other);
  CHECK(identify("a.h", "#include <vector>\nstd::vector<int> f();\n") == cpp);
  CHECK(identify("a.h", "#include <linux/types.h>\nstatic int x;\n") == c);
  CHECK(identify("a.h", std::string(60'000, '\n') + "class a;\n") == c);  // beyond what is looked at
  CHECK(identify("a.hh", "int x;") == cpp);
  CHECK(identify("a.hh", "<?hh // strict") == other);
  CHECK(identify("a.ts", "export const x: number = 1;\n") == typescript);
  CHECK(identify("a.ts", "<?xml version=\"1.0\"?>\n<!DOCTYPE TS>\n") == other);
  CHECK(identify("a.tsx", "<?xml version=\"1.0\"?>\n<tileset/>\n") == other);
  CHECK(identify("a.cs", "class A { }") == csharp);
  CHECK(identify("a.cs", "!Object methodsFor: 'x'!") == other);
  CHECK(identify("a.rs", "pub fn f() {}\n") == rust);
  CHECK(identify("a.rs", "#pragma version(1)\n#include \"x.rsh\"\n") == other);
  CHECK(identify("a.rs", "<?xml version=\"1.0\"?>\n") == other);
  CHECK(identify("a.inc", "<?php echo 1;") == php);
  CHECK(identify("a.inc", "#define X 1\n") == c);
  CHECK(identify("a.inc", "namespace a {\n") == cpp);
  CHECK(identify("a.inc", "mov eax, 1\n") == other);
  CHECK(identify("a.inc", "{\n  words of a licence\n}\n\nconst\n  A = 1;\n") == other);
  CHECK(identify("a.inc", "class function TArea.New: IArea;\nbegin\n  Result := nil;\nend;\n") == other);
  CHECK(identify("a.inc", "{$ifdef TYPES}\n  private\n{$endif}\n") == other);
  CHECK(identify("a.inc", "NR_R0 = tregister($01000000);\n") == other);
  CHECK(identify("a.inc", "{ 1, 2 },\n{ 3, 4 },\n") == c);
  CHECK(identify("a.inc", "\"$Rn = $Rd\\0\"\nstd::string f();\n") == cpp);
  CHECK(identify("a.inc", "int x;\n(*p)->f();\nnamespace a {\n") == cpp);
  CHECK(identify("a.h", "#include \"b.hpp\"\nint x;\n") == cpp);
  CHECK(identify("a.inc", "CREATE TABLE x (y int);\n") == sql);
  CHECK(identify("a.sc", "object A { val x = 1 }") == scala);
  CHECK(identify("a.sc", "{ SinOsc.ar(440) }.play") == other);
  CHECK(identify("a.php", "<?hh\n") == other);
  CHECK(identify("a.es", "%% x\n-module(a).\n") == other);
  CHECK(identify("a.es", "import a from 'b';\n") == javascript);
  CHECK(identify("a.frag", "uniform vec4 x;\n") == other);
  CHECK(identify("a.re", "let x = 1;\n") == other);
  CHECK(identify("a.re", "#include <x>\n") == cpp);
  CHECK(identify("a.rpy", "label start:\n    \"x\"\n") == other);
  CHECK(identify("a.spec", "Name: x\n%prep\n") == other);
  CHECK(identify("a.spec", "require 'x'\ndescribe X do\nend\n") == ruby);
  CHECK(identify("a.spec", "a = Analysis(['x.py'])\n") == python);
  CHECK(identify("a.tab", "AD\tAndorra\n") == other);
  CHECK(identify("a.tab", "CREATE TABLE x;\n") == sql);
  CHECK(identify("a.cgi", "use strict;\nprint 1;\n") == other);
}

TEST_CASE("a first line decides before the extension does") {
  CHECK(identify("run", "#!/usr/bin/env python3\n") == python);
  CHECK(identify("run", "#!/usr/bin/env -S FOO=1 node --x\n") == javascript);
  CHECK(identify("run", "#! /bin/sh -e\n") == shell);
  CHECK(identify("run", "#!/usr/local/bin/python3.11 -u\n") == python);
  CHECK(identify("run", "#!/opt/ruby1.9\n") == ruby);
  CHECK(identify("run", "#!/usr/bin/perl\n") == other);
  CHECK(identify("run", "#!/usr/bin/env\n") == other);
  CHECK(identify("run", "#!") == other);
  CHECK(identify("run", "#!/bin/sh\n# x\nexec perl -x \"$0\" \"$@\"\n") == other);
  CHECK(identify("run", "#!/bin/sh\nexec ruby \"$0\" \"$@\"\n") == ruby);
  CHECK(identify("run.py.in", "#!@PYTHON@\n") == other);
  CHECK(identify("run.in", "#!/bin/bash\n") == shell);
  CHECK(identify("x.rb", "#!/usr/bin/perl\n") == other);
  CHECK(identify("x.rb", "#!/usr/bin/unheard-of\n") == ruby);
  CHECK(identify("x.cgi", "#!/usr/bin/python\n") == python);
  CHECK(identify("notes", "plain words\n") == other);
}

TEST_CASE("mode lines of editors decide before names do") {
  CHECK(identify("vector", "// <vector> -*- C++ -*-\n") == cpp);
  CHECK(identify("x.h", "/* -*- Mode: C++; tab-width: 2 -*- */\nint x;\n") == cpp);
  CHECK(identify("x.h", "/* -*- tab-width: 2; mode:objc -*- */\nint x;\n") == other);
  CHECK(identify("x.h", "/* -*- c-basic-offset: 2 -*- */\nint x;\n") == c);
  CHECK(identify("x", "#\n# -*- mode: python -*-\n") == python);
  CHECK(identify("x", "1\n2\n3\n4\n5\n-*- python -*-\n7\n8\n9\n10\n11\n") == other);  // too far from either end
  CHECK(identify("x", "a\nb\nc\nd\ne\nf\n# vim: set ts=4 ft=ruby :\n") == ruby);
  CHECK(identify("x", "# vi: ft=sh\n") == shell);
  CHECK(identify("x", "# vim600: noai : filetype=php\n") == php);
  CHECK(identify("x", "# ex: syntax=python\n") == python);
  CHECK(identify("x", "# vim: titlestring=\\ ft=python ft=go\n") == go);
  CHECK(identify("x", "# vim: set ft=ruby\n") == other);  // "set" asks for a colon at the end
  CHECK(identify("x", "lex: ft=ruby\n") == other);
  CHECK(identify("x.c", "/* vim: ft=cpp */\n") == cpp);
  CHECK(identify("x.py", "# -*- coding: utf-8 -*-\n") == python);
  CHECK(identify("x.rb", "# -*- unheard-of -*-\n") == ruby);
}

TEST_CASE("a declared language is believed, but content goes first where extensions are shared") {
  CHECK(identify("x", "print(1)", "Python") == python);
  CHECK(identify("x", "#!/bin/sh\n", "python3") == python);
  CHECK(identify("x.py", "print(1)", "Lua") == other);
  CHECK(identify("x.py", "print(1)", "nobody knows") == other);
  CHECK(identify("x.h", "namespace a {}", "C") == cpp);
  CHECK(identify("x.h", "int x;", "Objective-C") == other);
  CHECK(identify("x.inc", "words", "PHP") == php);
  CHECK(identify("x.ts", "<TS>", "TypeScript") == other);
  for (auto const& [name, language] : {std::pair{"c-sharp", csharp},
                                       {"C#", csharp},
                                       {"Jupyter Notebook", jupyter_notebook},
                                       {"cpp", cpp},
                                       {"PLpgSQL", sql},
                                       {"TSX", typescript},
                                       {"golang", go},
                                       {"Shell", shell}})
    CHECK(identify("x", "", name) == language);
}

TEST_CASE("what need not be read") {
  for (auto const* read : {"x.py", "run", "x.in", "x.h", "x.pl"}) CHECK(may_be_source(read));
  for (auto const* passed : {"x.png", "x.JSON", "a/b.tar.gz", "x.md"}) CHECK_FALSE(may_be_source(passed));
}

TEST_CASE("hostile names and texts are looked at within bounds") {
  CHECK(identify(std::string(5000, '.') + "py", "x") == other);
  CHECK(identify(std::string(5000, 'a') + ".py", "x") == other);
  CHECK(identify("x", std::string(1'000'000, ':')) == other);
  CHECK(identify("x", "#!" + std::string(100'000, '=')) == other);
  CHECK(identify("x.h", std::string(100'000, '/')) == c);
  CHECK(identify("x.h", "/*" + std::string(100'000, '*')) == c);
  CHECK(identify("x.h", std::string("\0class a;\n", 10)) == c);
}

static_assert(identify("x.h", "class a;\n") == cpp && identify("run", "#!/usr/bin/env ruby\n") == ruby);

TEST_CASE("only text is admitted") {
  auto const reason = [](std::string text) {
    auto const r = admit(text, {.file_bytes = 10});
    return r ? std::string(r->reason) : std::string();
  };
  CHECK(reason("fine\r\n").empty());
  CHECK(reason("\xc3\xa9\xc3\xa9\xff") == "not_utf8");  // damaged UTF-8
  CHECK(reason(std::string("a\0b", 3)) == "nul_byte");
  CHECK(reason(" \n\t") == "empty");
  CHECK(reason("\xef\xbb\xbf") == "empty");
  CHECK(reason("12345678901") == "too_large");
  std::string marked = "\xef\xbb\xbfx\r\n";
  CHECK_FALSE(admit(marked, {}));
  CHECK(marked == "x\r\n");
}

TEST_CASE("paths stay inside their repository") {
  CHECK(safe_path("./a//b/./c.py") == "a/b/c.py");
  for (auto const* bad : {"/etc/passwd", "../x", "a/../../x", "a/..", "", ".", "a\\..\\b", "a\nb", "a\xff"})
    CHECK_FALSE(safe_path(bad));
  CHECK(in_version_control("a/.git/config"));
  CHECK_FALSE(in_version_control("a/.github/x.py"));
}

TEST_CASE("notebooks become scripts") {
  auto const script = notebook_script(R"({"cells": [
    {"cell_type": "markdown", "source": ["# Title\n", "\n", "words"]},
    {"cell_type": "code", "source": "%time\nx = 1\n", "outputs": [{"text": "secret"}]},
    {"cell_type": "raw", "source": "left out"}, {"cell_type": "code", "source": []}], "nbformat": 4})",
                                      "a.ipynb");
  REQUIRE(script);
  CHECK(*script == "# # Title\n#\n# words\n\n# %time\nx = 1\n");
  CHECK(*notebook_script(R"({"worksheets": [{"cells": [{"cell_type": "code", "input": ["y = 2"]}]}]})", "") == "y = 2\n");
  for (auto const* bad : {"", "{", "[]", "{}", R"({"cells": 1})", R"({"cells": [1]})",
                          R"({"cells": [{"cell_type": "code", "source": 5}]})", R"({"worksheets": [[]]})"})
    CHECK_FALSE(notebook_script(bad, ""));
}

TEST_CASE("licences are recognised by their words") {
  CHECK(is_licence_file("LICENSE"));
  CHECK(is_licence_file("zlib-1.3/COPYING.txt"));
  CHECK_FALSE(is_licence_file("a/b/LICENSE"));
  CHECK_FALSE(is_licence_file("licenses.py"));
  CHECK(licence_of("Permission is hereby granted,\n   free of charge, to any person obtaining a copy of") == "MIT");
  CHECK(licence_of("GNU GENERAL PUBLIC LICENSE\n Version 3, 29 June 2007") == "GPL-3.0");
  CHECK(licence_of("all rights reserved").empty());
}
