// SPDX-License-Identifier: Apache-2.0
// The program as a whole: against a server that misbehaves, killed and resumed, and replayed.
#include "support/catch.hpp"
#include "support/scripted_server.hpp"
#include "support/temporary_folder.hpp"

#include <snowcoder/pipeline/synthesize.hpp>
#include <snowcoder/recipes/quickstart.hpp>

#include <ctime>
#include <fstream>
#include <sstream>
#include <utility>

using namespace snowcoder;
using recipe = recipes::quickstart;

namespace {
namespace fs = std::filesystem;

std::string bytes(fs::path const& path) {
  std::ostringstream s;
  s << std::ifstream(path, std::ios::binary).rdbuf();
  return s.str();
}
std::string lines_of(fs::path const& dir) {
  std::string all;
  for (auto const& shard : io::shards(io::documents_folder(dir))) {
    auto lines = *io::line_reader::open(shard);
    for (std::string_view line; *lines.next(line);) (((all += shard.filename().string()) += ' ') += line) += '\n';
  }
  return all;
}
/// A function with a name and figures of its own, long enough to be kept, unlike its neighbours.
std::string program(std::string const& name, int n) {
  std::string text = "# Problem: " + name + "\n";
  for (int i = 0; i < 12; ++i) {
    auto const word = [&](int k) { return name + "_" + std::to_string((n * 7919 + i * 104729 + k * 1299709) % 9973); };
    text += "def " + word(1) + "(" + word(2) + ", " + word(3) + "):\n    return " + word(2) + " * " + std::to_string(n + i) +
            " + " + word(3) + "\n";
  }
  return text;
}

/// A folder of seeds and their selection.
struct seed_corpus {
  temporary_folder folder;
  std::vector<document> seeds;

  explicit seed_corpus(int count) {
    selection_manifest m;
    io::shard_writer writer(folder / "in/documents");
    for (int i = 0; i < count; ++i) {
      document d;
      d.text = program("seed", i);
      d.source = "folder";
      d.repository = "owner/r" + std::to_string(i % 3);
      d.path = "f" + std::to_string(i) + ".py";
      d.language = config::language::python;
      d.id = document_id(d.repository, d.path, d.text);
      REQUIRE(writer.write("python", io::document_line(d)));
      m.documents.push_back({d.id, d.language, 1, 100});
      seeds.push_back(d);
    }
    REQUIRE(writer.close());
    REQUIRE(io::write_selection(folder / "selection.json", m));
  }
  pipeline::synthesize_options options(std::string const& out) const {
    pipeline::synthesize_options o;
    o.in = folder / "in";
    o.selection = folder / "selection.json";
    o.out = folder / out;
    return o;
  }
  pipeline::synthesize_options asking(scripted_server const& server, std::string const& out) const {
    auto o = options(out);
    o.server = server.address();
    o.model = "scripted";
    o.parallel = 3;
    return o;
  }
};
template <class R = recipe>
expected<pipeline::outcome> run(pipeline::synthesize_options const& o) {
  pipeline::run_context context;
  context.threads = 2;
  return pipeline::synthesize<R>(context, o);
}
/// The mix by seeds, as the paper's recipe has it: seeds are asked until the tokens are there.
struct rounds_recipe : recipe {
  static constexpr std::string_view name = "rounds";
  static constexpr auto synthesis = config::checked(config::synthesis{});
};
io::json report(pipeline::synthesize_options const& o) { return *io::read_json(o.out / "report.json"); }

std::string fenced(std::string const& text) { return "```python\n" + text + "```\n"; }
std::string chat_body(std::string const& content, std::string const& finish = "stop") {
  return io::to_line(
      {{"model", "scripted-1"},
       {"choices", {{{"index", 0}, {"message", {{"role", "assistant"}, {"content", content}}}, {"finish_reason", finish}}}},
       {"usage", {{"prompt_tokens", 11}, {"completion_tokens", 7}}}});
}
/// Answers as a function of what was asked, as a deterministic server would.
std::string answer_to(std::string const& body) {
  return fenced(program("made", int(hash64(io::json::parse(body)["messages"][1]["content"].get<std::string>()) % 90001)));
}
}  // namespace

