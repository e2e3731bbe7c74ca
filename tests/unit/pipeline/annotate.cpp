// SPDX-License-Identifier: Apache-2.0
// The program as a whole on a small encoder: labels from a server, four recipes from one set of vectors, alike every time;
// stale vectors and scores that are never used; rivals through the same files.
#include "support/catch.hpp"
#include "support/scripted_server.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_recipe.hpp"

#include <snowcoder/io/atomic_file.hpp>
#include <snowcoder/io/attribute_columns.hpp>
#include <snowcoder/pipeline/annotate.hpp>
#include <snowcoder/pipeline/select.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

using namespace snowcoder;
namespace fs = std::filesystem;

namespace {

struct recipe : tests::tiny_recipe {
  static constexpr std::string_view name = "tiny_annotator";
  static constexpr auto annotator = config::checked(
      config::annotator{.section = 48, .edu_threshold = 2.5, .edu_labels = 300, .epochs = 3, .rate = 3e-2, .batch = 16});
};
/// The same in all but the part of a file that is read.
struct other_sections : recipe {
  static constexpr auto annotator = config::checked(
      config::annotator{.section = 24, .edu_threshold = 2.5, .edu_labels = 300, .epochs = 3, .rate = 3e-2, .batch = 16});
};

std::string bytes(fs::path const& path) {
  std::ostringstream s;
  s << std::ifstream(path, std::ios::binary).rdbuf();
  return s.str();
}
fs::path golden_encoder() { return fs::path(SNOWCODER_TESTS_DIR) / "golden/encoder"; }

/// Documents whose first word says how good they are, a folder of files and instructions.
struct world {
  temporary_folder folder;

  world() {
    std::map<std::string, std::string> shards;
    for (int i = 0; i < 240; ++i) {
      document d;
      d.id = "d" + std::to_string(i);
      d.language = i % 3 ? config::language::python : config::language::go;
      d.text = text(i, i % 6 >= 4 ? "return" : "while");
      shards[i % 2 ? "a" : "b"] += io::document_line(d) + "\n";
    }
    for (auto const& [name, rows] : shards) REQUIRE(io::write_file(folder / ("in/documents/" + name + ".jsonl"), rows));
    for (int i = 0; i < 40; ++i)
      REQUIRE(io::write_file(folder / ("files/f" + std::to_string(i) + ".py"), text(1000 + i, "return")));
    std::string rows;
    for (int i = 0; i < 30; ++i)
      rows += io::to_line(
                  {{"language", "Python"}, {"problem", "Say " + std::to_string(i)}, {"solution", text(2000 + i, "return")}}) +
              "\n";
    REQUIRE(io::write_file(folder / "instructions.jsonl", rows));
    rows = R"({"folder": "files", "label": 1}
{"folder": "instructions", "label": 1}
{"folder": "clean", "label": "negatives"}
{"folder": "clean", "label": "edu_head"}
)";
    for (int i = 0; i < 240; ++i) rows += io::to_line({{"id", "d" + std::to_string(i)}, {"label", i % 6}}) + "\n";
    REQUIRE(io::write_file(folder / "labels.jsonl", rows));
  }
  static std::string text(int i, std::string const& word) {
    std::string t;
    for (int k = 0; k < 12 + i % 9; ++k) t += word + " value" + std::to_string((i * 31 + k * 7) % 97) + " = " + word + "\n";
    return t;
  }

  template <class R = recipe>
  void embed(std::string const& in, std::string const& out, fs::path const& encoder = golden_encoder()) const {
    pipeline::run_context context;
    pipeline::embed_options o;
    o.encoder = encoder;
    o.in = folder / in;
    o.out = folder / out;
    auto const done = pipeline::embed<R>(context, o);
    if (!done) FAIL(done.error().message());
  }
  void embed_all() const {
    embed("files", "vectors/files");
    embed("instructions.jsonl", "vectors/instructions");
    embed("in", "vectors/clean");
  }
  expected<pipeline::outcome> train(std::string const& out, std::string const& which, int threads = 1,
                                    std::string const& shape = "") const {
    pipeline::run_context context;
    context.threads = threads;
    pipeline::train_head_options o;
    o.vectors = {folder / "vectors/files", folder / "vectors/instructions", folder / "vectors/clean"};
    o.labels = folder / "labels.jsonl";
    o.out = folder / out;
    o.recipe = which;
    o.shape = shape;
    return pipeline::train_annotator<recipe>(context, o);
  }
  std::vector<double> values(std::string const& name) const {
    std::vector<double> all;
    auto rows = *io::attribute_reader<1>::open(folder / ("in/attributes/" + name), {"value"});
    std::string id;
    for (std::array<double, 1> v; *rows.next(id, v);) all.push_back(v[0]);
    return all;
  }
  expected<pipeline::outcome> rival(pipeline::rival_options const& r) const {
    pipeline::run_context context;
    pipeline::score_options o;
    o.in = folder / "in";
    o.rival = r;
    return pipeline::score<recipe>(context, o);
  }
};

}  // namespace

