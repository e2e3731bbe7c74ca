// SPDX-License-Identifier: Apache-2.0
// A tokenizer from its file: the recipe's, or any of the byte-level family.
#pragma once

#include <snowcoder/config/concepts.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/tokenizer_file.hpp>
#include <snowcoder/tokenize/any_splitter.hpp>
#include <snowcoder/tokenize/byte_pair.hpp>

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

/// use(tokenizer), which returns an expected<Result>, with the tokenizer of any file whose splitter this library has.
template <class Result>
expected<Result> with_any_tokenizer(std::filesystem::path const& path, tokenize::byte_pair_settings settings, auto&& use) {
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

}  // namespace snowcoder::pipeline
