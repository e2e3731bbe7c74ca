// SPDX-License-Identifier: Apache-2.0
#include <snowcoder/filter/chain.hpp>
#include <snowcoder/filter/signals.hpp>
#include <snowcoder/filter/vendored_path.hpp>

#include <string>

#include "support/catch.hpp"

using namespace snowcoder::filter;

TEST_CASE("patterns of paths") {
  using detail::fits;
  CHECK(fits("", "rest"));
  CHECK(fits("a$", "a"));
  CHECK_FALSE(fits("a$", "ab"));
  CHECK(fits("a*z$", "a/b.c/z"));
  CHECK_FALSE(fits("a%z$", "a.z"));
  CHECK(fits("a%z$", "a/z"));
  CHECK_FALSE(fits("a:z$", "a/z"));
  CHECK(fits("%#.js", "a12.js"));
  CHECK_FALSE(fits("a#b", "ab"));
  CHECK(fits("[xy]@$", "yq_1"));
  CHECK(fits("{a,,ab}c$", "abc"));
  CHECK(fits("{a,,ab}c$", "c"));
  CHECK_FALSE(fits("{a,b}c$", "cc"));
}

TEST_CASE("other people's files") {
  for (auto const* yes : {"vendor/a.go",
                          "x/vendors/a.php",
                          "third_party/x.cc",
                          "a/my3rd-party/x.c",
                          "x/ThirdParty/a.h",
                          "node_modules/a.js",
                          "deps/x.c",
                          "a/jquery.js",
                          "jquery-1.8.3.js",
                          "jquery-ui-1.10.3.custom.js",
                          "jquery/src/core.js",
                          "jquery.ui.core.js",
                          "x.min.js",
                          "a-min.css",
                          "types/a.d.ts",
                          "bootstrap.js",
                          "bootstrap-3.0.bundle.css",
                          "x/testdata/a.go",
                          "debian/rules",
                          "docs/_build/a.html",
                          "doc/templates/x",
                          "gradlew",
                          "a/gradlew.bat",
                          "configure",
                          "d3.v5.js",
                          "angular.js",
                          "react-dom.js",
                          "modernizr-2.6.2.js",
                          "codemirror/5.1/lib/x.js",
                          "CodeMirror/mode/x.js",
                          "packages/a.1.2/x.cs",
                          "test/fixtures/a.rb",
                          "extjs/src/a/b.js",
                          "mootools-core-1.4.5-full.js",
                          "knockout-2.2.1.debug.js",
                          "MicrosoftMvcAjax.debug.js",
                          "aclocal.m4.in",
                          "Vagrantfile",
                          ".github/workflows/x.yml",
                          "slick.core.js",
                          "foundation.tab.js",
                          "tiny_mce/plugins.js",
                          "font-awesome/css/x.css"}) {
    CAPTURE(yes);
    CHECK(is_vendored(yes));
  }
  for (auto const* no :
       {"src/a.c", "vendored/a.c", "myvendor/x.c", "a/deps/x.c", "src/debian/x", "third.c", "my.jquery.js", "min.js", "a.ts",
        "configure.ac", "x/dependencies/a", "reactor.js", "env.py", "packages/a/x.cs", "docs/build.md", ""}) {
    CAPTURE(no);
    CHECK_FALSE(is_vendored(no));
  }
}

TEST_CASE("vendored is a signal, and a filter for those who ask") {
  using only = chain<not_vendored>;
  CHECK(only::refuses("x\n", "C", "vendor/a.c") == "not_vendored");
  CHECK_FALSE(only::refuses("x\n", "C", "src/a.c"));
  auto const values = signals<only::needs>(only::measure("x\n", "C", "vendor/a.c"));
  CHECK(values.back() == std::pair<std::string, double>{"vendored", 1});
}
