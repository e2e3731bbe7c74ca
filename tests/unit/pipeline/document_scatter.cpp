// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/spilled.hpp"
#include "support/temporary_folder.hpp"

#include <snowcoder/io/compressed.hpp>
#include <snowcoder/pipeline/document_scatter.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <set>
#include <string>
#include <vector>

using namespace snowcoder;

namespace {
struct seen {
  std::multiset<std::string> texts;
  std::vector<std::string> rejects;  // rows of the file
};
expected<seen> read(std::vector<std::filesystem::path> const& shards, int threads) {
  thread_pool pool(threads);
  std::mutex mutex;
  seen s;
  auto const path = shards.front().parent_path() / "rejects" / "rejects.jsonl";
  io::reject_writer rejects(path);
  SNOWCODER_CHECK(pipeline::scatter_documents(shards, "stage", pool, rejects, [&](document const& d) -> expected<void> {
    std::lock_guard lock(mutex);
    s.texts.insert(d.text);
    return {};
  }));
  SNOWCODER_CHECK(rejects.commit());
  std::ifstream lines(path);
  for (std::string line; std::getline(lines, line);) s.rejects.push_back(line);
  CHECK(std::int64_t(s.rejects.size()) == rejects.rows());
  return s;
}
}  // namespace

TEST_CASE("every document once and every broken row in order, whatever the threads and shards") {
  temporary_folder const folder;
  std::vector<std::filesystem::path> shards;
  std::multiset<std::string> texts;
  for (int shard = 0; shard < 5; ++shard) {
    shards.push_back(folder.path() / ("s" + std::to_string(shard) + (shard % 2 ? ".jsonl" : ".jsonl.zst")));
    auto out = io::text_writer::open(shards.back());
    REQUIRE(out);
    for (int row = 0; row < 700 * shard; ++row) {
      auto const text = std::to_string(shard) + "-" + std::to_string(row) + std::string(1500, 'x');
      bool const broken = row % 400 == 77;
      REQUIRE(out->write_line(broken           ? "{"
                              : row % 100 == 5 ? (row % 200 == 5 ? "" : " \t\r")
                                               : R"({"text": ")" + text + "\"}"));
      if (!broken && row % 100 != 5) texts.insert(text);
    }
    REQUIRE(out->commit());
  }
  auto const one = read(shards, 1);
  REQUIRE(one);
  CHECK(one->texts == texts);
  REQUIRE(one->rejects.size() == 2 + 4 + 6 + 7);
  CHECK(io::parsed(one->rejects.front()).at("id") == "s1.jsonl:78");
  CHECK(io::parsed(one->rejects.back()).at("id") == "s4.jsonl.zst:2478");
  for (int threads : {2, 3, 8}) {
    auto const many = read(shards, threads);
    REQUIRE(many);
    CHECK(many->texts == one->texts);
    CHECK(many->rejects == one->rejects);
  }
}

TEST_CASE("rows of another form wait on the disk, not in memory") {
  temporary_folder const folder;
  auto const shard = folder / "s.jsonl.zst";
  auto out = io::text_writer::open(shard);
  REQUIRE(out);
  for (int row = 0; row < 200'000; ++row) REQUIRE(out->write_line(R"({"content": "and no text"})"));
  REQUIRE(out->write_line(R"({"text": "the last"})"));
  REQUIRE(out->commit());
  thread_pool pool(1);
  io::reject_writer rejects(folder / "rejects.jsonl");
  std::int64_t spilled = 0;
  REQUIRE(pipeline::scatter_documents({shard}, "stage", pool, rejects, [&](document const&) -> expected<void> {
    spilled = tests::spilled_bytes(folder.path());
    return {};
  }));
  CHECK(spilled > 10 << 20);
  CHECK(rejects.rows() == 200'000);
  CHECK(std::filesystem::file_size(folder / "rejects.jsonl.part") > 10 << 20);
  CHECK(!std::filesystem::exists(folder / "rejects.jsonl"));
  REQUIRE(rejects.commit());
  CHECK(std::filesystem::file_size(folder / "rejects.jsonl") > 10 << 20);
  io::reject_writer none(folder / "rejects.jsonl");  // and the older file goes
  REQUIRE(none.commit());
  CHECK(!std::filesystem::exists(folder / "rejects.jsonl"));
}

TEST_CASE("a shard that breaks off ends the reading with its name") {
  temporary_folder const folder;
  auto const whole = folder.path() / "whole.jsonl.zst", cut = folder.path() / "cut.jsonl.zst";
  auto out = io::text_writer::open(whole);
  REQUIRE(out);
  for (int row = 0; row < 20'000; ++row) REQUIRE(out->write_line(R"({"text": ")" + std::to_string(row * 7919L) + "\"}"));
  REQUIRE(out->commit());
  std::ifstream in(whole, std::ios::binary);
  std::string const bytes{std::istreambuf_iterator<char>(in), {}};
  std::ofstream(cut, std::ios::binary) << bytes.substr(0, bytes.size() / 2);
  for (int threads : {1, 2}) {
    auto const result = read({whole, cut}, threads);
    REQUIRE(!result);
    CHECK(result.error().message().find("cut.jsonl.zst") != std::string::npos);
  }
}
