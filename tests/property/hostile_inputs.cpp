// SPDX-License-Identifier: Apache-2.0
// Every parser of prepare's inputs, fed with damaged files: bytes flipped, cut out, doubled, replaced by extreme values.
// Nothing may crash or hang, what is taken must have a path inside its repository and be UTF-8 once it is admitted. A test run
// makes a fixed number of files of each kind; with SNOWCODER_FUZZ_SECONDS=600 it goes on for ten CPU-minutes with each (the
// nightly form; SNOWCODER_FUZZ_SEED chooses other files). A file that ends the program stays in its temporary folder.
#include <snowcoder/corpus/notebook.hpp>

#include "support/catch.hpp"
#include "support/collected.hpp"
#include "support/damaged.hpp"
#include "support/temporary_folder.hpp"

#include <archive.h>
#include <archive_entry.h>
#ifdef SNOWCODER_GIT
#include <git2.h>
#endif
#ifdef SNOWCODER_PARQUET
#include <arrow/builder.h>
#include <arrow/io/memory.h>
#include <arrow/table.h>
#include <parquet/arrow/writer.h>
#endif

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

using namespace snowcoder;
namespace fs = std::filesystem;

namespace {

std::uint64_t setting(char const* name, std::uint64_t otherwise) {
  auto const* value = std::getenv(name);
  return value ? std::strtoull(value, nullptr, 10) : otherwise;
}

void check(collected const& t) {
  for (auto const& f : t.files) {
    if (corpus::safe_path(f.path) != f.path || !is_utf8(f.repository)) FAIL("a path that leads elsewhere: " << f.path);
    for (auto form : {config::notebook_form::script, config::notebook_form::structured})
      if (auto const made = corpus::notebook_text(f.text, form, ""); made && !is_utf8(*made) && is_utf8(f.text))
        FAIL("a notebook that is no text: " << f.path);
    auto text = f.text;
    if (!corpus::admit(text, {}) && !is_utf8(text)) FAIL("admitted, and no UTF-8: " << f.path);
    (void)corpus::licence_of(f.text);
  }
}

/// Damages what `whole` holds again and again, puts it at `path`, reads `in`.
void torment(std::string const& kind, std::string const& whole, fs::path const& path, fs::path const& in, int rounds) {
  using clock = std::chrono::steady_clock;
  auto const seconds = setting("SNOWCODER_FUZZ_SECONDS", 0);
  draws const draw(kind, setting("SNOWCODER_FUZZ_SEED", 0));
  auto const end = std::clock() + std::clock_t(seconds) * CLOCKS_PER_SEC;  // processor time
  std::uint64_t round = 0;
  for (; seconds > 0 ? std::clock() < end : round < std::uint64_t(rounds); ++round) {
    put_file(path, tests::damaged(whole, draw, round));
    auto const begun = clock::now();
    check(collect({in}, 1, {.file_bytes = 20'000, .unit_files = 2000}));
    if (clock::now() - begun > std::chrono::seconds(60)) FAIL(kind << " took a minute in round " << round);
  }
  if (seconds > 0) std::cerr << kind << ": " << round << " damaged files\n";
  put_file(path, whole);
}
void torment(std::string const& kind, std::string const& whole, std::string const& name, int rounds) {
  temporary_folder tmp;
  put_file(tmp / name, whole);
  auto const t = collect({tmp / name});
  REQUIRE(t.files.size() >= 2);  // whole it is read
  torment(kind, whole, tmp / name, tmp / name, rounds);
}

std::string const code = "def f(x):\n    return x + 1  # \xc3\xa9t\xc3\xa9\n";
std::string const notebook =
    R"x({"cells": [{"cell_type": "markdown", "source": ["# T\n", "w"]}, {"cell_type": "code", "source": "print(1)",
    "outputs" : [ {"text" : ["1"]}, {"data" : {"text/plain" : "2"}} ]
}], "nbformat": 4
})x";

std::string rows() {
  std::string text;
  for (int i = 0; i < 6; ++i)
    text +=
        io::to_line(io::json{{"content", i % 2 ? code : notebook},
                             {"max_stars_repo_name", "o/r"},
                             {"max_stars_repo_path", "a/" + std::to_string(i) + (i % 2 ? ".py" : ".ipynb")},
                             {"max_stars_count", 7.0},
                             {"metadata", {{"licence", {"MIT", "ISC"}}, {"deep", io::json::array({1, {{"x", nullptr}}})}}}}) +
        "\n";
  return text;
}

