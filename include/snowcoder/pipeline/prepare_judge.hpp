// SPDX-License-Identifier: Apache-2.0
// What prepare decides about a file without looking at others: is it text, in which language, does it pass the filters, what
// of it is personal.
#pragma once

#include <snowcoder/config/concepts.hpp>
#include <snowcoder/corpus/notebook.hpp>
#include <snowcoder/corpus/read_unit.hpp>
#include <snowcoder/privacy/redact.hpp>
#include <snowcoder/record/document.hpp>
#include <snowcoder/record/reject.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

struct prepare_options {
  std::vector<std::filesystem::path> in, benchmarks;
  std::filesystem::path out;
  std::int64_t memory = std::int64_t(2) << 30;
  int repository_depth = 1;
  corpus::limits at_most;
  io::row_columns columns;
  bool redact = true;
  double held_out = 0;     ///< share of the clean documents that is kept out of training
  std::uint64_t seed = 0;  ///< of the draws that choose them
  int threads = 1;
  std::string device = "cpu";                  ///< or cuda: where near duplicates are found; what is found is the same
  std::chrono::milliseconds save_every{5000};  ///< of reading and comparing; what is not yet saved is lost in an interruption
};

namespace detail {

/// A file on its way: what came, and what was decided.
struct judged_file {
  corpus::source_file file;
  corpus::ingest_refusal refusal;  ///< reason empty: the file was read
  std::int64_t bytes = 0;
  config::language language = config::language::other;
  document made;
  hash128 content;  ///< of its text
  reject why;       ///< reason empty: kept so far
  bool broken = false;
  std::string character_set;    ///< it was converted from; empty: UTF-8
  privacy::redaction redacted;  ///< its text is in `made`
};

/// "longest_line_at_most<1000>, measured 1520".
inline std::string measured_text(std::string const& rule, std::optional<double> measured) {
  if (!measured) return rule;
  char digits[32];
  std::snprintf(digits, sizeof digits, "%.6g", *measured);
  return rule + ", measured " + digits;
}

template <config::recipe R>
bool trains_on(config::language l) {
  return std::find(R::languages.begin(), R::languages.end(), l) != R::languages.end();
}

/// Language, text, filters, privacy, for one file. Pure: any thread, any order.
template <config::recipe R>
void judge_file(judged_file& j, prepare_options const& options) {
  auto const drop = [&](std::string_view stage, std::string_view reason, std::string detail, bool broken = false) {
    j.why.stage = stage;
    j.why.reason = reason;
    j.why.detail = std::move(detail);
    j.broken = broken;
  };
  auto& f = j.file;
  if (!j.refusal.reason.empty()) {
    auto const named = corpus::language_of_name(j.refusal.path);
    j.language = named ? named->language : config::language::other;
    j.why.id = j.refusal.repository + "/" + j.refusal.path;
    return drop(j.refusal.reason == "language" ? "language" : "ingest", j.refusal.reason, j.refusal.detail, j.refusal.broken);
  }
  j.why.id = f.repository + "/" + f.path;
  auto const inadmissible = corpus::admit(f.text, options.at_most, &j.character_set);
  if (inadmissible) {
    auto const named = corpus::language_of_name(f.path);
    j.language = named ? named->language : config::language::other;
    if (j.language == config::language::other)
      return drop("language", "language", "");  // binaries without extension are no source
    auto const size = std::to_string(j.bytes) + " bytes";
    return drop("ingest", inadmissible->reason, inadmissible->detail.empty() ? size : size + ", " + inadmissible->detail,
                inadmissible->broken);
  }
  j.language = corpus::identify(f.path, f.text, f.language);
  if (!trains_on<R>(j.language)) return drop("language", "language", f.language);
  bool const is_script_already = !f.language.empty() && f.text.find_first_not_of(" \t\r\n") != f.text.npos &&
                                 f.text[f.text.find_first_not_of(" \t\r\n")] != '{';
  if (j.language == config::language::jupyter_notebook && is_script_already) {
    f.text = corpus::script_text(std::move(f.text), R::notebooks);
  } else if (j.language == config::language::jupyter_notebook) {
    auto made = corpus::notebook_text(f.text, R::notebooks, f.path);
    if (!made) return drop("ingest", "broken_notebook", made.error().what, true);
    f.text = std::move(*made);
    if (f.text.empty()) return drop("ingest", "empty", "a notebook without text");
  }
  if (f.id.empty()) f.id = document_id(f.repository, f.path, f.text);
  j.why.id = f.id;
  using filters = typename R::filters;
  if (auto const refused = filters::explain(filters::measure(f.text, config::title(j.language), f.path)))
    return drop("filter", refused->name, measured_text(refused->rule, refused->measured));
  if (options.redact) {
    j.redacted = privacy::redact(f.text, f.path);
    f.text = std::move(j.redacted.text);
  }
  j.made = {f.id, std::move(f.text), f.source, f.repository, f.path, j.language, f.licence, f.stars, f.created, f.forks};
  j.content = j.made.content_hash();
}

}  // namespace detail

}  // namespace snowcoder::pipeline
