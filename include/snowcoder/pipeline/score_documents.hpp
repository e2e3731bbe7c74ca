// SPDX-License-Identifier: Apache-2.0
// Any scorer over document shards: DIR/attributes/<name>/<shard>, rows in document order, one shard after the other. A
// killed run goes on in the shard at hand, behind the last page whose scores are in its journal.
#pragma once

#include <snowcoder/annotate/scorer.hpp>
#include <snowcoder/config/concepts.hpp>
#include <snowcoder/core/file_name.hpp>
#include <snowcoder/core/quantity.hpp>
#include <snowcoder/io/document_file.hpp>
#include <snowcoder/io/folder_lock.hpp>
#include <snowcoder/io/reject_file.hpp>
#include <snowcoder/io/shards.hpp>
#include <snowcoder/pipeline/annotate_texts.hpp>
#include <snowcoder/pipeline/begun.hpp>
#include <snowcoder/pipeline/provenance.hpp>
#include <snowcoder/pipeline/run_context.hpp>
#include <snowcoder/pipeline/score_journal.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

/// A score attribute to be written: its name, and what decides its values besides the documents.
struct wanted_score {
  std::string name;
  io::json settings;
};

/// One row of a score attribute. Without sections there is the value only.
inline attributes attributes_of(score const& s, std::string const& text) {
  auto const characters = std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; });
  attributes a{s.id, std::int64_t(characters), {{"value", s.value}}};
  if (s.sections == 0) return a;
  a.values.insert(a.values.end(), {{"logit_top", double(s.logits[0])},
                                   {"logit_middle", double(s.logits[1])},
                                   {"logit_bottom", double(s.logits[2])},
                                   {"sections", double(s.sections)},
                                   {"tokens", double(s.tokens)}});
  return a;
}

namespace detail {

inline auto not_finite(score const& s) {
  return failure("the encoder's vector is not finite", "score of " + s.id,
                 "look whether its weights are numbers; halves end at 65504: instead of --precision f16 use bf16");
}

/// Calls visit(page of documents), and refuse(row) for rows that are no documents.
inline expected<void> for_each_page(std::filesystem::path const& shard,
                                    std::function<expected<void>(reject const&)> const& refuse,
                                    std::function<expected<void>(std::vector<document> const&)> const& visit) {
  SNOWCODER_TRY(auto lines, io::line_reader::open(shard));
  io::document_parser parser;
  std::vector<document> page;
  std::string_view line;
  for (;;) {
    SNOWCODER_TRY(bool const more, lines.next_row(line));
    if (more) {
      auto const place = shard.filename().string() + ":" + std::to_string(lines.number());
      if (auto d = parser.parse_padded(line, place))
        page.push_back(std::move(*d));
      else
        SNOWCODER_CHECK(refuse({place, "annotate", "not_a_document", d.error().what}));
    }
    if (page.size() == std::size_t(page_texts) || (!more && !page.empty())) {
      SNOWCODER_CHECK(visit(page));
      page.clear();
    }
    if (!more) return {};
  }
}

/// What a score belongs to: the text, or the document for a scorer that says so.
template <annotate::scorer Scorer>
hash128 scored_key(document const& d) {
  return annotate::scores_by_id<Scorer> ? hash(d.id) : d.content_hash();
}

/// One shard's attributes: what the journals do not know is asked of `scorer`, then every document gets its row.
template <annotate::scorer Scorer>
class shard_scores {
 public:
  static expected<shard_scores> open(Scorer scorer, std::vector<std::filesystem::path> const& files) {
    shard_scores s(std::move(scorer));
    for (auto const& file : files) {
      SNOWCODER_TRY(auto writer, io::text_writer::open(file));
      SNOWCODER_TRY(auto journal, score_journal::open(score_journal::beside(file)));
      s.writers_.push_back(std::move(writer));
      s.journals_.push_back(std::move(journal));
    }
    return s;
  }

  expected<void> add(std::vector<document> const& page) {
    std::vector<hash128> keys;
    std::vector<std::size_t> unknown;
    std::unordered_set<hash128> asked;
    for (std::size_t i = 0; i < page.size(); ++i) {
      keys.push_back(scored_key<Scorer>(page[i]));
      bool const known = std::all_of(journals_.begin(), journals_.end(), [&](auto const& j) { return j.knows(keys[i]); });
      if (!known && asked.insert(keys[i]).second) unknown.push_back(i);
    }
    if (unknown.size() == page.size()) {
      SNOWCODER_CHECK(score(page, keys, unknown));
    } else if (!unknown.empty()) {
      std::vector<document> part;
      for (auto i : unknown) part.push_back(page[i]);
      SNOWCODER_CHECK(score(part, keys, unknown));
    }
    for (std::size_t w = 0; w < writers_.size(); ++w)
      for (std::size_t i = 0; i < page.size(); ++i) {
        auto s = journals_[w].of(keys[i]);
        s.id = page[i].id;
        SNOWCODER_CHECK(writers_[w].write_line(io::attribute_line(attributes_of(s, page[i].text))));
      }
    return {};
  }
  expected<void> commit() {
    for (auto& w : writers_) SNOWCODER_CHECK(w.commit());
    for (auto& j : journals_) j.remove();
    return {};
  }
  std::int64_t scored() const { return scored_; }

