// SPDX-License-Identifier: Apache-2.0
// What a run folder holds and what training makes of it: whose tokens, how many, and nothing where there is no run.
#include "support/said.hpp"
#include "support/tiny_run.hpp"

#include <snowcoder/io/content_hash.hpp>
#include <snowcoder/pipeline/open_tokenizer.hpp>
#include <snowcoder/pipeline/report.hpp>

#include <filesystem>
#include <string>

using namespace snowcoder;
using tests::in, tests::train_tiny, tests::write_run, tests::write_tokens;
using recipe = tests::tiny_recipe;
namespace fs = std::filesystem;

TEST_CASE("a checkpoint names its tokenizer, and no other reads it", "[train]") {
  temporary_folder run;
  write_run(run.path());
  REQUIRE(io::write_file(run / "tokenizer.json", "mine"));
  auto const mine = io::content_hash(run / "tokenizer.json")->hex();
  auto o = in(run.path());
  o.phase = "general";
  o.steps = 8;
  auto const stamp = run / "tokens/general.provenance.json";
  REQUIRE(train_tiny(o));  // nobody says which: as a version did that asked nobody
  REQUIRE(io::write_json(stamp, {{"program", "tokenize pack"}, {"inputs", {{{"path", "tokenizer.json"}, {"hash", mine}}}}}));
  REQUIRE(train_tiny(o));  // goes on all the same, and from here on it is said
  fs::remove(stamp);
  o.steps = 0;
  SECTION("a run whose stamp is gone goes on") { REQUIRE(train_tiny(o)); }
  SECTION("another tokenizer in the middle of a phase") {
    REQUIRE(io::write_json(stamp, {{"program", "tokenize pack"}, {"inputs", {{{"hash", "another"}}}}}));
    CHECK(train_tiny(o).error().what.find("other tokenizer") != std::string::npos);
  }
  SECTION("another tokenizer in the next phase") {
    REQUIRE(io::write_json(stamp, {{"program", "tokenize pack"}, {"inputs", {{{"hash", mine}}}}}));
    REQUIRE(train_tiny(o));
    REQUIRE(io::write_json(run / "tokens/high_quality.provenance.json",
                           {{"program", "tokenize pack"}, {"inputs", {{{"hash", "another"}}}}}));
    o.phase = "high_quality";
    CHECK(train_tiny(o).error().where == (run / "tokens/high_quality").string());
    CHECK_FALSE(fs::exists(run / "checkpoints/high_quality/step-000004"));
    return;
  }
  auto const said = io::checkpoint::open(run / "checkpoints/general/step-000016");
  REQUIRE(said);
  CHECK(said->manifest().settings["tokenizer"] == mine);
  CHECK(pipeline::tokenizer_of(*said, {}).value() == run / "tokenizer.json");
  REQUIRE(io::write_file(run / "other.json", "theirs"));
  auto const other = pipeline::tokenizer_of(*said, run / "other.json");
  REQUIRE_FALSE(other);
  CHECK(other.error().where == (run / "other.json").string());
  CHECK(other.error().remedy.find((run / "tokenizer.json").string()) != std::string::npos);
  fs::remove(run / "tokenizer.json");
  CHECK(pipeline::tokenizer_of(*said, {}).error().remedy.find("--tokenizer") != std::string::npos);
}

TEST_CASE("a phase that reads a short file again and again says so, and the report shows how often", "[train]") {
  temporary_folder run;
  write_run(run.path());
  auto o = in(run.path());
  o.phase = "general";
  auto const first = tests::said([&] { REQUIRE(train_tiny(o)); });
  CHECK(first.find("note: phase general reads its 2,496 tokens 2.5 times, the recipe plans 1") != std::string::npos);
  write_tokens(run / "tokens/general", 7000, 3);
  o.arm = "long";
  CHECK(tests::said([&] { REQUIRE(train_tiny(o)); }).find("note: phase") == std::string::npos);

  pipeline::run_context context;
  REQUIRE(pipeline::report<recipe>(context, run.path(), run / "report.html"));
  auto const page = std::string(io::mapped_file::open(run / "report.html")->bytes());
  CHECK(page.find("passes, recipe") != std::string::npos);
  CHECK(page.find(">2.46<") != std::string::npos);
  fs::create_directories(run / "empty");
  auto const nothing = pipeline::report<recipe>(context, run / "empty", run / "empty.html");
  REQUIRE_FALSE(nothing);
  CHECK_FALSE(fs::exists(run / "empty.html"));
}

TEST_CASE("a phase that goes on with other libraries than before says which", "[train]") {
  temporary_folder run;
  write_run(run.path());
  auto o = in(run.path());
  o.phase = "general";
  o.steps = 4;
  REQUIRE(train_tiny(o));
  CHECK(tests::said([&] { REQUIRE(train_tiny(o)); }).find("other versions") == std::string::npos);
  auto const file = run / "checkpoints/general/step-000008/checkpoint.json";
  auto written = io::read_json(file).value();
  written["versions"]["onednn"] = "0.1";
  written["versions"]["cudnn"] = "9.19.0";
  written["versions"].erase("compiler");
  REQUIRE(io::write_json(file, written));
  auto const said = tests::said([&] { REQUIRE(train_tiny(o)); });
  CHECK(said.find("note: other versions than those of " + file.parent_path().string()) != std::string::npos);
  CHECK(said.find("onednn " + cpu::onednn::version() + " (0.1)") != std::string::npos);
  CHECK(said.find("compiler " __VERSION__ " (none named)") != std::string::npos);
  CHECK(said.find("cudnn none (9.19.0)") != std::string::npos);
  CHECK(said.find("snowcoder ") == std::string::npos);
}

TEST_CASE("nothing is written where there is no run, or under a name that leads out of it", "[train]") {
  temporary_folder run;
  auto const nowhere = train_tiny(in(run / "nope"));
  REQUIRE_FALSE(nowhere);
  CHECK(nowhere.error().remedy.find("tokenize pack") != std::string::npos);
  CHECK_FALSE(fs::exists(run / "nope"));
  CHECK_FALSE(train_tiny(in(run.path())));
  CHECK_FALSE(fs::exists(run / "checkpoints"));
  write_run(run.path());
  auto o = in(run.path());
  o.phase = "general";
  o.arm = "../../evil";
  CHECK(train_tiny(o).error().where == "--arm");
}
