// SPDX-License-Identifier: Apache-2.0
// Any scorer over document shards: DIR/attributes/<name>/<shard>, rows in document order, one shard after the other so that
// a killed run goes on with the first shard that is missing.
#pragma once

#include <snowcoder/annotate/scorer.hpp>
#include <snowcoder/config/concepts.hpp>
#include <snowcoder/core/quantity.hpp>
#include <snowcoder/io/document_file.hpp>
#include <snowcoder/io/reject_file.hpp>
#include <snowcoder/pipeline/annotate_texts.hpp>
#include <snowcoder/pipeline/app.hpp>
#include <snowcoder/pipeline/begun.hpp>
#include <snowcoder/pipeline/provenance.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
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

/// Calls visit(page of documents); rows that are no documents go to `rejects`.
inline expected<void> for_each_page(std::filesystem::path const& shard, std::vector<reject>& rejects,
                                    std::function<expected<void>(std::vector<document> const&)> const& visit) {
  SNOWCODER_TRY(auto lines, io::line_reader::open(shard));
  io::document_parser parser;
  std::vector<document> page;
  std::string_view line;
  for (;;) {
    SNOWCODER_TRY(bool const more, lines.next(line));
    if (more && !line.empty()) {
      auto const place = shard.filename().string() + lines.place().substr(lines.place().rfind(':'));
      if (auto d = parser.parse(line, place))
        page.push_back(std::move(*d));
      else
        rejects.push_back({place, "annotate", "not_a_document", d.error().what});
    }
    if (page.size() == std::size_t(page_texts) || (!more && !page.empty())) {
      SNOWCODER_CHECK(visit(page));
      page.clear();
    }
    if (!more) return {};
  }
}

}  // namespace detail

/// Writes every attribute of `wanted` for the documents below `in`. make(indices) gives a scorer whose names() are those of
/// wanted[i] for i in indices: what the shard at hand still lacks.
template <config::recipe R, class Make>
expected<outcome> score_documents(run_context& run, std::filesystem::path const& in, std::vector<wanted_score> const& wanted,
                                  Make const& make) {
  auto const folder = io::documents_folder(in);
  auto const shards = io::shards(folder);
  if (shards.empty()) return failure("no document shards (*.jsonl, .jsonl.gz, .jsonl.zst)", folder.string());
  auto const place = [&](wanted_score const& w) { return in / "attributes" / w.name; };
  SNOWCODER_TRY(auto const documents_hash, content_hash(folder));
  std::vector<provenance> stamps;
  std::vector<bool> finished;
  for (auto const& w : wanted) {
    auto settings = w.settings;
    settings["documents"] = documents_hash.hex();
    stamps.push_back(provenance::of<R>("annotate score", std::move(settings)));
    finished.push_back(stamps.back().finished(place(w) / "provenance.json"));
    if (!finished.back()) {
      SNOWCODER_CHECK(begin_work(place(w), stamps.back().key()));
    }
  }
  if (std::find(finished.begin(), finished.end(), false) == finished.end()) {
    run.say("already done: " + place(wanted.front()).string());
    return std::filesystem::exists(place(wanted.front()) / "rejects.jsonl") ? outcome::some_refused : outcome::done;
  }
  text_source const source{folder, "document", shards};
  SNOWCODER_TRY(auto const total, count_texts(source));
  run.bar.begin("score", "documents", total);
  std::vector<reject> rejects;
  std::int64_t documents = 0;
  for (auto const& shard : shards) {
    auto name = shard_name(shard) + ".jsonl.zst";
    std::vector<std::size_t> missing;
    for (std::size_t i = 0; i < wanted.size(); ++i)
      if (!finished[i] && !std::filesystem::exists(place(wanted[i]) / name)) missing.push_back(i);
    std::vector<io::text_writer> writers;
    for (auto i : missing) {
      SNOWCODER_TRY(auto w, io::text_writer::open(place(wanted[i]) / name));
      writers.push_back(std::move(w));
    }
    auto scorer = make(missing);
    static_assert(annotate::scorer<decltype(scorer)>);
    SNOWCODER_CHECK(detail::for_each_page(shard, rejects, [&](std::vector<document> const& page) -> expected<void> {
      documents += std::int64_t(page.size());
      run.bar.advance(std::int64_t(page.size()));
      if (missing.empty()) return {};
      auto const scores = scorer.score_page(page);
      for (std::size_t w = 0; w < writers.size(); ++w)
        for (std::size_t d = 0; d < page.size(); ++d)
          SNOWCODER_CHECK(writers[w].write_line(io::attribute_line(attributes_of(scores[w][d], page[d].text))));
      return {};
    }));
    for (auto& w : writers) SNOWCODER_CHECK(w.commit());
  }
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (finished[i]) continue;
    SNOWCODER_CHECK(io::write_rejects(place(wanted[i]) / "rejects.jsonl", rejects));
    SNOWCODER_CHECK(
        stamps[i].write(place(wanted[i]) / "provenance.json", {{"documents", documents}, {"refused", rejects.size()}}));
  }
  run.say("scores of " + with_commas(documents) + " documents (" + (in / "attributes").string() + ")");
  return rejects.empty() ? outcome::done : outcome::some_refused;
}

}  // namespace snowcoder::pipeline