/// The files of an archive: source, a notebook, UTF-16, a licence, a link, a folder.
std::string archive_bytes(int (*format)(struct archive*), int (*filter)(struct archive*)) {
  std::string out(1 << 20, '\0');
  std::size_t used = 0;
  struct archive* a = archive_write_new();
  REQUIRE(format(a) == ARCHIVE_OK);
  REQUIRE(filter(a) == ARCHIVE_OK);
  REQUIRE(archive_write_open_memory(a, out.data(), out.size(), &used) == ARCHIVE_OK);
  auto const add = [&](char const* name, std::string const& text, unsigned kind) {
    archive_entry* e = archive_entry_new();
    archive_entry_set_pathname(e, name);
    archive_entry_set_filetype(e, kind);
    archive_entry_set_perm(e, 0644);
    if (kind == AE_IFLNK) archive_entry_set_symlink(e, "/etc/passwd");
    archive_entry_set_size(e, la_int64_t(text.size()));
    REQUIRE(archive_write_header(a, e) >= ARCHIVE_WARN);
    if (!text.empty()) REQUIRE(archive_write_data(a, text.data(), text.size()) == la_ssize_t(text.size()));
    archive_entry_free(e);
  };
  add("r", "", AE_IFDIR);
  add("r/a.py", code, AE_IFREG);
  add("r/b.ipynb", notebook, AE_IFREG);
  add("r/LICENSE", "Mozilla Public License Version 2.0", AE_IFREG);
  add("r/link.py", "", AE_IFLNK);
  add("r/wide.c", std::string("\xff\xfei\0n\0t\0;\0", 10), AE_IFREG);
  add("r/latin.c", "// caf\xe9\n", AE_IFREG);
  archive_write_close(a);
  archive_write_free(a);
  out.resize(used);
  return out;
}

/// Bytes under gzip or zstd, by libarchive's raw form.
std::string packed(std::string const& text, int (*filter)(struct archive*)) {
  std::string out(1 << 20, '\0');
  std::size_t used = 0;
  struct archive* a = archive_write_new();
  REQUIRE(archive_write_set_format_raw(a) == ARCHIVE_OK);
  REQUIRE(filter(a) == ARCHIVE_OK);
  archive_write_set_bytes_in_last_block(a, 1);
  REQUIRE(archive_write_open_memory(a, out.data(), out.size(), &used) == ARCHIVE_OK);
  archive_entry* e = archive_entry_new();
  archive_entry_set_pathname(e, "x");
  archive_entry_set_filetype(e, AE_IFREG);
  REQUIRE(archive_write_header(a, e) >= ARCHIVE_WARN);
  REQUIRE(archive_write_data(a, text.data(), text.size()) == la_ssize_t(text.size()));
  archive_entry_free(e);
  archive_write_close(a);
  archive_write_free(a);
  out.resize(used);
  return out;
}

}  // namespace

TEST_CASE("damaged rows") {
  torment("jsonl", rows(), "x.jsonl", 400);
  torment("jsonl.gz", packed(rows(), archive_write_add_filter_gzip), "x.jsonl.gz", 400);
  torment("jsonl.zst", packed(rows(), archive_write_add_filter_zstd), "x.jsonl.zst", 400);
}

TEST_CASE("damaged archives") {
  torment("tar", archive_bytes(archive_write_set_format_pax, archive_write_add_filter_none), "x.tar", 300);
  torment("tar.gz", archive_bytes(archive_write_set_format_gnutar, archive_write_add_filter_gzip), "x.tar.gz", 300);
  torment("tar.xz", archive_bytes(archive_write_set_format_ustar, archive_write_add_filter_xz), "x.tar.xz", 100);
  torment("tar.bz2", archive_bytes(archive_write_set_format_ustar, archive_write_add_filter_bzip2), "x.tar.bz2", 100);
  torment("zip", archive_bytes(archive_write_set_format_zip, archive_write_add_filter_none), "x.zip", 300);
}

TEST_CASE("damaged text") {
  temporary_folder tmp;
  fs::create_directories(tmp / "in" / "r");
  std::string const sets[] = {code, notebook, "// \x93\xfa\x96\x7b\x8c\xea\x82\xcc\x92\x8d\x8e\xdf\n",
                              std::string("\xfe\xff\0/\0/\0 \xd8\x3d\xde\x00", 12), "\x1b$B%F%9%H\x1b(B\n"};
  for (auto const* name : {"x.py", "x.ipynb", "LICENSE"})
    for (auto const& text : sets) torment("text", text, tmp / "in" / "r" / name, tmp / "in", 40);
}

