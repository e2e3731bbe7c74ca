// SPDX-License-Identifier: Apache-2.0
// The last part of synthesize: accepted answers to documents, and the report.
#pragma once

#include <snowcoder/config/concepts.hpp>
#include <snowcoder/corpus/language_name.hpp>
#include <snowcoder/io/document_file.hpp>
#include <snowcoder/io/journal.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/io/reject_file.hpp>
#include <snowcoder/io/shard_writer.hpp>
#include <snowcoder/pipeline/judged_answers.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace snowcoder::pipeline {

namespace detail {

inline std::string synthetic_path(candidate_answer const& a) {
  auto const number = a.number ? "-" + std::to_string(a.number) : std::string();
  return std::string(name_of(a.language)) + "/" + a.seed + number + std::string(corpus::usual_extension(a.language));
}

/// A document's row; its metadata names who wrote it as well.
inline std::string synthetic_line(document const& d, std::string const& generator) {
  auto row = io::parsed(io::document_line(d));
  row["metadata"]["generator"] = generator;
  return io::to_line(row);
}

}  // namespace detail

/// Writes OUT/documents and OUT/rejects.jsonl. `licence`: of the generator, empty where nobody says.
inline expected<void> write_synthetic(std::filesystem::path const& out, judged_answers const& judged,
                                      io::journal const& journal, std::string const& licence) {
  auto const work = out / ".documents";
  std::error_code e;
  std::filesystem::remove_all(work, e);
  io::shard_writer writer(work);
  for (auto const& a : judged.accepted) {
    document d;
    d.text = accepted_text(journal, a);
    if (d.text.empty()) return failure("an accepted answer cannot be read again", "journal");
    d.source = d.repository = "synthetic";
    d.path = detail::synthetic_path(a);
    d.language = a.language;
    d.licence = licence;
    d.id = document_id(d.repository, d.path, d.text);
    SNOWCODER_CHECK(writer.write(name_of(a.language), detail::synthetic_line(d, a.model)));
  }
  SNOWCODER_CHECK(writer.close());
  SNOWCODER_CHECK(io::write_rejects(out / "rejects.jsonl", judged.rejects));
  std::filesystem::remove_all(out / "documents", e);
  std::filesystem::create_directories(work, e);
  std::filesystem::rename(work, out / "documents", e);
  if (e) return failure(e.message(), (out / "documents").string());
  return {};
}

/// Counts by language and reason, shares of tokens. `budget`: tokens that were wanted, 0 where all seeds are asked.
template <config::recipe R>
io::json synthesis_report(judged_answers const& judged, synthesize::seed_rounds const& rounds, std::int64_t budget) {
  constexpr auto how = R::synthesis;
  std::int64_t tokens = 0;
  for (auto const& [l, t] : judged.by_language) tokens += t.tokens;
  auto const share = [&](config::language l) {
    auto const found = judged.by_language.find(l);
    return tokens && found != judged.by_language.end() ? double(found->second.tokens) / double(tokens) : 0.0;
  };
  io::json languages = io::json::array();
  for (auto const& [l, t] : judged.by_language) {
    io::json row{{"language", config::title(l)},
                 {"seeds", t.seeds},
                 {"accepted", t.documents},
                 {"tokens", t.tokens},
                 {"share", share(l)}};
    if (auto const part = rounds.parts().find(l); part != rounds.parts().end()) {
      row["seeds_available"] = part->second.available;
      if (budget > 0) row["budget"] = std::int64_t(part->second.budget + 0.5);
    }
    languages.push_back(std::move(row));
  }
  std::map<std::string, std::int64_t> reasons, models;
  for (auto const& r : judged.rejects) ++reasons[r.reason];
  for (auto const& a : judged.accepted) ++models[a.model];
  return {{"seeds", rounds.asked()},
          {"seeds_not_found", judged.seeds_not_found},
          {"answered", judged.answered},
          {"unanswered", judged.unanswered},
          {"accepted", judged.accepted.size()},
          {"tokens", tokens},
          {"budget", budget},
          {"python_share", share(config::language::python)},
          {"python_share_of_recipe", how.python_share},
          {"mix", name_of(how.mix)},
          {"languages", languages},
          {"rejects", reasons},
          {"models", models},
          {"prompt_tokens", judged.prompt_tokens},
          {"completion_tokens", judged.completion_tokens}};
}

}  // namespace snowcoder::pipeline
