// SPDX-License-Identifier: Apache-2.0
// Evaluations on the way of a training run: what they find, that training does not notice them, and that a run that was cut
// into pieces has the rows of a whole one.
#include "support/byte_tokenizer.hpp"
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_recipe.hpp"

#include <snowcoder/io/megatron.hpp>
#include <snowcoder/pipeline/bits.hpp>
#include <snowcoder/pipeline/train.hpp>

#include <map>
#include <string>
#include <vector>

using namespace snowcoder;
using recipe = tests::tiny_recipe;
namespace fs = std::filesystem;

namespace {

/// Tokens, a tokenizer of bytes, documents in two languages, a benchmark of two tasks.
void write_run(fs::path const& run) {
  for (auto const& p : recipe::curriculum) {
    auto file = io::megatron_writer::open(run / "tokens" / std::string(p.name), io::id_type::uint16);
    REQUIRE(file);
    draws const source("tokens", 9);
    std::vector<token_id> ids;
    for (std::uint64_t i = 0; i < 2500; ++i) ids.push_back(token_id(40 + source.below(60, i)));
    REQUIRE(file->append(ids));
    REQUIRE(file->commit());
  }
  REQUIRE(tests::write_byte_tokenizer<recipe>(run / "tokenizer.json"));
  std::string rows;
  auto const add = [&](std::string const& path, config::language l, std::string const& text) {
    document d;
    d.id = document_id("r", path, text);
    d.text = text;
    d.source = "folder";
    d.repository = "r";
    d.path = path;
    d.language = l;
    rows += io::document_line(d) + "\n";
  };
  add("a.py", config::language::python, "def twice(x):\n    return 2 * x\n");
  add("b.go", config::language::go, "package b\n\nfunc Half(x int) int { return x / 2 }\n");
  add("c.py", config::language::python, std::string(300, 'x') + "\n");
  add("empty.py", config::language::python, "");
  REQUIRE(io::write_file(run / "held_out/documents/shard.jsonl", rows));
  REQUIRE(io::write_file(run / "Two.jsonl",
                         "{\"task_id\":\"t/0\",\"prompt\":\"def a():\\n\",\"canonical_solution\":\"    return 1\\n\"}\n"
                         "{\"task_id\":\"t/1\",\"prompt\":\"def b():\\n\",\"canonical_solution\":\"    return 2\\n\"}\n"));
}

pipeline::train_options evaluating(fs::path const& run, std::int64_t every) {
  pipeline::train_options o;
  o.run = run;
  o.phase = "general";
  o.checkpoint_every = 4;
  if (every > 0)
    o.evaluation = {.paths = {run / "held_out/", run / "Two.jsonl"}, .every = every, .limit_bytes = 0, .tokenizer = {}};
  return o;
}
expected<pipeline::outcome> trained(pipeline::train_options const& o, int threads = 1) {
  pipeline::run_context run;
  run.threads = threads;
  return pipeline::train_recipe<recipe>(run, o);
}
std::string bytes(fs::path const& path) { return std::string(io::mapped_file::open(path)->bytes()); }
auto evaluations(fs::path const& run) {
  return io::read_steps<io::evaluation_rows>(run / "metrics/general.evaluation.jsonl").value();
}

}  // namespace

TEST_CASE("training does not notice that it is evaluated", "[train]") {
  auto const precision = GENERATE("f32", "bf16");
  auto const recompute = GENERATE("nothing", "blocks");
  temporary_folder with, without;
  for (auto const* folder : {&with, &without}) {
    write_run(folder->path());
    auto o = evaluating(folder->path(), folder == &with ? 3 : 0);
    o.precision = precision;
    o.recompute = recompute;
    REQUIRE(trained(o));
  }
  for (auto name : {"checkpoints/general/final/model.safetensors", "checkpoints/general/final/optimizer.safetensors",
                    "checkpoints/general/final/checkpoint.json", "metrics/general.jsonl"})
    CHECK((name + std::string(bytes(with / name) == bytes(without / name) ? "" : " differs")) == name);
  CHECK_FALSE(fs::exists(without / "metrics/general.evaluation.jsonl"));
  CHECK(evaluations(with.path()).size() == 8);
}

