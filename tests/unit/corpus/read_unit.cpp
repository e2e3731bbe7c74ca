// SPDX-License-Identifier: Apache-2.0
// Reading folders, archives and rows, whole, damaged and hostile. Archives are made here with a writer of 512-byte tar
// headers, so that they can say what no honest program writes.
#include <snowcoder/corpus/read_unit.hpp>
#include <snowcoder/io/atomic_file.hpp>
#include <snowcoder/io/compressed.hpp>

#include "support/catch.hpp"
#include "support/collected.hpp"
#include "support/temporary_folder.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>
#include <zlib.h>

#include <cstdio>
#include <fstream>

using namespace snowcoder;
using namespace snowcoder::corpus;
namespace fs = std::filesystem;

namespace {

collected read(std::vector<fs::path> const& in, int depth = 1, limits const& at_most = {}) {
  return collect(in, depth, at_most);
}
void put(fs::path const& path, std::string const& text) { put_file(path, text); }

std::string tar_entry(std::string const& name, std::string const& text, char type = '0', std::string const& link = {}) {
  std::string h(512, '\0');
  auto const set = [&](std::size_t at, std::string const& value) { h.replace(at, value.size(), value); };
  char size[16];
  std::snprintf(size, sizeof size, "%011o", unsigned(text.size()));
  set(0, name);
  set(100, "0000644");
  set(108, "0000000");
  set(116, "0000000");
  set(124, size);
  set(136, "00000000000");
  h[156] = type;
  set(157, link);
  set(257, std::string("ustar\0"
                       "00",
                       8));
  set(148, "        ");
  unsigned sum = 0;
  for (unsigned char c : h) sum += c;
  char check[8];
  std::snprintf(check, sizeof check, "%06o", sum);
  h.replace(148, 7, std::string(check, 7));
  auto body = text;
  body.resize((body.size() + 511) / 512 * 512, '\0');
  return h + body;
}
std::string const tar_end(1024, '\0');

std::string gzip(std::string const& text) {
  z_stream z{};
  REQUIRE(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&z, text.size()) + 64, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = uInt(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = uInt(out.size());
  REQUIRE(deflate(&z, Z_FINISH) == Z_STREAM_END);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

}  // namespace

TEST_CASE("a folder of repositories") {
  temporary_folder tmp;
  auto const in = tmp / "in";
  put(in / "b" / "src" / "x.py", "x = 1\n");
  put(in / "b" / ".git" / "hooks.py", "no\n");
  put(in / "b" / "image.png", "\x89PNG");
  put(in / "b" / "LICENSE", "Permission is hereby granted, free of charge, to any person obtaining a copy\n");
  put(in / "a" / "y.c", "int y;\n");
  put(in / "loose.rb", "z = 1\n");
  put(tmp / "secret.py", "password = 1\n");
  fs::create_symlink(tmp / "secret.py", in / "a" / "link.py");
  fs::create_directory_symlink("..", in / "a" / "up");
  auto const t = read({in});
  CHECK(t.paths() == "a:y.c b:LICENSE b:src/x.py in:loose.rb ");
  CHECK(t.reasons() == "symbolic_link symbolic_link version_control language ");
  CHECK(t.licences.at("b") == "MIT");
  CHECK(read({in}, 0).paths() == "in:a/y.c in:b/LICENSE in:b/src/x.py in:loose.rb ");
  CHECK(read({in / "b"}).paths() == "b:LICENSE b:src/x.py ");                    // .git makes it one repository …
  CHECK(read({in}, 2).paths() == read({in}).paths());                            // … at any depth
  CHECK(read({in}, 1, {.file_bytes = 6}).paths() == "b:src/x.py in:loose.rb ");  // y.c has 7 bytes, LICENSE more
  put(in / "owner" / "name" / "x.py", "x\n");
  put(in / "owner" / "loose.py", "x\n");
  CHECK(read({in}, 2).paths() == "a:y.c b:LICENSE b:src/x.py in:loose.rb owner:loose.py owner/name:x.py ");
}

TEST_CASE("the order of the paths does not matter") {
  temporary_folder tmp;
  put(tmp / "p" / "r" / "a.py", "a\n");
  put(tmp / "q" / "s" / "b.py", "b\n");
  CHECK(read({tmp / "p", tmp / "q"}).paths() == read({tmp / "q", tmp / "p"}).paths());
}

TEST_CASE("archives, honest and not") {
  temporary_folder tmp;
  put(tmp / "lib_1.0.orig.tar", tar_entry("lib-1.0/a.py", "a = 1\n") + tar_entry("lib-1.0/.git/b.py", "no") +
                                    tar_entry("../../evil.py", "x") + tar_entry("/etc/evil.py", "x") +
                                    tar_entry("lib-1.0/l.py", "", '2', "/etc/passwd") + tar_entry("lib-1.0/dev.py", "", '3') +
                                    tar_entry("lib-1.0/bin.png", "x") + tar_entry("lib-1.0/z.py", "z = 1\n") + tar_end);
  auto const t = read({tmp / "lib_1.0.orig.tar"});
  CHECK(t.paths() == "lib_1.0.orig:lib-1.0/a.py lib_1.0.orig:lib-1.0/z.py ");
  CHECK(t.reasons() == "unsafe_path unsafe_path symbolic_link not_a_file language ");
  CHECK(t.files[1].text == "z = 1\n");
}

TEST_CASE("zip archives, and archives inside of archives") {
  temporary_folder tmp;
  struct archive* a = archive_write_new();
  archive_write_set_format_zip(a);
  REQUIRE(archive_write_open_filename(a, (tmp / "lib-2.zip").c_str()) == ARCHIVE_OK);
  auto const add = [&](char const* name, std::string const& text, unsigned kind = AE_IFREG, char const* link = nullptr) {
    archive_entry* e = archive_entry_new();
    archive_entry_set_pathname(e, name);
    archive_entry_set_filetype(e, kind);
    archive_entry_set_perm(e, 0644);
    if (link) archive_entry_set_symlink(e, link);
    archive_entry_set_size(e, la_int64_t(text.size()));
    REQUIRE(archive_write_header(a, e) >= ARCHIVE_WARN);
    if (!text.empty()) REQUIRE(archive_write_data(a, text.data(), text.size()) == la_ssize_t(text.size()));
    archive_entry_free(e);
  };
  add("lib-2/a.py", "a = 1\n");
  add("lib-2/inner.tar.gz", "x");
  add("../b.py", "b = 1\n");
  add("lib-2/l.py", "", AE_IFLNK, "/etc/passwd");
  add("lib-2/LICENSE", "Boost Software License - Version 1.0");
  add("lib-2/big.py", std::string(5000, 'x'));
  archive_write_close(a);
  archive_write_free(a);
  auto const t = read({tmp / "lib-2.zip"}, 1, {.file_bytes = 4000});
  CHECK(t.paths() == "lib-2:lib-2/a.py lib-2:lib-2/LICENSE ");
  CHECK(t.reasons() == "nested_archive unsafe_path symbolic_link too_large ");
  CHECK(t.licences.at("lib-2") == "BSL-1.0");
}

TEST_CASE("archives that grow beyond every measure are refused before they do") {
  temporary_folder tmp;
  auto const zeros = std::string(std::size_t(24) << 20, '\0');
  put(tmp / "bomb.tar.gz",
      gzip(tar_entry("a.py", "a = 1\n") + tar_entry("zeros.png", zeros) + tar_entry("b.py", "b\n") + tar_end));
  auto bomb = io::archive_reader::open(tmp / "bomb.tar.gz", {.times = 20, .free = 1 << 20});
  REQUIRE(bomb);
  CHECK(*bomb->next());
  CHECK(*bomb->next());
  CHECK_FALSE(bomb->next());
  CHECK(bomb->bomb());
  CHECK(read({tmp / "bomb.tar.gz"}).paths() == "bomb:a.py bomb:b.py ");  // 24 MiB are no bomb yet
  std::string many;
  for (int i = 0; i < 50; ++i) many += tar_entry("f" + std::to_string(i) + ".py", "");
  put(tmp / "many.tar", many + tar_end);
  auto const t = read({tmp / "many.tar"}, 1, {.unit_files = 20});
  CHECK(t.files.size() == 20);
  CHECK(t.reasons() == "archive_bomb ");
  std::string deep = "d";
  for (int i = 0; i < 40; ++i) deep += "/d";
  put(tmp / "deep.tar", tar_entry(deep + "/x.py", "x\n") + tar_end);
  CHECK(read({tmp / "deep.tar"}, 1, {.folder_depth = 8}).reasons() == "too_deep ");
}

TEST_CASE("deep folders, devices and locked ones") {
  temporary_folder tmp;
  auto folder = tmp / "r";
  for (int i = 0; i < 80; ++i) folder /= "d";
  put(folder / "x.py", "x\n");
  put(tmp / "r" / "y.py", "y\n");
  REQUIRE(::mkfifo((tmp / "r" / "pipe.py").c_str(), 0600) == 0);
  auto const t = read({tmp.path()});
  CHECK(t.paths() == "r:y.py ");
  CHECK(t.reasons() == "too_deep not_a_file ");
  CHECK(read({tmp.path()}, 1, {.folder_depth = 100}).files.size() == 2);
}

TEST_CASE("a file's own licence tag is the file's") {
  temporary_folder tmp;
  put(tmp / "r" / "x.py", "# SPDX-License-Identifier: MIT\n");
  put(tmp / "rows.jsonl", "{\"text\": \"// SPDX-License-Identifier: ISC\", \"path\": \"a.c\"}\n");
  CHECK(read({tmp.path()}).files[0].licence == "MIT");
  CHECK(read({tmp / "rows.jsonl"}).files[0].licence == "ISC");
}

TEST_CASE("a truncated archive gives what it has and says so") {
  temporary_folder tmp;
  std::string noise;
  for (std::uint64_t i = 0; noise.size() < 200'000; ++i) noise += hash(std::to_string(i)).hex();
  auto const whole = tar_entry("a.py", "a = 1\n") + tar_entry("b.py", noise) + tar_entry("c.py", "c = 1\n") + tar_end;
  put(tmp / "cut.tar", whole.substr(0, 100'000));
  auto const packed = gzip(whole);
  put(tmp / "cut.tar.gz", packed.substr(0, packed.size() / 2));
  put(tmp / "none.tar.gz", "\x1f\x8b garbage that is no gzip");
  for (auto const* name : {"cut.tar", "cut.tar.gz"}) {
    auto const t = read({tmp / name});
    CHECK(t.paths().starts_with("cut:a.py "));
    REQUIRE_FALSE(t.refused.empty());
    CHECK(t.refused.back().broken);
  }
  CHECK(read({tmp / "none.tar.gz"}).reasons() == "broken_archive ");
}

TEST_CASE("rows under the names that data sets use") {
  temporary_folder tmp;
  put(tmp / "rows.jsonl",
      R"({"content": "a", "max_stars_repo_name": "o/r", "max_stars_repo_path": "x/a.py", "max_stars_count": 7, "lang": "Python", "max_stars_repo_licenses": ["MIT"]})"
      "\n"
      R"({"code": "b", "repo_name": "o/s", "path": "b.c", "license": "isc"})"
      "\n"
      R"({"id": "00112233445566778899aabbccddeeff", "text": "c", "metadata": {"repository": "o/t", "path": "c.go", "language": "Go", "stars": 3}})"
      "\n"
      R"({"text": "d"})"
      "\n");
  auto const t = read({tmp / "rows.jsonl"});
  CHECK(t.paths() == "o/r:x/a.py o/s:b.c o/t:c.go rows:rows/4 ");
  CHECK(t.files[0].stars == 7);
  CHECK(t.files[0].licence == "MIT");
  CHECK(t.files[0].language == "Python");
  CHECK(t.files[1].licence == "isc");
  CHECK(t.files[2].id == "00112233445566778899aabbccddeeff");
  CHECK(t.files[2].stars == 3);
}

TEST_CASE("broken rows are refused one by one") {
  temporary_folder tmp;
  put(tmp / "rows.jsonl",
      "{\"text\": \"a\", \"path\": \"a.py\"}\nnot json\n[1]\n{\"path\": \"x.py\"}\n{\"text\": 5}\n{\"text\": \"\xff\"}\n\n"
      "{\"text\": \"a\", \"path\": \"../../a.py\"}\n{\"text\": \"z\", \"path\": \"z.py\"}");
  auto const t = read({tmp / "rows.jsonl"});
  CHECK(t.paths() == "rows:a.py rows:z.py ");
  CHECK(t.reasons() == "broken_row broken_row broken_row broken_row broken_row unsafe_path ");
}

TEST_CASE("damaged compression and gigantic lines end a file, not the program") {
  temporary_folder tmp;
  std::string rows;
  for (std::uint64_t i = 0; i < 3000; ++i)
    rows += "{\"text\": \"" + hash(std::to_string(i)).hex() + "\", \"path\": \"a.py\"}\n";
  auto const packed = gzip(rows);
  put(tmp / "cut.jsonl.gz", packed.substr(0, packed.size() - 2000));
  {
    auto w = io::text_writer::open(tmp / "whole.jsonl.zst");
    REQUIRE(w);
    REQUIRE(w->write(rows));
    REQUIRE(w->commit());
    std::ifstream f(tmp / "whole.jsonl.zst", std::ios::binary);
    std::string const z((std::istreambuf_iterator<char>(f)), {});
    put(tmp / "cut.jsonl.zst", z.substr(0, z.size() - 500));
    auto damaged = z;
    damaged[z.size() / 2] = char(damaged[z.size() / 2] ^ 0x55);
    put(tmp / "bad.jsonl.zst", damaged);
  }
  CHECK(read({tmp / "whole.jsonl.zst"}).files.size() == 3000);
  for (auto const* name : {"cut.jsonl.gz", "cut.jsonl.zst", "bad.jsonl.zst"}) {
    INFO(name);
    auto const t = read({tmp / name});
    CHECK(t.reasons() == "broken_file ");
    CHECK(t.files.size() < 3000);
  }
  put(tmp / "long.jsonl",
      "{\"text\": \"" + std::string((std::size_t(1) << 26) + (std::size_t(3) << 20), 'a') + "\"}\n{\"text\": \"b\"}\n");
  auto const t = read({tmp / "long.jsonl"}, 1, {.file_bytes = 1000});
  CHECK(t.reasons() == "too_long_row ");
  CHECK(t.paths() == "long:long/2 ");  // and reading goes on behind the line
}

TEST_CASE("wrong paths are errors that say what to give") {
  temporary_folder tmp;
  CHECK_FALSE(find_units({tmp / "nothing"}, 1));
  put(tmp / "x.docx", "x");
  auto const e = find_units({tmp / "x.docx"}, 1);
  REQUIRE_FALSE(e);
  CHECK(e.error().remedy.find(".jsonl") != std::string::npos);
}
