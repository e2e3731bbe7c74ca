// SPDX-License-Identifier: Apache-2.0
// The tokenizer that made a token file, by the hash of its tokenizer.json. `train` carries it into the checkpoint, so that
// whoever reads with the model can tell another tokenizer from the right one.
#pragma once

#include <snowcoder/io/json.hpp>
#include <snowcoder/io/json_field.hpp>
#include <snowcoder/pipeline/provenance.hpp>

#include <filesystem>
#include <string>

namespace snowcoder::pipeline {

/// What the stamp of `tokenize pack` says: the first of its inputs. Empty for a token file from elsewhere.
inline std::string packed_tokenizer(std::filesystem::path const& prefix) {
  auto const stamp = io::read_json(stamp_beside(prefix));
  if (!stamp || io::text_or(*stamp, "program") != "tokenize pack") return {};
  auto const inputs = io::value_or_null(*stamp, "inputs");
  return inputs.is_array() && !inputs.empty() ? io::text_or(inputs.front(), "hash") : std::string();
}

}  // namespace snowcoder::pipeline