TEST_CASE("answers of a server become documents; every sampling field is sent; the key is nowhere on disk") {
  seed_corpus const c(12);
  scripted_server server([](auto const& r) -> scripted_server::reply {
    auto const body = io::json::parse(r.body);
    for (auto const* field :
         {"model", "messages", "temperature", "top_p", "max_tokens", "n", "seed", "stream", "top_k", "min_p"})
      if (!body.contains(field)) return {400, {}, R"({"error":{"message":"missing field"}})", 0};
    if (r.head.find("POST /v1/chat/completions ") != 0 || r.head.find("Authorization: Bearer secret-key") == r.head.npos)
      return {401, {}, R"({"message":"no"})", 0};
    return {200, {}, chat_body(answer_to(r.body)), 0};
  });
  auto o = c.asking(server, "out");
  std::ofstream(c.folder / "key") << "secret-key\n";
  o.key_file = c.folder / "key";
  o.licence = "Scripted Licence 1.0";
  auto const done = run(o);
  if (!done) FAIL(done.error().message());
  CHECK(*done == pipeline::outcome::done);
  auto const r = report(o);
  CHECK(r["seeds"] == 12);
  CHECK(r["accepted"] == 12);
  CHECK(r["unanswered"] == 0);
  CHECK(r["python_share"] == 1.0);
  CHECK(r["prompt_tokens"] == 12 * 11);
  CHECK(r["completion_tokens"] == 12 * 7);
  CHECK(r["models"]["scripted-1"] == 12);
  CHECK(r["licence"] == "Scripted Licence 1.0");
  CHECK(lines_of(o.out).find(R"("generator":"scripted-1")") != std::string::npos);
  auto const documents = *io::read_documents(o.out);
  REQUIRE(documents.size() == 12);
  for (auto const& d : documents) {
    CHECK(d.source == "synthetic");
    CHECK(d.repository == "synthetic");
    CHECK(d.path.starts_with("python/"));
    CHECK(d.path.ends_with(".py"));
    CHECK(d.text.starts_with("# Problem: made"));
    CHECK(d.licence == "Scripted Licence 1.0");
  }
  CHECK(documents[0].path == "python/" + c.seeds[0].content_hash().hex() + ".py");
  for (auto const& e : fs::recursive_directory_iterator(o.out))
    if (e.is_regular_file()) CHECK(bytes(e.path()).find("secret-key") == std::string::npos);
  int const asked = server.requests();
  CHECK(*run(o) == pipeline::outcome::done);  // nothing left to do
  CHECK(server.requests() == asked);
}

TEST_CASE("bad moments of a server are waited out, bad answers are refused with their reasons") {
  seed_corpus const c(10);
  scripted_server server([](auto const& r) -> scripted_server::reply {
    static std::atomic<int> odd{0};
    if (r.number == 0) return {429, "retry-after-ms: 50\r\n", R"({"error":{"message":"slow down"}})", 0};
    if (r.number == 1) return {500, {}, "<html>", 0};
    if (r.number == 2) return {200, {}, "{\"choices\": [", 0};
    if (r.number == 3) return {200, {}, "{\"choices\": []}", 0};
    switch (odd++) {
      case 0:
        return {200, {}, chat_body("no code"), 0};
      case 1:
        return {200, {}, chat_body(fenced("x = 1\n")), 0};
      case 2:
        return {200, {}, chat_body(answer_to(r.body), "length"), 0};
      case 3:
        return {400, {}, R"({"object":"error","message":"maximum context length"})", 0};
      case 4:
        return {200, {}, chat_body("```java\n" + program("j", 1) + "```"), 0};
      default:
        return {200, {}, chat_body(answer_to(r.body)), 5};
    }
  });
  auto o = c.asking(server, "out");
  auto const done = run(o);
  if (!done) FAIL(done.error().message());
  CHECK(*done == pipeline::outcome::done);
  auto const r = report(o);
  CHECK(r["answered"] == 10);
  CHECK(r["accepted"] == 5);
  CHECK(r["rejects"] ==
        io::json(
            {{"finish_reason", 1}, {"language", 1}, {"one_fenced_block", 1}, {"request_refused", 1}, {"tokens_at_least", 1}}));
  CHECK(bytes(o.out / "rejects.jsonl").find("maximum context length") != std::string::npos);
}