#ifdef SNOWCODER_PARQUET
TEST_CASE("damaged Parquet") {
  arrow::StringBuilder texts, paths;
  arrow::Int64Builder stars;
  for (int i = 0; i < 40; ++i) {
    REQUIRE(texts.Append(code + std::to_string(i)).ok());
    REQUIRE(paths.Append("a/" + std::to_string(i) + ".py").ok());
    REQUIRE((i % 3 ? stars.Append(i) : stars.AppendNull()).ok());
  }
  auto const table =
      arrow::Table::Make(arrow::schema({arrow::field("content", arrow::utf8()), arrow::field("path", arrow::utf8()),
                                        arrow::field("stars", arrow::int64())}),
                         {*texts.Finish(), *paths.Finish(), *stars.Finish()});
  for (auto const codec : {arrow::Compression::UNCOMPRESSED, arrow::Compression::SNAPPY, arrow::Compression::ZSTD}) {
    auto const sink = *arrow::io::BufferOutputStream::Create();
    auto const properties = parquet::WriterProperties::Builder().compression(codec)->build();
    REQUIRE(parquet::arrow::WriteTable(*table, arrow::default_memory_pool(), sink, 15, properties).ok());
    torment("parquet", (*sink->Finish())->ToString(), "x.parquet", 200);
  }
}
#endif

#ifdef SNOWCODER_GIT
TEST_CASE("damaged git objects") {
  temporary_folder tmp;
  git_libgit2_init();
  git_repository* r = nullptr;
  REQUIRE(git_repository_init(&r, (tmp / "r.git").c_str(), 1) == 0);
  git_treebuilder* builder = nullptr;
  REQUIRE(git_treebuilder_new(&builder, r, nullptr) == 0);
  for (int i = 0; i < 6; ++i) {
    git_oid blob;
    auto const text = code + std::string(std::size_t(i) * 40, '#') + "\n";
    REQUIRE(git_blob_create_from_buffer(&blob, r, text.data(), text.size()) == 0);
    REQUIRE(git_treebuilder_insert(nullptr, builder, (std::to_string(i) + ".py").c_str(), &blob, GIT_FILEMODE_BLOB) == 0);
  }
  git_oid tree_id, commit;
  REQUIRE(git_treebuilder_write(&tree_id, builder) == 0);
  git_treebuilder_free(builder);
  git_tree* tree = nullptr;
  git_signature* who = nullptr;
  REQUIRE(git_tree_lookup(&tree, r, &tree_id) == 0);
  REQUIRE(git_signature_new(&who, "A", "a@b", 1'700'000'000, 0) == 0);
  REQUIRE(git_commit_create(&commit, r, "HEAD", who, who, nullptr, "words", tree, 0, nullptr) == 0);
  REQUIRE(collect({tmp / "r.git"}).files.size() == 6);
  auto const torment_store = [&](std::string const& kind, int rounds) {
    std::vector<fs::path> files;
    for (auto const& e : fs::recursive_directory_iterator(tmp / "r.git"))
      if (e.is_regular_file() && (e.path().string().find("/objects/") != std::string::npos || e.path().filename() == "HEAD"))
        files.push_back(e.path());
    std::sort(files.begin(), files.end());
    for (auto const& file : files) {
      fs::permissions(file, fs::perms::owner_all);
      std::ifstream in(file, std::ios::binary);
      std::string const whole{std::istreambuf_iterator<char>(in), {}};
      torment(kind, whole, file, tmp / "r.git", rounds);
    }
    REQUIRE(collect({tmp / "r.git"}).files.size() == 6);
  };
  torment_store("git loose", 40);
  git_packbuilder* pack = nullptr;
  REQUIRE(git_packbuilder_new(&pack, r) == 0);
  REQUIRE(git_packbuilder_insert_commit(pack, &commit) == 0);
  REQUIRE(git_packbuilder_write(pack, (tmp / "r.git" / "objects" / "pack").c_str(), 0644, nullptr, nullptr) == 0);
  git_packbuilder_free(pack);
  for (auto const& e : fs::directory_iterator(tmp / "r.git" / "objects"))
    if (e.path().filename().string().size() == 2) fs::remove_all(e.path());
  torment_store("git pack", 200);
  git_signature_free(who);
  git_tree_free(tree);
  git_repository_free(r);
  git_libgit2_shutdown();
}
#endif
