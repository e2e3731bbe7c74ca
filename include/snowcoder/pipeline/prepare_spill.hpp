// SPDX-License-Identifier: Apache-2.0
// Documents between the passes of prepare: texts and names in one file on disk, read through a mapping; per document a small
// record in memory (about 100 bytes, the only memory that grows with the corpus).
#pragma once

#include <snowcoder/core/hash.hpp>
#include <snowcoder/io/atomic_file.hpp>
#include <snowcoder/io/mapped_file.hpp>
#include <snowcoder/record/document.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace snowcoder::pipeline {

struct spilled {
  std::uint64_t offset = 0;
  std::uint32_t names_bytes = 0, text_bytes = 0;
  std::uint32_t source_bytes = 0;  ///< of the file as it came
  std::uint32_t repository = 0;
  hash128 id, content;
  std::int64_t stars = -1, forks = -1;
  config::language language = config::language::other;
  bool permissive = false;
  std::uint16_t emails = 0, addresses = 0, secrets = 0;  ///< replaced
};

/// 32 hexadecimal digits back to the hash they print.
inline hash128 hash_of_hex(std::string_view hex) {
  hash128 h;
  for (std::size_t i = 0; i < hex.size(); ++i) {
    auto const digit = std::uint64_t(hex[i] <= '9' ? hex[i] - '0' : hex[i] - 'a' + 10);
    auto& word = i < 16 ? h.high : h.low;
    word = word << 4 | digit;
  }
  return h;
}

class spill {
 public:
  static expected<spill> open(std::filesystem::path const& path) {
    SNOWCODER_TRY(auto file, io::atomic_file::open(path));
    return spill(path, std::move(file));
  }

  /// Appends a document; `s` gets its place and is kept.
  expected<void> add(document const& d, spilled s) {
    s.offset = offset_;
    auto const before = buffer_.size();
    for (std::string_view name :
         {std::string_view(d.path), std::string_view(d.source), std::string_view(d.created), std::string_view(d.licence)})
      (buffer_ += name.substr(0, name.find('\0'))) += '\0';
    s.names_bytes = std::uint32_t(buffer_.size() - before);
    s.text_bytes = std::uint32_t(d.text.size());
    buffer_ += d.text;
    offset_ += buffer_.size() - before;
    records.push_back(s);
    return buffer_.size() < (std::size_t(4) << 20) ? expected<void>{} : flush();
  }
  /// After the last add: the texts can be read from now on.
  expected<void> finish() {
    SNOWCODER_CHECK(flush());
    SNOWCODER_CHECK(file_.commit());
    SNOWCODER_TRY(map_, io::mapped_file::open(path_));
    return {};
  }

  std::string_view text(std::uint32_t i) const {
    auto const& r = records[i];
    return map_.bytes().substr(r.offset + r.names_bytes, r.text_bytes);
  }
  /// path, source, created, licence.
  std::array<std::string_view, 4> names(std::uint32_t i) const {
    auto const& r = records[i];
    auto all = map_.bytes().substr(r.offset, r.names_bytes);
    std::array<std::string_view, 4> parts;
    for (auto& part : parts) {
      part = all.substr(0, all.find('\0'));
      all.remove_prefix(part.size() + 1);
    }
    return parts;
  }
  std::string_view path(std::uint32_t i) const { return names(i)[0]; }

  std::vector<spilled> records;

 private:
  spill(std::filesystem::path path, io::atomic_file file) : path_(std::move(path)), file_(std::move(file)) {}
  expected<void> flush() {
    SNOWCODER_CHECK(file_.write(buffer_));
    buffer_.clear();
    return {};
  }

  std::filesystem::path path_;
  io::atomic_file file_;
  std::string buffer_;
  std::uint64_t offset_ = 0;
  io::mapped_file map_;
};

}  // namespace snowcoder::pipeline