TEST_CASE("an empty account, a wrong key and a dead server end the run with an error that says so") {
  seed_corpus const c(3);
  scripted_server poor([](auto const&) -> scripted_server::reply {
    return {429, {}, R"({"error":{"code":"insufficient_quota"}})", 0};
  });
  auto const quota = run(c.asking(poor, "a"));
  REQUIRE_FALSE(quota);
  CHECK(quota.error().what.find("exhausted") != std::string::npos);
  CHECK(poor.requests() <= 3);
  scripted_server strict([](auto const&) -> scripted_server::reply {
    return {401, {}, R"({"error":{"message":"bad key"}})", 0};
  });
  auto const key = run(c.asking(strict, "b"));
  REQUIRE_FALSE(key);
  CHECK(key.error().what.find("bad key") != std::string::npos);
}

TEST_CASE("a question is the same bytes as ever: answers in journals are found by their hash") {
  pipeline::chat_server const server({"http://h:1", "m", {}, {}}, config::synthesis{}, {});
  synthesis_question q;
  q.system = "s";
  q.user = "u";
  q.sampling_seed = 7;
  CHECK(io::to_line(server.request(q)) ==
        R"({"model":"m","messages":[{"role":"system","content":"s"},{"role":"user","content":"u"}],"temperature":0.8,)"
        R"("top_p":0.95,"max_tokens":2500,"n":1,"seed":7,"presence_penalty":0,"frequency_penalty":0,"stream":false,)"
        R"("top_k":-1,"min_p":0,"repetition_penalty":1,"repeat_penalty":1})");
}

TEST_CASE("a server that nothing reaches is an error, also where the questions are few") {
  pipeline::chat_server::settings settings{"http://127.0.0.1:9", "none", {}, {}};  // a port that nobody listens at
  settings.http.retry.attempts = 1;
  pipeline::chat_server server(settings, recipe::synthesis, [](auto const&...) -> expected<void> { return {}; });
  int asked = 0, given_up = 0;
  auto const done = server.answer_all(
      [&]() -> expected<std::optional<synthesis_question>> {
        if (asked == 2) return std::optional<synthesis_question>();
        synthesis_question q;
        q.seed = std::to_string(++asked);
        return std::optional(q);
      },
      [&](synthesis_question const&, std::optional<synthetic_answer> a) -> expected<void> {
        given_up += !a;
        return {};
      });
  REQUIRE_FALSE(done);
  CHECK(done.error().where.find("127.0.0.1:9") != std::string::npos);
  CHECK_FALSE(server.trouble().empty());
  CHECK(given_up == 2);
}