TEST_CASE("the sample of a corpus is its smallest draws, however much larger the corpus is") {
  temporary_folder folder;
  std::string rows;
  std::vector<std::uint64_t> keys;
  draws const order("annotator examples", 3);
  for (int i = 0; i < 12'000; ++i) {
    document d;
    d.id = "d" + std::to_string(i);
    d.text = "x = " + std::to_string(i) + "\n";
    rows += io::document_line(d) + "\n";
    if (auto const h = hash(d.text); !annotate::reserved_for_auc(h, 3)) keys.push_back(order(h.high, h.low));
  }
  REQUIRE(io::write_file(folder / "documents/a.jsonl", rows));
  std::sort(keys.begin(), keys.end());
  auto const source = pipeline::find_texts(folder.path(), config::notebook_form::script);
  REQUIRE(source);
  for (std::size_t count :
       {std::size_t(1), std::size_t(10), std::size_t(3000), keys.size() - 1, keys.size(), keys.size() + 1}) {
    auto const limit = pipeline::detail::sample_limit(*source, std::int64_t(count), 3, config::annotator{}.instruction);
    REQUIRE(limit);
    auto const taken = std::upper_bound(keys.begin(), keys.end(), *limit) - keys.begin();
    CHECK(std::size_t(taken) == std::min(count, keys.size()));
  }
}

TEST_CASE("four recipes from one set of vectors, the same bytes every time") {
  world const w;
  w.embed_all();
  for (auto const* shape : {"linear", "pooled_tanh"}) {
    auto const one = std::string("one-") + shape, two = std::string("two-") + shape;
    auto const done = w.train(one, "all", 1, shape);
    if (!done) FAIL(done.error().message());
    REQUIRE(w.train(two, "all", 3, shape));
    for (auto const* name : {"edu", "ins", "hq", "hqins"}) {
      auto const file = std::string(name) + ".safetensors";
      CHECK(bytes(w.folder / one / file) == bytes(w.folder / two / file));
      auto const head = annotate::read_head(w.folder / one / file);
      REQUIRE(head);
      CHECK(name_of(head->trained.recipe) == name);
      auto const& held = head->about["held_out"];
      for (auto const* figure : {"macro_f1", "roc_auc", "calibration_error", "calibration", "by_language"})
        CHECK(held.contains(figure));
    }
  }
  // All at once is each by itself.
  REQUIRE(w.train("hqins.safetensors", "hqins", 1, "linear"));
  CHECK(bytes(w.folder / "hqins.safetensors") == bytes(w.folder / "one-linear/hqins.safetensors"));
  // Versions of a name are files of their own.
  for (auto const* out : {"v1.5", "v1.6"}) REQUIRE(w.train(out, "hq", 1, "linear"));
  for (auto const* out : {"v1.5", "v1.6"}) CHECK(fs::exists(pipeline::stamp_beside(w.folder / out)));
  CHECK_FALSE(w.train("ins.safetensors", "ins"));  // needs the head of ANN-EDU
  auto const labels = bytes(w.folder / "labels.jsonl");
  for (auto const* label : {"1e300", "-1e39", "\"3\"", "null"}) {
    REQUIRE(io::write_file(w.folder / "labels.jsonl", labels + "{\"id\": \"d3\", \"label\": " + label + "}\n"));
    auto const refused = w.train("edu.safetensors", "edu", 1, "linear");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message().find("labels.jsonl:") != std::string::npos);
  }
  REQUIRE(io::write_file(w.folder / "labels.jsonl", labels));
}

