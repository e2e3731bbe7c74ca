// SPDX-License-Identifier: Apache-2.0
// What the passes of prepare share: documents, repositories, counts, rejects. What lies in memory of it stands on the disk too,
// in the records of documents and in a ledger, a binary row for everything else that was settled, in its order: read again,
// they bring back what an interrupted run knew.
#pragma once

#include <snowcoder/pipeline/prepare_funnel.hpp>
#include <snowcoder/pipeline/prepare_redactions.hpp>
#include <snowcoder/pipeline/prepare_spill.hpp>
#include <snowcoder/pipeline/prepare_work.hpp>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

class prepare_state {
 public:
  /// What is known of `work`: nothing, if it has only begun.
  static expected<prepare_state> open(prepare_work&& work) {
    auto const& folder = work.folder();
    SNOWCODER_TRY(auto documents, spill::open(folder, [&](char const* name) { return work.bytes(name); }));
    auto const file = [&](char const* name) { return work_file::open(folder / name, work.bytes(name)); };
    SNOWCODER_TRY(auto ledger, file("ledger"));
    SNOWCODER_TRY(auto rejects, file("made/rejects.jsonl"));
    SNOWCODER_TRY(auto redactions, file("made/redactions.jsonl"));
    prepare_state state(std::move(work), std::move(documents), std::move(ledger), std::move(rejects), std::move(redactions));
    SNOWCODER_CHECK(state.remember());
    return state;
  }

  prepare_work work;
  spill documents;
  funnel counts;
  std::vector<std::string> repositories, licences;  ///< by number
  std::int64_t broken = 0;                          ///< refused because they could not be read as what they claim to be
  std::map<std::string, std::int64_t> converted;    ///< files by the character set that they came in
  redaction_totals redacted;
  std::int64_t remembered = 0;  ///< files that an interrupted run had settled

  expected<std::uint32_t> number_of(std::string const& repository) {
    auto const [at, is_new] = numbers_.try_emplace(repository, std::uint32_t(repositories.size()));
    if (!is_new) return at->second;
    SNOWCODER_CHECK(check_number(repositories.size(), "repositories"));
    repositories.push_back(repository);
    licences.emplace_back();
    SNOWCODER_CHECK(note(entry::repository, repository));
    return at->second;
  }
  /// The first licence that is found in a repository counts.
  expected<void> found_licence(std::string const& repository, std::string const& licence) {
    SNOWCODER_TRY(auto const number, number_of(repository));
    if (!licences[number].empty()) return {};
    licences[number] = licence;
    return note(entry::licence, io::bytes_of(number), licence);
  }
  /// A file that came in and stays so far. `s`: all that is known of it but its places.
  expected<void> keep(document const& d, spilled const& s) {
    counts.came_in(s.language, s.repository, s.source_bytes);
    return documents.add(d, s);
  }
  /// A file that came in and was dropped at once.
  expected<void> refuse(dropped_file const& d) { return drop(entry::refused, d); }
  /// A document that stayed until now.
  expected<void> drop(dropped_file const& d) { return drop(entry::dropped, d); }
  /// A row of redactions.jsonl.
  expected<void> tell_redaction(std::string const& row) { return redactions_.append(row + "\n"); }

  /// A step of `stage` is done: what was settled until now is safe, and so are `files` of the folder. `row`: what else is to be
  /// known of the step.
  expected<void> commit(std::string const& stage, io::json row = io::json::object(), std::vector<std::string> files = {}) {
    SNOWCODER_CHECK(documents.sync());
    for (auto* file : {&ledger_, &rejects_, &redactions_}) SNOWCODER_CHECK(file->sync());
    files.insert(files.end(), spill::files.begin(), spill::files.end());
    for (auto const* name : {"ledger", "made/rejects.jsonl", "made/redactions.jsonl"}) files.push_back(name);
    return work.commit(stage, files, std::move(row));
  }
  /// The numbers that step `stage` ends with: those that an interrupted run has found, or those of find(), which are saved.
  template <class Find>
  expected<number_file> numbers_of(std::string const& stage, Find&& find) {
    if (work.done(stage)) return work.read_numbers(stage);
    SNOWCODER_TRY(number_file numbers, find());
    SNOWCODER_CHECK(work.write_numbers(stage, numbers.all()));
    SNOWCODER_CHECK(commit(stage, io::json::object(), {stage}));
    return numbers;
  }

 private:
  /// Kinds of rows in the ledger. A row: its kind, the bytes that follow, the bytes.
  enum class entry : std::uint32_t { repository, licence, refused, dropped };
  struct head {
    entry kind;
    std::uint32_t bytes;
  };
  /// Of a dropped file; stage, a zero byte and the reason follow.
  struct counted {
    std::int64_t bytes;
    std::uint32_t repository, language;
  };

  prepare_state(prepare_work&& w, spill&& d, work_file&& ledger, work_file&& rejects, work_file&& redactions)
      : work(std::move(w)),
        documents(std::move(d)),
        ledger_(std::move(ledger)),
        rejects_(std::move(rejects)),
        redactions_(std::move(redactions)) {}

  expected<void> note(entry kind, std::string_view first, std::string_view second = {}) {
    SNOWCODER_CHECK(ledger_.append(io::bytes_of(head{kind, std::uint32_t(first.size() + second.size())})));
    SNOWCODER_CHECK(ledger_.append(first));
    return ledger_.append(second);
  }
  expected<void> drop(entry kind, dropped_file const& d) {
    SNOWCODER_TRY(auto const repository, number_of(d.repository));
    count(kind, d.language, d.why.stage, d.why.reason, repository, d.bytes);
    SNOWCODER_CHECK(note(kind, io::bytes_of(counted{d.bytes, repository, std::uint32_t(d.language)}),
                         (d.why.stage + '\0').append(d.why.reason)));
    return rejects_.append(dropped_line(d) + "\n");
  }
  void count(entry kind, config::language l, std::string const& stage, std::string const& reason, std::uint32_t repository,
             std::int64_t bytes) {
    if (kind == entry::refused) counts.came_in(l, repository, bytes);
    counts.dropped(l, stage, reason, repository, bytes);
  }

  /// Reads the ledger.
  expected<void> remember() {
    SNOWCODER_TRY(auto const file, io::mapped_file::open(ledger_.path()));
    auto left = file.bytes();
    auto const take = [](std::string_view& from, auto& value) {
      std::memcpy(&value, from.data(), sizeof value);
      from.remove_prefix(sizeof value);
    };
    while (!left.empty()) {
      head h;
      take(left, h);
      auto row = left.substr(0, h.bytes);
      left.remove_prefix(h.bytes);
      if (h.kind == entry::repository) {
        numbers_.emplace(row, std::uint32_t(repositories.size()));
        repositories.emplace_back(row);
        licences.emplace_back();
      } else if (h.kind == entry::licence) {
        std::uint32_t number = 0;
        take(row, number);
        licences[number] = row;
      } else {
        counted c;
        take(row, c);
        auto const end = row.find('\0');
        count(h.kind, config::language(c.language), std::string(row.substr(0, end)), std::string(row.substr(end + 1)),
              c.repository, c.bytes);
        remembered += h.kind == entry::refused;
      }
    }
    remembered += std::int64_t(documents.size());
    return documents.for_each_record([&](auto, spilled const& d) -> expected<void> {
      counts.came_in(d.language, d.repository, d.source_bytes);
      return {};
    });
  }

  work_file ledger_, rejects_, redactions_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
};

}  // namespace snowcoder::pipeline
