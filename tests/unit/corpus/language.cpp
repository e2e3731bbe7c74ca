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
  CHECK(identify("x.C", "int x;") == cpp);
  CHECK(identify("x.c", "int x;") == c);
  CHECK(identify("Rakefile", "task :x") == ruby);
  CHECK(identify("lib/x.lua", "x = 1") == other);
  CHECK(identify("x.m", "@interface X") == other);
  CHECK(identify("x.pl", "use strict;") == other);
  for (auto l : config::all_languages) {  // every language can be reached by some name
    bool reached = false;
    for (auto const& rule : corpus::detail::extensions) reached = reached || rule.language == l;
    CHECK(reached);
  }
}

TEST_CASE("content decides between languages that share an extension") {
  CHECK(identify("a.h", "#ifdef __cplusplus\nextern \"C\" {\n#endif\nint f(void);\n") == c);
  CHECK(identify("a.h", "#pragma once\nnamespace a { int f(); }\n") == cpp);
  CHECK(identify("a.h", "/* a class of its own\n class x */\nstruct s { int class_id; };\n") == c);
  CHECK(identify("a.h", "#import <Foundation/Foundation.h>\n@interface A : NSObject\n@end\n") == other);
  CHECK(identify("a.h", "#include <vector>\nstd::vector<int> f();\n") == cpp);
  CHECK(identify("a.ts", "export const x: number = 1;\n") == typescript);
  CHECK(identify("a.ts", "<?xml version=\"1.0\"?>\n<!DOCTYPE TS>\n") == other);
  CHECK(identify("a.cs", "class A { }") == csharp);
  CHECK(identify("a.cs", "!Object methodsFor: 'x'!") == other);
  CHECK(identify("a.inc", "<?php echo 1;") == php);
  CHECK(identify("a.inc", "#define X 1\n") == c);
  CHECK(identify("a.inc", "mov eax, 1\n") == other);
  CHECK(identify("a.sc", "object A { val x = 1 }") == scala);
  CHECK(identify("a.sc", "{ SinOsc.ar(440) }.play") == other);
  CHECK(identify("a.php", "<?hh\n") == other);
}

TEST_CASE("a first line decides where the name says nothing") {
  CHECK(identify("run", "#!/usr/bin/env python3\n") == python);
  CHECK(identify("run", "#!/usr/bin/env -S FOO=1 node --x\n") == javascript);
  CHECK(identify("run", "#! /bin/sh -e\n") == shell);
  CHECK(identify("run", "#!/usr/bin/perl\n") == other);
  CHECK(identify("vector", "// <vector> -*- C++ -*-\n") == cpp);
  CHECK(identify("notes", "plain words\n") == other);
  CHECK(identify("notes.txt", "#!/bin/sh\n") == other);
}

TEST_CASE("a declared language is believed, but content goes first where extensions are shared") {
  CHECK(identify("x", "print(1)", "Python") == python);
  CHECK(identify("x.py", "print(1)", "Lua") == other);
  CHECK(identify("x.h", "namespace a {}", "C") == cpp);
}

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
