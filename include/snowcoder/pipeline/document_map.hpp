// SPDX-License-Identifier: Apache-2.0
// One shard of documents through a function on all threads, results handed over in the order of the rows.
// While one batch is worked on, the next is read: memory is two batches.
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
  struct row_batch {
    struct row {
      std::size_t begin, size;
      std::string place;
    };
    std::string text;
    std::vector<row> rows;
  } here, next;
  auto const read = [&](row_batch& batch) -> expected<bool> {
    batch.text.clear();
    batch.rows.clear();
    while (batch.text.size() < batch_bytes && batch.rows.size() < batch_rows) {
      std::string_view line;
      SNOWCODER_TRY(bool const more, lines.next(line));
      if (!more) break;
      if (line.empty()) continue;
      auto const place = lines.place();
      batch.rows.push_back({batch.text.size(), line.size(), shard.filename().string() + place.substr(place.rfind(':'))});
      batch.text += line;
    }
    batch.text.append(io::document_parser::padding, '\0');
    return !batch.rows.empty();
  };
  SNOWCODER_TRY(bool more, read(here));
  std::vector<outcome_type> outcomes;
  while (more) {
    outcomes.assign(here.rows.size(), outcome_type(std::in_place_index<0>));
    expected<bool> ahead = false;
    pool.for_each_index(std::int64_t(here.rows.size()) + 1, [&](std::int64_t i) {
      if (i == 0) return void(ahead = read(next));
      thread_local io::document_parser parser;
      auto const& row = here.rows[std::size_t(i - 1)];
      auto& outcome = outcomes[std::size_t(i - 1)];
      auto d = parser.parse_padded(std::string_view(here.text).substr(row.begin, row.size), row.place);
      if (d)
        outcome = work(*d);
      else
        outcome = reject{row.place, stage, "not_a_document", d.error().what};
    });
    for (auto& o : outcomes) {
      SNOWCODER_CHECK(o.index() == 0 ? refuse(std::get<0>(std::move(o))) : take(std::get<1>(std::move(o))));
    }
    SNOWCODER_TRY(more, std::move(ahead));
    std::swap(here, next);
  }
  return {};
}

}  // namespace snowcoder::pipeline
