// SPDX-License-Identifier: Apache-2.0
// Scoring that is cut short goes on without scoring anything twice, equal texts are scored once, and scores made under other
// settings are never taken over.
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <snowcoder/io/atomic_file.hpp>
#include <snowcoder/pipeline/score_documents.hpp>
#include <snowcoder/recipes/quickstart.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

using namespace snowcoder;
namespace fs = std::filesystem;
using recipe = recipes::quickstart;

namespace {

std::map<std::string, int> asked;  ///< how often a text was scored
int until_power_cut = -1;          ///< pages; -1: never
std::string overflows;             ///< the text whose vector does

/// Scores a text by its hash, under any number of names.
struct counting_scorer {
  std::vector<std::string> called;
  std::vector<std::string> names() const { return called; }
  std::vector<std::vector<score>> score_page(std::span<document const> page) const {
    if (until_power_cut-- == 0) throw std::runtime_error("the power went out");
    std::vector<std::vector<score>> all(called.size());
    for (auto const& d : page) {
      ++asked[d.text];
      for (std::size_t n = 0; n < called.size(); ++n) {
        score s;
        s.id = d.id;
        s.value = d.text == overflows ? NAN : double(hash64(d.text, n)) * 0x1p-64;
        s.logits = {float(s.value), 2, 3};
        s.sections = 3;
        s.tokens = std::int64_t(d.text.size());
        all[n].push_back(s);
      }
    }
    return all;
  }
};

struct text_shards {
  temporary_folder folder;
  /// Shards of 700 documents, every tenth text a copy of an earlier one.
  explicit text_shards(int shards) {
    for (int s = 0; s < shards; ++s) {
      std::string rows;
      for (int i = 0; i < 700; ++i) {
        document d;
        d.text = "shard " + std::to_string(s) + " text " + std::to_string(i % 10 == 9 ? i - 5 : i);
        d.id = std::to_string(s) + "/" + std::to_string(i);
        d.language = config::language::go;
        rows += io::document_line(d) + "\n";
      }
      REQUIRE(io::write_file(folder / ("in/documents/go-" + std::to_string(s) + ".jsonl"), rows));
    }
  }
  fs::path in() const { return folder / "in"; }
  expected<pipeline::outcome> score(std::vector<std::string> names, int setting = 1) const {
    pipeline::run_context context;
    std::vector<pipeline::wanted_score> wanted;
    for (auto const& n : names) wanted.push_back({n, {{"setting", setting}}});
    return pipeline::score_documents<recipe>(context, in(), wanted, [&](std::vector<std::size_t> const& indices) {
      counting_scorer s;
      for (auto i : indices) s.called.push_back(names[i]);
      return s;
    });
  }
  std::string attributes(std::string const& name) const {
    std::string all;
    auto const files = io::shards(in() / "attributes" / name);
    for (auto const& file : files) {
      auto lines = *io::line_reader::open(file);
      for (std::string_view line; *lines.next(line);) (all += line) += '\n';
    }
    return all;
  }
};

}  // namespace

TEST_CASE("a run that is cut short after any page goes on behind it, and nothing is scored twice") {
  asked.clear();
  until_power_cut = -1;
  text_shards const whole(2);
  REQUIRE(whole.score({"a", "b"}));
  auto const a = whole.attributes("a"), b = whole.attributes("b");
  CHECK(std::count(a.begin(), a.end(), '\n') == 1400);
  for (auto const& [text, times] : asked) CHECK(times == 1);

  for (int pages = 0; pages < 6; ++pages) {
    asked.clear();
    text_shards const cut(2);
    until_power_cut = pages;
    CHECK_THROWS(cut.score({"a", "b"}));
    until_power_cut = -1;
    REQUIRE(cut.score({"a", "b"}));
    for (auto const& [text, times] : asked) CHECK(times == 1);
    CHECK(cut.attributes("a") == a);
    CHECK(cut.attributes("b") == b);
    for (auto const& e : fs::recursive_directory_iterator(cut.in())) CHECK(e.path().extension() != ".scored");
  }
}

