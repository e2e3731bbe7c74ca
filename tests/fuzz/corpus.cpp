// SPDX-License-Identifier: Apache-2.0
// What a repository holds: bytes to text, notebooks, the language and licence of a file, paths, archives, packs of git.
#include <snowcoder/corpus/admit.hpp>
#include <snowcoder/corpus/language.hpp>
#include <snowcoder/corpus/licence.hpp>
#include <snowcoder/corpus/notebook.hpp>
#include <snowcoder/dedup/licence_expression.hpp>
#include <snowcoder/io/archive.hpp>
#include <snowcoder/io/git_pack.hpp>
#include <snowcoder/tokenize/notebook.hpp>

#include "target.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace snowcoder;

std::vector<std::string> texts() {
  return {
      "#!/usr/bin/env -S python3 -u\n# -*- mode: ruby; coding: utf-8 -*-\nx = 1  # caf\xc3\xa9\n# vim: set ft=python ts=2:\n",
      "/* SPDX-License-Identifier: MIT OR Apache-2.0 */\n#include <stdio.h>\n#ifdef __cplusplus\nclass x;\n#endif\n",
      std::string("\xff\xfe"
                  "a\0b\0\xe9\0\n\0",
                  10),
      std::string("\0/\0/\0 \0x\xd8\x3d\xde\0\0\n", 14),
      "// caf\xe9 \x93\xfa\x96\x7b\x8c\xea\x82\xcc\x92\x8d\x8e\xdf\n",
      "\x1b$B%F%9%H\x1b(B\n",
      "Permission is hereby granted, free of charge, to any person obtaining a copy\n% prolog\n:- use_module(x).\n"};
}

void check_text(std::string_view bytes) {
  static constexpr char const* paths[] = {"a/b.py", "x.h", "q.ipynb", "Makefile", "v.sql", "m.ts", "a.pl",
                                          "r.cs",   "t.m", "LICENSE", "c.php",    "x.v",   "",     "d.min.js"};
  auto const choice = fuzz::taken(bytes);
  std::string text(bytes), came_in;
  fuzz::expect(io::is_utf8_text(bytes) == is_utf8(bytes), "two opinions on what is UTF-8");
  if (!corpus::admit(text, {}, &came_in)) {
    fuzz::expect(is_utf8(text) && text.find('\0') == text.npos && !text.empty(), "admitted, and no text");
    if (came_in.empty())
      fuzz::expect(bytes.ends_with(text) && bytes.size() - text.size() <= 3, "a text changed that was UTF-8 already");
  }
  auto const path = paths[choice % std::size(paths)];
  auto const language = corpus::identify(path, bytes);
  fuzz::expect(corpus::identify(path, bytes) == language, "a file has two languages");
  (void)corpus::identify(path, bytes, bytes.substr(0, choice));
  auto const tag = corpus::spdx_tag(bytes);
  fuzz::expect(is_utf8(tag), "a licence that is no text");
  (void)corpus::licence_of(bytes);
  (void)corpus::is_licence_file(bytes);
  if (auto const safe = corpus::safe_path(bytes)) {
    fuzz::expect(corpus::safe_path(*safe) == safe && !safe->starts_with('/') && ("/" + *safe + "/").find("/../") == safe->npos,
                 "a path that leads elsewhere");
    (void)corpus::in_version_control(*safe);
  }
}

std::vector<std::string> notebooks() {
  return {
      R"x({"cells": [{"cell_type": "markdown", "source": ["# T\n", "w"]}, {"cell_type": "code", "source": "%magic\nprint(1)",
    "outputs" : [ {"text" : ["1"]}, {"data" : {"text/plain" : "2"}} ]}, {"cell_type":"raw","source":"r"}], "nbformat": 4})x",
      R"x({"worksheets":[{"cells":[{"cell_type":"heading","source":"<jupyter_code>"},{"cell_type":"code","input":["a\r\n"],
    "outputs":[{"text":"<empty_output>"}]}]}]})x"};
}

struct no_tokens {
  void encode(std::string_view, std::vector<token_id>&) const {}
};

void check_notebook(std::string_view bytes) {
  auto const cells = corpus::detail::notebook_cells(bytes, "");
  auto const script = corpus::notebook_script(bytes, "");
  fuzz::expect(script.has_value() == cells.has_value(), "a notebook to one form only");
  if (!cells) return;
  fuzz::expect(is_utf8(*script), "a script that is no text");
  auto const text = corpus::notebook_structure(bytes, "").value();
  fuzz::expect(is_utf8(text), "a structured notebook that is no text");
  if (text.empty()) return;
  std::size_t code = 0, runs_of_words = 0, found = 0;
  for (std::size_t i = 0; i < cells->size(); ++i) {
    auto const& c = (*cells)[i];
    code += c.code;
    runs_of_words += !c.code && (i == 0 || (*cells)[i - 1].code);
  }
  std::size_t sentinels[5] = {};
  std::string joined;
  tokenize::split_notebook(
      text, [&](std::string_view part) { joined += part; },
      [&](token_id id) {
        for (std::size_t k = 0; k < 5; ++k)
          if (id == token_id(config::sentinel_id(tokenize::notebook_sentinels[k])))
            ++sentinels[k], ++found, joined += tokenize::notebook_sentinels[k];
      });
  fuzz::expect(joined == text, "the parts of a notebook do not join");
  fuzz::expect(sentinels[0] == 1 && sentinels[1] == runs_of_words && sentinels[2] == code && sentinels[3] == code,
               "a cell forged a sentinel");
  fuzz::expect(corpus::script_text(text, config::notebook_form::structured).find("<jupyter_") == text.npos,
               "a script that passes for a structured notebook");
  for (std::size_t at = 0; at <= text.size(); at += 1 + at / 8) {  // no cut goes through a sentinel
    auto const cut = tokenize::notebook_encoder<no_tokens>::allowed_cut(text, at);
    std::size_t in_halves = 0;
    for (auto half : {std::string_view(text).substr(0, cut), std::string_view(text).substr(cut)})
      tokenize::split_notebook(
          half, [](std::string_view) {}, [&](token_id) { ++in_halves; });
    fuzz::expect(cut <= at && in_halves == found, "a cut goes through a sentinel");
  }
}

