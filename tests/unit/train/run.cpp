// SPDX-License-Identifier: Apache-2.0
// Whole training runs of a tiny recipe: the same bytes whatever the threads, the micro-batch and the interruptions.
#include "support/tiny_run.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <thread>
#include <vector>

using namespace snowcoder;
using tests::contents, tests::differing, tests::in, tests::train_tiny, tests::write_run, tests::write_tokens;
using recipe = tests::tiny_recipe;
namespace fs = std::filesystem;

namespace {

struct fitted_recipe : tests::tiny_recipe {
  static constexpr auto curriculum = config::checked(std::array{config::phase{.name = "general",
                                                                              .tokens = 3 * 256,
                                                                              .sequences_per_step = 4,
                                                                              .rate = {config::law::constant, 1e-3, 1e-3, 0},
                                                                              .pack = config::packing::best_fit}},
                                                     model.context);
};

template <config::document_mask Mask>
struct documents_recipe : tests::tiny_recipe {
  static constexpr auto curriculum = config::checked(std::array{config::phase{.name = "general",
                                                                              .tokens = 3 * 256,
                                                                              .sequences_per_step = 4,
                                                                              .rate = {config::law::constant, 1e-2, 1e-2, 0},
                                                                              .mask = Mask}},
                                                     model.context);
};
struct masked_recipe : documents_recipe<config::document_mask::intra> {};
struct unmasked_recipe : documents_recipe<config::document_mask::off> {};

/// One uninterrupted run, made once.
std::map<std::string, std::string> const& reference() {
  static auto const kept = [] {
    temporary_folder run;
    write_run(run.path());
    REQUIRE(train_tiny(in(run.path())));
    return contents(run.path());
  }();
  return kept;
}

}  // namespace

TEST_CASE("a curriculum trains, phase after phase", "[train]") {
  auto const& all = reference();
  for (auto name : {"general", "high_quality", "synthetic"}) {
    CHECK(all.contains("checkpoints/" + std::string(name) + "/final/checkpoint.json"));
    CHECK(all.contains("metrics/" + std::string(name) + ".jsonl"));
  }
  temporary_folder dir;
  REQUIRE(io::write_file(dir / "general.jsonl", all.at("metrics/general.jsonl")));
  auto const rows = io::read_metrics(dir / "general.jsonl").value();
  REQUIRE(rows.size() == 24);
  CHECK(rows.front().loss == Approx(std::log(320.0)).epsilon(0.02));  // nothing is known yet
  CHECK(rows.back().loss < 4.5f);
  for (auto const& r : rows) CHECK(r.rate == recipe::curriculum[0].rate.at(r.step - 1, 24));
  CHECK(rows.back().pass == 24 * 4 / ((2500 - 1) / 64));  // runs on into the next pass
}

TEST_CASE("threads change nothing", "[train]") {
  temporary_folder run;
  write_run(run.path());
  REQUIRE(train_tiny(in(run.path()), 3));
  CHECK(differing(contents(run.path()), reference()) == std::vector<std::string>{});
}

TEST_CASE("the micro-batch changes nothing", "[train]") {
  auto const precision = GENERATE("f32", "bf16");
  auto trained = [&](int micro_batch) {
    temporary_folder run;
    write_run(run.path());
    auto o = in(run.path());
    o.phase = "general";
    o.micro_batch = micro_batch;
    o.precision = precision;
    REQUIRE(train_tiny(o));
    return contents(run.path());
  };
  auto const one = trained(1);
  CHECK(differing(one, trained(4)) == std::vector<std::string>{});
  CHECK(differing(one, trained(3)) == std::vector<std::string>{});
}

TEST_CASE("ten steps and one more are eleven", "[train]") {
  auto eleven = [](std::vector<std::int64_t> const& calls) {
    temporary_folder run;
    write_run(run.path());
    for (auto steps : calls) {
      auto o = in(run.path());
      o.steps = steps;
      REQUIRE(train_tiny(o));
    }
    return io::read_metrics(run / "metrics/general.jsonl").value();
  };
  auto const whole = eleven({11}), parts = eleven({10, 1});
  REQUIRE(whole.size() == 11);
  CHECK(whole == parts);
}

TEST_CASE("stopping anywhere, also between phases, changes no final checkpoint and no metrics", "[train]") {
  temporary_folder run;
  write_run(run.path());
  auto o = in(run.path());
  o.steps = 5;
  for (int calls = 0; !fs::exists(run / "checkpoints/synthetic/final"); ++calls) {
    REQUIRE(calls < 20);
    REQUIRE(train_tiny(o));
  }
  for (auto const& [name, bytes] : contents(run.path()))
    if (name.find("/step-") == name.npos) CHECK((name + (reference().at(name) == bytes ? "" : " differs")) == name);
}

/// Where a run that was killed had got to: before its first step, in some pass over a phase's tokens, or between two phases.
std::string place(fs::path const& run) {
  std::string found = "start";
  for (auto const& p : recipe::curriculum) {
    std::string const name(p.name);
    auto const rows = io::read_metrics(run / "metrics" / (name + ".jsonl"));
    if (!rows) break;
    found = fs::exists(run / "checkpoints" / name / "final") ? "after " + name
            : rows->empty()                                  ? name + ", pass 0"
                                                             : name + ", pass " + std::to_string(rows->back().pass);
  }
  return found;
}

