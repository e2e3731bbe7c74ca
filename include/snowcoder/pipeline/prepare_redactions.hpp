// SPDX-License-Identifier: Apache-2.0
// What prepare says of the personal values that it replaced: a row of places for every file that had some, and counts. No
// value stands in either, nor a hash of one: short passwords could be guessed from it.
#pragma once

#include <snowcoder/io/json.hpp>
#include <snowcoder/privacy/redact.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace snowcoder::pipeline {

/// Counts over files, by kind of value.
struct redaction_totals {
  std::int64_t files = 0;
  std::array<std::int64_t, privacy::kind_count> found{}, different{};

  void add(privacy::redaction const& r) {
    files += r.changed();
    for (std::size_t k = 0; k < privacy::kind_count; ++k) {
      found[k] += r.counts[k].found;
      different[k] += r.counts[k].different;
    }
  }
  static redaction_totals from_json(io::json const& counts) {
    redaction_totals r;
    counts.at("files").get_to(r.files);
    for (std::size_t k = 0; k < privacy::kind_count; ++k) {
      counts.at(plural[k]).at("found").get_to(r.found[k]);
      counts.at(plural[k]).at("different").get_to(r.different[k]);
    }
    return r;
  }
  io::json to_json() const {
    io::json counts{{"files", files}};
    for (std::size_t k = 0; k < privacy::kind_count; ++k)
      counts[plural[k]] = {{"found", found[k]}, {"different", different[k]}};
    return counts;
  }

 private:
  static constexpr std::array<char const*, privacy::kind_count> plural{"emails", "ipv4", "ipv6", "keys", "passwords"};
};

/// A row of redactions.jsonl: [begin, end) are bytes of the text as it came, [result_begin, result_end) of the document's.
inline std::string redaction_line(std::string_view id, std::string_view repository, std::string_view path,
                                  privacy::redaction const& r) {
  io::json spans = io::json::array();
  for (auto const& s : r.spans)
    spans.push_back({{"kind", name_of(s.what.kind)},
                     {"detector", name_of(s.what.detector)},
                     {"begin", s.what.where.begin},
                     {"end", s.what.where.end},
                     {"result_begin", s.result.begin},
                     {"result_end", s.result.end}});
  return io::to_line({{"id", id}, {"repository", repository}, {"path", path}, {"spans", std::move(spans)}});
}

}  // namespace snowcoder::pipeline
