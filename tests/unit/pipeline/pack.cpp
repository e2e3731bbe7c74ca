// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_recipe.hpp"

#include <snowcoder/io/selection_file.hpp>
#include <snowcoder/pipeline/pack.hpp>
#include <snowcoder/pipeline/tokenize_encode.hpp>
#include <snowcoder/pipeline/tokenize_train.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <vector>

using namespace snowcoder;
namespace fs = std::filesystem;

namespace {
struct fitted_recipe : tests::tiny_recipe {  // packs by best fit and rearranges every file
  static constexpr auto curriculum = config::checked(std::array{config::phase{.name = "general",
                                                                              .tokens = 24 * 256,
                                                                              .sequences_per_step = 4,
                                                                              .rate = {config::law::constant, 1e-3, 1e-3, 0},
                                                                              .pack = config::packing::best_fit,
                                                                              .fill_in_middle = 1}},
                                                     model.context);
};
using recipe = tests::tiny_recipe;

/// 3 repositories of 2 languages, 60 files, and two rows that must be refused.
std::map<std::string, document> write_corpus(fs::path const& folder) {
  std::map<std::string, document> by_id;
  std::array<std::string, 2> shards;
  for (int i = 0; i < 60; ++i) {
    document d;
    d.text = "def f" + std::to_string(i) + "(x):\n    return x + " + std::to_string(i * i) + "  # <|endoftext|>\n";
    for (int k = 0; k < i; ++k) d.text += "y = y * " + std::to_string(k) + "\n";
    d.repository = "owner/r" + std::to_string(i % 3);
    d.path = "f" + std::to_string(i) + ".py";
    d.language = i % 4 ? config::language::python : config::language::go;
    d.id = document_id(d.repository, d.path, d.text);
    shards[std::size_t(i % 2)] += io::document_line(d) + "\n";
    by_id[d.id] = d;
  }
  shards[0] += "{\"id\": \"empty\", \"text\": \"\"}\n{\"id\": 7\n";
  for (int s = 0; s < 2; ++s) {
    auto w = io::text_writer::open(folder / "documents" / ("code-0000" + std::to_string(s) + ".jsonl.zst"));
    REQUIRE(w);
    REQUIRE(w->write(shards[std::size_t(s)]));
    REQUIRE(w->commit());
  }
  return by_id;
}
pipeline::run_context context(int threads) { return {.threads = threads, .seed = 5, .bar = {}, .log = {}}; }
std::string contents(fs::path const& p) { return std::string(io::mapped_file::open(p).value().bytes()); }
std::vector<token_id> ids_of(io::megatron_file const& f, std::int64_t d) {
  auto const begin = f.sequence(f.document_begin(d)).first;
  auto const end = d + 1 < f.documents() ? f.sequence(f.document_begin(d + 1)).first : f.tokens();
  std::vector<token_id> ids(std::size_t(end - begin));
  f.copy(begin, ids);
  return ids;
}
}  // namespace

TEST_CASE("a corpus is packed by language and repository, alike for any number of threads") {
  temporary_folder folder;
  auto const by_id = write_corpus(folder / "clean");
  for (int threads : {1, 4}) {
    auto const to = folder / std::to_string(threads);
    auto run = context(threads);
    CHECK(pipeline::train_tokenizer<recipe>(run, {.in = folder / "clean", .out = to / "tokenizer.json"}) ==
          pipeline::outcome::some_refused);
    CHECK(pipeline::pack<recipe>(run, {.tokenizer = to / "tokenizer.json",
                                       .in = folder / "clean",
                                       .out = to / "general",
                                       .selection = {},
                                       .real = {},
                                       .phase = "general"}) == pipeline::outcome::some_refused);
    CHECK(!fs::exists(to / "general.parts"));
  }
  for (auto const* name : {"tokenizer.json", "general.bin", "general.idx", "general.json", "general.rejects.jsonl"})
    CHECK(contents(folder / "1" / name) == contents(folder / "4" / name));

  auto const tokenizer = pipeline::open_tokenizer<recipe>(folder / "1" / "tokenizer.json").value();
  auto const f = io::megatron_file::open(folder / "1" / "general").value();
  REQUIRE(f.documents() == 6);
  std::size_t files = 0;
  for (std::int64_t d = 0; d < 6; ++d) {
    auto ids = ids_of(f, d);
    REQUIRE(ids.back() == config::end_of_text);
    ids.back() = config::file_separator;
    CHECK(std::count(ids.begin(), ids.end(), config::end_of_text) == 0);  // the text's own spelling is not one
    for (auto at = ids.begin(); at != ids.end(); ++files) {
      auto const end = std::find(at, ids.end(), config::file_separator);
      auto const text = tokenizer.decode(std::span(&*at, std::size_t(end - at)));
      auto const found = std::find_if(by_id.begin(), by_id.end(), [&](auto const& e) { return e.second.text == text; });
      REQUIRE(found != by_id.end());
      CHECK(found->second.language == (d < 3 ? config::language::python : config::language::go));
      CHECK(found->second.repository == "owner/r" + std::to_string(d % 3));
      at = end + 1;
    }
  }
  CHECK(files == by_id.size());
  auto const report = io::read_json(folder / "1" / "general.json").value();
  CHECK(report["refused"] == 2);
  CHECK(report["tokens"] == f.tokens());
  CHECK(report["languages"][0]["language"] == "Python");
}

