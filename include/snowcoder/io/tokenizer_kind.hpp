// SPDX-License-Identifier: Apache-2.0
// Which kind of tokenizer a file or a published folder holds.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/mapped_file.hpp>

#include <simdjson.h>

#include <filesystem>
#include <string_view>
#include <system_error>

namespace snowcoder::io {

enum class tokenizer_kind { byte_pair, word_piece, sentence_piece };

struct tokenizer_place {
  tokenizer_kind kind;
  std::filesystem::path path;  ///< what the reader of that kind opens
};

/// By name (.model, .txt), else by the "model" of tokenizer.json; a folder is its tokenizer.json, vocab.txt or tokenizer.model,
/// the first that is there. A model of no kind above counts as byte_pair, whose reader refuses it by name.
inline expected<tokenizer_place> find_tokenizer(std::filesystem::path const& path) {
  std::error_code ignored;
  auto file = path;
  if (std::filesystem::is_directory(path, ignored)) {
    for (auto const* name : {"tokenizer.json", "vocab.txt", "tokenizer.model"})
      if (file == path && std::filesystem::exists(path / name, ignored)) file = path / name;
    if (file == path)
      return failure("no tokenizer.json, vocab.txt or tokenizer.model", path.string(),
                     "give the folder of a model as published");
  }
  if (file.extension() == ".model") return tokenizer_place{tokenizer_kind::sentence_piece, file};
  if (file.extension() == ".txt") return tokenizer_place{tokenizer_kind::word_piece, path};
  SNOWCODER_TRY(auto const bytes, mapped_file::open(file));
  simdjson::padded_string const padded(bytes.bytes());
  simdjson::dom::parser parser;
  simdjson::dom::element whole;
  if (parser.parse(padded).get(whole)) return failure("not a tokenizer.json", file.string(), "check that the file is complete");
  std::string_view type;
  if (whole["model"]["type"].get(type) || type != "WordPiece") return tokenizer_place{tokenizer_kind::byte_pair, file};
  return tokenizer_place{tokenizer_kind::word_piece, path};
}

}  // namespace snowcoder::io
