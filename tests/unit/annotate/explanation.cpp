// SPDX-License-Identifier: Apache-2.0
// Traits of small files by hand, correlations with known answers, and sections that matter or do not.
#include "support/catch.hpp"

#include <snowcoder/annotate/explanation.hpp>
#include <snowcoder/core/philox.hpp>

#include <cmath>
#include <vector>

using namespace snowcoder;
using annotate::explained_file;
using config::language;

TEST_CASE("traits of files by hand") {
  auto const python = annotate::traits_of(
      "import os\nfrom a import b\n\n\"\"\"Module\ntext.\n\"\"\"\ndef f():\n    '''One line.'''\n    # why\n    return "
      "\"\"\"no\"\"\"\n",
      language::python);
  CHECK(python.lines == 9);
  CHECK(python.imports == 2);
  CHECK(python.docstrings == Approx(4.0 / 9));
  CHECK(python.comments == Approx(5.0 / 9));
  auto const c = annotate::traits_of(
      "#include <a.h>\n/** Says\n * what. */\nint f(void); // tail\n/* plain */\n//! more\n// why\n", language::cpp);
  CHECK(c.lines == 7);
  CHECK(c.imports == 1);
  CHECK(c.docstrings == Approx(3.0 / 7));
  CHECK(c.comments == Approx(5.0 / 7));
  CHECK(annotate::traits_of("use std::io;\n/// Doc.\nfn f() {}\n", language::rust).imports == 1);
  CHECK(annotate::traits_of("-- note\nSELECT 1;\n", language::sql).comments == 0.5);
  CHECK(annotate::traits_of("const a = require('a');\n", language::javascript).imports == 1);
  CHECK(annotate::traits_of("", language::go).lines == 0);
  CHECK(annotate::traits_of("/*", language::c).comments == 1);
}

TEST_CASE("rank correlations with known answers") {
  std::vector<double> const x{1, 2, 3, 4, 5}, up{2, 4, 8, 16, 32}, down{5, 4, 3, 2, 1}, ties{1, 1, 2, 2, 3};
  CHECK(annotate::spearman(x, up) == Approx(1));
  CHECK(annotate::spearman(x, down) == Approx(-1));
  CHECK(annotate::ranks_of(ties) == std::vector<double>{1.5, 1.5, 3.5, 3.5, 5});
  CHECK(annotate::spearman(x, ties) == Approx(0.9486832981));  // scipy.stats.spearmanr
  CHECK(std::isnan(annotate::spearman(x, std::vector<double>(5, 7.0))));
  auto const e = annotate::spearman_with_interval(x, ties);
  CHECK((e.low < e.value && e.value < e.high && e.high <= 1));
}

TEST_CASE("a score that follows one trait, in one language, by one section, is seen to") {
  draws const source("explained", 1);
  std::vector<explained_file> files;
  for (std::uint64_t i = 0; i < 600; ++i) {
    explained_file f;
    f.language = i % 2 ? language::go : language::python;
    f.traits = {source.uniform(i, 1) * 1000, source.uniform(i, 2) * 50, source.uniform(i, 3), source.uniform(i, 4),
                source.uniform(i, 5)};
    f.value = f.traits.comments + (i % 2 ? 10.0 : 0.0);  // comments inside a language, the language above all
    float const top = float(source.normal(i, 6));
    if (i % 3) f.logits = std::array<float, 3>{top, 0, 0};
    files.push_back(f);
  }
  auto const e = annotate::explain(files);
  REQUIRE(e.traits.size() == 5);
  CHECK(e.traits[2].within > 0.999);
  CHECK(e.traits[2].all.value < 0.7);
  CHECK(std::abs(e.traits[0].all.value) < 0.15);
  CHECK((e.traits[0].all.low < 0 && e.traits[0].all.high > 0));
  CHECK(e.language_share > 0.98);
  CHECK(e.sectioned == 400);
  REQUIRE(e.occlusions.size() == 3);
  CHECK(e.occlusions[1].rank > 0.999);
  CHECK(e.occlusions[1].stay == 1);
  CHECK(std::isnan(e.occlusions[0].rank));  // without the top nothing is left that varies
  CHECK(annotate::explain({}).files == 0);
}
