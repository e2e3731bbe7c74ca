// SPDX-License-Identifier: Apache-2.0
// The smallest tokenizer of a recipe: the end-of-text token and the 256 bytes.
#pragma once

#include <snowcoder/config/vocabulary.hpp>
#include <snowcoder/io/tokenizer_file.hpp>
#include <snowcoder/record/byte_pair_vocabulary.hpp>

#include <filesystem>
#include <string>

namespace snowcoder::tests {

template <class R>
expected<void> write_byte_tokenizer(std::filesystem::path const& path) {
  byte_pair_vocabulary bytes;
  bytes.tokens = {"<|endoftext|>"};
  bytes.sentinels = {config::end_of_text};
  for (int b = 0; b < 256; ++b) bytes.tokens.emplace_back(1, char(b));
  bytes.splitter = std::string(R::splitter::name);
  return io::write_tokenizer(path, bytes);
}

}  // namespace snowcoder::tests
