// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <snowcoder/io/checkpoint_file.hpp>

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <vector>

using namespace snowcoder;

namespace {

int files_that_go = -1;  // before the process is killed; negative: it is not
}  // namespace

/// The C library's, for this program.
extern "C" int unlinkat(int folder, char const* name, int flags) noexcept {
  if (files_that_go-- == 0) ::_exit(9);
  return int(::syscall(SYS_unlinkat, folder, name, flags));
}

namespace {

std::vector<float> const weights{1.5f, -2.0f, 0.0f, 4.25f, 3.0f, -0.125f};

expected<void> write(std::filesystem::path const& path, std::int64_t step = 12) {
  io::checkpoint_manifest m;
  m.position = {"general", step, 40, 12, 48, 12345, 7};
  m.recipe = "tiny";
  m.fingerprint = "f";
  m.text = "model = {…}\n";
  m.model = "m";
  m.parameters = 6;
  m.settings = {{"seed", 7}};
  m.versions = {{"snowcoder", "0"}};
  std::array<io::checkpoint_part, 2> const parts{
      io::checkpoint_part{"model.safetensors", {io::tensor_of("a", {2, 3}, std::span<float const>(weights))}},
      io::checkpoint_part{"optimizer.safetensors", {io::tensor_of("first_moment.a", {2, 3}, std::span<float const>(weights))}}};
  return io::write_checkpoint(path, m, parts);
}

}  // namespace

TEST_CASE("a checkpoint comes back as it was", "[train]") {
  temporary_folder dir;
  REQUIRE(write(dir / "step-000012"));
  auto const c = io::checkpoint::open(dir / "step-000012");
  REQUIRE(c);
  CHECK(c->manifest().position == training_position{"general", 12, 40, 12, 48, 12345, 7});
  CHECK(c->manifest().settings["seed"] == 7);
  CHECK(c->check_model("m", "tiny"));
  auto const model = c->file("model.safetensors");
  REQUIRE(model);
  CHECK(model->floats("a").value() == weights);
  CHECK(c->checksum("model.safetensors").size() == 32);
  CHECK_FALSE(std::filesystem::exists(dir / "step-000012.part"));
}

TEST_CASE("a folder's name is the same with a slash behind it and no folder before it", "[train]") {
  temporary_folder dir;
  for (int times = 0; times < 2; ++times) {
    REQUIRE(write((dir / "imported").string() + "/", times));
    CHECK(io::checkpoint::open(dir / "imported")->manifest().position.step == times);
  }
  auto const here = std::filesystem::current_path();
  std::filesystem::current_path(dir.path());
  auto const written = write("alone");
  std::filesystem::current_path(here);
  CHECK(written);
  CHECK(io::checkpoint::open(dir / "alone"));
}

TEST_CASE("who is killed while the checkpoint before goes leaves a whole one", "[train]") {
  temporary_folder dir;
  REQUIRE(write(dir / "c", 1));
  auto const child = ::fork();
  if (child == 0) {
    files_that_go = 1;
    (void)write(dir / "c", 2);
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WEXITSTATUS(status) == 9);
  auto const left = io::checkpoint::open(dir / "c");
  REQUIRE(left);
  CHECK(left->manifest().position.step == 2);
  CHECK(left->file("model.safetensors"));
  REQUIRE(write(dir / "c", 3));
  CHECK(std::distance(std::filesystem::directory_iterator(dir.path()), std::filesystem::directory_iterator()) == 1);
}

TEST_CASE("a checkpoint of another model is refused by name", "[train]") {
  temporary_folder dir;
  REQUIRE(write(dir / "c"));
  auto const fits = io::checkpoint::open(dir / "c")->check_model("another", "wide");
  REQUIRE_FALSE(fits);
  CHECK(fits.error().what.find("tiny") != std::string::npos);
  CHECK(fits.error().what.find("wide") != std::string::npos);
}

TEST_CASE("torn, changed and missing files are told", "[train]") {
  temporary_folder dir;
  REQUIRE(write(dir / "c"));
  auto const file = dir / "c/model.safetensors";
  SECTION("torn") {
    std::filesystem::resize_file(file, std::filesystem::file_size(file) - 4);
    CHECK(io::checkpoint::open(dir / "c")->file("model.safetensors").error().what.starts_with("torn file"));
  }
  SECTION("one bit") {
    std::fstream f(file, std::ios::in | std::ios::out | std::ios::binary);
    f.seekg(-1, std::ios::end);
    char const last = char(f.get() ^ 1);
    f.seekp(-1, std::ios::end);
    f.put(last);
    f.close();
    CHECK(io::checkpoint::open(dir / "c")->file("model.safetensors").error().what == "checksum does not match");
  }
  SECTION("missing part") {
    std::filesystem::remove(file);
    CHECK(io::checkpoint::open(dir / "c")->file("model.safetensors").error().where == file.string());
  }
  SECTION("missing manifest") {
    std::filesystem::remove(dir / "c/checkpoint.json");
    CHECK_FALSE(io::checkpoint::open(dir / "c").error().remedy.empty());
  }
  SECTION("manifest cut short") {
    std::filesystem::resize_file(dir / "c/checkpoint.json", 100);
    CHECK_FALSE(io::checkpoint::open(dir / "c"));
  }
}

TEST_CASE("a position that is no whole number is refused", "[train]") {
  io::checkpoint_manifest m;
  m.position = {"general", 12, 40, 12, 48, 12345, ~std::uint64_t(0)};
  m.parts = {{"a", 10, "h"}};
  auto const written = io::manifest_json(m);
  auto const again = io::parse_manifest(io::parsed(io::to_line(written)), "");
  REQUIRE(again);
  CHECK(again->position == m.position);
  for (auto const* place : {"/parameters", "/position/step", "/position/seed", "/files/0/bytes"}) {
    auto torn = written;
    torn[io::json::json_pointer(place)] = 1e300;
    CHECK_FALSE(io::parse_manifest(torn, ""));
  }
}

TEST_CASE("the last checkpoints are kept, and nothing unfinished", "[train]") {
  temporary_folder dir;
  for (int step : {5, 10, 15, 1000000}) REQUIRE(write(dir / io::checkpoint_name(step), step));
  REQUIRE(write(dir / "final"));
  std::filesystem::create_directories(dir / "step-000020.part");
  io::retain_checkpoints(dir.path(), 2);
  auto const left = io::checkpoints_in(dir.path());
  REQUIRE(left.size() == 2);
  CHECK(left[0].first == 15);
  CHECK(left[1].first == 1000000);
  CHECK(std::filesystem::exists(dir / "final"));
  CHECK_FALSE(std::filesystem::exists(dir / "step-000020.part"));
}

TEST_CASE("a folder that no training names so is not taken for a checkpoint, and stays", "[train]") {
  temporary_folder dir;
  REQUIRE(write(dir / io::checkpoint_name(7), 7));
  auto const strangers = {"step-", "step-99999999999999999999", "step-0000007", "step-7", "step--00007", "step-000007.copy"};
  for (auto const* name : strangers) std::filesystem::create_directories(dir / name);
  auto const found = io::checkpoints_in(dir.path());
  REQUIRE(found.size() == 1);
  CHECK(found[0].first == 7);
  io::retain_checkpoints(dir.path(), 0);
  for (auto const* name : strangers) CHECK(std::filesystem::exists(dir / name));
}
