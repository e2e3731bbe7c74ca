// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/said.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_recipe.hpp"

#include <snowcoder/config/changed.hpp>
#include <snowcoder/io/selection_file.hpp>
#include <snowcoder/pipeline/pack.hpp>
#include <snowcoder/pipeline/token_file.hpp>
#include <snowcoder/pipeline/tokenize_encode.hpp>
#include <snowcoder/pipeline/tokenize_train.hpp>
#include <snowcoder/train/loader.hpp>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <type_traits>
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
std::map<std::string, document> write_corpus(fs::path const& folder, int times = 1) {
  std::map<std::string, document> by_id;
  std::array<std::string, 2> shards;
  for (int i = 0; i < 60; ++i) {
    document d;
    d.text = "def f" + std::to_string(i) + "(x):\n    return x + " + std::to_string(i * i) + "  # <|endoftext|>\n";
    for (int k = 0; k < i * times; ++k) d.text += "y = y * " + std::to_string(k) + "\n";
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
/// Languages add up to the file, separators, sentinels and padding included.
void check_sums(io::json const& report) {
  std::int64_t tokens = 0, files = 0;
  for (auto const& l : report["languages"]) {
    for (auto const* part : {"tokens", "gap_sentinels", "separators"}) tokens += l[part].get<std::int64_t>();
    files += l["files"].get<std::int64_t>();
    CHECK(l["separators"] == l["files"]);
  }
  CHECK(tokens + report["padding"].get<std::int64_t>() == report["tokens"].get<std::int64_t>());
  CHECK(files == report["files"].get<std::int64_t>());
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
  check_sums(report);
  std::int64_t bytes = 0;
  for (auto const& [id, d] : by_id) bytes += d.language == config::language::python ? std::int64_t(d.text.size()) : 0;
  auto const& python = report["languages"][0];
  CHECK((python["bytes"] == bytes && python["repositories"] == 3 && python["available"]["files"] == 45));
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

TEST_CASE("a run that ends between its file and its stamp leaves no stamp of the run before") {
  temporary_folder folder;
  write_corpus(folder / "clean");
  auto run = context(2);
  auto const out = folder / "tokenizer.json", in_the_way = folder / "tokenizer.json.provenance.json.part";
  auto const train = [&](int vocabulary) {
    return pipeline::train_tokenizer<recipe>(run, {.in = folder / "clean", .out = out, .vocabulary = vocabulary});
  };
  REQUIRE(train(300));
  auto const first = contents(out);
  fs::create_directory(in_the_way);
  REQUIRE_FALSE(train(310));
  REQUIRE(contents(out) != first);
  fs::remove(in_the_way);
  REQUIRE(train(300));
  CHECK(contents(out) == first);
}

namespace {

/// A corpus with a vocabulary of its own; its first shard is to be encoded.
struct first_shard {
  temporary_folder folder;
  pipeline::run_context run = context(2);
  thread_pool pool{2};

  auto tokenizer() {
    write_corpus(folder / "clean");
    REQUIRE(pipeline::train_tokenizer<recipe>(run, {.in = folder / "clean", .out = folder / "tokenizer.json"}));
    return pipeline::open_tokenizer<recipe>(folder / "tokenizer.json").value();
  }
  std::filesystem::path shard() const { return io::shards(folder / "clean" / "documents").front(); }
};

}  // namespace

TEST_CASE("shards that a killed run had encoded are taken as they are, others are not") {
  first_shard corpus;
  auto const tokenizer = corpus.tokenizer();
  using encoder = pipeline::shard_encoder<std::remove_cvref_t<decltype(tokenizer)>>;
  auto& [folder, run, pool] = corpus;
  auto const shard = corpus.shard();
  pipeline::shard_settings how{.seed = 5, .wanted = {}, .key = hash("key").hex()};
  auto const prefix = folder / "part";
  auto const make = [&] {
    int made = 0;
    REQUIRE(pipeline::shard_lanes<encoder>::run(pool, 1, [&](std::size_t) -> expected<std::unique_ptr<encoder>> {
      if (pipeline::tokenized_shard::open(prefix, how)) return nullptr;
      ++made;
      return encoder::open(shard, prefix, tokenizer, how, run.bar);
    }));
    return made;
  };
  CHECK(make() == 1);
  auto const first = pipeline::tokenized_shard::open(prefix, how).value();
  CHECK((first.files() == 30 && first.refused() == 2));
  CHECK(make() == 0);
  auto const rows = contents(folder / "part.rows"), ids = contents(folder / "part.ids");
  fs::remove(folder / "part.rows");  // killed before the list was written
  CHECK(make() == 1);
  CHECK(contents(folder / "part.ids") == ids);
  for (auto size : {std::size_t(0), std::size_t(79), std::size_t(80), rows.size() / 2, rows.size() - 1}) {
    REQUIRE(io::write_file(folder / "part.rows", rows.substr(0, size)));
    CHECK(!pipeline::tokenized_shard::open(prefix, how));
  }
  REQUIRE(io::write_file(folder / "part.rows", rows));
  auto const wanted = first.rows()->row(3);
  how.key = hash("other").hex();
  how.wanted = [&](hash128 const& id, std::string_view) { return id == wanted.document; };
  CHECK(make() == 1);
  auto const one = pipeline::tokenized_shard::open(prefix, how).value();
  REQUIRE(one.files() == 1);
  CHECK(one.ids()->bytes() == ids.substr(wanted.place * 2, wanted.tokens * 2));
}

TEST_CASE("of many shards few are mapped at a time") {
  first_shard made;
  auto const tokenizer = made.tokenizer();
  using encoder = pipeline::shard_encoder<std::remove_cvref_t<decltype(tokenizer)>>;
  auto& [folder, run, pool] = made;
  auto const shard = made.shard();
  constexpr std::size_t shards = 40, most_open = 3;
  pipeline::shard_settings const how{.wanted = {}, .key = hash("key").hex()};
  auto const prefix = [&](std::size_t i) { return folder / "parts" / std::to_string(i); };
  REQUIRE(pipeline::shard_lanes<encoder>::run(
      pool, shards, [&](std::size_t i) { return encoder::open(shard, prefix(i), tokenizer, how, run.bar); }));
  std::vector<pipeline::tokenized_shard> parts;
  for (std::size_t i = 0; i < shards; ++i) parts.push_back(pipeline::tokenized_shard::open(prefix(i), how).value());
  auto const mapped = [&] {
    std::ifstream maps("/proc/self/maps");
    std::size_t count = 0;
    for (std::string line; std::getline(maps, line);) count += line.find((folder / "parts").string()) != line.npos;
    return count;
  };
  CHECK(mapped() == 0);
  auto corpus = pipeline::tokenized_corpus::of(std::move(parts), most_open).value();
  CHECK(corpus.repositories() == std::vector<std::string_view>{"", "owner/r0", "owner/r1", "owner/r2"});
  REQUIRE(corpus.files.size() == shards * 30);
  auto const ids = contents(folder / "parts" / "0.ids");
  for (int pass = 0; pass < 2; ++pass)
    for (std::size_t i = 0; i < corpus.files.size(); ++i) {
      auto const& p = corpus.files[i];
      auto const there = corpus.ids(p);
      REQUIRE(there);
      REQUIRE(*there == ids.substr(std::size_t(corpus.files[i % 30].place) * 2, p.tokens * 2));
      REQUIRE(mapped() <= most_open);
    }
  CHECK(mapped() == most_open);
  REQUIRE(io::write_file(prefix(0).string() + ".ids", "?"));  // by somebody else, meanwhile
  CHECK(!corpus.ids(corpus.files.front()));
}

TEST_CASE("rows without copies say what rows with copies say") {
  io::document_parser copies;
  io::document_view_parser views;
  document d;
  d.text = "x = \"\\u00e9\"\n";
  d.repository = "owner/name";
  d.path = "a.py";
  d.language = config::language::python;
  for (std::string line :
       {io::document_line(d), std::string(R"({"text": "a\u00e9\n\ud83d\ude00", "id": "i", "metadata": {"language": "C++"}})"),
        std::string(R"({"text": "a", "metadata": 3})"),
        std::string(R"({"text": "a", "metadata": {"repo": 1, "language": "Lua"}})"), std::string(R"({"text": 1})"),
        std::string(R"({"text": "a)"), std::string("[]"), std::string("1"), std::string("")}) {
    auto const padded = line + "\",}]1" + std::string(io::row_padding, ' ');
    auto const a = copies.parse(line, "here");
    auto const b = views.parse(std::string_view(padded).substr(0, line.size()));
    REQUIRE(bool(a) == bool(b));
    if (!a) continue;
    CHECK((a->id == b->id && a->text == b->text && a->repository == b->repository && a->path == b->path));
    CHECK(a->language == b->language);
  }
}

TEST_CASE("lanes hand over every block in order, pass errors on, and never wait for nobody") {
  struct job {
    using block = int;
    using result = int;
    int shard, at = 0, taken = 0, fails_at = -1;
    std::atomic<int>* finished;
    expected<bool> read(int& b) { return at < 200 ? (b = at++, true) : false; }
    int work(int const& b) const { return b * 3 + shard; }
    expected<void> take(int r) {
      if (r != taken * 3 + shard) return failure("out of order");
      return ++taken == fails_at ? expected<void>(failure("full")) : expected<void>();
    }
    expected<void> finish() { return taken == 200 ? (void(++*finished), expected<void>()) : failure("blocks are missing"); }
  };
  for (int threads : {1, 3, 8})
    for (int shards : {0, 1, 2, 20}) {
      thread_pool pool(threads);
      std::atomic<int> finished{0};
      auto const walk = [&](int fails_at) {
        return pipeline::shard_lanes<job>::run(pool, std::size_t(shards), [&](std::size_t i) -> expected<std::unique_ptr<job>> {
          if (i == 3) return nullptr;
          return std::unique_ptr<job>(new job{int(i), 0, 0, fails_at, &finished});
        });
      };
      CHECK(walk(-1));
      CHECK(finished == shards - (shards > 3));
      auto const failed = walk(100);
      CHECK(bool(failed) == (shards == 0));
      if (!failed) CHECK(failed.error().what == "full");
    }
}

TEST_CASE("killed at any moment, the same command ends with the same bytes") {
  temporary_folder folder;
  write_corpus(folder / "clean", 40);
  auto run = context(1);
  REQUIRE(pipeline::train_tokenizer<recipe>(run, {.in = folder / "clean", .out = folder / "tokenizer.json"}));
  auto const pack = [&](std::string const& to, int threads) {
    auto again = context(threads);
    return pipeline::pack<recipe>(again, {.tokenizer = folder / "tokenizer.json",
                                          .in = folder / "clean",
                                          .out = folder / to / "general",
                                          .selection = {},
                                          .real = {},
                                          .phase = "general"});
  };
  auto const began = std::chrono::steady_clock::now();
  REQUIRE(pack("plain", 2) == pipeline::outcome::some_refused);
  auto whole = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began);
  int kills = 0, began_again = 0;
  // Twelve times, and again until enough of them met it at work: a busy machine is not always as slow as it was at first.
  for (int k = 0; k < 12 || (k < 120 && (kills < 6 || began_again < 3)); ++k) {
    auto const to = "killed" + std::to_string(k);
    for (int times = 0; times < 1 + k % 3; ++times) {
      auto const child = ::fork();
      REQUIRE(child >= 0);
      if (child == 0) ::_exit(bool(pack(to, 2)) ? 0 : 1);
      ::usleep(useconds_t(whole.count() * (k % 12 + 1) / 13));
      ::kill(child, SIGKILL);
      int status = 0;
      ::waitpid(child, &status, 0);
      kills += WIFSIGNALED(status);
      if (!WIFSIGNALED(status)) whole -= whole / 8;
    }
    began_again += fs::exists(folder / to / "general.parts");
    REQUIRE(pack(to, 2) == pipeline::outcome::some_refused);
    for (auto const* name : {"general.bin", "general.idx", "general.json", "general.rejects.jsonl"})
      REQUIRE(contents(folder / to / name) == contents(folder / "plain" / name));
    CHECK(!fs::exists(folder / to / "general.parts"));
  }
  CHECK(kills >= 6);
  CHECK(began_again >= 3);
}

/// Reaches its share of Python by copies, not by choosing seeds.
struct sampled_recipe : recipe {
  static constexpr auto synthesis = config::changed(recipe::synthesis, [](auto& s) { s.mix = config::mix_rule::sample; });
};
static_assert(config::coherent<sampled_recipe>());

TEST_CASE("the synthetic phase reaches Python's share") {
  temporary_folder folder;
  write_corpus(folder / "clean");
  auto run = context(2);
  REQUIRE(pipeline::train_tokenizer<sampled_recipe>(run, {.in = folder / "clean", .out = folder / "tokenizer.json"}));
  auto const words = tests::said([&] {
    REQUIRE(pipeline::pack<sampled_recipe>(run, {.tokenizer = folder / "tokenizer.json",
                                                 .in = folder / "clean",
                                                 .out = folder / "synthetic",
                                                 .selection = {},
                                                 .real = {},
                                                 .phase = "synthetic"}));
  });
  auto const report = io::read_json(folder / "synthetic.json").value();
  CHECK(report["languages"][0]["share"].get<double>() == Approx(0.5).margin(0.03));
  CHECK(report["files"].get<int>() > 60);
  CHECK(words.find(" files, copies counted, of " + report["files_available"].dump() + " that are there, in ") != words.npos);
  check_sums(report);
  CHECK(report["languages"][0]["available"]["files"] == 45);
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
  REQUIRE(pipeline::pack<fitted_recipe>(run, {.tokenizer = folder / "tokenizer.json",
                                              .in = folder / "clean",
                                              .out = folder / "unnamed",
                                              .selection = {},
                                              .real = {},
                                              .phase = {}}));
  for (auto const* end : {".bin", ".idx", ".json"})  // without a name it is the first phase
    CHECK(contents(folder / (std::string("fitted") + end)) == contents(folder / (std::string("unnamed") + end)));
  CHECK(!pipeline::pack<fitted_recipe>(run, {.tokenizer = folder / "tokenizer.json",
                                             .in = folder / "clean",
                                             .out = folder / "unknown",
                                             .selection = {},
                                             .real = {},
                                             .phase = "synthetic"}));

  auto const f = io::megatron_file::open(folder / "fitted").value();
  CHECK(f.tokens() == f.documents() * (fitted_recipe::model.context + 1));
  std::vector<token_id> all(std::size_t(f.tokens()));
  f.copy(0, all);
  for (auto const* name : {"<fim_prefix>", "<fim_suffix>", "<fim_middle>"})
    CHECK(std::count(all.begin(), all.end(), config::sentinel_id(name)) == std::int64_t(by_id.size()));
  auto const report = io::read_json(folder / "fitted.json").value();
  CHECK(report["gap_sentinels"] == 3 * by_id.size());
  CHECK(std::count(all.begin(), all.end(), config::end_of_text) == 6 + report["padding"].get<std::int64_t>());
  check_sums(report);

  // the loader takes it; a file that was not packed so is refused where a phase asks for best fit
  auto const tokens = pipeline::token_file<fitted_recipe>::open(folder / "fitted", config::packing::best_fit);
  REQUIRE(tokens);
  train::loader<pipeline::token_file<fitted_recipe>> const data(*tokens, fitted_recipe::model.context, "general",
                                                                config::epoch_order::same, 1, config::packing::best_fit);
  CHECK(data.sequences() == f.documents());
  REQUIRE(pipeline::pack<recipe>(run, {.tokenizer = folder / "tokenizer.json",
                                       .in = folder / "clean",
                                       .out = folder / "joined",
                                       .selection = {},
                                       .real = {},
                                       .phase = "general"}));
  CHECK(!pipeline::token_file<fitted_recipe>::open(folder / "joined", config::packing::best_fit));
}

TEST_CASE("a tokenizer that does not fit the recipe is refused") {
  temporary_folder folder;
  write_corpus(folder / "clean");
  auto run = context(1);
  CHECK(!pipeline::train_tokenizer<recipe>(run, {.in = folder / "clean", .out = folder / "t.json", .vocabulary = 100}));
  CHECK(!pipeline::train_tokenizer<recipe>(run, {.in = folder / "clean", .out = folder / "t.json", .vocabulary = 5000}));
  CHECK(!pipeline::train_tokenizer<recipe>(run, {.in = folder / "nothing", .out = folder / "t.json"}));
  constexpr auto gib = std::size_t(1) << 30;  // what the trainer cannot number is refused, and not only when all is counted
  CHECK(pipeline::detail::fits(3 * gib, std::int64_t(1) << 40));
  CHECK(pipeline::detail::fits(4 * gib, std::int64_t(1) << 40).error().where == "--sample");
  CHECK(pipeline::detail::fits(3 * gib, std::int64_t(1) << 40, gib).error().where == "--sample");
  CHECK(pipeline::detail::fits(gib, std::int64_t(1) << 30).error().where == "--memory");
  auto const place = pipeline::train_tokenizer<recipe>(run, {.in = folder / "clean", .out = folder / "clean"});
  REQUIRE(!place);  // known before words are counted
  CHECK(place.error().remedy.find("a folder has that name") == 0);
  REQUIRE(pipeline::train_tokenizer<recipe>(run, {.in = folder / "clean", .out = folder / "t.json"}));
  auto v = io::read_tokenizer(folder / "t.json").value();
  CHECK(pipeline::open_tokenizer<recipe>(folder / "t.json"));
  v.tokens.push_back("one id more than the model has");
  REQUIRE(io::write_tokenizer(folder / "large.json", v));
  CHECK(!pipeline::open_tokenizer<recipe>(folder / "large.json"));
}

TEST_CASE("a token file says which tokenizer made it, and a phase of selected documents that there is no selection") {
  temporary_folder folder;
  write_corpus(folder / "clean");
  auto run = context(1);
  REQUIRE(pipeline::train_tokenizer<recipe>(run, {.in = folder / "clean", .out = folder / "t.json"}));
  auto const packed = [&](std::string const& phase) {
    return tests::said([&] {
      CHECK(pipeline::pack<recipe>(run, {.tokenizer = folder / "t.json",
                                         .in = folder / "clean",
                                         .out = folder / phase,
                                         .selection = {},
                                         .real = {},
                                         .phase = phase}));
    });
  };
  CHECK(packed("general").find("--selection") == std::string::npos);
  CHECK(packed("high_quality").find("there is no --selection") != std::string::npos);
  auto const tokenizer = io::content_hash(folder / "t.json")->hex();
  CHECK(pipeline::token_file<recipe>::open(folder / "general")->tokenizer() == tokenizer);
  fs::remove(folder / "general.provenance.json");
  CHECK(pipeline::token_file<recipe>::open(folder / "general")->tokenizer().empty());
}
