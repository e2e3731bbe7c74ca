// SPDX-License-Identifier: Apache-2.0
// What a shard's texts have scored so far, by content, safe in a file after every page: a killed run goes on behind the last
// whole page, and a text that occurs twice in a shard is scored once. The file goes away when the shard is finished.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/core/hash.hpp>
#include <snowcoder/io/atomic_file.hpp>
#include <snowcoder/record/score.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

class score_journal {
 public:
  /// The journal of a shard's attribute file.
  static std::filesystem::path beside(std::filesystem::path const& file) { return file.string() + ".scored"; }
  /// Opens or makes `path` and reads what it holds, up to the first row that is torn.
  static expected<score_journal> open(std::filesystem::path const& path) {
    score_journal j;
    j.path_ = path.string();
    j.descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (j.descriptor_ < 0) return failure(io::write_error(j.path_));
    std::vector<row> block(4096);
    for (bool whole = true; whole;) {
      auto const n = ::pread(j.descriptor_, block.data(), block.size() * sizeof(row), off_t(j.size_));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return failure(system_error(j.path_));
      auto const rows = std::size_t(n) / sizeof(row);
      whole = rows > 0;
      for (std::size_t i = 0; i < rows && whole; ++i) {
        whole = block[i].check == check_of(block[i]);
        if (!whole) break;
        j.known_.emplace(block[i].content, block[i]);
        j.size_ += sizeof(row);
      }
    }
    if (::ftruncate(j.descriptor_, off_t(j.size_)) != 0) return failure(io::write_error(j.path_));
    return j;
  }
  score_journal(score_journal&& other) noexcept
      : path_(std::move(other.path_)),
        descriptor_(std::exchange(other.descriptor_, -1)),
        size_(other.size_),
        known_(std::move(other.known_)),
        page_(std::move(other.page_)) {}
  score_journal& operator=(score_journal&&) = delete;
  ~score_journal() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  bool knows(hash128 const& content) const { return known_.contains(content); }
  /// The score of a text that is known, without an id.
  score of(hash128 const& content) const {
    auto const& r = known_.at(content);
    return {{}, r.value, r.logits, r.sections, r.tokens};
  }
  void add(hash128 const& content, score const& s) {
    row r{content, s.value, s.logits, s.sections, s.tokens, 0};
    r.check = check_of(r);
    if (known_.emplace(content, r).second) page_.push_back(r);
  }
  /// Writes what was added since the last call.
  expected<void> flush() {
    std::string_view left(reinterpret_cast<char const*>(page_.data()), page_.size() * sizeof(row));
    while (!left.empty()) {
      auto const n = ::pwrite(descriptor_, left.data(), left.size(), off_t(size_));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return failure(io::write_error(path_));
      left.remove_prefix(std::size_t(n));
      size_ += std::uint64_t(n);
    }
    page_.clear();
    return {};
  }
  /// The shard is finished.
  void remove() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }

 private:
  struct row {
    hash128 content;
    double value;
    std::array<float, 3> logits;
    std::int32_t sections;
    std::int64_t tokens;
    std::uint64_t check;  ///< of the bytes before it
  };
  static_assert(sizeof(row) == 56);
  static std::uint64_t check_of(row const& r) {
    return hash64({reinterpret_cast<char const*>(&r), sizeof(row) - sizeof r.check}, 1);
  }
  score_journal() = default;

  std::string path_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
  std::unordered_map<hash128, row> known_;
  std::vector<row> page_;
};

}  // namespace snowcoder::pipeline
