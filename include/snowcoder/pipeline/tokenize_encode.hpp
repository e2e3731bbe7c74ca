// SPDX-License-Identifier: Apache-2.0
// `tokenize encode`: ids of one file.
#pragma once

#include <snowcoder/config/concepts.hpp>
#include <snowcoder/core/quantity.hpp>
#include <snowcoder/core/thread_pool.hpp>
#include <snowcoder/io/mapped_file.hpp>
#include <snowcoder/io/megatron.hpp>
#include <snowcoder/io/reject_file.hpp>
#include <snowcoder/pipeline/app.hpp>
#include <snowcoder/pipeline/document_map.hpp>
#include <snowcoder/pipeline/open_tokenizer.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace snowcoder::pipeline {

struct encode_options {
  std::filesystem::path tokenizer, in, out;
  bool sentinels = false;  ///< sentinels in the text become their ids, as in Hugging Face
};

/// Writes the ids of a file, one Megatron document per JSONL row, or one for any other file.
template <config::recipe R>
expected<outcome> encode_file(run_context& run, encode_options const& options) {
  if (options.out.extension() != ".bin")
    return failure("output does not end in .bin", options.out.string(), "name it FILE.bin; FILE.idx goes beside it");
  SNOWCODER_TRY(auto const tokenizer, open_tokenizer<R>(options.tokenizer));
  auto prefix = options.out;
  prefix.replace_extension();
  SNOWCODER_TRY(auto writer, io::megatron_writer::open(prefix, io::id_type_for(tokenizer.size())));
  auto const encode = [&](std::string_view text) {
    std::vector<token_id> ids;
    if (options.sentinels)
      tokenizer.encode_with_sentinels(text, ids);
    else
      tokenizer.encode(text, ids);
    return ids;
  };
  std::vector<reject> rejects;
  auto const name = options.in.filename().string();
  if (name.ends_with(".jsonl") || name.ends_with(".jsonl.gz") || name.ends_with(".jsonl.zst")) {
    thread_pool pool(run.threads);
    run.bar.begin("encode", "documents", 0);
    SNOWCODER_CHECK(map_documents(
        options.in, "tokenize", pool,
        [&](document const& d) -> std::variant<reject, std::vector<token_id>> {
          if (d.text.empty()) return reject{d.id, "tokenize", "empty_text", ""};
          return encode(d.text);
        },
        [&](std::vector<token_id> const& ids) -> expected<void> {
          SNOWCODER_CHECK(writer.append(ids));
          writer.end_document();
          run.bar.advance();
          return {};
        },
        [&](reject r) -> expected<void> { return rejects.push_back(std::move(r)), expected<void>(); }));
  } else {
    SNOWCODER_TRY(auto const file, io::mapped_file::open(options.in));
    SNOWCODER_CHECK(writer.append(encode(file.bytes())));
    writer.end_document();
  }
  SNOWCODER_CHECK(io::write_rejects(prefix.string() + ".rejects.jsonl", rejects));
  SNOWCODER_CHECK(writer.commit());
  run.say(with_commas(writer.tokens()) + " ids of " + with_commas(writer.documents()) + " documents (" + options.out.string() +
          ")");
  return rejects.empty() ? outcome::done : outcome::some_refused;
}

}  // namespace snowcoder::pipeline
