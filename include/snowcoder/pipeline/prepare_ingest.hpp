// SPDX-License-Identifier: Apache-2.0
// First pass of prepare: everything that can be decided about a file without looking at others. Files are read ahead, judged
// in parallel batches, and written to the spill or to the rejects in the order of the inputs.
#pragma once

#include <snowcoder/config/concepts.hpp>
#include <snowcoder/core/progress.hpp>
#include <snowcoder/core/thread_pool.hpp>
#include <snowcoder/corpus/notebook.hpp>
#include <snowcoder/corpus/read_unit.hpp>
#include <snowcoder/dedup/rank.hpp>
#include <snowcoder/io/compressed.hpp>
#include <snowcoder/pipeline/prepare_funnel.hpp>
#include <snowcoder/pipeline/prepare_redactions.hpp>
#include <snowcoder/pipeline/prepare_spill.hpp>
#include <snowcoder/pipeline/read_ahead.hpp>
#include <snowcoder/privacy/redact.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace snowcoder::pipeline {

struct prepare_options {
  std::vector<std::filesystem::path> in, benchmarks;
  std::filesystem::path out;
  std::int64_t memory = std::int64_t(2) << 30;
  int repository_depth = 1;
  corpus::limits at_most;
  io::row_columns columns;
  corpus::notebook_form notebooks = corpus::notebook_form::script;
  bool redact = true;
  double held_out = 0;     ///< share of the clean documents that is kept out of training
  std::uint64_t seed = 0;  ///< of the draws that choose them
  int threads = 1;
  std::string device = "cpu";  ///< or cuda: where near duplicates are found; what is found is the same
};

/// What the passes share: documents, repositories, counts, rejects.
struct prepare_state {
  prepare_state(spill&& kept, io::text_writer&& dropped, io::text_writer&& replaced)
      : documents(std::move(kept)), rejects(std::move(dropped)), redactions(std::move(replaced)) {}

  spill documents;
  io::text_writer rejects, redactions;
  funnel counts;
  std::vector<std::string> repositories, licences;  ///< by number
  std::int64_t broken = 0;                          ///< refused because they could not be read as what they claim to be
  std::map<std::string, std::int64_t> converted;    ///< files by the character set that they came in
  redaction_totals redacted;

  std::uint32_t number_of(std::string const& repository) {
    auto const [at, is_new] = numbers_.try_emplace(repository, std::uint32_t(repositories.size()));
    if (is_new) {
      repositories.push_back(repository);
      licences.emplace_back();
    }
    return at->second;
  }
  expected<void> drop(dropped_file const& d) {
    auto const repository = number_of(d.repository);
    counts.dropped(d.language, d.why.stage, d.why.reason, repository, d.bytes);
    return rejects.write_line(dropped_line(d));
  }

 private:
  std::unordered_map<std::string, std::uint32_t> numbers_;
};

namespace detail {

/// A file on its way: what came, and what was decided.
struct judged_file {
  corpus::source_file file;
  corpus::ingest_refusal refusal;  ///< reason empty: the file was read
  std::int64_t bytes = 0;
  config::language language = config::language::other;
  document made;
  reject why;  ///< reason empty: kept so far
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
  if (j.language == config::language::jupyter_notebook && !is_script_already) {
    auto made = corpus::notebook_text(f.text, options.notebooks, f.path);
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
}

/// Writes what was decided about one file.
inline expected<void> settle(judged_file& j, prepare_state& state) {
  auto const& repository_name = j.refusal.reason.empty() ? j.file.repository : j.refusal.repository;
  auto const repository = state.number_of(repository_name);
  SNOWCODER_CHECK(check_number(state.repositories.size(), "repositories"));
  state.counts.came_in(j.language, repository, j.bytes);
  state.broken += j.broken;
  if (!j.why.reason.empty())
    return state.drop(
        {std::move(j.why), repository_name, j.refusal.reason.empty() ? j.file.path : j.refusal.path, j.language, j.bytes});
  if (!j.character_set.empty()) ++state.converted[j.character_set];
  auto const& d = j.made;
  state.redacted.add(j.redacted);
  if (j.redacted.changed())
    SNOWCODER_CHECK(state.redactions.write_line(redaction_line(d.id, d.repository, d.path, j.redacted)));
  auto const found = [&](auto... kinds) { return std::uint16_t(std::min((j.redacted.of(kinds).found + ...), 65535u)); };
  using privacy::kind;
  return state.documents.add(d, {.source_bytes = std::uint32_t(j.bytes),
                                 .repository = repository,
                                 .id = hash128::from_hex(d.id).value(),
                                 .content = d.content_hash(),
                                 .stars = d.stars.value_or(-1),
                                 .forks = d.forks.value_or(-1),
                                 .language = d.language,
                                 .permissive = dedup::is_permissive(d.licence),
                                 .emails = found(kind::email),
                                 .addresses = found(kind::ipv4, kind::ipv6),
                                 .secrets = found(kind::key, kind::password)});
}

}  // namespace detail

/// Reads all inputs into `state`.
template <config::recipe R>
expected<void> ingest(prepare_options const& options, prepare_state& state, thread_pool& pool, progress& bar) {
  SNOWCODER_TRY(auto const units, corpus::find_units(options.in, options.repository_depth));
  std::vector<detail::judged_file> batch;
  std::int64_t held = 0;
  auto const batch_bytes = std::clamp<std::int64_t>(options.memory / 16, std::int64_t(1) << 20, std::int64_t(32) << 20);
  bar.begin("read and filter", "files", 0);
  auto const settle_batch = [&]() -> expected<void> {
    pool.for_each_index(std::int64_t(batch.size()),
                        [&](std::int64_t i) { detail::judge_file<R>(batch[std::size_t(i)], options); });
    for (auto& j : batch) SNOWCODER_CHECK(detail::settle(j, state));
    bar.advance(std::int64_t(batch.size()));
    batch.clear();
    held = 0;
    return {};
  };
  auto const hold = [&](read_item&& item) {
    held += held_bytes(item);
    if (auto* licence = std::get_if<found_licence>(&item)) {
      auto& known = state.licences[state.number_of(licence->repository)];
      if (known.empty()) known = std::move(licence->licence);
      return;
    }
    auto& j = batch.emplace_back();
    if (auto* file = std::get_if<corpus::source_file>(&item)) {
      j.bytes = std::int64_t(file->text.size());
      j.file = std::move(*file);
    } else {
      j.refusal = std::get<corpus::ingest_refusal>(std::move(item));
      j.bytes = j.refusal.bytes;
    }
  };
  read_ahead files(
      units,
      [&](corpus::unit const& u, corpus::receiver const& to) {
        return corpus::read_unit(u, options.at_most, to, options.columns);
      },
      options.threads, batch_bytes);
  std::vector<read_item> piece;
  for (;;) {
    SNOWCODER_TRY(bool const more, files.next(piece));
    if (!more) break;
    for (auto& item : piece) hold(std::move(item));
    if (held >= batch_bytes) SNOWCODER_CHECK(settle_batch());
  }
  SNOWCODER_CHECK(settle_batch());
  return state.documents.finish();
}

}  // namespace snowcoder::pipeline