TEST_CASE("an answer of very many keys takes no more time than another of its length") {
  scripted_server scripted([](auto const&) -> scripted_server::reply {
    std::string many = R"({"choices":[{"message":{"content":"a"},"finish_reason":"stop"}],"usage":{"b":1,"a":2})";
    for (int i = 0; i < 300'000; ++i) many += ",\"" + std::to_string(i) + "\":0";
    return {200, {}, many + "}", 0};
  });
  io::json told;
  pipeline::chat_server server({scripted.address(), "m", {}, {}}, recipe::synthesis,
                               [&](auto const&, auto const&, io::json about) -> expected<void> {
                                 told = std::move(about);
                                 return {};
                               });
  std::optional<synthesis_question> question(std::in_place);
  std::optional<synthetic_answer> answer;
  auto const begun = std::clock();
  REQUIRE(
      server.answer_all([&]() -> expected<std::optional<synthesis_question>> { return std::exchange(question, std::nullopt); },
                        [&](synthesis_question const&, std::optional<synthetic_answer> a) -> expected<void> {
                          answer = std::move(a);
                          return {};
                        }));
  CHECK(std::clock() - begun < 10 * CLOCKS_PER_SEC);  // keys looked up one by one: a minute
  REQUIRE(answer);
  CHECK(answer->response == "a");
  CHECK(told["usage"] == io::json{{"a", 2}, {"b", 1}});
}

TEST_CASE("documents are not written over another program's") {
  seed_corpus const c(2);
  auto o = c.options("in");
  o.replay = c.folder / "selection.json";
  auto const over = run(o);
  REQUIRE_FALSE(over);
  CHECK(over.error().remedy.find("--out") != std::string::npos);
  CHECK(io::read_documents(c.folder / "in")->size() == 2);
}

TEST_CASE("questions that a server gives up on are asked again by the next run") {
  seed_corpus const c(4);
  scripted_server server([](auto const& r) -> scripted_server::reply {
    if (r.number == 0) return {503, "x-should-retry: false\r\n", "", 0};
    return {200, {}, chat_body(answer_to(r.body)), 0};
  });
  auto o = c.asking(server, "out");
  o.parallel = 1;
  CHECK(*run(o) == pipeline::outcome::some_refused);
  CHECK(report(o)["given_up"] == 1);
  CHECK(report(o)["accepted"] == 3);
  CHECK(*run(o) == pipeline::outcome::done);
  CHECK(report(o)["accepted"] == 4);
  CHECK(server.requests() == 5);
}

TEST_CASE(
    "killed at any moment and started again: no answer is asked for twice beyond those in flight, and the same bytes come "
    "out") {
  seed_corpus const c(40);
  auto const answer = [](auto const& r) -> scripted_server::reply { return {200, {}, chat_body(answer_to(r.body)), 15}; };
  std::string whole, rejects;
  {
    scripted_server server(answer);
    auto const o = c.asking(server, "whole");
    REQUIRE(run(o));
    whole = lines_of(o.out);
    rejects = bytes(o.out / "report.json");
    CHECK(std::count(whole.begin(), whole.end(), '\n') == 40);
  }
  scripted_server server(answer);
  auto const o = c.asking(server, "killed");
  int kills = 0;
  for (int delay : {60, 90, 40, 75}) {
    pid_t const child = ::fork();
    if (child == 0) {
      (void)!std::freopen("/dev/null", "w", stderr);
      ::_exit(run(o) ? 0 : 1);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(delay));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    kills += WIFSIGNALED(status);
  }
  CHECK(kills >= 3);
  auto const last = run(o);
  if (!last) FAIL(last.error().message());
  CHECK(lines_of(o.out) == whole);
  CHECK(bytes(o.out / "report.json") == rejects);
  CHECK(server.requests() <= 40 + kills * o.parallel);

  // The journal is a replay: same documents, whatever the order of its rows.
  auto replay = c.options("replayed");
  replay.replay = o.out / "journal.jsonl";
  REQUIRE(run(replay));
  CHECK(lines_of(replay.out) == whole);
  std::vector<std::string> rows;
  std::istringstream journal(bytes(o.out / "journal.jsonl"));
  for (std::string row; std::getline(journal, row);) rows.push_back(row);
  CHECK(rows.size() == 40);
  shuffle(rows, draws("test", 1));
  std::ofstream shuffled(c.folder / "shuffled.jsonl");
  for (auto const& row : rows) shuffled << row << "\n";
  shuffled.close();
  auto again = c.options("shuffled");
  again.replay = c.folder / "shuffled.jsonl";
  REQUIRE(run(again));
  CHECK(lines_of(again.out) == whole);
}

TEST_CASE(
    "copies of the seed, equal and similar answers and benchmark text are refused, others and their order are not harmed") {
  seed_corpus const c(8);
  std::vector<std::string> answers;
  for (int i = 0; i < 8; ++i) answers.push_back(program("made", 100 + i));
  std::string const benchmark =
      "def weigh_parcels(parcels, limit):\n    # the heaviest parcels first, as many as the van may carry at one time\n"
      "    chosen = sorted(parcels, reverse=True)\n    return [p for p in chosen if p <= limit]\n";
  answers[1] = c.seeds[1].text + "# end\n";
  answers[3] = answers[2];
  answers[3].insert(answers[3].find('\n'), "  ");
  answers[4] = answers[2] + "extra_line = 1\n";
  answers[5] += benchmark;
  std::ofstream(c.folder / "benchmark.jsonl")
      << io::to_line({{"task_id", "t/1"},
                      {"prompt", benchmark.substr(0, benchmark.find('\n') + 1)},
                      {"canonical_solution", benchmark.substr(benchmark.find('\n') + 1)},
                      {"test", ""},
                      {"entry_point", "weigh_parcels"}})
      << "\n";
  std::ofstream file(c.folder / "replay.jsonl");
  for (std::size_t i = 0; i < 7; ++i)
    file << io::to_line({{"seed", c.seeds[i].content_hash().hex()},
                         {"seed_repository", "r"},
                         {"seed_path", "p"},
                         {"language", "Python"},
                         {"model", "m"},
                         {"finish_reason", "stop"},
                         {"response", fenced(answers[i])}})
         << "\n";
  file << io::to_line({{"seed", std::string(32, '0')}, {"finish_reason", "stop"}, {"response", "for another corpus"}}) << "\n";
  file.close();
  auto o = c.options("out");
  o.replay = c.folder / "replay.jsonl";
  o.benchmarks = {c.folder / "benchmark.jsonl"};
  auto const done = run(o);
  if (!done) FAIL(done.error().message());
  auto const r = report(o);
  CHECK(r["rejects"] == io::json({{"contamination", 1}, {"copies_seed", 1}, {"equal_text", 1}, {"near_duplicate", 1}}));
  CHECK(r["accepted"] == 3);
  CHECK(r["unanswered"] == 1);
  auto const documents = *io::read_documents(o.out);
  REQUIRE(documents.size() == 3);
  CHECK(documents[0].text == answers[0]);
  CHECK(documents[1].text == answers[2]);
  CHECK(documents[2].text == answers[6]);
  CHECK_FALSE(fs::exists(o.out / "journal.jsonl"));
}

TEST_CASE("seeds are asked until the tokens are there, with the same outcome however the answers come and the run is killed") {
  seed_corpus const c(60);
  constexpr std::int64_t wanted = 6000;
  auto const answer = [](auto const& r) -> scripted_server::reply {  // later questions are often answered earlier
    return {200, {}, chat_body(answer_to(r.body)), int(hash64(r.body) % 30)};
  };
  auto const asking = [&](scripted_server const& server, std::string const& out, int parallel) {
    auto o = c.asking(server, out);
    o.tokens = wanted;
    o.parallel = parallel;
    return o;
  };
  std::string whole, told;
  int questions = 0;
  {
    scripted_server server(answer);
    auto const o = asking(server, "whole", 1);
    auto const done = run<rounds_recipe>(o);
    if (!done) FAIL(done.error().message());
    whole = lines_of(o.out);
    told = bytes(o.out / "report.json");
    auto const r = report(o);
    questions = r["seeds"];
    CHECK(server.requests() == questions);  // each once
    CHECK(questions < 40);
    CHECK(r["tokens"] >= wanted);
    CHECK(r["tokens"] < wanted * 12 / 10);
    CHECK(r["budget"] == wanted);
    CHECK(r["languages"][0]["seeds_available"] == 60);
  }
  scripted_server server(answer);
  auto const o = asking(server, "killed", 7);
  int kills = 0;
  for (int delay : {40, 60, 50}) {
    pid_t const child = ::fork();
    if (child == 0) {
      (void)!std::freopen("/dev/null", "w", stderr);
      ::_exit(run<rounds_recipe>(o) ? 0 : 1);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(delay));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    kills += WIFSIGNALED(status);
  }
  CHECK(kills >= 1);
  REQUIRE(run<rounds_recipe>(o));
  CHECK(lines_of(o.out) == whole);
  CHECK(bytes(o.out / "report.json") == told);
  CHECK(server.requests() <= questions + kills * o.parallel);

  // A journal with more than is wanted, and the documents in another order, are the same synthesis.
  auto all = asking(server, "all", 7);
  all.tokens = 1'000'000;
  REQUIRE(run<rounds_recipe>(all));
  CHECK(report(all)["seeds"] == 60);
  io::shard_writer backwards(c.folder / "backwards/documents");
  for (auto d = c.seeds.rbegin(); d != c.seeds.rend(); ++d) REQUIRE(backwards.write("python", io::document_line(*d)));
  REQUIRE(backwards.close());
  auto replayed = c.options("replayed");
  replayed.in = c.folder / "backwards";
  replayed.replay = all.out / "journal.jsonl";
  replayed.tokens = wanted;
  REQUIRE(run<rounds_recipe>(replayed));
  CHECK(lines_of(replayed.out) == whole);
}

TEST_CASE("selected documents that are not in --in are counted, and the run does not pass for whole") {
  seed_corpus const c(3);
  auto manifest = *io::read_selection(c.folder / "selection.json");
  for (auto const* id : {"gone", "also gone"}) manifest.documents.push_back({id, config::language::python, 1, 100});
  REQUIRE(io::write_selection(c.folder / "selection.json", manifest));
  auto o = c.options("out");
  o.replay = c.folder / "replay.jsonl";
  std::ofstream(o.replay) << io::to_line({{"seed", c.seeds[0].content_hash().hex()},
                                          {"finish_reason", "stop"},
                                          {"response", fenced(program("made", 1))}})
                          << "\n";
  CHECK(*run(o) == pipeline::outcome::some_refused);
  CHECK(report(o)["seeds_not_found"] == 2);
  CHECK(report(o)["rejects"]["seed_not_found"] == 1);
  CHECK(*run(o) == pipeline::outcome::some_refused);  // nothing left to do, and still not whole
}

TEST_CASE("a replay that answers nothing, contradicts itself or is no journal is an error") {
  seed_corpus const c(2);
  auto o = c.options("out");
  o.replay = c.folder / "replay.jsonl";
  auto const row = [&](std::string const& seed, std::string const& text) {
    return io::to_line({{"seed", seed}, {"finish_reason", "stop"}, {"response", fenced(text)}}) + "\n";
  };
  std::ofstream(o.replay) << row(std::string(32, '0'), "x");
  auto const nothing = run(o);
  REQUIRE_FALSE(nothing);
  CHECK(nothing.error().what.find("no row answers") == 0);
  auto const seed = c.seeds[0].content_hash().hex();
  std::ofstream(o.replay) << row(seed, program("a", 1)) << row(seed, program("b", 2));
  auto const twice = run(o);
  REQUIRE_FALSE(twice);
  CHECK(twice.error().where.ends_with(":2"));
  std::ofstream(o.replay) << row(seed, program("a", 1)) << row(seed, program("a", 1));
  CHECK(run(o));
  std::ofstream(o.replay) << "{\"seed\": 1}\n";
  CHECK_FALSE(run(o));
}