TEST_CASE("another encoder or section rule makes new vectors, and heads of the old ones are refused") {
  world const w;
  w.embed("in", "vectors/clean");
  auto const first = bytes(w.folder / "vectors/clean/a.safetensors");
  w.embed("in", "vectors/clean");
  CHECK(bytes(w.folder / "vectors/clean/a.safetensors") == first);

  // An encoder that differs in one weight of its last layer; 2400 bytes of pooler stand behind it.
  auto const changed = w.folder / "encoder";
  fs::copy(golden_encoder(), changed);
  {
    std::fstream file(changed / "model.safetensors", std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(-2404, std::ios::end);
    float const value = 0.75f;
    file.write(reinterpret_cast<char const*>(&value), 4);
  }
  w.embed("in", "vectors/clean", changed);
  auto const second = bytes(w.folder / "vectors/clean/a.safetensors");
  CHECK(second != first);
  w.embed("in", "fresh", changed);
  CHECK(bytes(w.folder / "fresh/a.safetensors") == second);
  w.embed<other_sections>("in", "vectors/clean", changed);
  auto const third = bytes(w.folder / "vectors/clean/a.safetensors");
  CHECK(third != second);

  // Cut short: a shard of another encoder that lies there is no part of the work.
  fs::remove(w.folder / "vectors/clean/provenance.json");
  w.embed("in", "vectors/clean");
  CHECK(bytes(w.folder / "vectors/clean/a.safetensors") == first);

  // Vectors of two encoders do not train together, and a head does not score with another encoder.
  w.embed("files", "vectors/files", changed);
  w.embed("instructions.jsonl", "vectors/instructions");
  CHECK_FALSE(w.train("h.safetensors", "hq"));
  w.embed("files", "vectors/files");
  REQUIRE(w.train("h.safetensors", "hq"));
  pipeline::run_context context;
  pipeline::score_options o;
  o.in = w.folder / "in";
  o.heads = {w.folder / "h.safetensors"};
  o.encoder = changed;
  auto const foreign = pipeline::score<recipe>(context, o);
  REQUIRE_FALSE(foreign);
  auto const words = [&](fs::path const& folder) {
    return pipeline::encoder_words(io::encoder_folder::open(folder)->content_hash()->hex());
  };
  CHECK(foreign.error().what.find(words(changed)) != std::string::npos);
  CHECK(foreign.error().what.find(words(golden_encoder())) != std::string::npos);
  o.encoder = golden_encoder();
  REQUIRE(pipeline::score<recipe>(context, o));
  auto const scores = w.values("h");
  CHECK(scores.size() == 240);
  REQUIRE(pipeline::score<other_sections>(context, o));
  CHECK(w.values("h") != scores);  // another section rule scores anew
}

TEST_CASE("vectors are not written over another program's folder, and an empty folder is no encoder") {
  world const w;
  REQUIRE(io::write_json(w.folder / "in/provenance.json", {{"program", "prepare"}}));
  pipeline::run_context context;
  pipeline::embed_options o;
  o.encoder = golden_encoder();
  o.in = w.folder / "files";
  o.out = w.folder / "in";
  auto const over = pipeline::embed<recipe>(context, o);
  REQUIRE_FALSE(over);
  CHECK(over.error().what.find("made by prepare") != std::string::npos);
  CHECK(fs::exists(w.folder / "in/provenance.json"));
  o.out = w.folder / "v";
  o.encoder = w.folder / "nothing";
  fs::create_directories(o.encoder);
  auto const empty = pipeline::embed<recipe>(context, o);
  REQUIRE_FALSE(empty);
  CHECK(empty.error().remedy.find("config.json") != std::string::npos);
  CHECK(pipeline::encoder_words("0123456789abcdef") == "encoder 01234567 in f32 on cpu");
  CHECK(pipeline::encoder_words("0123456789abcdef-bf16-cuda") == "encoder 01234567 in bf16 on cuda");
  CHECK(pipeline::encoder_words("0123456789abcdef-cuda") == "encoder 01234567 in f32 on cuda");
}

TEST_CASE("a selection without token counts says so") {
  world const w;
  pipeline::rival_options r;
  r.scorer = "random";
  REQUIRE(w.rival(r));
  pipeline::run_context context;
  pipeline::select_options o;
  o.in = w.folder / "in";
  o.scores = o.tokens = "random";  // scores, and no counts
  o.out = w.folder / "s.json";
  auto const uncounted = pipeline::select_documents<recipe>(context, o);
  REQUIRE_FALSE(uncounted);
  CHECK(uncounted.error().what == "no document has a number \"tokens\"");
  CHECK(uncounted.error().where.find("attributes/random") != std::string::npos);
}

TEST_CASE("an encoder whose vectors are not finite writes none, and is not measured") {
  world const w;
  auto const broken = w.folder / "encoder";
  fs::copy(golden_encoder(), broken);
  {
    std::fstream file(broken / "model.safetensors", std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(-2404, std::ios::end);
    file.write("\x00\x00\x80\x7f", 4);  // infinity, in the last layer
  }
  pipeline::run_context context;
  pipeline::embed_options o;
  o.encoder = broken;
  o.in = w.folder / "files";
  o.out = w.folder / "vectors/files";
  for (std::string precision : {"f32", "bf16"}) {
    o.precision = precision;
    auto const refused = pipeline::embed<recipe>(context, o);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().what == "the encoder's vector of f0.py is not finite");
    for (auto const& e : fs::directory_iterator(o.out)) CHECK(e.path().extension() != ".safetensors");
  }
  struct lost_scorer {
    std::vector<std::string> names() const { return {"lost"}; }
    std::vector<std::vector<score>> score_page(std::span<document const> page) const {
      return {std::vector<score>(page.size(), score{.id = "d7", .value = NAN, .sections = 1})};
    }
  } scorer;
  auto const lost = pipeline::detail::values_of(scorer, 1, std::vector<document>(3));
  REQUIRE_FALSE(lost);
  CHECK(lost.error().where == "score of d7");
}

TEST_CASE("labels come from a server, once each, and a killed or repeated run asks for what is missing only") {
  world const w;
  scripted_server server([](auto const& r) -> scripted_server::reply {
    auto const asked = io::json::parse(r.body)["messages"][1]["content"].template get<std::string>();
    if (asked.find("value11 ") != asked.npos && r.number < 20) return {500, "x-should-retry: false\r\n", "", 0};
    auto const says = asked.find("return value") != asked.npos ? "It teaches. \n**Grade: 4**" : "Nothing here.\nGrade: 1/5";
    auto const text = asked.find("value13 ") != asked.npos ? "I would rather not say." : says;
    return {200, {}, io::to_line({{"choices", {{{"message", {{"content", text}}}, {"finish_reason", "stop"}}}}}), 0};
  });
  pipeline::label_options o;
  o.in = w.folder / "in";
  o.out = w.folder / "grades.jsonl";
  o.server = server.address();
  o.model = "scripted";
  o.parallel = 1;
  o.count = 60;
  auto const ask = [&] {
    pipeline::run_context context;
    return pipeline::label_documents<recipe>(context, o);
  };
  auto const first = ask();
  if (!first) FAIL(first.error().message());
  int const once = server.requests();
  CHECK(once == 60);
  auto const second = ask();
  REQUIRE(second);
  int const again = server.requests() - once;
  CHECK((again > 0 && again < 20));  // those that the server had given up on
  REQUIRE(ask());
  CHECK(server.requests() == once + again);
  auto const labels = bytes(o.out);
  std::istringstream lines(labels);
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    auto const row = io::json::parse(line);
    int const i = std::stoi(row["id"].get<std::string>().substr(1));
    CHECK(row["label"] == (i % 6 >= 4 ? 4 : 1));
  }
  auto const rejects = bytes(w.folder / "grades.jsonl.rejects.jsonl");
  CHECK(count + std::count(rejects.begin(), rejects.end(), '\n') == 60);
  CHECK(rejects.find("no_grade_in_answer") != rejects.npos);
  CHECK(rejects.find("I would rather not say.") != rejects.npos);
  o.replay = w.folder / "grades.jsonl.journal.jsonl";  // the journal stands for the server
  o.server.clear();
  o.out = w.folder / "replayed.jsonl";
  REQUIRE(ask());
  CHECK(bytes(o.out) == labels);
}

