// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <snowcoder/io/evaluation_file.hpp>
#include <snowcoder/io/mapped_file.hpp>
#include <snowcoder/io/metrics_file.hpp>

#include <cstring>
#include <fstream>
#include <string>

using namespace snowcoder;

namespace {

training_step row(std::int64_t step) {
  return {step, step + 100, step * 256, step / 7, 1.0f / float(step), 0.3f * float(step), 5.3e-4 / double(step)};
}
std::string bytes(std::filesystem::path const& path) { return std::string(io::mapped_file::open(path)->bytes()); }

}  // namespace

TEST_CASE("metrics cut back and continued are those of one run", "[train]") {
  temporary_folder dir;
  auto const lines = dir / "m.jsonl", events = dir / "e/events.out.tfevents.0";
  auto run = [&](std::int64_t from, std::int64_t to) {
    auto m = io::metrics_file::open(lines, events, from);
    REQUIRE(m);
    for (auto s = from + 1; s <= to; ++s) REQUIRE(m->write(row(s)));
    REQUIRE(m->sync());
  };
  run(0, 20);
  auto const all_lines = bytes(lines), all_events = bytes(events);
  run(0, 15);
  std::ofstream(lines, std::ios::app) << "{\"step\":16,\"tot";  // killed while writing
  run(9, 20);
  CHECK(bytes(lines) == all_lines);
  CHECK(bytes(events) == all_events);
  CHECK(io::read_metrics(lines)->back() == row(20));
  CHECK_FALSE(io::metrics_file::open(lines, events, 21));  // rows that a checkpoint relies on are missing
}

TEST_CASE("a step that is no whole number is refused", "[train]") {
  auto const line = io::metrics_rows::line(row(1)), evaluated = io::evaluation_rows::line({1, 2, 3, {{"a", 0.5}}});
  REQUIRE(io::metrics_rows::parse(line, ""));
  REQUIRE(io::evaluation_rows::parse(evaluated, ""));
  for (auto const* step : {"1e300", "-1e19", "1.5"}) {
    auto const with = [&](std::string text) { return text.replace(text.find("\"step\":1") + 7, 1, step); };
    CHECK_FALSE(io::metrics_rows::parse(with(line), ""));
    CHECK_FALSE(io::evaluation_rows::parse(with(evaluated), ""));
  }
}

TEST_CASE("event files have TFRecord frames around known bytes", "[train]") {
  auto const header = io::tensorboard_header();
  std::uint64_t length;
  std::memcpy(&length, header.data(), 8);
  REQUIRE(header.size() == 8 + 4 + length + 4);
  std::uint32_t first, second;
  std::memcpy(&first, header.data() + 8, 4);
  std::memcpy(&second, header.data() + 12 + length, 4);
  CHECK(first == io::masked_crc32c({header.data(), 8}));
  CHECK(second == io::masked_crc32c({header.data() + 12, length}));
  CHECK(header.substr(12).find("brain.Event:2") != std::string::npos);

  io::scalar const loss{"loss", 1.0f};
  auto const record = io::tensorboard_scalars(300, std::span(&loss, 1));
  // wall_time 300.0, step 300, summary { value { tag "loss" simple_value 1.0 } }
  std::string const payload("\x09\0\0\0\0\0\xc0\x72\x40\x10\xac\x02\x2a\x0d\x0a\x0b\x0a\x04loss\x15\0\0\x80\x3f", 27);
  CHECK(record.substr(12, record.size() - 16) == payload);
}
