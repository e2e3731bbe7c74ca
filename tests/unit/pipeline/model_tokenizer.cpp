// SPDX-License-Identifier: Apache-2.0
// A checkpoint that does not say its tokenizer is read with the one that is named: what was made with one is not taken for what
// another makes.
#include "support/byte_tokenizer.hpp"
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_run.hpp"

#include <snowcoder/pipeline/generate.hpp>
#include <snowcoder/pipeline/score_perplexity.hpp>

#include <algorithm>
#include <filesystem>
#include <string>

using namespace snowcoder;
using recipe = tests::tiny_recipe;

namespace {

/// A checkpoint, a tokenizer one.json, and other.json with the same tokens in another order.
struct two_tokenizers {
  temporary_folder folder;
  std::filesystem::path checkpoint = folder / "checkpoints/general/step-000001";

  two_tokenizers() {
    tests::write_run(folder.path());
    auto options = tests::in(folder.path());
    options.phase = "general";
    options.steps = 1;
    REQUIRE(tests::train_tiny(options));
    REQUIRE(tests::write_byte_tokenizer<recipe>(folder / "one.json"));
    auto other = io::read_tokenizer(folder / "one.json").value();
    std::reverse(other.tokens.begin() + 1, other.tokens.end());
    REQUIRE(io::write_tokenizer(folder / "other.json", other));
  }
};

}  // namespace

TEST_CASE("samples are those of their tokenizer", "[train]") {
  two_tokenizers const given;
  auto const& folder = given.folder;
  REQUIRE(io::write_file(folder / "One.jsonl", "{\"task_id\":\"t/0\",\"prompt\":\"def a():\\n\",\"test\":\"a()\"}\n"));
  auto const sampled_by = [&](std::string const& tokenizer) {
    pipeline::run_context run;
    pipeline::generate_options o;
    o.checkpoint = given.checkpoint;
    o.tokenizer = folder / tokenizer;
    o.benchmark = folder / "One.jsonl";
    o.out = folder / "samples.jsonl";
    auto const done = pipeline::generate_samples<recipe>(run, o);
    INFO((done ? "" : done.error().message()));
    REQUIRE(done);
    return io::read_json(pipeline::stamp_beside(o.out)).value();
  };
  auto const one = sampled_by("one.json");
  CHECK(sampled_by("one.json") == one);  // nothing left to do
  CHECK(sampled_by("other.json")["key"] != one["key"]);
  CHECK(sampled_by("one.json")["key"] == one["key"]);
}

TEST_CASE("so are scores by perplexity", "[train]") {
  two_tokenizers const given;
  auto const decided_by = [&](std::string const& tokenizer) {
    pipeline::run_context run;
    io::json decides;
    auto const use = [&](auto const&, io::json const& said) -> expected<pipeline::outcome> {
      decides = said;
      return pipeline::outcome::done;
    };
    REQUIRE(pipeline::with_perplexity<recipe>(run, given.checkpoint, given.folder / tokenizer, 0, use));
    return decides;
  };
  CHECK(decided_by("one.json") == decided_by("one.json"));
  CHECK(decided_by("other.json") != decided_by("one.json"));
}
