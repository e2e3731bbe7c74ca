// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <snowcoder/pipeline/processor.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace snowcoder;
using pipeline::instruction_set;

TEST_CASE("an instruction set that the processor lacks is named, if the program was built for it") {
  std::vector<instruction_set> sets{{"neither", false, false}, {"unused", false, true}, {"both", true, true}};
  CHECK(pipeline::check_processor(sets));
  sets.push_back({"missed", true, false});
  auto const checked = pipeline::check_processor(sets);
  REQUIRE_FALSE(checked);
  CHECK(checked.error().what.find("lacks missed,") != std::string::npos);
}

TEST_CASE("what this program was built for is known and here") {
#if defined(__AVX2__)
  bool const compiled = true;
#else
  bool const compiled = false;
#endif
  for (auto const& s : pipeline::instruction_sets())
    if (s.name == std::string_view("avx2")) CHECK(s.compiled == compiled);
  CHECK(pipeline::check_processor());
}
