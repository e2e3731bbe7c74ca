// SPDX-License-Identifier: Apache-2.0
// The rows of an encoded shard (tokenized_shard.hpp): a header with the key of the work, 48 bytes a document, then names.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/mapped_file.hpp>
#include <snowcoder/tokenize/pack.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

/// The rows of an encoded shard, mapped. They number their place, repository and path within the shard: place is the first id,
/// repository and path count the shard's own names.
class tokenized_rows {
 public:
  struct header {
    std::array<char, 8> magic{'p', 'a', 'c', 'k', 'r', 'o', 'w', '1'};
    std::array<char, 32> key{};
    std::uint64_t rows = 0, repositories = 0, paths = 0, refused = 0, ids = 0;
  };
  static_assert(sizeof(header) == 80);

  static expected<tokenized_rows> open(std::filesystem::path const& path) {
    auto const name = path.string();
    tokenized_rows r;
    SNOWCODER_TRY(r.file_, io::mapped_file::open(path));
    auto const bytes = r.file_.bytes();
    header expected_header;
    if (bytes.size() < sizeof(header)) return failure("truncated", name);
    std::memcpy(&r.header_, bytes.data(), sizeof(header));
    auto const& h = r.header_;
    if (h.magic != expected_header.magic) return failure("not the rows of an encoded shard", name);
    auto at = sizeof(header) + h.rows * sizeof(tokenize::packable);
    if (h.rows > bytes.size() / sizeof(tokenize::packable) || at > bytes.size()) return failure("truncated", name);
    for (auto [names, count] : {std::pair(&r.repositories_, h.repositories), std::pair(&r.paths_, h.paths)})
      for (std::uint64_t i = 0; i < count; ++i) {
        std::uint32_t length = 0;
        if (bytes.size() - at < sizeof length) return failure("truncated", name);
        std::memcpy(&length, bytes.data() + at, sizeof length);
        at += sizeof length;
        if (bytes.size() - at < length) return failure("truncated", name);
        names->push_back(bytes.substr(at, length));
        at += length;
      }
    return r;
  }

  header const& about() const { return header_; }
  std::int64_t files() const { return std::int64_t(header_.rows); }
  tokenize::packable row(std::int64_t i) const {
    tokenize::packable p;
    std::memcpy(&p, file_.bytes().data() + sizeof(header) + std::size_t(i) * sizeof p, sizeof p);
    return p;
  }
  std::vector<std::string_view> const& repositories() const { return repositories_; }
  std::vector<std::string_view> const& paths() const { return paths_; }

 private:
  io::mapped_file file_;
  header header_;
  std::vector<std::string_view> repositories_, paths_;
};

}  // namespace snowcoder::pipeline
