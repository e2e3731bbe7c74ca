// SPDX-License-Identifier: Apache-2.0
// `tokenize decode`: the texts of a token file, with the tokenizer that made it.
#pragma once

#include <snowcoder/core/quantity.hpp>
#include <snowcoder/core/utf8.hpp>
#include <snowcoder/io/atomic_file.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/io/megatron.hpp>
#include <snowcoder/io/reject_file.hpp>
#include <snowcoder/pipeline/open_tokenizer.hpp>
#include <snowcoder/pipeline/run_context.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

struct decode_options {
  std::filesystem::path tokenizer, in, out;
  bool sentinels = true;  ///< spelled; else they give no text
};

namespace detail {

/// Appends the text of ids, all of which are below `ids`.
struct text_decoder {
  std::int64_t ids;
  std::function<void(std::span<token_id const>, std::string&)> append;
};

inline expected<outcome> decode_file_with(run_context& run, decode_options const& options, text_decoder const& decoder) {
  SNOWCODER_TRY(auto const file, io::megatron_file::open(std::filesystem::path(options.in).replace_extension()));
  SNOWCODER_TRY(auto out, io::atomic_file::open(options.out));
  bool const rows = options.out.extension() == ".jsonl";
  io::reject_writer rejects(io::rejects_beside(options.out));
  std::vector<token_id> ids;
  std::string text;
  run.bar.begin("decode", "documents", file.documents());
  for (std::int64_t d = 0; d < file.documents(); ++d, run.bar.advance()) {
    text.clear();
    for (auto s = file.document_begin(d); s < file.document_begin(d + 1); ++s) {
      auto const [first, length] = file.sequence(s);
      ids.resize(std::size_t(length));
      file.copy(first, ids);
      if (std::any_of(ids.begin(), ids.end(), [&](token_id id) { return id < 0 || id >= decoder.ids; }))
        return failure("document " + std::to_string(d) + " has ids that the tokenizer does not know", options.in.string(),
                       "give the tokenizer that encoded it");
      decoder.append(ids, text);
    }
    auto const id = std::to_string(d);
    if (!rows) {
      SNOWCODER_CHECK(out.write(text));
    } else if (is_utf8(text)) {
      SNOWCODER_CHECK(out.write(io::to_line({{"id", id}, {"text", text}}) + "\n"));
    } else {
      SNOWCODER_CHECK(
          rejects.add({id, "tokenize", "not_utf8", "JSON holds no other text; decode into a file that is not .jsonl"}));
    }
  }
  SNOWCODER_CHECK(out.commit());
  SNOWCODER_CHECK(rejects.commit());
  run.say("text of " + with_commas(file.documents()) + " documents (" + options.out.string() + ")");
  return rejects.empty() ? outcome::done : outcome::some_refused;
}

}  // namespace detail

/// Writes a row {"id": number in the file, "text"} per document into a .jsonl file, into any other the texts one after the
/// other: of byte pairs the bytes that were encoded, of SentencePiece what its library gives.
inline expected<outcome> decode_file(run_context& run, decode_options const& options) {
  SNOWCODER_TRY(auto const found, io::find_tokenizer(options.tokenizer));
  return with_any_tokenizer<outcome>(found, {}, [&](auto const& tokenizer) -> expected<outcome> {
    if constexpr (requires(std::string & text) { tokenizer.decode(std::span<token_id const>(), text, true); })
      return detail::decode_file_with(run, options, {tokenizer.size(), [&](std::span<token_id const> ids, std::string& text) {
                                                       tokenizer.decode(ids, text, options.sentinels);
                                                     }});
    else if constexpr (requires { tokenizer.decode(std::span<token_id const>()); })
      return detail::decode_file_with(run, options, {tokenizer.size(), [&](std::span<token_id const> ids, std::string& text) {
                                                       text += tokenizer.decode(ids);
                                                     }});
    else
      return failure("WordPiece ids hold neither case nor white space: there is no text to go back to", found.path.string());
  });
}

}  // namespace snowcoder::pipeline
