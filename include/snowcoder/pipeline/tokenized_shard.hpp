// SPDX-License-Identifier: Apache-2.0
// One shard of documents as ids, kept on disk between encoding and packing: PREFIX.ids (ids in a row), PREFIX.rejects.jsonl
// and PREFIX.rows (tokenized_rows.hpp). The rows are written last, so that a killed run goes on after the shards that it had
// finished. These files are this machine's own and never leave it.
#pragma once

#include <snowcoder/config/notebook_form.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/core/progress.hpp>
#include <snowcoder/core/release.hpp>
#include <snowcoder/io/atomic_file.hpp>
#include <snowcoder/io/compressed.hpp>
#include <snowcoder/io/document_view.hpp>
#include <snowcoder/io/mapped_file.hpp>
#include <snowcoder/io/megatron.hpp>
#include <snowcoder/io/reject_file.hpp>
#include <snowcoder/io/value_bytes.hpp>
#include <snowcoder/pipeline/row_block.hpp>
#include <snowcoder/pipeline/tokenized_rows.hpp>
#include <snowcoder/tokenize/fill_in_middle.hpp>
#include <snowcoder/tokenize/notebook.hpp>
#include <snowcoder/tokenize/pack.hpp>

#include <array>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

/// What a shard is encoded with.
struct shard_settings {
  io::id_type type = io::id_type::uint16;
  config::notebook_form notebooks = config::notebook_form::script;  ///< which those documents have that are notebooks
  double fill_in_middle = 0, suffix_first = 0;
  bool with_paths = false;  ///< keep the paths of documents
  std::uint64_t seed = 0;
  std::function<bool(hash128 const&, std::string_view)> wanted;  ///< is a document of that id encoded? Empty: all are
  std::string key;                                               ///< of all that decides the ids, the shard's content included
};

/// An encoded shard. Its files are open only while somebody reads them: a system maps some 65,000 at a time.
class tokenized_shard {
 public:
  /// What a run with this key left; an error if it is not there, of another run, or broken.
  static expected<tokenized_shard> open(std::filesystem::path const& prefix, shard_settings const& how) {
    tokenized_shard s;
    s.prefix_ = prefix.string();
    s.width_ = io::size_of(how.type);
    auto const name = s.prefix_ + ".rows";
    if (!std::filesystem::exists(name)) return failure("not there yet", name);
    SNOWCODER_TRY(auto const rows, s.rows());
    s.header_ = rows.about();
    std::error_code e;
    auto const ids = std::filesystem::file_size(s.prefix_ + ".ids", e);
    if (std::string_view(s.header_.key.data(), s.header_.key.size()) != how.key) return failure("made by another run", name);
    if (e || s.header_.ids * s.width_ != ids) return failure("rows and ids do not belong together", name);
    return s;
  }

  std::int64_t files() const { return std::int64_t(header_.rows); }
  std::int64_t refused() const { return std::int64_t(header_.refused); }
  std::uint64_t tokens() const { return header_.ids; }
  std::filesystem::path rejects() const { return prefix_ + ".rejects.jsonl"; }
  expected<tokenized_rows> rows() const { return tokenized_rows::open(prefix_ + ".rows"); }
  /// The bytes of all ids, `width` each.
  expected<io::mapped_file> ids() const {
    auto const name = prefix_ + ".ids";
    SNOWCODER_TRY(auto file, io::mapped_file::open(name));
    if (file.bytes().size() != header_.ids * width_) return failure("was changed while it was packed", name, "run it again");
    return file;
  }
  std::size_t width() const { return width_; }

 private:
  std::string prefix_;
  tokenized_rows::header header_;
  std::size_t width_ = 2;
};

/// Encodes a shard, as a shard_job.
template <tokenize::encoder_of_text Tokenizer>
class shard_encoder {
 public:
  using block = row_block;
  struct result {
    std::string ids;                       // in the file's id type
    std::vector<tokenize::packable> rows;  // place: within this block
    std::string names;                     // repository and path of every row
    std::vector<std::array<std::uint32_t, 2>> name_lengths;
    std::vector<reject> rejects;
  };

  static expected<std::unique_ptr<shard_encoder>> open(std::filesystem::path const& shard, std::filesystem::path const& prefix,
                                                       Tokenizer const& tokenizer, shard_settings const& how, progress& bar) {
    SNOWCODER_TRY(auto lines, io::line_reader::open(shard));
    SNOWCODER_TRY(auto ids, io::atomic_file::open(prefix.string() + ".ids"));
    SNOWCODER_TRY(auto rejects, io::text_writer::open(prefix.string() + ".rejects.jsonl"));
    SNOWCODER_TRY(auto rows, io::atomic_file::open(prefix.string() + ".rows"));
    SNOWCODER_CHECK(rows.write(std::string(sizeof(tokenized_rows::header), '\0')));  // finish() fills it in
    return std::unique_ptr<shard_encoder>(new shard_encoder(shard.filename().string(), std::move(lines), std::move(ids),
                                                            std::move(rows), std::move(rejects), tokenizer, how, bar));
  }

  expected<bool> read(block& b) { return b.read(lines_); }

