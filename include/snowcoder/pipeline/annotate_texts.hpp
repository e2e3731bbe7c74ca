// SPDX-License-Identifier: Apache-2.0
// What `annotate embed` may be given: document shards, a folder of plain source files, or a JSONL file of instructions
// ({"language", "problem", "solution"}); told apart by what lies there, read page by page.
#pragma once

#include <snowcoder/annotate/training_set.hpp>
#include <snowcoder/config/annotator.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/corpus/admit.hpp>
#include <snowcoder/corpus/language.hpp>
#include <snowcoder/corpus/notebook.hpp>
#include <snowcoder/io/document_file.hpp>
#include <snowcoder/io/json_field.hpp>
#include <snowcoder/io/mapped_file.hpp>
#include <snowcoder/io/shards.hpp>
#include <snowcoder/record/reject.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

struct text_source {
  std::filesystem::path place;
  std::string kind;                                                 ///< "document", "file" or "instruction"
  std::vector<std::filesystem::path> files;                         ///< shards, source files, or the one JSONL file; sorted
  config::notebook_form notebooks = config::notebook_form::script;  ///< of source files
};

struct named_text {
  std::string id, text;
  config::language language = config::language::other;
};

/// Up to 256 texts of one shard. `rows` counts refused ones too.
struct text_page {
  std::string shard;  ///< without .jsonl and compression
  std::vector<named_text> texts;
  std::vector<reject> rejects;
  std::int64_t rows = 0;
  bool last = false;  ///< of its shard
};
inline constexpr std::int64_t page_texts = 256;

inline expected<text_source> find_texts(std::filesystem::path const& in, config::notebook_form notebooks) {
  namespace fs = std::filesystem;
  std::error_code e;
  if (fs::is_regular_file(in, e)) {
    if (!io::is_jsonl(in.native()))
      return failure("neither a folder nor a .jsonl file", in.string(),
                     "give document shards, a folder of source files or instructions.jsonl");
    SNOWCODER_TRY(auto lines, io::line_reader::open(in));
    std::string_view line;
    SNOWCODER_TRY(bool const more, lines.next_row(line));
    auto const row = more ? io::parse_json(line, lines.place()) : expected<io::json>(io::json());
    bool const instruction = row && row->is_object() && row->contains("problem") && row->contains("solution");
    return text_source{in, instruction ? "instruction" : "document", {in}, notebooks};
  }
  if (!fs::is_directory(in, e)) return failure("no such file or folder", in.string());
  if (auto shards = io::shards(io::documents_folder(in)); !shards.empty())
    return text_source{io::documents_folder(in), "document", std::move(shards), notebooks};
  text_source found{in, "file", {}, notebooks};
  for (fs::recursive_directory_iterator it(in, fs::directory_options::skip_permission_denied, e), end; !e && it != end;
       it.increment(e))
    if (it->is_regular_file(e) && !it->is_symlink(e)) found.files.push_back(it->path());
  if (e) return failure(e.message(), in.string());
  std::sort(found.files.begin(), found.files.end());
  if (found.files.empty()) return failure("neither document shards nor source files", in.string());
  return found;
}

namespace detail {

/// A source file as the corpus would hold it: UTF-8, a notebook in the recipe's form.
inline expected<named_text> read_source_file(std::filesystem::path const& path, std::string id,
                                             config::notebook_form notebooks) {
  SNOWCODER_TRY(auto const file, io::mapped_file::open(path));
  named_text t{std::move(id), std::string(file.bytes()), config::language::other};
  if (auto const wrong = corpus::admit(t.text, corpus::limits{})) return failure(std::string(wrong->reason), t.id);
  t.language = corpus::identify(t.id, t.text);
  if (t.language == config::language::jupyter_notebook) {
    SNOWCODER_TRY(t.text, corpus::notebook_text(t.text, notebooks, t.id));
  }
  return t;
}

inline expected<named_text> read_instruction(std::string_view line, std::string const& place, config::positive_text how) {
  SNOWCODER_TRY(auto const row, io::parse_json(line, place));
  auto const problem = io::text_or(row, "problem"), solution = io::text_or(row, "solution");
  if (problem.empty() || solution.empty()) return failure("instruction without problem or solution", place);
  return named_text{place, annotate::instruction_text(problem, solution, how),
                    config::find_language(io::text_or(row, "language")).value_or(config::language::other)};
}

}  // namespace detail

/// Rows below `source`, for a bar's total.
inline expected<std::int64_t> count_texts(text_source const& source) {
  if (source.kind == "file") return std::int64_t(source.files.size());
  io::shard_rows rows(source.files);
  std::string_view row;
  for (std::int64_t count = 0;; ++count) {
    SNOWCODER_TRY(bool const more, rows.next(row));
    if (!more) return count;
  }
}

/// Calls visit(page) for every page, shard by shard; the last page of a shard is marked and may be empty.
inline expected<void> for_each_text(text_source const& source, config::positive_text how,
                                    std::function<expected<void>(text_page&)> const& visit) {
  text_page page;
  auto const flush = [&](bool last) -> expected<void> {
    page.last = last;
    SNOWCODER_CHECK(visit(page));
    page = {page.shard, {}, {}, 0, false};
    return {};
  };
  auto const add = [&](expected<named_text> t, std::string const& id) -> expected<void> {
    ++page.rows;
    if (t)
      page.texts.push_back(std::move(*t));
    else
      page.rejects.push_back({id, "annotate", "not_a_" + source.kind, t.error().what});
    return page.rows == page_texts ? flush(false) : expected<void>();
  };
  if (source.kind == "file") {
    page.shard = "files";
    for (auto const& f : source.files) {
      auto const id = f.lexically_relative(source.place).generic_string();
      SNOWCODER_CHECK(add(detail::read_source_file(f, id, source.notebooks), id));
    }
    return flush(true);
  }
  io::document_parser parser;
  for (auto const& f : source.files) {
    page.shard = io::shard_name(f);
    SNOWCODER_TRY(auto lines, io::line_reader::open(f));
    for (std::string_view line;;) {
      SNOWCODER_TRY(bool const more, lines.next_row(line));
      if (!more) break;
      auto const place = f.filename().string() + ":" + std::to_string(lines.number());
      if (source.kind == "instruction") {
        SNOWCODER_CHECK(add(detail::read_instruction(line, place, how), place));
        continue;
      }
      auto d = parser.parse_padded(line, place);
      SNOWCODER_CHECK(d ? add(named_text{std::move(d->id), std::move(d->text), d->language}, place)
                        : add(failure(std::move(d).error()), place));
    }
    SNOWCODER_CHECK(flush(true));
  }
  return {};
}

}  // namespace snowcoder::pipeline
