// SPDX-License-Identifier: Apache-2.0
// The report shows what is there, also of files that are not what their programs write.
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <snowcoder/io/json.hpp>
#include <snowcoder/pipeline/report.hpp>
#include <snowcoder/recipes/quickstart.hpp>

#include <string>

using namespace snowcoder;
using recipe = recipes::quickstart;

TEST_CASE("files of a run that lack what a page needs are named, and the rest is shown") {
  temporary_folder run;
  auto const report = [&] {
    pipeline::run_context context;
    REQUIRE(pipeline::report<recipe>(context, run.path(), run / "report.html"));
    return std::string(io::mapped_file::open(run / "report.html")->bytes());
  };
  auto const shows = [&](std::string const& part) { return report().find(part) != std::string::npos; };
  for (auto const* funnel : {"{}", "[]", "{\"total\": {\"in\": 7}}"}) {
    REQUIRE(io::write_file(run / "clean/funnel.json", funnel));
    CHECK(shows("clean/funnel.json is not what its program writes"));
  }
  REQUIRE(io::write_file(run / "selection/a.json", "{\"cuts\": [7]}"));
  CHECK(shows("a file in selection/ is not what its program writes"));
  auto const phase = std::string(recipe::curriculum.front().name);
  REQUIRE(io::write_file(run / ("evaluation/" + phase + "-held_out.json"), "{\"total\": {\"bits_per_byte\": null}}"));
  CHECK(shows("a direction, not a proof"));
  REQUIRE(io::write_file(run / ("evaluation/" + phase + "-held_out.json"), "{\"total\": {}}"));
  CHECK(shows("a file in evaluation/ is not what its program writes"));
}
