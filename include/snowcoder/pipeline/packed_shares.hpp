// SPDX-License-Identifier: Apache-2.0
// What a token file holds, by language: every id of the file is text, a sentinel of a gap in the middle, a separator or
// padding, and the report adds up to the file.
#pragma once

#include <snowcoder/config/language.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/tokenize/pack.hpp>

#include <array>
#include <cstdint>
#include <span>

namespace snowcoder::pipeline {

class packed_shares {
 public:
  /// `files`: sorted by order_for.
  packed_shares(std::span<tokenize::packable const> files, tokenize::packing_order const& order) {
    for (auto const& p : files) {
      auto& row = rows_[std::size_t(p.language)];
      row.available.add(p);
      row.available.count_repository(p);
      if (p.packed) row.packed.count_repository(p);
    }
    for (auto f : order.files) rows_[std::size_t(files[f].language)].packed.add(files[f]);
    for (auto const& row : rows_) {
      text_ += row.packed.text;
      sentinels_ += row.packed.sentinels;
      files_ += row.packed.files;
    }
  }
  /// Ids of text, of gaps, and separators: one after every file.
  std::int64_t text() const { return text_; }
  std::int64_t sentinels() const { return sentinels_; }
  std::int64_t separators() const { return files_; }

  /// A row a language: what is in the token file, copies counted, and what there was before copies and limits.
  io::json by_language() const {
    auto all = io::json::array();
    for (std::size_t l = 0; l < rows_.size(); ++l) {
      auto const& [packed, available] = rows_[l];
      if (available.files == 0) continue;
      all.push_back({{"language", config::title(static_cast<config::language>(l))},
                     {"files", packed.files},
                     {"repositories", packed.repositories},
                     {"tokens", packed.text},
                     {"gap_sentinels", packed.sentinels},
                     {"separators", packed.files},
                     {"bytes", packed.bytes},
                     {"share", text_ ? double(packed.text) / double(text_) : 0.0},
                     {"available",
                      {{"files", available.files},
                       {"repositories", available.repositories},
                       {"tokens", available.text},
                       {"bytes", available.bytes}}}});
    }
    return all;
  }

 private:
  struct count {
    std::int64_t files = 0, repositories = 0, text = 0, sentinels = 0, bytes = 0;
    std::uint32_t last = 0;  // repositories stand together: the last one counted, 0 being the unknown
    void count_repository(tokenize::packable const& p) {
      if (p.repository != 0 && p.repository != last) ++repositories;
      last = p.repository ? p.repository : last;
    }
    void add(tokenize::packable const& p) {
      ++files;
      text += std::int64_t(p.tokens) - p.sentinels;
      sentinels += p.sentinels;
      bytes += p.bytes;
    }
  };
  struct row {
    count packed, available;
  };
  std::array<row, config::language_count + 1> rows_{};
  std::int64_t text_ = 0, sentinels_ = 0, files_ = 0;
};

}  // namespace snowcoder::pipeline