TEST_CASE("a journal that was torn is believed up to the tear") {
  text_shards const c(1);
  asked.clear();
  until_power_cut = 2;
  CHECK_THROWS(c.score({"a"}));
  auto const journal = c.in() / "attributes/a/go-0.jsonl.zst.scored";
  auto const size = fs::file_size(journal);
  REQUIRE(size > 300 * 56);
  fs::resize_file(journal, size - 30);  // in the middle of a row
  {
    std::fstream file(journal, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(std::streamoff(size) - 56 * 10 + 5);
    file.put('?');
  }
  until_power_cut = -1;
  REQUIRE(c.score({"a"}));
  int twice = 0;
  for (auto const& [text, times] : asked) twice += times > 1;
  CHECK(twice == 10);  // the torn row, and those behind the damage
  text_shards const whole(1);
  REQUIRE(whole.score({"a"}));
  CHECK(c.attributes("a") == whole.attributes("a"));
}

TEST_CASE("a score of sections that is no number is an error, and is kept nowhere") {
  text_shards const c(1);
  overflows = "shard 0 text 400";
  auto const refused = c.score({"a", "b"});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().where == "score of 0/400");
  for (auto const* name : {"a", "b"}) {
    CHECK_FALSE(fs::exists(c.in() / "attributes" / name / "go-0.jsonl.zst"));
    auto const journal = pipeline::score_journal::open(c.in() / "attributes" / name / "go-0.jsonl.zst.scored");
    REQUIRE(journal);
    CHECK(journal->knows(hash("shard 0 text 0")) == true);
    CHECK_FALSE(journal->knows(hash(overflows)));
  }
  overflows.clear();
  REQUIRE(c.score({"a", "b"}));
}

TEST_CASE("another setting, or another corpus, takes over neither scores nor a journal") {
  text_shards const c(1);
  until_power_cut = 2;
  CHECK_THROWS(c.score({"a"}, 1));
  until_power_cut = -1;
  asked.clear();
  REQUIRE(c.score({"a"}, 2));
  CHECK(asked.size() == 630);
  asked.clear();
  REQUIRE(c.score({"a"}, 2));  // already done
  CHECK(asked.empty());
  REQUIRE(c.score({"a", "b"}, 2));  // a is there
  CHECK(asked.size() == 630);
  document d;
  d.id = d.text = "one more";
  REQUIRE(io::write_file(c.in() / "documents/go-1.jsonl", io::document_line(d) + "\n"));
  asked.clear();
  REQUIRE(c.score({"a"}, 2));
  CHECK(asked.size() == 631);
}

TEST_CASE("two shards that would have one file of scores are refused") {
  text_shards const c(1);
  document d;
  d.id = d.text = "one more";
  auto const packed = c.in() / "documents/go-0.jsonl.gz";
  REQUIRE(io::write_file(packed, io::document_line(d) + "\n"));
  auto const refused = c.score({"a"});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().what == "two shards have the name go-0");
  CHECK(refused.error().where == packed.string());
  fs::rename(packed, c.in() / "documents/go-00.jsonl.gz");
  REQUIRE(c.score({"a"}));
  CHECK(c.attributes("a").find("one more") != std::string::npos);
}

TEST_CASE("an attribute has a plain name, and is not written over another program's, nor by two at a time") {
  text_shards const c(1);
  for (auto const* name : {"../evil", "..", "a/b", "", ".hidden"}) {
    INFO(name);
    auto const refused = c.score({name});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().where == "--name");
  }
  CHECK_FALSE(fs::exists(c.in() / "evil"));

  auto const signals = c.in() / "attributes" / "signals" / "go-0.jsonl.zst";  // as prepare leaves them
  REQUIRE(io::write_file(signals, "signals"));
  auto const refused = c.score({"signals"});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().remedy.find("--name") != std::string::npos);
  CHECK(io::mapped_file::open(signals)->bytes() == "signals");

  {
    auto const other = io::folder_lock::take(c.in() / "attributes" / "a");
    REQUIRE(other);
    CHECK(c.score({"a"}).error().what.find("another program") != std::string::npos);
  }
  REQUIRE(c.score({"a"}, 1));
  REQUIRE(c.score({"a"}, 2));  // its own
}
