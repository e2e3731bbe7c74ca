// SPDX-License-Identifier: Apache-2.0
// The tokenizer of a recipe, from its file.
#pragma once

#include <snowcoder/config/concepts.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/tokenizer_file.hpp>
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

}  // namespace snowcoder::pipeline