std::vector<std::string> licences() {
  return {"MIT OR Apache-2.0", "(GPL-2.0+ WITH Classpath-exception-2.0) AND BSD-3-Clause", "Apache-2.0/MIT", "unknown"};
}
void check_licence(std::string_view bytes) { (void)dedup::is_permissive(bytes); }

std::string written(int (*format)(struct archive*), int (*filter)(struct archive*)) {
  std::string out(1 << 20, '\0');
  std::size_t used = 0;
  struct archive* a = archive_write_new();
  format(a);
  filter(a);
  archive_write_set_bytes_in_last_block(a, 1);
  archive_write_open_memory(a, out.data(), out.size(), &used);
  for (auto const& [name, text] : {std::pair<std::string, std::string>{"r/a.py", "x = 1\n"}, {"r/b", std::string(3000, 'b')}}) {
    archive_entry* e = archive_entry_new();
    archive_entry_set_pathname(e, name.c_str());
    archive_entry_set_filetype(e, AE_IFREG);
    archive_entry_set_perm(e, 0644);
    archive_entry_set_size(e, la_int64_t(text.size()));
    archive_write_header(a, e);
    archive_write_data(a, text.data(), text.size());
    archive_entry_free(e);
  }
  archive_write_close(a);
  archive_write_free(a);
  out.resize(used);
  return out;
}
std::vector<std::string> archives() {
  return {written(archive_write_set_format_pax, archive_write_add_filter_none),
          written(archive_write_set_format_gnutar, archive_write_add_filter_gzip),
          written(archive_write_set_format_zip, archive_write_add_filter_none)};
}
void check_archive(std::string_view bytes) {
  constexpr std::int64_t limit = 2000;
  auto a = io::archive_reader::open(fuzz::on_disk(bytes, "archive"), {.times = 250, .free = 1 << 20, .most = 1 << 24});
  for (int count = 0; a && count < 10'000; ++count) {
    auto const more = a->next();
    if (!more || !*more) return;
    if (a->kind() != io::entry_kind::file) continue;
    auto const text = a->read(limit);
    fuzz::expect(!text || std::int64_t(text->size()) <= limit + 1, "more is read than was asked for");
  }
}

std::string big_endian(std::uint64_t n, int width) {
  std::string out;
  for (int i = width - 1; i >= 0; --i) out += char(n >> 8 * i & 0xff);
  return out;
}
/// Two objects of which the second is a delta of the first; the length of the pack, the pack, its index.
std::vector<std::string> packs() {
  std::string const deflated("\x78\x9c\x63\x60\x60\x00\x00\x00\x03\x00\x01", 11);
  std::string pack = std::string("PACK") + big_endian(2, 4) + big_endian(2, 4);
  auto const first = pack.size();
  pack += '\x33' + deflated;
  auto const second = pack.size();
  pack += '\x63' + std::string(1, char(second - first)) + deflated + std::string(20, '\0');
  std::string index("\xfftOc\0\0\0\2", 8);
  for (int byte = 0; byte < 256; ++byte) index += big_endian(std::uint64_t((byte >= 1) + (byte >= 7)), 4);
  index += '\1' + std::string(19, 'a') + '\7' + std::string(19, 'b') + std::string(8, '\0');
  index += big_endian(first, 4) + big_endian(second, 4) + std::string(40, '\0');
  return {big_endian(pack.size(), 2) + pack + index};
}
void check_pack(std::string_view bytes) {
  std::size_t const length = fuzz::taken(bytes) * 256 + fuzz::taken(bytes);
  auto const pack = bytes.substr(0, length);
  fuzz::on_disk(pack, "p.pack");
  auto const p = io::git_pack::open(fuzz::on_disk(bytes.substr(pack.size()), "p.idx"));
  if (!p) return;
  for (int first = 0; first < 256; ++first) (void)p->ends(char(first) + std::string(19, 'a'));
  for (std::size_t at = length + 8 + 1024; at + 20 <= bytes.size(); at += 20) (void)p->ends(bytes.substr(at, 20));
}

fuzz::registered const a{{"text", texts, check_text, 1000}};
fuzz::registered const b{{"notebook", notebooks, check_notebook, 1000}};
fuzz::registered const c{{"licence", licences, check_licence, 1000}};
fuzz::registered const d{{"archive", archives, check_archive}};
fuzz::registered const e{{"git_pack", packs, check_pack}};

}  // namespace