  result work(block const& b) const {
    thread_local io::document_view_parser parser;
    thread_local std::vector<token_id> ids;
    result r;
    r.rows.reserve(b.rows.size());
    r.name_lengths.reserve(b.rows.size());
    r.ids.reserve(b.text.size() / 2);
    for (auto const& row : b.rows) {
      auto const d = parser.parse(b[row]);
      if (!d) {
        r.rejects.push_back({name_ + ":" + std::to_string(row.number), "tokenize", "not_a_document", d.error().what});
        continue;
      }
      auto const id = hash(d->id);
      if (how_.wanted && !how_.wanted(id, d->id)) continue;
      if (d->text.empty()) {
        r.rejects.push_back({std::string(d->id), "tokenize", "empty_text", ""});
        continue;
      }
      ids.clear();
      auto const form = tokenize::form_of(id, how_.fill_in_middle, how_.suffix_first, how_.seed);
      tokenize::with_document_encoder(tokenizer_, how_.notebooks, d->language, d->text, [&](auto const& encoder) {
        if (form == tokenize::middle_form::none)
          encoder.encode(d->text, ids);
        else
          tokenize::encode_with_gap(encoder, form, id, d->text, how_.seed, ids);
      });
      tokenize::packable p;
      p.document = id;
      p.place = r.ids.size() / io::size_of(how_.type);
      p.tokens = std::uint32_t(ids.size());
      p.bytes = std::uint32_t(d->text.size());
      p.language = d->language;
      p.sentinels = form == tokenize::middle_form::none ? 0 : tokenize::middle_sentinels;
      io::append_ids(ids, how_.type, r.ids);
      r.rows.push_back(p);
      r.names += d->repository;
      if (how_.with_paths) r.names += d->path;
      r.name_lengths.push_back({std::uint32_t(d->repository.size()), std::uint32_t(how_.with_paths ? d->path.size() : 0)});
    }
    if (ids.capacity() > longest_kept) release(ids);
    return r;
  }

  expected<void> take(result r) {
    std::string_view names = r.names;
    for (std::size_t i = 0; i < r.rows.size(); ++i) {
      auto& p = r.rows[i];
      auto const [repository, path] = r.name_lengths[i];
      p.place += written_;
      p.repository = number_of(names.substr(0, repository));
      names.remove_prefix(repository);
      if (how_.with_paths) {
        p.path = std::uint32_t(path_count_++);
        append_name(paths_, names.substr(0, path));
        names.remove_prefix(path);
      }
    }
    SNOWCODER_CHECK(rows_.write({reinterpret_cast<char const*>(r.rows.data()), r.rows.size() * sizeof r.rows[0]}));
    written_ += r.ids.size() / io::size_of(how_.type);
    header_.rows += r.rows.size();
    header_.refused += r.rejects.size();
    for (auto const& reject : r.rejects) SNOWCODER_CHECK(rejects_.write_line(io::reject_line(reject)));
    bar_.advance(std::int64_t(r.rows.size()));
    return ids_.write(r.ids);
  }

  expected<void> finish() {
    SNOWCODER_CHECK(ids_.commit());
    SNOWCODER_CHECK(rejects_.commit());
    std::memcpy(header_.key.data(), how_.key.data(), std::min(how_.key.size(), header_.key.size()));
    header_.ids = written_;
    header_.repositories = numbers_.size();
    header_.paths = path_count_;
    SNOWCODER_CHECK(rows_.write(repositories_));
    SNOWCODER_CHECK(rows_.write(paths_));
    SNOWCODER_CHECK(rows_.write_at(0, io::bytes_of(header_)));
    return rows_.commit();
  }

 private:
  static constexpr std::size_t longest_kept = std::size_t(1) << 22;  // ids a thread keeps room for
  struct name_hash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  shard_encoder(std::string name, io::line_reader lines, io::atomic_file ids, io::atomic_file rows, io::text_writer rejects,
                Tokenizer const& tokenizer, shard_settings how, progress& bar)
      : name_(std::move(name)),
        lines_(std::move(lines)),
        ids_(std::move(ids)),
        rows_(std::move(rows)),
        rejects_(std::move(rejects)),
        tokenizer_(tokenizer),
        how_(std::move(how)),
        bar_(bar) {}

  static void append_name(std::string& out, std::string_view name) {
    auto const length = std::uint32_t(name.size());
    (out += io::bytes_of(length)) += name;
  }
  std::uint32_t number_of(std::string_view repository) {
    if (!numbers_.empty() && repository == last_) return last_number_;
    auto found = numbers_.find(repository);
    if (found == numbers_.end()) {
      found = numbers_.emplace(repository, std::uint32_t(numbers_.size())).first;
      append_name(repositories_, repository);
    }
    last_ = repository;
    return last_number_ = found->second;
  }

  std::string name_;
  io::line_reader lines_;
  io::atomic_file ids_, rows_;
  io::text_writer rejects_;
  Tokenizer const& tokenizer_;
  shard_settings how_;
  progress& bar_;
  std::uint64_t written_ = 0, path_count_ = 0;
  tokenized_rows::header header_;
  std::string repositories_, paths_, last_;
  std::unordered_map<std::string, std::uint32_t, name_hash, std::equal_to<>> numbers_;
  std::uint32_t last_number_ = 0;
};

}  // namespace snowcoder::pipeline
