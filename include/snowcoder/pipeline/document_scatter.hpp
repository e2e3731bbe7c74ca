// SPDX-License-Identifier: Apache-2.0
// All documents of many shards through a function on all threads, in no particular order: for work whose result does not
// depend on the order, such as counting. Threads unpack different shards at once and share those that are left, so neither
// one large shard nor one slow disk holds the others up; memory is a block for each thread. Rows that are no documents lie in
// a scratch file until they are put in order.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/core/thread_pool.hpp>
#include <snowcoder/io/compressed.hpp>
#include <snowcoder/io/document_file.hpp>
#include <snowcoder/io/reject_file.hpp>
#include <snowcoder/io/scratch_file.hpp>
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

/// Rows that came in any order, on disk, block by block. Memory: 32 bytes for a block in which something was refused.
class scattered_rejects {
 public:
  explicit scattered_rejects(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// `lines`: of one block, whose first row that was refused is row `row` of a shard. Any thread may call it.
  expected<void> add(std::size_t shard, std::int64_t row, std::string_view lines) {
    std::lock_guard lock(mutex_);
    if (!file_) {
      SNOWCODER_TRY(file_, io::scratch_file::open(folder_));
    }
    stretches_.push_back({shard, row, file_->size(), lines.size()});
    return file_->append(lines);
  }
  /// Gives all rows to `out` in the order of shards and rows. After the last add.
  expected<void> write_to(io::reject_writer& out) {
    if (!file_) return {};
    SNOWCODER_CHECK(file_->flush());
    std::sort(stretches_.begin(), stretches_.end(),
              [](auto const& a, auto const& b) { return std::pair(a.shard, a.row) < std::pair(b.shard, b.row); });
    std::string lines;
    for (auto const& s : stretches_) {
      lines.resize(s.bytes);
      SNOWCODER_TRY(auto const got, file_->read(s.begin, lines.data(), lines.size()));
      if (got != s.bytes) return failure("a scratch file is shorter than what was written to it");
      for (std::size_t begin = 0, end; begin < lines.size(); begin = end + 1) {
        end = lines.find('\n', begin);
        SNOWCODER_CHECK(out.add_line(std::string_view(lines).substr(begin, end - begin)));
      }
    }
    return {};
  }

 private:
  struct stretch {
    std::size_t shard;
    std::int64_t row;
    std::uint64_t begin;
    std::size_t bytes;
  };
  std::filesystem::path folder_;
  std::mutex mutex_;
  std::optional<io::scratch_file> file_;
  std::vector<stretch> stretches_;
};

/// visit(document) -> expected<void>, on any thread; an error ends it all. Rows that are no documents go to `rejects`, in the
/// order of shards and rows, whose file's folder also has room for them meanwhile.
template <class Visit>
expected<void> scatter_documents(std::vector<std::filesystem::path> const& shards, std::string const& stage, thread_pool& pool,
                                 io::reject_writer& rejects, Visit const& visit) {
  detail::row_feed feed(shards, std::size_t(pool.threads()));
  scattered_rejects refused(rejects.path().parent_path());
  std::mutex mutex;
  std::optional<error> stopped;
  std::atomic<bool> stop = false;
  auto const work = [&](std::size_t thread) -> expected<void> {
    io::document_parser parser;
    std::size_t shard = 0;
    for (row_block rows; !stop;) {
      SNOWCODER_TRY(bool const some, feed.next(thread, rows, shard));
      if (!some) break;
      auto const name = shards[shard].filename().string() + ":";
      std::string lines;
      std::int64_t first = 0;
      for (auto const& row : rows.rows) {
        auto const where = name + std::to_string(row.number);
        auto const d = parser.parse_padded(rows[row], where);
        if (d) {
          SNOWCODER_CHECK(visit(*d));
          continue;
        }
        if (lines.empty()) first = row.number;
        lines += io::reject_line({where, stage, "not_a_document", d.error().what}) + "\n";
      }
      if (!lines.empty()) SNOWCODER_CHECK(refused.add(shard, first, lines));
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
  return refused.write_to(rejects);
}

}  // namespace snowcoder::pipeline
