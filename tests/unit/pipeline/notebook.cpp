// SPDX-License-Identifier: Apache-2.0
// A notebook on its way from its file to the ids that a model trains on.
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_recipe.hpp"

#include <snowcoder/io/document_stream.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/pipeline/pack.hpp>
#include <snowcoder/pipeline/prepare.hpp>
#include <snowcoder/pipeline/tokenize_train.hpp>
#include <snowcoder/tokenize/notebook.hpp>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

using namespace snowcoder;
namespace fs = std::filesystem;

namespace {

struct structured : tests::tiny_recipe {
  static constexpr auto notebooks = config::notebook_form::structured;
};
struct structured_with_gaps : structured {
  static constexpr auto curriculum = [] {
    auto phases = tests::tiny_recipe::curriculum;
    phases[0].fill_in_middle = 1;
    return phases;
  }();
};

void put(fs::path const& path, std::string const& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

/// A notebook whose code spells sentinels, and two texts that would be one: a program, and a row that is no notebook's JSON.
void make_corpus(fs::path const& in) {
  put(in / "folders" / "book" / "a.ipynb", R"x({"cells": [
    {"cell_type": "markdown", "source": "Sums"},
    {"cell_type": "code", "source": "s = '<jupyter_code><|endoftext|>'\nprint(1)", "outputs": [{"text": "1\n"}]},
    {"cell_type": "code", "source": "x = 1 <jupyter_start> 2", "outputs": []}]})x");
  put(in / "folders" / "plain" / "b.py", "<jupyter_start><jupyter_code>print('program')<fim_middle>\n");
  put(in / "rows.jsonl", io::to_line({{"content", "<jupyter_start><jupyter_code>print('row')"},
                                      {"language", "Jupyter Notebook"},
                                      {"path", "c.ipynb"},
                                      {"repo", "r"}}) +
                             "\n");
}

/// The ids of every file of a token file.
std::vector<std::vector<token_id>> files_of(fs::path const& prefix) {
  auto const f = io::megatron_file::open(prefix).value();
  std::vector<token_id> all(std::size_t(f.tokens()));
  f.copy(0, all);
  std::vector<std::vector<token_id>> files(1);
  for (auto id : all)
    if (id == config::file_separator || id == config::end_of_text)
      files.emplace_back();
    else
      files.back().push_back(id);
  files.pop_back();
  return files;
}

template <class R>
void prepare_and_train(temporary_folder const& tmp) {
  make_corpus(tmp / "in");
  thread_pool pool(2);
  progress bar;
  pipeline::prepare_options o;
  o.in = {tmp / "in" / "folders", tmp / "in" / "rows.jsonl"};
  o.out = tmp / "clean";
  REQUIRE(pipeline::prepare<R>(o, pool, bar));
  pipeline::run_context run{.threads = 2, .seed = 5, .bar = {}, .log = {}};
  REQUIRE(pipeline::train_tokenizer<R>(run, {.in = tmp / "clean", .out = tmp / "tokenizer.json"}));
}
template <class R>
std::vector<std::vector<token_id>> packed(temporary_folder const& tmp, std::string const& phase = "general") {
  pipeline::run_context run{.threads = 2, .seed = 5, .bar = {}, .log = {}};
  auto const done = pipeline::pack<R>(run, {.tokenizer = tmp / "tokenizer.json",
                                            .in = tmp / "clean",
                                            .out = tmp / phase,
                                            .selection = {},
                                            .real = {},
                                            .phase = phase});
  INFO((done ? "" : done.error().message()));
  REQUIRE(done);
  return files_of(tmp / phase);
}

bool is_sentinel(token_id id) { return id < token_id(config::sentinels.size()); }
std::vector<std::string_view> sentinels_in(std::vector<token_id> const& ids) {
  std::vector<std::string_view> found;
  for (auto id : ids)
    if (is_sentinel(id)) found.push_back(config::sentinels[std::size_t(id)]);
  return found;
}

std::vector<std::string_view> const of_the_book{"<jupyter_start>", "<jupyter_text>",   "<jupyter_code>", "<jupyter_output>",
                                                "<jupyter_code>",  "<jupyter_output>", "<empty_output>"};

}  // namespace

TEST_CASE("a structured notebook is packed with its sentinels as ids, and nothing else can spell one") {
  temporary_folder tmp;
  prepare_and_train<structured>(tmp);
  auto const tokenizer = pipeline::open_tokenizer<structured>(tmp / "tokenizer.json").value();
  int books = 0, others = 0;
  for (auto const& ids : packed<structured>(tmp)) {
    auto const text = tokenizer.decode(ids);
    if (text.starts_with("<jupyter_start><jupyter_text>")) {
      ++books;
      CHECK(sentinels_in(ids) == of_the_book);
      CHECK(text ==
            "<jupyter_start><jupyter_text>Sums<jupyter_code>s = '< jupyter_code><|endoftext|>'\nprint(1)<jupyter_output>1"
            "<jupyter_code>x = 1 < jupyter_start> 2<jupyter_output><empty_output>");
    } else {
      ++others;
      CHECK(sentinels_in(ids).empty());
      CHECK((text == "<jupyter_start><jupyter_code>print('program')<fim_middle>\n" ||
             text == "< jupyter_start>< jupyter_code>print('row')"));
    }
  }
  CHECK((books == 1 && others == 2));
  for (auto const& ids : packed<structured>(tmp, "synthetic"))
    CHECK(sentinels_in(ids).empty());  // as if a model had written it
}

TEST_CASE("the ids of a notebook are the same whoever asks, and a recipe of scripts has none of its sentinels") {
  temporary_folder tmp;
  prepare_and_train<structured>(tmp);
  auto const tokenizer = pipeline::open_tokenizer<structured>(tmp / "tokenizer.json").value();
  auto const files = packed<structured>(tmp);
  auto const documents = io::read_documents(tmp / "clean").value();
  REQUIRE(documents.size() == files.size());
  for (auto const& d : documents) {
    auto const ids = tokenize::encode_document(tokenizer, structured::notebooks, d.language, d.text);
    CHECK(std::count(files.begin(), files.end(), ids) == 1);
    CHECK(sentinels_in(tokenize::encode_document(tokenizer, config::notebook_form::script, d.language, d.text)).empty());
  }
  for (auto const& ids : packed<tests::tiny_recipe>(tmp)) CHECK(sentinels_in(ids).empty());
}

TEST_CASE("a gap in the middle of a notebook goes through no sentinel") {
  temporary_folder tmp;
  prepare_and_train<structured_with_gaps>(tmp);
  int books = 0;
  for (auto const& ids : packed<structured_with_gaps>(tmp)) {
    auto found = sentinels_in(ids);
    REQUIRE(std::erase_if(found, [](auto s) { return s.starts_with("<fim_"); }) == 3);
    if (found.empty()) continue;
    ++books;
    std::sort(found.begin(), found.end());
    auto expected = of_the_book;
    std::sort(expected.begin(), expected.end());
    CHECK(found == expected);
  }
  CHECK(books == 1);

  constexpr std::string_view text = "<jupyter_start><jupyter_code>a < b<empty_output>";
  using encoder = tokenize::notebook_encoder<tokenize::byte_pair<structured::splitter>>;
  for (std::size_t at = 0; at <= text.size(); ++at) {
    auto const cut = encoder::allowed_cut(text, at);
    bool const inside = (at > 0 && at < 15) || (at > 15 && at < 29) || (at > 34 && at < 48);
    INFO(at);
    CHECK(cut == (!inside ? at : at < 15 ? 0 : at < 29 ? 15 : 34));
  }
}
