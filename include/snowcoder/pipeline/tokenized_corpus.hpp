// SPDX-License-Identifier: Apache-2.0
// Everything encoded for a token file: the files of all shards as one list, how often each stands in the token file, and
// the ids copied in order. Ids stay on disk; 48 bytes a file are in memory, and the names of repositories, while the list is
// made those of paths too where a phase asks for their order.
#pragma once

#include <snowcoder/config/synthesis.hpp>
#include <snowcoder/config/vocabulary.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/core/progress.hpp>
#include <snowcoder/io/megatron.hpp>
#include <snowcoder/pipeline/name_table.hpp>
#include <snowcoder/pipeline/tokenized_shard.hpp>
#include <snowcoder/tokenize/best_fit.hpp>
#include <snowcoder/tokenize/mix.hpp>
#include <snowcoder/tokenize/pack.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <numeric>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

class tokenized_corpus {
 public:
  std::vector<tokenize::packable> files;

  /// One list over all shards, in the given order. The ids of `most_open` shards are mapped at a time.
  static expected<tokenized_corpus> of(std::vector<tokenized_shard> shards, std::size_t most_open = 4096) {
    tokenized_corpus c;
    c.shards_ = std::move(shards);
    c.most_open_ = most_open;
    c.ids_.resize(c.shards_.size());
    if (c.shards_.size() > most_shards) return failure("more than 1,048,576 shards", "", "write larger shards");
    std::size_t files = 0;
    name_table paths;
    c.repositories_.add("");
    for (auto const& s : c.shards_) {
      SNOWCODER_TRY(auto const part, s.rows());
      files += std::size_t(part.files());
      for (auto name : part.repositories()) c.repositories_.add(name);
      for (auto name : part.paths()) paths.add(name);
    }
    c.repositories_.sort();
    paths.sort();
    c.files.reserve(files);
    for (std::uint64_t number = 0; auto const& s : c.shards_) {
      SNOWCODER_TRY(auto const part, s.rows());
      auto const repository = c.repositories_.numbers_of(part.repositories()), path = paths.numbers_of(part.paths());
      for (std::int64_t i = 0; i < part.files(); ++i) {
        auto p = part.row(i);
        if (p.place > s.tokens() || p.tokens > s.tokens() - p.place || p.repository >= repository.size() ||
            (!path.empty() && p.path >= path.size()))
          return failure("broken part", s.rejects().string(), "remove the folder of parts and run the same command again");
        p.place |= number << place_bits;
        p.repository = repository[p.repository];
        p.path = path.empty() ? 0 : path[p.path];
        c.files.push_back(p);
      }
      ++number;
    }
    return c;
  }

  /// Sorted; what packable::repository counts; the first is empty.
  std::vector<std::string_view> const& repositories() const { return repositories_.names(); }

  /// Bytes of the ids of a file, valid until the next call.
  expected<std::string_view> ids(tokenize::packable const& p) {
    auto const shard = std::size_t(p.place >> place_bits);
    if (!ids_[shard]) {
      if (open_.size() >= most_open_) {
        ids_[open_.front()].reset();
        open_.pop_front();
      }
      SNOWCODER_TRY(ids_[shard], shards_[shard].ids());
      open_.push_back(shard);
    }
    auto const first = p.place & ((std::uint64_t(1) << place_bits) - 1), width = std::uint64_t(shards_[shard].width());
    return ids_[shard]->bytes().substr(first * width, p.tokens * width);
  }

 private:
  static constexpr int place_bits = 44;
  static constexpr std::size_t most_shards = std::size_t(1) << 20;

  std::vector<tokenized_shard> shards_;
  name_table repositories_;
  std::vector<std::optional<io::mapped_file>> ids_;  // of every shard, mapped or not
  std::deque<std::size_t> open_;                     // shards whose ids are, the one that was first in front
  std::size_t most_open_ = 0;
};

/// Sets how often each synthetic file stands in the phase, and which real files are blended in. Files from `first_real` on
/// are real.
inline void set_copies(std::span<tokenize::packable> files, std::size_t first_real, config::synthesis const& how) {
  auto const synthetic = files.first(first_real);
  if (how.mix == config::mix_rule::sample) tokenize::set_python_share(synthetic, how.python_share);
  if (how.replay_real <= 0) return;
  double tokens = 0;
  for (auto const& f : synthetic) tokens += double(f.tokens) * f.copies;
  std::vector<std::uint32_t> real(files.size() - first_real);
  std::iota(real.begin(), real.end(), std::uint32_t(first_real));
  for (auto i : real) files[i].copies = 0;
  if (how.replay_real < 1) tokenize::repeat_to(files, std::move(real), tokens * how.replay_real / (1 - how.replay_real));
}