TEST_CASE("rivals write the same kind of scores") {
  world const w;
  pipeline::run_context context;
  pipeline::ngram_options n;
  n.positives = {w.folder / "files", w.folder / "instructions.jsonl"};
  n.negatives = w.folder / "in";
  n.out = w.folder / "n.safetensors";
  n.settings.bits = 12;
  auto const trained = pipeline::train_ngram_model<recipe>(context, n);
  if (!trained) FAIL(trained.error().message());
  auto const model = bytes(n.out);
  n.out = w.folder / "m.safetensors";
  context.threads = 3;
  REQUIRE(pipeline::train_ngram_model<recipe>(context, n));
  CHECK(bytes(n.out) == model);
  pipeline::rival_options r;
  r.scorer = "ngram";
  auto const which = w.rival(r);
  REQUIRE_FALSE(which);
  CHECK(which.error().message() == "--scorer: missing: --model FILE, for --scorer ngram");
  r.model = n.out;
  REQUIRE(w.rival(r));
  auto const values = w.values("ngram");
  REQUIRE(values.size() == 240);
  CHECK(*std::max_element(values.begin(), values.end()) > *std::min_element(values.begin(), values.end()) + 0.2);

  std::string rows;
  for (int i = 239; i >= 1; --i) rows += io::to_line({{"id", "d" + std::to_string(i)}, {"judge", i * 0.5}}) + "\n";
  REQUIRE(io::write_file(w.folder / "judge.jsonl", rows));
  pipeline::rival_options c;
  c.scorer = "column";
  c.column = w.folder / "judge.jsonl";
  c.field = "judge";
  REQUIRE(w.rival(c));
  auto column = *io::attribute_columns<1>::open(w.folder / "in", "column", {"value"});
  CHECK((*column.find("d1"))[0] == 0.5);
  CHECK((*column.find("d238"))[0] == 119);
  CHECK(std::isnan((*column.find("d0"))[0]));  // has no row: no number
  c.field = "other";
  CHECK_FALSE(w.rival(c));
  REQUIRE(io::write_file(w.folder / "judge.jsonl", rows + R"({"id": "d5", "judge": 7})" + "\n"));
  c.field = "judge";
  CHECK_FALSE(w.rival(c));  // two scores for one document
}

