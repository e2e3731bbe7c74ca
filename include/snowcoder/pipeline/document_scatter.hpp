// SPDX-License-Identifier: Apache-2.0
// All documents of many shards through a function on all threads, in no particular order: for work whose result does not
// depend on the order, such as counting. Threads unpack different shards at once and share those that are left, so neither
// one large shard nor one slow disk holds the others up; memory is a block for each thread.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/core/thread_pool.hpp>
#include <snowcoder/io/compressed.hpp>
#include <snowcoder/io/document_file.hpp>
#include <snowcoder/pipeline/row_block.hpp>
#include <snowcoder/record/document.hpp>
#include <snowcoder/record/reject.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

namespace detail {

/// Hands out the rows of shards in blocks; any thread may ask.
class row_feed {
 public:
  row_feed(std::vector<std::filesystem::path> const& shards, std::size_t taps)
      : shards_(shards), taps_(std::max<std::size_t>(1, std::min(taps, shards.size()))) {}

  /// The next rows and the number of their shard, by preference the one that `asker` had before; false when none are left.
  expected<bool> next(std::size_t asker, row_block& rows, std::size_t& shard) {
    for (std::size_t i = 0; i < taps_.size(); ++i) {
      auto& tap = taps_[(asker + i) % taps_.size()];
      std::lock_guard lock(tap.mutex);
      SNOWCODER_TRY(bool const some, draw(tap, rows));
      shard = tap.shard;
      if (some) return true;
    }
    return false;
  }

 private:
  struct tap {
    std::mutex mutex;
    std::optional<io::line_reader> lines;
    std::size_t shard = 0;
  };

  expected<bool> draw(tap& t, row_block& rows) {
    for (;;) {
      if (!t.lines) {
        t.shard = next_shard_++;
        if (t.shard >= shards_.size()) return false;
        SNOWCODER_TRY(t.lines, io::line_reader::open(shards_[t.shard]));
      }
      SNOWCODER_TRY(bool const some, rows.read(*t.lines));
      if (some) return true;
      t.lines.reset();
    }
  }

  std::vector<std::filesystem::path> const& shards_;
  std::atomic<std::size_t> next_shard_{0};
  std::vector<tap> taps_;
};

}  // namespace detail

/// visit(document) -> expected<void>, on any thread; an error ends it all. Rows that are no documents come back as rejects, in
/// the order of shards and rows.
template <class Visit>
expected<std::vector<reject>> scatter_documents(std::vector<std::filesystem::path> const& shards, std::string const& stage,
                                                thread_pool& pool, Visit const& visit) {
  struct refusal {
    std::size_t shard;
    std::int64_t row;
    reject what;
  };
  detail::row_feed feed(shards, std::size_t(pool.threads()));
  std::mutex mutex;
  std::vector<refusal> refused;
  std::optional<error> stopped;
  std::atomic<bool> stop = false;
  auto const work = [&](std::size_t thread) -> expected<void> {
    io::document_parser parser;
    std::size_t shard = 0;
    for (row_block rows; !stop;) {
      SNOWCODER_TRY(bool const some, feed.next(thread, rows, shard));
      if (!some) break;
      auto const name = shards[shard].filename().string() + ":";
      for (auto const& row : rows.rows) {
        auto const where = name + std::to_string(row.number);
        if (auto d = parser.parse_padded(rows[row], where)) {
          SNOWCODER_CHECK(visit(*d));
        } else {
          std::lock_guard lock(mutex);
          refused.push_back({shard, row.number, {where, stage, "not_a_document", d.error().what}});
        }
      }
    }
    return {};
  };
  pool.for_each_index(pool.threads(), [&](std::int64_t i) {
    auto done = work(std::size_t(i));
    if (done) return;
    stop = true;
    std::lock_guard lock(mutex);
    if (!stopped) stopped = std::move(done).error();
  });
  if (stopped) return failure(std::move(*stopped));
  std::sort(refused.begin(), refused.end(),
            [](auto const& a, auto const& b) { return std::pair(a.shard, a.row) < std::pair(b.shard, b.row); });
  std::vector<reject> rejects;
  for (auto& r : refused) rejects.push_back(std::move(r.what));
  return rejects;
}

}  // namespace snowcoder::pipeline
