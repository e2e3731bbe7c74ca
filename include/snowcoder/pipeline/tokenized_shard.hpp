// SPDX-License-Identifier: Apache-2.0
// One shard of documents as ids, kept on disk between encoding and packing: a token file with a document per row, and a
// list of the rows. The list is written last and begins with the key of the work, so that a killed run goes on after the
// shards that it had finished.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/core/progress.hpp>
#include <snowcoder/core/thread_pool.hpp>
#include <snowcoder/io/compressed.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/io/json_field.hpp>
#include <snowcoder/io/megatron.hpp>
#include <snowcoder/pipeline/document_map.hpp>
#include <snowcoder/record/reject.hpp>
#include <snowcoder/tokenize/fill_in_middle.hpp>
#include <snowcoder/tokenize/pack.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace snowcoder::pipeline {

class tokenized_shard {
 public:
  /// What a shard is encoded with.
  struct settings {
    io::id_type type;
    double fill_in_middle = 0;
    std::uint64_t seed = 0;
    std::function<bool(std::string const&)> wanted;  ///< is a document of that id encoded?
    std::string key;                                 ///< of all that decides the ids, the shard's content included
  };

  /// Encodes `shard` to PREFIX.bin, .idx and .rows.jsonl, or takes them as a run with the same key left them.
  template <tokenize::encoder_of_text Tokenizer>
  static expected<tokenized_shard> make(std::filesystem::path const& shard, std::filesystem::path const& prefix,
                                        Tokenizer const& tokenizer, settings const& how, thread_pool& pool, progress& bar) {
    if (auto done = open(prefix, how.key)) {
      bar.advance(done->files());
      return done;
    }
    struct encoded {
      std::string row;
      std::vector<token_id> ids;
    };
    SNOWCODER_TRY(auto writer, io::megatron_writer::open(prefix, how.type));
    SNOWCODER_TRY(auto rows, io::text_writer::open(prefix.string() + ".rows.jsonl"));
    SNOWCODER_CHECK(rows.write_line(io::to_line(io::json{{"key", how.key}})));
    SNOWCODER_CHECK(map_documents(
        shard, "tokenize", pool,
        [&](document const& d) -> std::variant<reject, encoded> {
          encoded e;
          if (how.wanted && !how.wanted(d.id)) return e;
          if (d.text.empty()) return reject{d.id, "tokenize", "empty_text", ""};
          if (tokenize::fills_in_middle(d.id, how.fill_in_middle, how.seed))
            tokenize::encode_with_gap(tokenizer, d.id, d.text, how.seed, e.ids);
          else
            tokenizer.encode(d.text, e.ids);
          e.row = io::to_line(io::json{{"id", d.id},
                                       {"language", config::title(d.language)},
                                       {"repository", d.repository},
                                       {"path", d.path},
                                       {"tokens", e.ids.size()},
                                       {"bytes", d.text.size()}});
          return e;
        },
        [&](encoded const& e) -> expected<void> {
          bar.advance();
          if (e.ids.empty()) return {};
          SNOWCODER_CHECK(writer.append(e.ids));
          writer.end_document();
          return rows.write_line(e.row);
        },
        [&](reject const& r) -> expected<void> {
          return rows.write_line(io::to_line(io::json{{"refused", r.id}, {"reason", r.reason}, {"detail", r.detail}}));
        }));
    SNOWCODER_CHECK(writer.commit());
    SNOWCODER_CHECK(rows.commit());
    return open(prefix, how.key);
  }

  std::int64_t files() const { return std::int64_t(packables.size()); }
  /// Appends the ids of file `i` to `out`.
  void append(std::int64_t i, std::vector<token_id>& out) const {
    auto const begin = ids_.sequence(ids_.document_begin(i)).first, before = std::int64_t(out.size());
    out.resize(std::size_t(before + packables[std::size_t(i)].tokens));
    ids_.copy(begin, std::span(out).subspan(std::size_t(before)));
  }

  std::vector<tokenize::packable> packables;  ///< in row order
  std::vector<std::string> ids;               ///< of the documents
  std::vector<std::int64_t> bytes;            ///< of the documents
  std::vector<reject> rejects;

 private:
  explicit tokenized_shard(io::megatron_file ids) : ids_(std::move(ids)) {}

  static expected<tokenized_shard> open(std::filesystem::path const& prefix, std::string const& key) {
    auto const name = prefix.string() + ".rows.jsonl";
    if (!std::filesystem::exists(name)) return failure("not there yet", name);
    SNOWCODER_TRY(auto lines, io::line_reader::open(name));
    SNOWCODER_TRY(auto ids, io::megatron_file::open(prefix));
    tokenized_shard s(std::move(ids));
    std::string_view line;
    bool first = true;
    for (;;) {
      SNOWCODER_TRY(bool const more, lines.next(line));
      if (!more) break;
      SNOWCODER_TRY(auto const row, io::parse_json(line, lines.place()));
      if (std::exchange(first, false)) {
        if (io::text_or(row, "key") != key) return failure("made by another run", name);
        continue;
      }
      if (auto const refused = io::text_or(row, "refused"); !refused.empty()) {
        s.rejects.push_back({refused, "tokenize", io::text_or(row, "reason"), io::text_or(row, "detail")});
        continue;
      }
      tokenize::packable p;
      s.ids.push_back(io::text_or(row, "id"));
      p.language = config::find_language(io::text_or(row, "language")).value_or(config::language::other);
      p.repository = io::text_or(row, "repository");
      p.path = io::text_or(row, "path");
      p.document = hash(s.ids.back());
      p.tokens = io::value_or_null(row, "tokens").is_number_integer() ? row["tokens"].get<std::int64_t>() : -1;
      s.bytes.push_back(io::value_or_null(row, "bytes").is_number_integer() ? row["bytes"].get<std::int64_t>() : 0);
      s.packables.push_back(std::move(p));
    }
    std::int64_t tokens = 0;
    for (auto const& p : s.packables) tokens += p.tokens;
    if (first || s.ids_.documents() != s.files() || s.ids_.tokens() != tokens)
      return failure("list and ids do not belong together", name);
    return s;
  }

  io::megatron_file ids_;
};

}  // namespace snowcoder::pipeline