TEST_CASE("an evaluation on the way is that of the checkpoint's own program", "[train]") {
  temporary_folder run;
  write_run(run.path());
  REQUIRE(trained(evaluating(run.path(), 10)));
  auto const rows = evaluations(run.path());
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].step == 10);
  CHECK(rows[1].step == 20);
  CHECK(rows[2].step == 24);  // the phase's end
  CHECK(rows[2].tokens == 24 * 256);
  std::map<std::string, double> const last(rows[2].bits_per_byte.begin(), rows[2].bits_per_byte.end());
  REQUIRE(last.size() == 4);

  pipeline::run_context context;
  context.threads = 1;
  pipeline::bits_options bits{.checkpoint = run / "checkpoints/general/final",
                              .tokenizer = run / "tokenizer.json",
                              .benchmark = {},
                              .in = run / "held_out",
                              .out = run / "held_out.json"};
  REQUIRE(pipeline::bits_per_byte<recipe>(context, bits));
  auto const documents = io::read_json(bits.out).value();
  CHECK(last.at("held_out") == documents["total"]["bits_per_byte"].get<double>());
  CHECK(last.at("held_out/Python") == documents["languages"]["Python"]["bits_per_byte"].get<double>());
  CHECK(last.at("held_out/Go") == documents["languages"]["Go"]["bits_per_byte"].get<double>());
  bits.in.clear();
  bits.benchmark = run / "Two.jsonl";
  bits.out = run / "two.json";
  REQUIRE(pipeline::bits_per_byte<recipe>(context, bits));
  CHECK(last.at("Two") == io::read_json(bits.out).value()["total"]["bits_per_byte"].get<double>());

  auto const events = bytes(run / "metrics/tensorboard/general/evaluation/events.out.tfevents.0000000000.snowcoder");
  for (auto tag : {"bits_per_byte/held_out", "bits_per_byte/held_out/Go", "bits_per_byte/Two"})
    CHECK(events.find(tag) != events.npos);
}

TEST_CASE("a run that was stopped, and one that lost its last evaluation, have the rows of a whole one", "[train]") {
  temporary_folder whole, parts;
  for (auto const* folder : {&whole, &parts}) write_run(folder->path());
  REQUIRE(trained(evaluating(whole.path(), 4), 2));
  auto o = evaluating(parts.path(), 4);
  for (auto steps : {6, 2, 4}) {
    o.steps = steps;
    REQUIRE(trained(o));
  }
  auto const lines = parts / "metrics/general.evaluation.jsonl";
  REQUIRE(evaluations(parts.path()).back().step == 12);
  SECTION("as it is") {}
  SECTION("killed between the checkpoint and the end of the row") { fs::resize_file(lines, fs::file_size(lines) - 5); }
  SECTION("no row at all: those before the checkpoint are not made again") {
    fs::remove(lines);
    o.steps = 0;
    REQUIRE(trained(o));
    auto const rows = evaluations(parts.path());
    REQUIRE(rows.size() == 4);
    CHECK(rows.front() == evaluations(whole.path())[2]);
    return;
  }
  o.steps = 0;
  REQUIRE(trained(o));
  for (auto name :
       {"metrics/general.evaluation.jsonl", "metrics/tensorboard/general/evaluation/events.out.tfevents.0000000000.snowcoder"})
    CHECK((name + std::string(bytes(whole / name) == bytes(parts / name) ? "" : " differs")) == name);
}

TEST_CASE("texts that cannot be evaluated are refused before the first step", "[train]") {
  temporary_folder run;
  write_run(run.path());
  auto o = evaluating(run.path(), 4);
  SECTION("no such file") {
    o.evaluation.paths = {run / "nothing.jsonl"};
    CHECK(trained(o).error().where.find("nothing.jsonl") != std::string::npos);
  }
  SECTION("two of one name") {
    o.evaluation.paths.push_back(run / "held_out/documents/../");
    CHECK(trained(o).error().what.find("held_out") != std::string::npos);
  }
  SECTION("no tokenizer") {
    fs::remove(run / "tokenizer.json");
    CHECK(trained(o).error().where.find("tokenizer.json") != std::string::npos);
  }
  SECTION("only empty documents") {
    REQUIRE(io::write_file(run / "held_out/documents/shard.jsonl", ""));
    CHECK(trained(o).error().what == "no text to evaluate");
  }
  CHECK_FALSE(fs::exists(run / "checkpoints/general/step-000004"));
}