TEST_CASE("a row that is no document is refused by those who draw documents, and ends nothing") {
  world const w;
  auto const shard = w.folder / "in/documents/a.jsonl";
  REQUIRE(io::write_file(shard, bytes(shard) + "{\"content\": \"of another form\"}\n"));
  auto const refused = [&](fs::path const& out) {
    auto const rows = bytes(io::rejects_beside(out));
    return rows.find(R"("id":"a.jsonl:121")") != rows.npos && rows.find("not_a_document") != rows.npos;
  };
  pipeline::run_context context;
  pipeline::ngram_options n;
  n.positives = {w.folder / "files"};
  n.negatives = w.folder / "in";
  n.out = w.folder / "n.safetensors";
  n.settings.bits = 12;
  CHECK(pipeline::train_ngram_model<recipe>(context, n) == pipeline::outcome::some_refused);
  CHECK(refused(n.out));
  CHECK(pipeline::train_ngram_model<recipe>(context, n) == pipeline::outcome::some_refused);  // done already

  REQUIRE(io::write_file(w.folder / "answers.jsonl", "{\"seed\": \"of nobody\", \"response\": \"4\"}\n"));
  pipeline::label_options l;
  l.in = w.folder / "in";
  l.out = w.folder / "grades.jsonl";
  l.replay = w.folder / "answers.jsonl";
  l.count = 20;
  CHECK(pipeline::label_documents<recipe>(context, l) == pipeline::outcome::some_refused);
  CHECK(refused(l.out));

  REQUIRE(io::write_file(w.folder / "humaneval.jsonl", io::to_line({{"task_id", "HumanEval/0"},
                                                                    {"prompt", "def f():\n"},
                                                                    {"canonical_solution", "    return 1\n"},
                                                                    {"test", "def check(f): pass\n"},
                                                                    {"entry_point", "f"}}) +
                                                           "\n"));
  pipeline::auc_options a;
  a.in = w.folder / "in";
  a.out = w.folder / "auc.json";
  a.benchmarks = {w.folder / "humaneval.jsonl"};
  a.rival.scorer = "ngram";
  a.rival.model = n.out;
  CHECK(pipeline::measure_auc<recipe>(context, a) == pipeline::outcome::some_refused);
  CHECK(refused(a.out));
}
