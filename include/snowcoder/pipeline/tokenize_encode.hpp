// SPDX-License-Identifier: Apache-2.0
// `tokenize encode`: ids of one file, with any tokenizer.
#pragma once

#include <snowcoder/core/quantity.hpp>
#include <snowcoder/core/thread_pool.hpp>
#include <snowcoder/io/mapped_file.hpp>
#include <snowcoder/io/megatron.hpp>
#include <snowcoder/io/reject_file.hpp>
#include <snowcoder/io/shards.hpp>
#include <snowcoder/pipeline/document_map.hpp>
#include <snowcoder/pipeline/encode_text.hpp>
#include <snowcoder/pipeline/open_tokenizer.hpp>
#include <snowcoder/pipeline/run_context.hpp>

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace snowcoder::pipeline {

struct encode_options {
  std::filesystem::path tokenizer, in, out;
  added_ids added = added_ids::none;
  std::size_t cache_bytes = tokenize::byte_pair_settings{}.cache_bytes;  ///< word cache of each thread
};

namespace detail {

template <class Tokenizer>
expected<outcome> encode_file_with(run_context& run, encode_options const& options, Tokenizer const& tokenizer) {
  auto prefix = options.out;
  prefix.replace_extension();
  SNOWCODER_TRY(auto writer, io::megatron_writer::open(prefix, io::id_type_for(tokenizer.size())));
  io::reject_writer rejects(io::rejects_beside(prefix));
  if (io::is_jsonl(options.in.native())) {
    thread_pool pool(run.threads);
    run.bar.begin("encode", "documents", 0);
    SNOWCODER_CHECK(map_documents(
        options.in, "tokenize", pool,
        [&](document const& d) -> std::variant<reject, std::vector<token_id>> {
          if (d.text.empty()) return reject{d.id, "tokenize", "empty_text", ""};
          std::vector<token_id> ids;
          ids.reserve(d.text.size() / 2);
          encode_text(tokenizer, d.text, options.added,
                      [&](std::span<token_id const> row) { ids.insert(ids.end(), row.begin(), row.end()); });
          return ids;
        },
        [&](std::vector<token_id> const& ids) -> expected<void> {
          run.bar.advance();
          SNOWCODER_CHECK(writer.append(ids));
          return writer.end_document();
        },
        [&](reject const& r) { return rejects.add(r); }));
  } else {  // one document of any size, written as it is encoded
    SNOWCODER_TRY(auto const file, io::mapped_file::open(options.in));
    expected<void> written;
    encode_text(tokenizer, file.bytes(), options.added, [&](std::span<token_id const> ids) {
      if (written) written = writer.append(ids);
    });
    SNOWCODER_CHECK(std::move(written));
    SNOWCODER_CHECK(writer.end_document());
  }
  SNOWCODER_CHECK(rejects.commit());
  SNOWCODER_CHECK(writer.commit());
  run.say(with_commas(writer.tokens()) + " ids of " + with_commas(writer.documents()) + " documents (" + options.out.string() +
          ")");
  return rejects.empty() ? outcome::done : outcome::some_refused;
}

}  // namespace detail

/// Writes the ids of a file, one Megatron document per JSONL row, or one for any other file.
inline expected<outcome> encode_file(run_context& run, encode_options const& options) {
  if (options.out.extension() != ".bin")
    return failure("output does not end in .bin", options.out.string(), "name it FILE.bin; FILE.idx goes beside it");
  SNOWCODER_TRY(auto const found, io::find_tokenizer(options.tokenizer));
  if (found.kind == io::tokenizer_kind::sentence_piece && options.added != added_ids::none)
    return failure("a SentencePiece model states no template and reads no sentinels", found.path.string(),
                   "leave out --sentinels and --template");
  return with_any_tokenizer<outcome>(found, {.cache_bytes = options.cache_bytes},
                                     [&](auto const& tokenizer) { return detail::encode_file_with(run, options, tokenizer); });
}

}  // namespace snowcoder::pipeline
