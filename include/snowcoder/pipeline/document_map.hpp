// SPDX-License-Identifier: Apache-2.0
// One shard of documents through a function on all threads, results handed over in the order of the rows: memory is a batch.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/core/thread_pool.hpp>
#include <snowcoder/io/compressed.hpp>
#include <snowcoder/io/document_file.hpp>
#include <snowcoder/record/document.hpp>
#include <snowcoder/record/reject.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace snowcoder::pipeline {

inline constexpr std::size_t batch_bytes = std::size_t(32) << 20, batch_rows = 8192;

/// work(document) -> std::variant<reject, Result>, on any thread; then take(Result) or refuse(reject), both returning
/// expected<void>, in row order. A row that is no document is refused too, by its place.
template <class Work, class Take, class Refuse>
expected<void> map_documents(std::filesystem::path const& shard, std::string const& stage, thread_pool& pool, Work const& work,
                             Take const& take, Refuse const& refuse) {
  using outcome_type = std::invoke_result_t<Work const&, document&>;
  SNOWCODER_TRY(auto lines, io::line_reader::open(shard));
  struct row {
    std::string text, place;
  };
  std::vector<row> rows;
  std::vector<outcome_type> outcomes;
  for (bool more = true; more;) {
    rows.clear();
    for (std::size_t bytes = 0; bytes < batch_bytes && rows.size() < batch_rows;) {
      std::string_view line;
      SNOWCODER_TRY(more, lines.next(line));
      if (!more) break;
      if (line.empty()) continue;
      bytes += line.size();
      rows.push_back({std::string(line), shard.filename().string() + lines.place().substr(lines.place().rfind(':'))});
    }
    outcomes.assign(rows.size(), outcome_type(std::in_place_index<0>));
    pool.for_each_index(std::int64_t(rows.size()), [&](std::int64_t i) {
      thread_local io::document_parser parser;
      auto& here = rows[std::size_t(i)];
      auto d = parser.parse(here.text, here.place);
      if (d)
        outcomes[std::size_t(i)] = work(*d);
      else
        outcomes[std::size_t(i)] = reject{here.place, stage, "not_a_document", d.error().what};
    });
    for (auto& o : outcomes) {
      SNOWCODER_CHECK(o.index() == 0 ? refuse(std::get<0>(std::move(o))) : take(std::get<1>(std::move(o))));
    }
  }
  return {};
}

}  // namespace snowcoder::pipeline
