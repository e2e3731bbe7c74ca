// SPDX-License-Identifier: Apache-2.0
// The documents of a folder one at a time, for work that asks for the next one when it has room (a window of requests).
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/document_file.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace snowcoder::pipeline {

class document_stream {
 public:
  static expected<document_stream> open(std::filesystem::path const& dir) {
    document_stream s;
    s.files_ = io::shards(io::documents_folder(dir));
    if (s.files_.empty())
      return failure("no document shards (*.jsonl, .jsonl.gz, .jsonl.zst)", io::documents_folder(dir).string());
    return s;
  }
  /// The next document in shard order; nothing at the end.
  expected<std::optional<document>> next() {
    for (;;) {
      if (!lines_) {
        if (file_ == files_.size()) return std::optional<document>();
        SNOWCODER_TRY(auto lines, io::line_reader::open(files_[file_++]));
        lines_ = std::make_unique<io::line_reader>(std::move(lines));
      }
      std::string_view line;
      SNOWCODER_TRY(bool const more, lines_->next(line));
      if (!more) {
        lines_.reset();
      } else if (!line.empty()) {
        SNOWCODER_TRY(auto d, parser_->parse(line, lines_->place()));
        return std::optional<document>(std::move(d));
      }
    }
  }

 private:
  document_stream() = default;
  std::vector<std::filesystem::path> files_;
  std::size_t file_ = 0;
  std::unique_ptr<io::line_reader> lines_;
  std::unique_ptr<io::document_parser> parser_ = std::make_unique<io::document_parser>();
};

}  // namespace snowcoder::pipeline
