// SPDX-License-Identifier: Apache-2.0
// The documents of a folder one at a time, for work that asks for the next one when it has room (a window of requests), or
// all of them in a row.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/document_file.hpp>
#include <snowcoder/io/shards.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::io {

class document_stream {
 public:
  /// What becomes of a row that is no document: its place, "shard:line", and why. Without it such a row is an error.
  using refusal = std::function<expected<void>(std::string place, std::string why)>;

  static expected<document_stream> open(std::filesystem::path const& dir, refusal refuse = {}) {
    SNOWCODER_TRY(auto shards, document_shards(dir));
    return document_stream(shard_rows(std::move(shards)), std::move(refuse));
  }
  /// The next document in shard order; nothing at the end.
  expected<std::optional<document>> next() {
    for (std::string_view row;;) {
      SNOWCODER_TRY(bool const more, rows_.next(row));
      if (!more) return std::optional<document>();
      auto d = parser_->parse_padded(row, rows_.place());
      if (d || !refuse_) return d;
      SNOWCODER_CHECK(refuse_(shard().filename().string() + ":" + std::to_string(rows_.number()), d.error().what));
    }
  }
  /// Of the last document.
  std::filesystem::path const& shard() const { return rows_.shard(); }

 private:
  document_stream(shard_rows rows, refusal refuse) : rows_(std::move(rows)), refuse_(std::move(refuse)) {}
  shard_rows rows_;
  refusal refuse_;
  std::unique_ptr<document_parser> parser_ = std::make_unique<document_parser>();
};

/// Calls visit(document) for every document below `dir`, in shard order; stops at an error.
inline expected<void> for_each_document(std::filesystem::path const& dir,
                                        std::function<expected<void>(document&&)> const& visit,
                                        document_stream::refusal refuse = {}) {
  SNOWCODER_TRY(auto documents, document_stream::open(dir, std::move(refuse)));
  for (;;) {
    SNOWCODER_TRY(auto d, documents.next());
    if (!d) return {};
    SNOWCODER_CHECK(visit(std::move(*d)));
  }
}

inline expected<std::vector<document>> read_documents(std::filesystem::path const& dir) {
  std::vector<document> all;
  SNOWCODER_CHECK(for_each_document(dir, [&](document&& d) -> expected<void> {
    all.push_back(std::move(d));
    return {};
  }));
  return all;
}

}  // namespace snowcoder::io
