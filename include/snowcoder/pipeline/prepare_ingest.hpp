// SPDX-License-Identifier: Apache-2.0
// First pass of prepare: everything that can be decided about a file without looking at others. Files are read ahead, judged
// in parallel batches, and written to the spill or to the rejects in the order of the inputs. Every few seconds all that was
// settled is made safe, with the place in the inputs that it reaches to: there an interrupted run goes on.
#pragma once

#include <snowcoder/config/concepts.hpp>
#include <snowcoder/core/progress.hpp>
#include <snowcoder/core/thread_pool.hpp>
#include <snowcoder/corpus/read_unit.hpp>
#include <snowcoder/dedup/licence_expression.hpp>
#include <snowcoder/pipeline/prepare_judge.hpp>
#include <snowcoder/pipeline/prepare_state.hpp>
#include <snowcoder/pipeline/read_ahead.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace snowcoder::pipeline {

namespace detail {

/// Writes what was decided about one file.
inline expected<void> settle(judged_file& j, prepare_state& state) {
  bool const was_read = j.refusal.reason.empty();
  state.broken += j.broken;
  if (!j.why.reason.empty())
    return state.refuse({std::move(j.why), was_read ? j.file.repository : j.refusal.repository,
                         was_read ? j.file.path : j.refusal.path, j.language, j.bytes});
  if (!j.character_set.empty()) ++state.converted[j.character_set];
  auto const& d = j.made;
  state.redacted.add(j.redacted);
  if (j.redacted.changed()) SNOWCODER_CHECK(state.tell_redaction(redaction_line(d.id, d.repository, d.path, j.redacted)));
  auto const found = [&](auto... kinds) { return std::uint16_t(std::min((j.redacted.of(kinds).found + ...), 65535u)); };
  using privacy::kind;
  SNOWCODER_TRY(auto const repository, state.number_of(d.repository));
  return state.keep(d, {.source_bytes = std::uint32_t(j.bytes),
                        .repository = repository,
                        .id = hash128::from_hex(d.id).value(),
                        .content = j.content,
                        .stars = d.stars.value_or(-1),
                        .forks = d.forks.value_or(-1),
                        .created = dedup::date_number(d.created),
                        .language = d.language,
                        .licence = dedup::licence_kind_of(d.licence),
                        .emails = found(kind::email),
                        .addresses = found(kind::ipv4, kind::ipv6),
                        .secrets = found(kind::key, kind::password)});
}

/// A place in the inputs: in unit number `unit`, behind so many of its items, and what they were. The key of the work knows the
/// contents of all files, but not of links and the like, which are items too.
struct ingest_place {
  std::size_t unit = 0;
  std::int64_t items = 0;
  hash128 seen;

  void pass(read_item const& item) {
    ++items;
    auto line = seen.hex();
    auto const add = [&](std::string const& repository, std::string const& name, std::string const& rest) {
      ((((line += repository) += '\0') += name) += '\0') += rest;
    };
    if (auto const* file = std::get_if<corpus::source_file>(&item))
      add(file->repository, file->path, std::to_string(file->text.size()));
    else if (auto const* refusal = std::get_if<corpus::ingest_refusal>(&item))
      add(refusal->repository, refusal->path, refusal->reason);
    else
      add(std::get<found_licence>(item).repository, std::get<found_licence>(item).licence, "");
    seen = hash(line);
  }
};

/// What was settled before `place` is safe.
inline expected<void> save(prepare_state& state, ingest_place const& place) {
  return state.commit("ingest", {{"unit", place.unit},
                                 {"items", place.items},
                                 {"seen", place.seen.hex()},
                                 {"broken", state.broken},
                                 {"converted", state.converted},
                                 {"redacted", state.redacted.to_json()}});
}
/// Where an interrupted run has come to; the begin if there was none.
inline ingest_place saved_place(prepare_state& state) {
  auto const* row = state.work.done("ingest");
  if (!row) return {};
  row->at("broken").get_to(state.broken);
  row->at("converted").get_to(state.converted);
  state.redacted = redaction_totals::from_json(row->at("redacted"));
  return {row->at("unit"), row->at("items"), hash128::from_hex(row->at("seen").get<std::string>()).value()};
}

}  // namespace detail

