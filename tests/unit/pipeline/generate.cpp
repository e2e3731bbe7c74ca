// SPDX-License-Identifier: Apache-2.0
// Completions of a benchmark: prompts that a checkpoint cannot hold are counted, and a server is told everything.
#include "support/byte_tokenizer.hpp"
#include "support/catch.hpp"
#include "support/said.hpp"
#include "support/scripted_server.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_recipe.hpp"

#include <snowcoder/pipeline/checkpoint_content.hpp>
#include <snowcoder/pipeline/generate.hpp>

#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

using namespace snowcoder;
using recipe = tests::tiny_recipe;
namespace fs = std::filesystem;

namespace {

constexpr std::int64_t room = recipe::model.context - recipe::evaluation.new_tokens;

/// Three tasks; the prompts of the last two are longer than a context beside the new tokens, by 5 and 7 bytes.
fs::path write_tasks(fs::path const& path) {
  std::ofstream file(path);
  std::int64_t number = 0;
  for (auto length : {std::int64_t(10), room + 5, room + 7})
    file << io::to_line({{"task_id", "t/" + std::to_string(number++)},
                         {"prompt", std::string(std::size_t(length), 'p')},
                         {"canonical_solution", "pass"},
                         {"test", ""},
                         {"entry_point", "f"}})
         << "\n";
  return path;
}
/// Weights that are nothing: every answer is the first token, the end of the text.
void write_nothing_learnt(fs::path const& run) {
  std::vector<float> const none(std::size_t(config::parameters(recipe::model)));
  auto const values = pipeline::flat(std::span<float const>(none));
  training_position position;
  position.phase = "general";
  REQUIRE(io::write_checkpoint(run / "checkpoints/general/final", pipeline::manifest_of<recipe>(position, io::json::object()),
                               pipeline::checkpoint_parts<recipe>(values, values, values)));
  REQUIRE(tests::write_byte_tokenizer<recipe>(run / "tokenizer.json"));
}
expected<pipeline::outcome> run(pipeline::generate_options const& o) {
  pipeline::run_context context;
  context.threads = 2;
  return pipeline::generate_samples<recipe>(context, o);
}

}  // namespace

TEST_CASE("tasks whose prompts lost their beginning are counted, also by a run that goes on") {
  temporary_folder dir;
  write_nothing_learnt(dir / "run");
  pipeline::generate_options o;
  o.checkpoint = dir / "run/checkpoints/general/final";
  o.benchmark = write_tasks(dir / "tasks.jsonl");
  o.out = dir / "samples.jsonl";
  expected<pipeline::outcome> done;
  auto const said = tests::said([&] { done = run(o); });
  if (!done) FAIL(done.error().message());
  CHECK(said.find("2 of 3 prompts lost their beginning") != std::string::npos);
  auto const counts = [&] { return (*io::read_json(pipeline::stamp_beside(o.out)))["counts"]; };
  auto const whole = counts();
  CHECK(whole["tasks"] == 3);
  CHECK(whole["tasks_cut"] == 2);
  CHECK(whole["prompt_cut"] == io::json{{"t/1", 5}, {"t/2", 7}});

  // The same from the journal of a run that was cut short before its second answer.
  auto const key = (*io::read_json(pipeline::stamp_beside(o.out)))["key"];
  for (auto const& made : {o.out, pipeline::stamp_beside(o.out)}) fs::remove(made);
  std::ofstream(o.out.string() + ".journal")
      << io::to_line({{"key", key}}) << "\n"
      << io::to_line({{"task_id", "t/1"}, {"sample", 0}, {"completion", "x"}, {"prompt_cut", 5}}) << "\n";
  REQUIRE(run(o));
  CHECK(counts() == whole);
}

TEST_CASE("a server is shown the key and told how to draw; without the key it is asked for") {
  temporary_folder dir;
  scripted_server server([](auto const& r) -> scripted_server::reply {
    if (r.head.find("Authorization: Bearer secret-key") == r.head.npos) return {401, {}, R"({"message":"no"})", 0};
    auto const body = io::json::parse(r.body);
    for (auto const* field : {"temperature", "top_p", "top_k", "min_p", "repetition_penalty", "seed", "max_tokens"})
      if (!body.contains(field)) return {400, {}, field, 0};
    return {200, {}, R"({"choices":[{"text":"    return 1\n"}]})", 0};
  });
  pipeline::generate_options o;
  o.server = server.address();
  o.model = "scripted";
  o.benchmark = write_tasks(dir / "tasks.jsonl");
  o.out = dir / "samples.jsonl";
  auto const refused = run(o);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().remedy.find("--key-file") != std::string::npos);
  std::ofstream(dir / "key") << "secret-key\n";
  o.key_file = dir / "key";
  auto const done = run(o);
  if (!done) FAIL(done.error().message());
  CHECK(io::read_samples(o.out)->size() == 3);
  for (auto const& e : fs::directory_iterator(dir / ""))
    if (e.path().filename() != "key")
      CHECK(io::mapped_file::open(e.path())->bytes().find("secret-key") == std::string_view::npos);
}
