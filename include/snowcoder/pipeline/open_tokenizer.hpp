// SPDX-License-Identifier: Apache-2.0
// A tokenizer from its file: the recipe's, any of the byte-level family, or of any kind.
#pragma once

#include <snowcoder/config/concepts.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/checkpoint_file.hpp>
#include <snowcoder/io/content_hash.hpp>
#include <snowcoder/io/json_field.hpp>
#include <snowcoder/io/sentence_piece.hpp>
#include <snowcoder/io/tokenizer_file.hpp>
#include <snowcoder/io/tokenizer_kind.hpp>
#include <snowcoder/io/word_piece_file.hpp>
#include <snowcoder/tokenize/any_splitter.hpp>
#include <snowcoder/tokenize/byte_pair.hpp>
#include <snowcoder/tokenize/word_piece.hpp>

#include <filesystem>
#include <string>
#include <utility>

namespace snowcoder::pipeline {

/// The tokenizer of a recipe; refused when it has more ids than the model, or splits text otherwise.
template <config::recipe R>
expected<tokenize::byte_pair<typename R::splitter>> open_tokenizer(std::filesystem::path const& path) {
  SNOWCODER_TRY(auto vocabulary, io::read_tokenizer(path));
  if (int(vocabulary.tokens.size()) > R::model.vocabulary)
    return failure("tokenizer of " + std::to_string(vocabulary.tokens.size()) + " ids for a model of " +
                       std::to_string(R::model.vocabulary),
                   path.string(), "use the tokenizer that the model was trained with");
  auto tokenizer = tokenize::byte_pair<typename R::splitter>::from_vocabulary(std::move(vocabulary));
  if (!tokenizer) tokenizer.error().where = path.string();
  return tokenizer;
}

/// The tokenizer.json to read and write a checkpoint's ids with: the named file, or that of the checkpoint's run folder.
/// Refused: another than the checkpoint says it was trained with.
inline expected<std::filesystem::path> tokenizer_of(io::checkpoint const& from, std::filesystem::path const& named) {
  auto const own = io::run_folder_of(from.folder()) / "tokenizer.json";
  auto const& path = named.empty() ? own : named;
  if (!std::filesystem::exists(path))
    return named.empty() ? failure("this checkpoint lies in no run folder with a tokenizer.json", from.folder().string(),
                                   "name it with --tokenizer")
                         : failure("no such file", path.string(), "check --tokenizer");
  auto const trained_with = io::text_or(from.manifest().settings, "tokenizer");
  if (trained_with.empty()) return path;  // of an earlier version, or from elsewhere
  SNOWCODER_TRY(auto const content, io::content_hash(path));
  if (content.hex() == trained_with) return path;
  return failure("not the tokenizer that this checkpoint was trained with (" + from.folder().string() + ")", path.string(),
                 !named.empty() && std::filesystem::exists(own) ? "give the one of its run folder, " + own.string()
                                                                : "give the one that packed its tokens: --tokenizer");
}

/// tokenizer_of, opened.
template <config::recipe R>
expected<tokenize::byte_pair<typename R::splitter>> open_tokenizer(std::filesystem::path const& named,
                                                                   std::filesystem::path const& checkpoint) {
  SNOWCODER_TRY(auto const from, io::checkpoint::open(checkpoint));
  SNOWCODER_TRY(auto const path, tokenizer_of(from, named));
  return open_tokenizer<R>(path);
}

/// use(tokenizer), which returns an expected<Result>, with the byte pairs of any tokenizer.json whose splitter this library
/// has.
template <class Result>
expected<Result> with_byte_pair(std::filesystem::path const& path, tokenize::byte_pair_settings settings, auto&& use) {
  SNOWCODER_TRY(auto vocabulary, io::read_tokenizer(path));
  auto const splitter = vocabulary.splitter;
  expected<Result> result = failure("splitter " + splitter + " is not built in", path.string());
  tokenize::with_splitter(splitter, [&]<class Splitter>() {
    auto tokenizer = tokenize::byte_pair<Splitter>::from_vocabulary(std::move(vocabulary), settings);
    if (tokenizer)
      result = use(*tokenizer);
    else
      result = failure(tokenizer.error().what, path.string(), tokenizer.error().remedy);
  });
  return result;
}

/// The same with a tokenizer of any kind: byte pairs, WordPiece, or SentencePiece where this program is linked to its library.
template <class Result>
expected<Result> with_any_tokenizer(io::tokenizer_place const& found, tokenize::byte_pair_settings settings, auto&& use) {
  switch (found.kind) {
    case io::tokenizer_kind::byte_pair:
      return with_byte_pair<Result>(found.path, settings, use);
    case io::tokenizer_kind::word_piece: {
      SNOWCODER_TRY(auto const vocabulary, io::read_word_piece(found.path));
      auto const tokenizer = tokenize::word_piece::from_vocabulary(vocabulary);
      if (!tokenizer) return failure(tokenizer.error().what, found.path.string(), tokenizer.error().remedy);
      return use(*tokenizer);
    }
    case io::tokenizer_kind::sentence_piece:
      break;
  }
#ifdef SNOWCODER_SENTENCE_PIECE
  SNOWCODER_TRY(auto const tokenizer, io::sentence_piece::open(found.path));
  return use(tokenizer);
#else
  return failure("a SentencePiece model, and this program was built without that library", found.path.string(),
                 "install libsentencepiece-dev and build again");
#endif
}

}  // namespace snowcoder::pipeline