/// SNOWCODER_KILLS=20: so many kills, and as many more as it takes to meet every phase, and a phase's tokens in a later pass.
TEST_CASE("killed at any moment, a run ends with the same bytes", "[train]") {
  char const* const wanted = std::getenv("SNOWCODER_KILLS");
  int const kills = wanted ? std::atoi(wanted) : 8;
  int killed = 0;
  std::map<std::string, int> places;
  auto const met = [&](std::string const& part) {
    return std::any_of(places.begin(), places.end(), [&](auto const& p) { return p.first.find(part) != p.first.npos; });
  };
  auto const enough = [&] {
    return killed >= kills && (!wanted || (met("general, pass 1") && met("high_quality, ") && met("synthetic, ")));
  };
  for (int round = 0; !enough(); ++round) {  // whole runs, until so many lives have ended early
    REQUIRE(round < 100);
    temporary_folder run;
    write_run(run.path());
    for (int attempt = 0;; ++attempt) {
      REQUIRE(attempt < 200);
      pid_t const child = ::fork();
      if (child == 0) {
        std::freopen("/dev/null", "w", stderr);
        ::_exit(train_tiny(in(run.path()), 2) ? 0 : 1);
      }
      // Later attempts may live longer, so that every one of them gets somewhere.
      auto const life = std::chrono::milliseconds(10 + 7 * ((attempt + 5 * round) * 37 % 23) + 4 * attempt);
      auto const end = std::chrono::steady_clock::now() + life;
      int status = 0;
      pid_t gone = 0;
      while (!(gone = ::waitpid(child, &status, WNOHANG)) && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      if (gone == child) {
        REQUIRE(WIFEXITED(status));
        REQUIRE(WEXITSTATUS(status) == 0);
        break;
      }
      ::kill(child, SIGKILL);
      ::waitpid(child, &status, 0);
      ++killed;
      ++places[place(run.path())];
    }
    INFO(killed << " kills so far");
    CHECK(differing(contents(run.path()), reference()) == std::vector<std::string>{});
    REQUIRE(train_tiny(in(run.path())));  // nothing left to do
    CHECK(differing(contents(run.path()), reference()) == std::vector<std::string>{});
  }
  if (!wanted) return;
  std::printf("%d kills, no byte changed:", killed);
  for (auto const& [where, count] : places) std::printf(" %d %s;", count, where.c_str());
  std::printf("\n");
}

TEST_CASE("whether training waits for its checkpoints changes nothing, and so many of them stay", "[train]") {
  temporary_folder run;
  write_run(run.path());
  auto o = in(run.path());
  o.wait_for_checkpoints = true;
  REQUIRE(train_tiny(o));
  CHECK(differing(contents(run.path()), reference()) == std::vector<std::string>{});
  temporary_folder more;
  write_run(more.path());
  o = in(more.path());
  o.keep = 4;
  o.phase = "general";
  REQUIRE(train_tiny(o));
  CHECK(io::checkpoints_in(more / "checkpoints/general").size() == 4);
}

TEST_CASE("moments in bf16 are kept as such, and a stopped run goes on to the same bytes", "[train]") {
  auto const trained = [](std::vector<std::int64_t> const& calls, std::string again) {
    temporary_folder run;
    write_run(run.path());
    auto o = in(run.path());
    o.phase = "general";
    o.precision = o.moments = "bf16";
    o.recompute = again;
    for (auto steps : calls) {
      o.steps = steps;
      REQUIRE(train_tiny(o));
    }
    auto const last = io::checkpoint::open(run / "checkpoints/general/final");
    REQUIRE(last);
    CHECK(last->file("optimizer.safetensors")->tensors().front().type == dtype::bf16);
    return contents(run.path(), "checkpoints/general/final");
  };
  auto const whole = trained({0}, "nothing");
  CHECK(differing(whole, trained({7, 0}, "blocks")) == std::vector<std::string>{});
}

TEST_CASE("a phase starts elsewhere under another name", "[train]") {
  temporary_folder run;
  write_run(run.path());
  auto o = in(run.path());
  o.phase = "general";
  REQUIRE(train_tiny(o));
  write_tokens(run / "tokens/control", 900, 77);
  auto arm = in(run.path());
  arm.phase = "high_quality";
  arm.arm = "control";
  arm.tokens = run / "tokens/control";
  arm.from = run / "checkpoints/general/final";
  REQUIRE(train_tiny(arm));
  auto const last = io::checkpoint::open(run / "checkpoints/control-high_quality/final");
  REQUIRE(last);
  CHECK(last->manifest().position.phase == "high_quality");
  CHECK(last->manifest().position.total_steps == 36);
  CHECK(last->manifest().position.updates == 36);  // the optimizer was carried over
  CHECK(io::read_metrics(run / "metrics/control-high_quality.jsonl")->size() == 12);
  CHECK_FALSE(fs::exists(run / "checkpoints/high_quality"));
}

TEST_CASE("moments begin anew where a phase says so", "[train]") {
  temporary_folder dir;
  for (auto const& [name, bytes] : reference())
    if (name.starts_with("checkpoints/synthetic/final")) REQUIRE(io::write_file(dir / name, bytes));
  auto const last = io::checkpoint::open(dir / "checkpoints/synthetic/final");
  REQUIRE(last);
  CHECK(last->manifest().position.updates == 6);
  CHECK(last->manifest().position.total_steps == 42);
}

TEST_CASE("a phase packed by best fit trains on the sequences as they were fitted, and on no others", "[train]") {
  constexpr std::int64_t length = fitted_recipe::model.context + 1;
  auto const write = [](fs::path const& run, std::int64_t each) {
    auto file = io::megatron_writer::open(run / "tokens" / "general", io::id_type::uint16);
    REQUIRE(file);
    for (std::int64_t sequence = 0; sequence < 10; ++sequence) {
      REQUIRE(file->append(std::vector<token_id>(std::size_t(each), token_id(40 + sequence))));
      file->end_document();
    }
    REQUIRE(file->commit());
  };
  temporary_folder folder;
  write(folder / "fitted", length);
  write(folder / "joined", length + 1);
  pipeline::run_context run;
  run.threads = 1;
  REQUIRE(pipeline::train_recipe<fitted_recipe>(run, in(folder / "fitted")));
  auto const stamp = io::read_json(folder / "fitted" / "checkpoints" / "general" / "provenance.json").value();
  CHECK(stamp["counts"]["sequences_available"] == 10);
  auto const refused = pipeline::train_recipe<fitted_recipe>(run, in(folder / "joined"));
  REQUIRE(!refused);
  CHECK(refused.error().what.find("best fit") != std::string::npos);
}

TEST_CASE("documents are kept apart where a phase says so", "[train]") {
  auto const losses = [](auto name) {
    using R = decltype(name);
    temporary_folder run;
    auto file = io::megatron_writer::open(run / "tokens" / "general", io::id_type::uint16);
    REQUIRE(file);
    draws const source("documents", 3);
    for (std::uint64_t i = 0; i < 2000; ++i)
      REQUIRE(file->append(std::vector<token_id>{i % 9 == 0 ? 0 : token_id(40 + source.below(200, i))}));
    REQUIRE(file->commit());
    pipeline::run_context context;
    REQUIRE(pipeline::train_recipe<R>(context, in(run.path())));
    return io::read_metrics(run / "metrics/general.jsonl").value();
  };
  auto const apart = losses(masked_recipe{}), together = losses(unmasked_recipe{});
  REQUIRE(apart.size() == 3);
  CHECK(apart.front().loss != together.front().loss);
  CHECK(apart.back().loss < apart.front().loss);
}

TEST_CASE("what does not belong together is refused", "[train]") {
  temporary_folder run;
  write_run(run.path());
  auto o = in(run.path());
  SECTION("a phase before its predecessor") {
    o.phase = "synthetic";
    CHECK(train_tiny(o).error().what.find("no checkpoint") == 0);
  }
  SECTION("a missing token file") {
    fs::remove(run / "tokens/general.idx");
    CHECK(train_tiny(o).error().where.find("general.idx") != std::string::npos);
  }
  SECTION("another precision in the middle of a phase") {
    o.steps = 4;
    REQUIRE(train_tiny(o));
    o.precision = "bf16";
    CHECK(train_tiny(o).error().what.find("other precision") != std::string::npos);
  }
  SECTION("other moments in the middle of a phase") {
    o.steps = 4;
    o.precision = "bf16";
    REQUIRE(train_tiny(o));
    o.moments = "bf16";
    CHECK(train_tiny(o).error().what.find("other moments") != std::string::npos);
  }
  SECTION("moments narrower than products") {
    o.moments = "bf16";
    CHECK(train_tiny(o).error().where == "--moments bf16");
  }
  SECTION("what one kind of device has alone") {
    o.graphs = true;
    CHECK(train_tiny(o).error().where == "--graphs");
    o.graphs = false, o.free_order = true;
    CHECK(train_tiny(o).error().where == "--free-order");
    o.free_order = false, o.pin_threads = true, o.device = "cuda";
    CHECK(train_tiny(o).error().where == "--pin-threads");
  }
  SECTION("other tokens in the middle of a phase") {
    o.steps = 4;
    REQUIRE(train_tiny(o));
    write_tokens(run / "tokens/general", 2500, 1);
    CHECK(train_tiny(o).error().what.find("other tokens") != std::string::npos);
  }
  SECTION("ids outside the vocabulary") {
    auto file = io::megatron_writer::open(run / "tokens/general", io::id_type::uint16);
    REQUIRE(file->append(std::vector<token_id>(500, 320)));
    REQUIRE(file->commit());
    CHECK(train_tiny(o).error().what.find("vocabulary") != std::string::npos);
  }
  SECTION("CUDA in a build without it") {
    o.device = "cuda";
    CHECK(train_tiny(o).error().remedy.find("cpu") != std::string::npos);
  }
}