/// The files of one group as one row of ids: <file_sep> between them, <|endoftext|> after the last.
class group_ids {
 public:
  group_ids(tokenized_corpus& corpus, tokenize::packing_order const& order, io::id_type type) : corpus_(corpus), order_(order) {
    token_id const file = config::file_separator, group = config::end_of_text;
    io::append_ids({&file, 1}, type, between_);
    io::append_ids({&group, 1}, type, after_);
  }
  std::string_view end_of_group() const { return after_; }
  std::int64_t length(std::uint32_t group) const {
    std::int64_t sum = 0;
    for (auto f = begin(group); f < order_.ends[group]; ++f) sum += file_length(f);
    return sum;
  }
  /// Calls write(bytes) -> expected<void> for the ids [first, first + count) of a group, piece by piece. Going on where the
  /// last call ended, and reading from near the end, cost nothing more than the ids.
  template <class Write>
  expected<void> copy(std::uint32_t group, std::int64_t first, std::int64_t count, std::int64_t group_length, Write&& write) {
    if (group != group_ || first < at_) {
      group_ = group;
      file_ = begin(group);
      at_ = 0;
      if (first > group_length / 2)
        for (file_ = order_.ends[group], at_ = group_length; at_ > first;) at_ -= file_length(--file_);
    }
    while (count > 0) {
      auto const length = file_length(file_);
      if (first >= at_ + length) {
        at_ += length;
        ++file_;
        continue;
      }
      auto const skip = first - at_, take = std::min(count, length - skip), of_file = std::min(take, length - 1 - skip);
      auto const width = after_.size();
      if (of_file > 0) {
        SNOWCODER_TRY(auto const ids, corpus_.ids(corpus_.files[order_.files[file_]]));
        SNOWCODER_CHECK(write(ids.substr(std::size_t(skip) * width, std::size_t(of_file) * width)));
      }
      if (take > of_file) SNOWCODER_CHECK(write(std::string_view(file_ + 1 == order_.ends[group] ? after_ : between_)));
      first += take;
      count -= take;
    }
    return {};
  }

 private:
  std::uint32_t begin(std::uint32_t group) const { return group ? order_.ends[group - 1] : 0; }
  std::int64_t file_length(std::uint32_t file) const { return std::int64_t(corpus_.files[order_.files[file]].tokens) + 1; }

  tokenized_corpus& corpus_;
  tokenize::packing_order const& order_;
  std::string between_, after_;
  std::uint32_t group_ = std::uint32_t(-1), file_ = 0;
  std::int64_t at_ = 0;  // first id of file_ within the group
};

/// Writes all groups in order, a Megatron document each.
inline expected<void> write_groups(tokenized_corpus& corpus, tokenize::packing_order const& order, io::id_type type,
                                   io::megatron_writer& writer, progress& bar) {
  group_ids ids(corpus, order, type);
  for (std::uint32_t group = 0, files = 0; group < order.ends.size(); ++group) {
    auto const length = ids.length(group);
    SNOWCODER_CHECK(ids.copy(group, 0, length, length, [&](std::string_view bytes) { return writer.append_bytes(bytes); }));
    SNOWCODER_CHECK(writer.end_document());
    bar.advance(order.ends[group] - std::exchange(files, order.ends[group]));
  }
  return {};
}

/// The same, groups fitted into sequences of context + 1 ids, shelf by shelf; what a sequence lacks is filled with
/// <|endoftext|>. Returns the number of those.
inline expected<std::int64_t> write_fitted(tokenized_corpus& corpus, tokenize::packing_order const& order, io::id_type type,
                                           std::int64_t context, io::megatron_writer& writer, progress& bar) {
  group_ids ids(corpus, order, type);
  auto const capacity = context + 1;
  std::int64_t padding = 0;
  std::vector<std::int64_t> lengths;
  for (std::uint32_t begin = 0; auto const end : order.shelves) {
    lengths.clear();
    for (auto group = begin; group < end; ++group) lengths.push_back(ids.length(group));
    expected<void> written;
    tokenize::best_fit(lengths, capacity, [&](std::span<tokenize::fitted_piece const> sequence) {
      auto left = capacity;
      for (auto const& piece : sequence) {
        auto const group = begin + piece.item;
        written = ids.copy(group, piece.begin, piece.length, lengths[piece.item],
                           [&](std::string_view bytes) { return writer.append_bytes(bytes); });
        if (!written) return false;
        left -= piece.length;
        if (piece.begin + piece.length == lengths[piece.item])
          bar.advance(order.ends[group] - (group ? order.ends[group - 1] : 0));
      }
      padding += left;
      for (; left > 0 && written; --left) written = writer.append_bytes(ids.end_of_group());
      if (written) written = writer.end_document();
      return bool(written);
    });
    SNOWCODER_CHECK(std::move(written));
    begin = end;
  }
  return padding;
}

}  // namespace snowcoder::pipeline
