// SPDX-License-Identifier: Apache-2.0
// What a training run must live through: damaged checkpoints, a full disk, a folder that cannot be written, SIGTERM, steps that
// would spoil it. It goes on to the bytes of a run that met none of them.
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_recipe.hpp"

#include <snowcoder/io/megatron.hpp>
#include <snowcoder/pipeline/train.hpp>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <fstream>
#include <limits>
#include <string>
#include <thread>
#include <vector>

using namespace snowcoder;
namespace fs = std::filesystem;

namespace {

struct one_phase : tests::tiny_recipe {
  static constexpr auto curriculum = config::checked(
      std::array{config::phase{
          .name = "general", .tokens = 24 * 256, .sequences_per_step = 4, .rate = {config::law::constant, 5e-3, 5e-3, 0}}},
      model.context);
};
/// A rate at which nothing can be learned: norms grow from step to step.
struct too_steep : tests::tiny_recipe {
  static constexpr auto curriculum = config::checked(
      std::array{config::phase{
          .name = "general", .tokens = 40 * 256, .sequences_per_step = 4, .rate = {config::law::constant, 3.0, 3.0, 0}}},
      model.context);
};

void write_tokens(fs::path const& run) {
  auto file = io::megatron_writer::open(run / "tokens" / "general", io::id_type::uint16);
  REQUIRE(file);
  draws const source("tokens", 9);
  std::vector<token_id> ids;
  for (std::uint64_t i = 0; i < 2500; ++i) ids.push_back(token_id(40 + source.below(60, i)));
  REQUIRE(file->append(ids));
  REQUIRE(file->commit());
}
template <class R = one_phase>
expected<pipeline::outcome> trained(fs::path const& run, pipeline::train_options o = {}) {
  pipeline::run_context context;
  context.threads = 1;
  o.run = run;
  o.checkpoint_every = 4;
  return pipeline::train_recipe<R>(context, o);
}
pipeline::train_options steps(std::int64_t count) {
  pipeline::train_options o;
  o.steps = count;
  return o;
}
/// Weights, moments and metrics at the end.
std::string result(fs::path const& run) {
  std::string all;
  for (auto name : {"checkpoints/general/final/model.safetensors", "checkpoints/general/final/optimizer.safetensors",
                    "metrics/general.jsonl"})
    all += std::string(io::mapped_file::open(run / name)->bytes());
  return all;
}
std::string const& undisturbed() {
  static auto const kept = [] {
    temporary_folder run;
    write_tokens(run.path());
    REQUIRE(trained(run.path()));
    return result(run.path());
  }();
  return kept;
}
/// Runs `body` in a child; its exit code.
template <class Body>
int in_child(Body&& body, std::chrono::milliseconds terminate_after = {}) {
  pid_t const child = ::fork();
  if (child == 0) {
    std::freopen("/dev/null", "w", stderr);
    ::_exit(body());
  }
  if (terminate_after.count() > 0) {
    std::this_thread::sleep_for(terminate_after);
    ::kill(child, SIGTERM);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

TEST_CASE("a damaged checkpoint is refused by name, and the one before it is used", "[train]") {
  temporary_folder run;
  write_tokens(run.path());
  REQUIRE(trained(run.path(), steps(9)));
  auto const folder = run / "checkpoints/general", last = folder / "step-000009";
  REQUIRE(fs::exists(folder / "step-000008"));
  SECTION("cut short") { fs::resize_file(last / "optimizer.safetensors", 1000); }
  SECTION("a bit flipped") {
    std::fstream file(last / "model.safetensors", std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4000);
    file.put('\x55');
  }
  SECTION("without a file") { fs::remove(last / "optimizer.safetensors"); }
  SECTION("a broken manifest") { fs::resize_file(last / "checkpoint.json", 100); }
  SECTION("both of them damaged: the phase begins anew") {
    fs::resize_file(last / "model.safetensors", 1000);
    fs::resize_file(folder / "step-000008" / "model.safetensors", 1000);
  }
  REQUIRE(trained(run.path()));
  CHECK(fs::exists(folder / "step-000009.refused"));
  CHECK(result(run.path()) == undisturbed());
}

TEST_CASE("SIGTERM writes a checkpoint and ends well", "[train]") {
  temporary_folder run;
  write_tokens(run.path());
  int rounds = 0;
  for (; !fs::exists(run / "checkpoints/general/final") && rounds < 100; ++rounds)
    CHECK(in_child([&] { return trained(run.path()) ? 0 : 1; }, std::chrono::milliseconds(20 + 3 * rounds)) % 128 == 0);
  REQUIRE(fs::exists(run / "checkpoints/general/final"));
  CHECK(result(run.path()) == undisturbed());
}

TEST_CASE("no thread that computes takes a signal", "[train]") {
  // A handler's frame would be written where the stack pointer points, which in oneDNN's kernels is not always the stack.
  auto const takers = [] {
    int count = 0;
    for (auto const& task : fs::directory_iterator("/proc/self/task")) {
      std::ifstream status(task.path() / "status");
      for (std::string line; std::getline(status, line);)
        if (line.starts_with("SigBlk:"))
          for (auto signal : {SIGTERM, SIGINT}) count += (std::stoull(line.substr(7), nullptr, 16) >> (signal - 1) & 1) == 0;
    }
    return count;
  };
  auto const before = takers();
  {
    pipeline::stop_signal const stop;
    cpu::device device(3);
    for (int wait = 0; takers() != 2 && wait < 1000; ++wait) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    CHECK(takers() == 2);  // the thread that is there for it
    CHECK(!stop.raised());
    ::kill(::getpid(), SIGTERM);
    for (int wait = 0; !stop.raised() && wait < 10000; ++wait) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    CHECK(stop.raised());
  }
  CHECK(takers() == before);
}

TEST_CASE("a disk that is full loses nothing", "[train]") {
  temporary_folder run;
  write_tokens(run.path());
  REQUIRE(trained(run.path(), steps(5)));
  auto const failed = in_child([&] {
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit const small{20000, 20000};  // a model of 26,000 parameters does not fit
    ::setrlimit(RLIMIT_FSIZE, &small);
    auto const r = trained(run.path());
    return r ? 0 : r.error().message().find("step-000008") != std::string::npos ? 1 : 2;
  });
  CHECK(failed == 1);
  CHECK(fs::exists(run / "checkpoints/general/step-000005"));
  REQUIRE(trained(run.path()));
  CHECK(result(run.path()) == undisturbed());
}

TEST_CASE("a folder that cannot be written is refused by name", "[train]") {
  temporary_folder run;
  write_tokens(run.path());
  REQUIRE(io::write_file(run / "checkpoints", "a file where the folder should be"));
  auto const r = trained(run.path());
  REQUIRE(!r);
  CHECK(r.error().message().find((run / "checkpoints").string()) != std::string::npos);
}

TEST_CASE("a gradient far longer than those before it ends the run with the last good state, or is left out", "[train]") {
  temporary_folder run;
  write_tokens(run.path());
  pipeline::train_options o;
  o.spike_factor = 1.05;  // so small that something is a spike
  SECTION("stop") {
    auto const r = trained<too_steep>(run.path(), o);
    REQUIRE(!r);
    auto const rows = io::read_metrics(run / "metrics/general.jsonl").value();
    REQUIRE(rows.size() >= 16);
    CHECK(r.error().where == "general step " + std::to_string(rows.size() + 1));
    CHECK(io::checkpoints_in(run / "checkpoints/general").back().first == std::int64_t(rows.size()));
    REQUIRE(!trained<too_steep>(run.path(), o));  // the same step again
  }
  SECTION("skip, and a resumed run judges as the whole one") {
    o.spikes = "skip";
    REQUIRE(trained<too_steep>(run.path(), o));
    auto const last = io::checkpoint::open(run / "checkpoints/general/final").value().manifest().position;
    CHECK(last.step == 40);
    CHECK(last.updates < 40);
    temporary_folder again;
    write_tokens(again.path());
    o.steps = 19;
    for (int calls = 0; calls < 3; ++calls) REQUIRE(trained<too_steep>(again.path(), o));
    CHECK(result(again.path()) == result(run.path()));
  }
}

TEST_CASE("a step that is not finite leaves weights and moments alone", "[train]") {
  cpu::device device(1);
  parallel::solo ranks;
  train::state<one_phase, cpu::device> state(device);
  state.initialise(1);
  state.weights.data()[7] = std::numeric_limits<float>::quiet_NaN();
  auto const before = std::vector<float>(state.weights.data() + 8, state.weights.data() + state.size);
  train::stepper<one_phase, cpu::device, float, parallel::solo> stepper(device, ranks, 2);
  std::vector<token_id> tokens(4 * 65, 0);
  auto const r = stepper.step(state, {tokens.data(), 4, 65}, 4, 1e-2);
  CHECK_FALSE(r.updated);
  CHECK(std::isnan(r.loss));
  CHECK(std::equal(before.begin(), before.end(), state.weights.data() + 8));
  CHECK(state.first_moment.data()[100] == 0.0f);
}
