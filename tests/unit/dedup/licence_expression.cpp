// SPDX-License-Identifier: Apache-2.0
#include <snowcoder/dedup/licence_expression.hpp>

#include "support/catch.hpp"

#include <string>

using snowcoder::dedup::is_permissive;

TEST_CASE("a licence expression is permissive if some choice asks for permissive licences alone") {
  for (auto const* yes :
       {"Apache-2.0", "mit", "MIT OR Apache-2.0", "GPL-2.0-only or MIT", "GPL-3.0 OR GPL-2.0 OR ISC", "MIT AND BSD-3-Clause",
        "GPL-2.0 AND MIT OR Zlib",  // AND binds closer
        "(MIT)", "(GPL-2.0+ OR MIT)", "(MIT OR GPL-2.0) AND (Apache-2.0 OR LGPL-2.1)", "((MIT)AND(ISC))", "Apache-2.0+",
        "Apache-2.0 WITH LLVM-exception", "GPL-2.0 WITH Linux-syscall-note OR MIT", "MIT/Apache-2.0", "Unlicense / MIT",
        "GPL-3.0/MIT", " MIT\tOR\r\nGPL-2.0 "}) {
    INFO(yes);
    CHECK(is_permissive(yes));
  }
  for (auto const* no :
       {"GPL-3.0", "GPL-2.0+", "MIT AND GPL-2.0", "GPL-2.0 AND MIT AND ISC", "(MIT OR Apache-2.0) AND GPL-2.0",
        "GPL-2.0 WITH Classpath-exception-2.0", "Apache-2.0 WITH Commons-Clause", "MIT WITH LicenseRef-no-sale",
        "Apache-2.0 WITH Commons-Clause OR GPL-3.0", "LicenseRef-MIT", "MITx"}) {
    INFO(no);
    CHECK_FALSE(is_permissive(no));
  }
}

TEST_CASE("what is no licence expression is not permissive") {
  for (auto const* no : {"", " ", "MIT License", "MIT OR", "OR MIT", "AND", "MIT AND OR ISC", "MIT WITH", "MIT WITH (ISC)",
                         "()", "(MIT", "MIT)", "(MIT))", "MIT (ISC)", "MIT +", "/", "MIT//ISC", "with"}) {
    INFO(no);
    CHECK_FALSE(is_permissive(no));
  }
  std::string const deep(1'000'000, '(');  // no depth of parentheses exhausts the stack
  CHECK_FALSE(is_permissive(deep));
  CHECK(is_permissive(deep + "MIT" + std::string(deep.size(), ')')));
}
