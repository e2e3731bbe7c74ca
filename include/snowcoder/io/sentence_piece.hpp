// SPDX-License-Identifier: Apache-2.0
// SentencePiece models (.model) through the sentencepiece library. It is optional: where CMake finds it there is a target
// snowcoder::sentence_piece to link, which defines SNOWCODER_SENTENCE_PIECE; where its header is missing this one is empty.
// Ids are the library's own.
#pragma once

#if __has_include(<sentencepiece_processor.h>)

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/mapped_file.hpp>
#include <snowcoder/record/token_id.hpp>

#include <sentencepiece_processor.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::io {

class sentence_piece {
 public:
  /// From the bytes of a .model file; `where` names them in the error.
  static expected<sentence_piece> from_bytes(std::string_view bytes, std::string const& where = {}) {
    sentence_piece s;
    if (auto const status = s.model_->LoadFromSerializedProto({bytes.data(), bytes.size()}); !status.ok())
      return failure("not a SentencePiece model: " + status.ToString(), where, "give the .model file that the trainer wrote");
    return s;
  }
  static expected<sentence_piece> open(std::filesystem::path const& path) {
    SNOWCODER_TRY(auto const file, mapped_file::open(path));
    return from_bytes(file.bytes(), path.string());
  }

  /// Appends the ids of `text`, without begin and end marks; any number of threads may call it at once.
  void encode(std::string_view text, std::vector<token_id>& ids) const {
    auto const found = model_->EncodeAsIds({text.data(), text.size()});
    ids.insert(ids.end(), found.begin(), found.end());
  }
  std::vector<token_id> encode(std::string_view text) const {
    std::vector<token_id> ids;
    encode(text, ids);
    return ids;
  }
  /// Ids must be from 0 to size() - 1.
  std::string decode(std::span<token_id const> ids) const { return model_->DecodeIds({ids.begin(), ids.end()}); }

  int size() const { return model_->GetPieceSize(); }

 private:
  sentence_piece() : model_(std::make_unique<sentencepiece::SentencePieceProcessor>()) {}
  std::unique_ptr<sentencepiece::SentencePieceProcessor> model_;
};

}  // namespace snowcoder::io

#endif
