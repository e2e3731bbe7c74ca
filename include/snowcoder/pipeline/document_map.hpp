// SPDX-License-Identifier: Apache-2.0
// One shard of documents through a function on all threads, results handed over in the order of the rows. Memory: two blocks
// of rows a thread and what was made of them.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/core/thread_pool.hpp>
#include <snowcoder/io/compressed.hpp>
#include <snowcoder/io/document_file.hpp>
#include <snowcoder/pipeline/row_block.hpp>
#include <snowcoder/pipeline/shard_lanes.hpp>
#include <snowcoder/record/document.hpp>
#include <snowcoder/record/reject.hpp>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace snowcoder::pipeline {

namespace detail {

/// map_documents, as a shard_job.
template <class Work, class Take, class Refuse>
struct document_job {
  using block = row_block;
  using result = std::vector<std::invoke_result_t<Work const&, document&>>;

  io::line_reader lines;
  std::string name, stage;
  Work const& on_document;
  Take const& on_result;
  Refuse const& on_reject;

  expected<bool> read(block& b) { return b.read(lines); }
  result work(block const& b) const {
    thread_local io::document_parser parser;
    result made;
    made.reserve(b.rows.size());
    for (auto const& row : b.rows) {
      auto const place = name + ":" + std::to_string(row.number);
      if (auto d = parser.parse_padded(b[row], place))
        made.push_back(on_document(*d));
      else
        made.emplace_back(reject{place, stage, "not_a_document", d.error().what});
    }
    return made;
  }
  expected<void> take(result made) {
    for (auto& o : made)
      SNOWCODER_CHECK(o.index() == 0 ? on_reject(std::get<0>(std::move(o))) : on_result(std::get<1>(std::move(o))));
    return {};
  }
  expected<void> finish() { return {}; }
};

}  // namespace detail

/// work(document) -> std::variant<reject, Result>, on any thread; then take(Result) or refuse(reject), both returning
/// expected<void>, in row order. A row that is no document is refused too, by its place.
template <class Work, class Take, class Refuse>
expected<void> map_documents(std::filesystem::path const& shard, std::string const& stage, thread_pool& pool, Work const& work,
                             Take const& take, Refuse const& refuse) {
  using job = detail::document_job<Work, Take, Refuse>;
  return shard_lanes<job>::run(pool, 1, [&](std::size_t) -> expected<std::unique_ptr<job>> {
    SNOWCODER_TRY(auto lines, io::line_reader::open(shard));
    return std::unique_ptr<job>(new job{std::move(lines), shard.filename().string(), stage, work, take, refuse});
  });
}

}  // namespace snowcoder::pipeline
