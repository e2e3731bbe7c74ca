// SPDX-License-Identifier: Apache-2.0
// A trained byte-level vocabulary on its way between trainer, file and encoder.
#pragma once

#include <snowcoder/record/token_id.hpp>

#include <string>
#include <utility>
#include <vector>

namespace snowcoder {

/// How a sentinel is found in text; Hugging Face's fields of an added token.
struct sentinel_rule {
  token_id id = 0;
  bool special = true;                  ///< false: found even where sentinels are plain text
  bool normalized = false;              ///< looked for after normalization, not before
  bool lstrip = false, rstrip = false;  ///< takes the white space on that side along

  friend bool operator==(sentinel_rule const&, sentinel_rule const&) = default;
};

struct byte_pair_vocabulary {
  std::vector<std::string> tokens;                    ///< bytes by id; empty where an id has no token
  std::vector<std::pair<token_id, token_id>> merges;  ///< in rank order
  std::vector<token_id> sentinels;                    ///< ids whose token is a sentinel's text, not bytes of a document
  std::string splitter;                               ///< name of the splitter it was trained with

  std::vector<sentinel_rule> rules = {};          ///< of the sentinels that are found otherwise than a rule's defaults say
  std::vector<token_id> before = {}, after = {};  ///< what the template puts around a text
  std::string post_processor = {};                ///< the template as tokenizer.json states it (one line); empty: none
  bool ignore_merges = false;                     ///< a piece that is a token is that token, merges or not
  bool byte_fallback = false;                     ///< as the file states it; without effect, because every byte has an id
  bool nfc = false;                               ///< text is brought into Unicode's normal form C first

  friend bool operator==(byte_pair_vocabulary const&, byte_pair_vocabulary const&) = default;
};

}  // namespace snowcoder