TEST_CASE("a selection packs its documents and names those that are not there") {
  temporary_folder folder;
  auto const by_id = write_corpus(folder / "clean");
  auto run = context(2);
  REQUIRE(pipeline::train_tokenizer<recipe>(run, {.in = folder / "clean", .out = folder / "tokenizer.json"}));
  selection_manifest m;
  for (auto const& [id, d] : by_id)
    if (m.documents.size() < 7) m.documents.push_back({id, d.language, 0.5, 10});
  m.documents.push_back({"nowhere", config::language::go, 0.4, 10});
  REQUIRE(io::write_selection(folder / "selection.json", m));
  pipeline::pack_options const options{.tokenizer = folder / "tokenizer.json",
                                       .in = folder / "clean",
                                       .out = folder / "high",
                                       .selection = folder / "selection.json",
                                       .real = {},
                                       .phase = "high_quality"};
  CHECK(pipeline::pack<recipe>(run, options) == pipeline::outcome::some_refused);
  CHECK(io::megatron_file::open(folder / "high").value().documents() == 7);
  CHECK(contents(folder / "high.rejects.jsonl").find("chosen_but_absent") != std::string::npos);
  auto const before = fs::last_write_time(folder / "high.bin");
  CHECK(pipeline::pack<recipe>(run, options) == pipeline::outcome::some_refused);  // nothing left to do
  CHECK(fs::last_write_time(folder / "high.bin") == before);
}

TEST_CASE("shards that a killed run had encoded are taken as they are, others are not") {
  temporary_folder folder;
  write_corpus(folder / "clean");
  auto run = context(2);
  REQUIRE(pipeline::train_tokenizer<recipe>(run, {.in = folder / "clean", .out = folder / "tokenizer.json"}));
  auto const tokenizer = pipeline::open_tokenizer<recipe>(folder / "tokenizer.json").value();
  auto const shard = io::shards(folder / "clean" / "documents").front();
  thread_pool pool(2);
  progress bar;
  pipeline::tokenized_shard::settings how{io::id_type::uint16, 0, 5, {}, "key"};
  auto const make = [&] { return pipeline::tokenized_shard::make(shard, folder / "part", tokenizer, how, pool, bar); };
  auto const first = make();
  REQUIRE(first);
  CHECK((first->files() == 30 && first->rejects.size() == 2));
  auto const time = fs::last_write_time(folder / "part.bin");
  auto const again = make();
  CHECK((again->files() == 30 && again->rejects == first->rejects && fs::last_write_time(folder / "part.bin") == time));
  fs::remove(folder / "part.rows.jsonl");  // killed before the list was written
  CHECK(make()->files() == 30);
  how.key = "other";
  how.wanted = [&](std::string const& id) { return id == first->ids[3]; };
  auto const one = make();
  REQUIRE(one->files() == 1);
  std::vector<token_id> a, b;
  one->append(0, a);
  first->append(3, b);
  CHECK(contents(folder / "part.rows.jsonl").find("other") != std::string::npos);
  CHECK(a.size() == std::size_t(first->packables[3].tokens));
}

TEST_CASE("the synthetic phase reaches Python's share") {
  temporary_folder folder;
  write_corpus(folder / "clean");
  auto run = context(2);
  REQUIRE(pipeline::train_tokenizer<recipe>(run, {.in = folder / "clean", .out = folder / "tokenizer.json"}));
  REQUIRE(pipeline::pack<recipe>(run, {.tokenizer = folder / "tokenizer.json",
                                       .in = folder / "clean",
                                       .out = folder / "synthetic",
                                       .selection = {},
                                       .real = {},
                                       .phase = "synthetic"}));
  auto const report = io::read_json(folder / "synthetic.json").value();
  CHECK(report["languages"][0]["share"].get<double>() == Approx(0.5).margin(0.03));
  CHECK(report["files"].get<int>() > 60);
}

TEST_CASE("best fit fills sequences of the context, and gaps in the middle keep every file whole") {
  temporary_folder folder;
  auto const by_id = write_corpus(folder / "clean");
  auto run = context(2);
  REQUIRE(pipeline::train_tokenizer<fitted_recipe>(run, {.in = folder / "clean", .out = folder / "tokenizer.json"}));
  REQUIRE(pipeline::pack<fitted_recipe>(run, {.tokenizer = folder / "tokenizer.json",
                                              .in = folder / "clean",
                                              .out = folder / "fitted",
                                              .selection = {},
                                              .real = {},
                                              .phase = "general"}));
  auto const f = io::megatron_file::open(folder / "fitted").value();
  CHECK(f.tokens() == f.documents() * fitted_recipe::model.context);
  std::vector<token_id> all(std::size_t(f.tokens()));
  f.copy(0, all);
  for (auto const* name : {"<fim_prefix>", "<fim_suffix>", "<fim_middle>"})
    CHECK(std::count(all.begin(), all.end(), config::sentinel_id(name)) == std::int64_t(by_id.size()));
}

TEST_CASE("a tokenizer that does not fit the recipe is refused") {
  temporary_folder folder;
  write_corpus(folder / "clean");
  auto run = context(1);
  CHECK(!pipeline::train_tokenizer<recipe>(run, {.in = folder / "clean", .out = folder / "t.json", .vocabulary = 100}));
  CHECK(!pipeline::train_tokenizer<recipe>(run, {.in = folder / "clean", .out = folder / "t.json", .vocabulary = 5000}));
  CHECK(!pipeline::train_tokenizer<recipe>(run, {.in = folder / "nothing", .out = folder / "t.json"}));
  REQUIRE(pipeline::train_tokenizer<recipe>(run, {.in = folder / "clean", .out = folder / "t.json"}));
  auto v = io::read_tokenizer(folder / "t.json").value();
  CHECK(pipeline::open_tokenizer<recipe>(folder / "t.json"));
  v.tokens.push_back("one id more than the model has");
  REQUIRE(io::write_tokenizer(folder / "large.json", v));
  CHECK(!pipeline::open_tokenizer<recipe>(folder / "large.json"));
}