 private:
  explicit shard_scores(Scorer scorer) : scorer_(std::move(scorer)) {}
  /// `unknown` says which of the page's keys the documents have.
  expected<void> score(std::span<document const> documents, std::vector<hash128> const& keys,
                       std::vector<std::size_t> const& unknown) {
    auto const scores = scorer_.score_page(documents);
    scored_ += std::int64_t(documents.size());
    for (std::size_t w = 0; w < journals_.size(); ++w) {
      for (std::size_t i = 0; i < unknown.size(); ++i) {
        auto const& s = scores[w][i];
        if (s.sections > 0 && !std::isfinite(s.value)) return not_finite(s);
        journals_[w].add(keys[unknown[i]], s);
      }
      SNOWCODER_CHECK(journals_[w].flush());
    }
    return {};
  }

  Scorer scorer_;
  std::vector<io::text_writer> writers_;
  std::vector<score_journal> journals_;
  std::int64_t scored_ = 0;
};

}  // namespace detail

/// Writes every attribute of `wanted` for the documents below `in`. make(indices) gives a scorer whose names() are those of
/// wanted[i] for i in indices: what the shard at hand still lacks.
template <config::recipe R, class Make>
expected<outcome> score_documents(run_context& run, std::filesystem::path const& in, std::vector<wanted_score> const& wanted,
                                  Make const& make) {
  auto const folder = io::documents_folder(in);
  SNOWCODER_TRY(auto const shards, io::document_shards(in));
  SNOWCODER_CHECK(io::check_shard_names(shards));
  auto const place = [&](wanted_score const& w) { return in / "attributes" / w.name; };
  for (auto const& w : wanted)
    if (!is_file_name(w.name)) return failure("not a name for an attribute: " + w.name, "--name", file_name_rule);
  SNOWCODER_TRY(auto const documents_hash, content_hash(folder, run.threads));
  std::vector<provenance> stamps;
  std::vector<bool> finished;
  std::vector<io::folder_lock> locks;
  for (auto const& w : wanted) {
    auto settings = w.settings;
    settings["documents"] = documents_hash.hex();
    stamps.push_back(provenance::of<R>("annotate score", std::move(settings)));
    finished.push_back(stamps.back().finished(place(w) / "provenance.json"));
    if (!finished.back()) {
      SNOWCODER_TRY(auto lock, io::folder_lock::take(place(w)));
      locks.push_back(std::move(lock));
      SNOWCODER_CHECK(begin_work(place(w), "annotate score", stamps.back().key(), "--name"));
    }
  }
  if (std::find(finished.begin(), finished.end(), false) == finished.end()) {
    run.say("already done: " + place(wanted.front()).string());
    return std::filesystem::exists(place(wanted.front()) / "rejects.jsonl") ? outcome::some_refused : outcome::done;
  }
  text_source const source{folder, "document", shards};
  SNOWCODER_TRY(auto const total, count_texts(source));
  run.bar.begin("score", "documents", total);
  std::vector<io::reject_writer> rejects;  // one for every attribute that is written
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (!finished[i]) rejects.emplace_back(place(wanted[i]) / "rejects.jsonl");
  auto const refuse = [&](reject const& r) -> expected<void> {
    for (auto& file : rejects) SNOWCODER_CHECK(file.add(r));
    return {};
  };
  std::int64_t documents = 0, scored = 0;
  for (auto const& shard : shards) {
    auto name = io::shard_name(shard) + ".jsonl.zst";
    std::vector<std::size_t> missing;
    for (std::size_t i = 0; i < wanted.size(); ++i)
      if (!finished[i] && !std::filesystem::exists(place(wanted[i]) / name)) missing.push_back(i);
    std::vector<std::filesystem::path> files;
    for (auto i : missing) files.push_back(place(wanted[i]) / name);
    auto const count = [&](std::vector<document> const& page) {
      documents += std::int64_t(page.size());
      run.bar.advance(std::int64_t(page.size()));
    };
    if (missing.empty()) {  // read for what it refuses
      SNOWCODER_CHECK(detail::for_each_page(shard, refuse, [&](std::vector<document> const& page) -> expected<void> {
        count(page);
        return {};
      }));
      continue;
    }
    SNOWCODER_TRY(auto scores, detail::shard_scores<decltype(make(missing))>::open(make(missing), files));
    SNOWCODER_CHECK(detail::for_each_page(shard, refuse, [&](std::vector<document> const& page) -> expected<void> {
      count(page);
      return scores.add(page);
    }));
    SNOWCODER_CHECK(scores.commit());
    scored += scores.scored();
  }
  auto const refused = rejects.front().rows();
  for (std::size_t i = 0, written = 0; i < wanted.size(); ++i) {
    if (finished[i]) continue;
    for (auto const& shard : shards) {  // of a run that was killed behind a shard's last row
      std::error_code ignored;
      std::filesystem::remove(score_journal::beside(place(wanted[i]) / (io::shard_name(shard) + ".jsonl.zst")), ignored);
    }
    SNOWCODER_CHECK(rejects[written++].commit());
    SNOWCODER_CHECK(stamps[i].write(place(wanted[i]) / "provenance.json", {{"documents", documents}, {"refused", refused}}));
  }
  run.say("scores of " + with_commas(documents) + " documents, " + with_commas(scored) + " texts scored now (" +
          (in / "attributes").string() + ")");
  return refused == 0 ? outcome::done : outcome::some_refused;
}

}  // namespace snowcoder::pipeline