/// Reads `units` into `state`, from where an interrupted run has come to.
template <config::recipe R>
expected<void> ingest(prepare_options const& options, std::vector<corpus::unit> const& units, prepare_state& state,
                      thread_pool& pool, progress& bar) {
  using clock = std::chrono::steady_clock;
  auto const begin = detail::saved_place(state);
  if (begin.unit == units.size()) return state.documents.finish();
  bar.begin("read and filter", "files", 0);
  bar.advance(state.remembered);
  std::vector<detail::judged_file> batch;
  std::int64_t held = 0;
  auto const batch_bytes = std::clamp<std::int64_t>(options.memory / 16, std::int64_t(1) << 20, std::int64_t(32) << 20);
  auto const settle_batch = [&]() -> expected<void> {
    pool.for_each_index(std::int64_t(batch.size()),
                        [&](std::int64_t i) { detail::judge_file<R>(batch[std::size_t(i)], options); });
    for (auto& j : batch) SNOWCODER_CHECK(detail::settle(j, state));
    bar.advance(std::int64_t(batch.size()));
    batch.clear();
    held = 0;
    return {};
  };
  auto const hold = [&](read_item&& item) -> expected<void> {
    held += held_bytes(item);
    if (auto const* licence = std::get_if<found_licence>(&item))
      return state.found_licence(licence->repository, licence->licence);
    auto& j = batch.emplace_back();
    if (auto* file = std::get_if<corpus::source_file>(&item)) {
      j.bytes = std::int64_t(file->text.size());
      j.file = std::move(*file);
    } else {
      j.refusal = std::get<corpus::ingest_refusal>(std::move(item));
      j.bytes = j.refusal.bytes;
    }
    return {};
  };
  std::vector<corpus::unit> const left(units.begin() + std::ptrdiff_t(begin.unit), units.end());
  read_ahead files(
      left,
      [&](corpus::unit const& u, corpus::receiver const& to) {
        return corpus::read_unit(u, options.at_most, to, options.columns);
      },
      options.threads, batch_bytes);
  detail::ingest_place here{begin.unit, 0, {}};
  auto const was_settled = [&] { return here.unit == begin.unit && here.items < begin.items; };
  auto const changed = [&]() -> expected<void> {
    SNOWCODER_CHECK(state.work.clear());
    return failure("this input is not what it was when the run was interrupted", units[begin.unit].path.string(),
                   "run the same command again: it begins anew");
  };
  auto saved = clock::now();
  bool any_since = false;
  std::vector<read_item> piece;
  for (;;) {
    SNOWCODER_TRY(bool const more, files.next(piece));
    bool const next_unit = !more || begin.unit + files.unit() != here.unit;
    if (next_unit && was_settled()) return changed();
    if (!more) break;
    if (next_unit) here = {begin.unit + files.unit(), 0, {}};
    if (any_since && clock::now() - saved >= options.save_every) {
      SNOWCODER_CHECK(settle_batch());
      SNOWCODER_CHECK(detail::save(state, here));
      saved = clock::now();
      any_since = false;
    }
    for (auto& item : piece) {
      bool const known = was_settled();
      here.pass(item);
      if (!known) SNOWCODER_CHECK(hold(std::move(item)));
      any_since = any_since || !known;
      if (known && here.items == begin.items && here.seen != begin.seen) return changed();
    }
    if (held >= batch_bytes) SNOWCODER_CHECK(settle_batch());
  }
  SNOWCODER_CHECK(settle_batch());
  SNOWCODER_CHECK(detail::save(state, {units.size(), 0, {}}));
  return state.documents.finish();
}

}  // namespace snowcoder::pipeline
