// SPDX-License-Identifier: Apache-2.0
// Rows of documents, plain or compressed: three parsers of one row agree, what is written again is read again, and a file gives
// the same lines however it is packed.
#include <snowcoder/core/utf8.hpp>
#include <snowcoder/io/compressed.hpp>
#include <snowcoder/io/document_file.hpp>
#include <snowcoder/io/source_row.hpp>

#include "target.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace snowcoder;

std::string compressed(std::string_view text, bool gzip) {
  std::string out(text.size() + 1000, '\0');
  if (gzip) {
    z_stream z{};
    deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    z.avail_in = uInt(text.size());
    z.next_out = reinterpret_cast<Bytef*>(out.data());
    z.avail_out = uInt(out.size());
    deflate(&z, Z_FINISH);
    out.resize(z.total_out);
    deflateEnd(&z);
  } else {
    out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 1));
  }
  return out;
}

std::vector<std::string> rows() {
  document d;
  d.id = "a";
  d.text = "int main() {\n\treturn 0;\n}\n";
  d.repository = "o/r";
  d.path = "a.c";
  d.language = config::language::c;
  d.licence = "MIT";
  d.created = "2024-05-01T12:00:00.000Z";
  d.stars = 4;
  auto const row = io::document_line(d);
  return {row, R"({"content":"x","max_stars_repo_name":"o/r","max_stars_repo_path":"a/b","max_stars_count":7.0,"ext":"py",
 "metadata":{"licence":["MIT"],"language":"C","stars":1e300,"path":null}})",
          R"({"text":"\ud83d\ude00\u0000","metadata":{"language":"Nobody's"}})"};
}

void check_row(std::string_view bytes) {
  io::document_parser whole;
  io::document_view_parser views;
  io::source_row_parser source;
  std::string padded(bytes);
  padded.append(io::row_padding, '\xff');
  std::string_view const line(padded.data(), bytes.size());
  auto const d = whole.parse(bytes, "");
  auto const v = views.parse(line);
  auto const s = source.parse_padded(line, "");
  fuzz::expect(d.has_value() == v.has_value(), "document_parser and document_view_parser take different rows");
  if (s) fuzz::expect(is_utf8(s->content.text) && is_utf8(s->content.path), "a source row that is no text");
  if (!d) return;
  fuzz::expect(d->text == v->text && d->id == v->id && d->repository == v->repository && d->path == v->path &&
                   d->language == v->language,
               "document_parser and document_view_parser read one row differently");
  fuzz::expect(is_utf8(d->text), "the text of a document is no text");
  auto const again = whole.parse(io::document_line(*d), "");
  fuzz::expect(again.has_value() && io::document_line(*again) == io::document_line(*d) && again->text == d->text,
               "a document is not what it was once it is written and read");
}

struct lines {
  std::vector<std::string> all;
  std::int64_t too_long = 0;
  std::string problem;
  friend bool operator==(lines const&, lines const&) = default;
};
lines lines_of(std::filesystem::path const& path, std::size_t longest) {
  lines found;
  auto reader = io::line_reader::open(path, longest);
  if (!reader) return {{}, 0, reader.error().what};
  for (std::string_view line;;) {
    auto const more = reader->next(line);
    if (!more && !reader->can_go_on()) return found.problem = more.error().what, found;
    if (!more) {
      ++found.too_long;
      continue;
    }
    if (!*more) return found;
    found.all.emplace_back(line);
    std::string_view const behind(line.data() + line.size(), io::line_reader::padding);
    fuzz::expect(behind.size() == io::line_reader::padding && (behind.back() | 1), "bytes behind a line may be read");
  }
}

void check_lines(std::string_view bytes) {
  std::size_t const longest = fuzz::taken(bytes) % 8 ? std::size_t(1) << 20 : 10;
  auto const plain = lines_of(fuzz::on_disk(bytes, "lines"), longest);
  bool const packed = bytes.starts_with("\x1f\x8b") || bytes.starts_with("\x28\xb5\x2f\xfd");
  if (packed) return;
  fuzz::expect(plain.problem.empty(), "a plain file cannot be read: " + plain.problem);
  fuzz::expect(lines_of(fuzz::on_disk(compressed(bytes, true), "lines.gz"), longest) == plain, "other lines under gzip");
  fuzz::expect(lines_of(fuzz::on_disk(compressed(bytes, false), "lines.zst"), longest) == plain, "other lines under zstd");
  if (longest == 10) return;
  std::string joined;
  for (auto const& line : plain.all) joined += line + "\n";
  if (!bytes.empty() && !bytes.ends_with('\n')) joined.pop_back();
  fuzz::expect(joined == bytes, "the lines of a file are not what is in it");
}

std::vector<std::string> files() {
  std::string text;
  for (auto const& row : rows()) text += row + "\n\n";
  return {text, '\1' + text, '\1' + compressed(text, true), '\1' + compressed(text, false)};
}

fuzz::registered const row{{"document_row", rows, check_row, 2000}};
fuzz::registered const file{{"line_reader", files, check_lines}};

}  // namespace
