// SPDX-License-Identifier: Apache-2.0
// Whole training runs on the GPU: what the CPU learns, and the same bytes however often a run is killed.
#include "support/byte_tokenizer.hpp"
#include "support/on_gpu.hpp"
#include "support/tiny_run.hpp"

#include <snowcoder/pipeline/bits.hpp>
#include <snowcoder/pipeline/selftest.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace snowcoder;
using namespace snowcoder::tests;
namespace fs = std::filesystem;

namespace {

pipeline::train_options on(std::string device, fs::path const& run) {
  auto o = in(run);
  o.device = std::move(device);
  o.phase = "general";
  o.peak = 1e12;  // known, so that nobody measures it
  return o;
}
std::vector<training_step> twenty_steps(std::string const& device, std::string const& precision) {
  temporary_folder run;
  write_run(run.path());
  auto o = on(device, run.path());
  o.steps = 20;
  o.precision = precision;
  REQUIRE(train_tiny(o));
  return io::read_metrics(run / "metrics/general.jsonl").value();
}

/// This program again, as the one that trains `run`: a process that used a GPU cannot be forked.
pid_t train_apart(fs::path const& run) {
  auto const child = ::fork();
  if (child == 0) {
    ::setenv("SNOWCODER_TEST_RUN", run.c_str(), 1);
    ::execl("/proc/self/exe", "train_cuda", "[.child]", static_cast<char*>(nullptr));
    ::_exit(127);
  }
  return child;
}
bool trained_apart(fs::path const& run) {
  int status = 0;
  ::waitpid(train_apart(run), &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
/// The algorithms of products that the run `from` has measured, for a run that has not begun.
void take_choices(fs::path const& run, fs::path const& from) {
  fs::create_directories(run / "checkpoints/general");
  fs::copy_file(from / "checkpoints/general/products.json", run / "checkpoints/general/products.json");
}
std::size_t rows_in(fs::path const& metrics) {
  auto const file = io::mapped_file::open(metrics);
  return file ? std::size_t(std::count(file->bytes().begin(), file->bytes().end(), '\n')) : 0;
}

}  // namespace

TEST_CASE("gpu: the run that another test kills", "[.child]") {
  auto o = on("cuda", std::getenv("SNOWCODER_TEST_RUN"));
  o.phase = "";
  o.checkpoint_every = 3;
  REQUIRE(train_tiny(o));
}

TEST_CASE("gpu: twenty steps are those of the CPU", "[gpu]") {
  if (!gpu_at_hand()) return;
  for (std::string precision : {"f32", "bf16"}) {
    auto const got = twenty_steps("cuda", precision), want = twenty_steps("cpu", precision);
    REQUIRE(got.size() == 20);
    REQUIRE(want.size() == 20);
    for (std::size_t i = 0; i < got.size(); ++i) {
      INFO(precision << " step " << i + 1);
      bool const narrow = precision == "bf16";
      CHECK(got[i].loss == Approx(want[i].loss).epsilon(narrow ? steps_in_bfloat16 : optimizer_steps));
      CHECK(got[i].gradient_norm == Approx(want[i].gradient_norm).epsilon(narrow ? norm_in_steps_in_bfloat16 : norm_in_steps));
    }
  }
}

TEST_CASE("gpu: killed at any moment, a run ends with the same bytes", "[gpu]") {
  if (!gpu_at_hand()) return;
  temporary_folder whole, broken;
  write_run(whole.path());
  write_run(broken.path());
  int status = 0;
  for (std::size_t rows : {1, 5, 12, 19, 24}) {  // before the first checkpoint, between two, at one, at a phase's end
    auto const child = train_apart(broken.path());
    while (rows_in(broken / "metrics/general.jsonl") < rows) {
      REQUIRE(::waitpid(child, &status, WNOHANG) == 0);
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, &status, 0);
    CHECK(WIFSIGNALED(status));
  }
  CHECK(trained_apart(broken.path()));
  // Another run measures its products anew, and adds up in another order, unless it is told.
  take_choices(whole.path(), broken.path());
  CHECK(trained_apart(whole.path()));
  CHECK(differing(contents(broken.path()), contents(whole.path())) == std::vector<std::string>{});
}

TEST_CASE("gpu: stopped, with moments in bf16, blocks computed again and graphs, the bytes are those of a whole run", "[gpu]") {
  if (!gpu_at_hand()) return;
  temporary_folder whole, stopped;
  auto const train = [](fs::path const& run, std::vector<std::int64_t> const& calls, std::string again) {
    auto o = on("cuda", run);
    o.precision = o.moments = "bf16";
    o.recompute = again;
    o.graphs = again == "blocks";
    for (auto steps : calls) {
      o.steps = steps;
      REQUIRE(train_tiny(o));
    }
    auto const last = io::checkpoint::open(run / "checkpoints/general/final");
    REQUIRE(last);
    CHECK(last->file("optimizer.safetensors")->tensors().front().type == dtype::bf16);
    return contents(run, "checkpoints/general/final");
  };
  write_run(whole.path());
  write_run(stopped.path());
  auto const want = train(whole.path(), {0}, "nothing");
  take_choices(stopped.path(), whole.path());
  CHECK(differing(train(stopped.path(), {7, 0}, "blocks"), want) == std::vector<std::string>{});
}

TEST_CASE("gpu: choices of products are refused where they are damaged, and measured anew where they are of another GPU",
          "[gpu]") {
  if (!gpu_at_hand()) return;
  temporary_folder run;
  write_run(run.path());
  auto o = on("cuda", run.path());
  o.steps = 2;
  REQUIRE(train_tiny(o));
  auto const file = run / "checkpoints/general/products.json";
  auto choices = io::read_json(file).value();
  CHECK(choices["products"].size() > 10);
  auto damaged = choices;
  damaged["products"].begin().value() = "12";
  REQUIRE(io::write_json(file, damaged));
  CHECK(train_tiny(o).error().where == file.string());
  choices["made_by"] = "another";
  REQUIRE(io::write_json(file, choices));
  REQUIRE(train_tiny(o));
  CHECK(io::read_json(file).value()["made_by"] == cuda::products::made_by());
  auto const versions = io::checkpoint::open(run / "checkpoints/general/step-000004")->manifest().versions;
  for (auto const& [name, number] : cuda::device::libraries()) CHECK(versions[name] == number);
  CHECK(versions.contains("cublaslt"));
  for (std::string const other : {"[1]", R"({"made_by": 7})"}) {
    REQUIRE(io::write_file(file, other));
    REQUIRE(train_tiny(o));
  }
}

TEST_CASE("gpu: bits per byte are those of the CPU", "[gpu]") {
  if (!gpu_at_hand()) return;
  temporary_folder run;
  write_run(run.path());
  auto o = on("cpu", run.path());
  o.steps = 8;
  REQUIRE(train_tiny(o));
  pipeline::bits_options bits;
  bits.checkpoint = run / "checkpoints/general/step-000008";
  bits.tokenizer = run / "tokenizer.json";
  bits.benchmark = run / "one.jsonl";
  REQUIRE(write_byte_tokenizer<tiny_recipe>(bits.tokenizer));
  io::json const task{{"task_id", "a"}, {"prompt", "def f(a, b):\n"}, {"canonical_solution", std::string(300, 'b')}};
  REQUIRE(io::write_file(bits.benchmark, io::to_line(task) + "\n"));
  for (std::string precision : {"f32", "bf16"}) {
    bits.precision = precision;
    std::vector<double> found;
    for (std::string device : {"cpu", "cuda"}) {
      bits.device = device;
      bits.out = run / (device + precision + ".json");
      pipeline::run_context context;
      REQUIRE(pipeline::bits_per_byte<tiny_recipe>(context, bits));
      found.push_back(io::read_json(bits.out).value()["total"]["bits_per_byte"].get<double>());
    }
    CHECK(found[0] > 1);
    CHECK(found[1] == Approx(found[0]).epsilon(precision == "bf16" ? steps_in_bfloat16 : optimizer_steps));
  }
}

TEST_CASE("gpu: a phase goes on only as it began", "[gpu]") {
  if (!gpu_at_hand()) return;
  temporary_folder run;
  write_run(run.path());
  auto o = on("cuda", run.path());
  o.steps = 4;
  REQUIRE(train_tiny(o));
  o.free_order = true;
  CHECK(train_tiny(o).error().what.find("other repeatable") != std::string::npos);
  o.free_order = false;
  o.device = "cpu";
  CHECK(train_tiny(o).error().what.find("other device") != std::string::npos);
}

TEST_CASE("gpu: the self-test passes", "[gpu]") {
  if (!gpu_at_hand()) return;
  pipeline::run_context run;
  pipeline::train_options o;
  o.device = "cuda";
  CHECK(pipeline::selftest_recipe<tiny_recipe>(run, o));
  o.precision = "bf16";
  CHECK(pipeline::selftest_recipe<tiny_recipe>(run, o));
}
