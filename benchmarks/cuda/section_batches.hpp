// SPDX-License-Identifier: Apache-2.0
// Sections of text files in batches for an encoder: files are read and cut into WordPiece by all threads of a pool.
#pragma once

#include <snowcoder/annotate/sections.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/core/thread_pool.hpp>
#include <snowcoder/tokenize/word_piece.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace snowcoder::benchmark {

template <class T>
T must_have(expected<T> value) {
  if (value) return std::move(*value);
  std::fprintf(stderr, "encoder: %s\n", value.error().message().c_str());
  std::exit(1);
}

struct batch {
  std::vector<std::int32_t> ids;
  std::vector<std::int64_t> offsets{0};
  void add(std::span<std::int32_t const> section) {
    ids.insert(ids.end(), section.begin(), section.end());
    offsets.push_back(std::int64_t(ids.size()));
  }
};

/// Batches of sections of files, longest first.
class text_batches {
 public:
  /// Of sections of up to `length` tokens, `tokens` in a batch; VOCAB may have `most` tokens.
  text_batches(std::string const& folder, std::string const& vocabulary, int most, std::int64_t length, std::int64_t tokens,
               int threads)
      : tokenizer_(opened(vocabulary, most)), pool_(threads), length_(length), room_(tokens) {
    for (auto const& entry : std::filesystem::recursive_directory_iterator(folder))
      if (entry.is_regular_file() && entry.file_size() > 0) files_.push_back(entry.path());
    std::sort(files_.begin(), files_.end());
    if (files_.empty()) std::fprintf(stderr, "encoder: no files in %s\n", folder.c_str()), std::exit(1);
  }

  /// Begins anew, for so many sections.
  void begin(std::int64_t sections) { left_ = sections, next_ = 0, bytes_ = 0, waiting_.clear(), tokens_ = 0; }
  std::int64_t bytes() const { return bytes_; }
  std::size_t files() const { return files_.size(); }

  /// Without sections when all were given.
  batch next() {
    while (tokens_ < room_ && left_ > 0) read_some();
    std::sort(waiting_.begin(), waiting_.end(), [](auto const& a, auto const& b) { return a.size() < b.size(); });
    batch b;
    while (!waiting_.empty() && std::int64_t(b.ids.size() + waiting_.back().size()) <= room_) {
      tokens_ -= std::int64_t(waiting_.back().size());
      b.add(waiting_.back());
      waiting_.pop_back();
    }
    return b;
  }

 private:
  using section = std::vector<std::int32_t>;
  static tokenize::word_piece opened(std::string const& path, int most) {
    std::ifstream in(path);
    std::vector<std::string> tokens;
    for (std::string line; std::getline(in, line);) tokens.push_back(line);
    if (tokens.empty() || tokens.size() > std::size_t(most))
      std::fprintf(stderr, "encoder: %s is not a vocab.txt of 1 to %d tokens\n", path.c_str(), most), std::exit(1);
    return must_have(tokenize::word_piece::from_vocabulary(tokens));
  }

  void read_some() {
    std::vector<std::vector<section>> found(std::size_t(4 * pool_.threads()));
    std::vector<std::int64_t> bytes(found.size());
    pool_.for_each_index(std::int64_t(found.size()), [&](std::int64_t i) {
      std::ifstream in(files_[(next_ + std::size_t(i)) % files_.size()], std::ios::binary);
      std::string const text((std::istreambuf_iterator<char>(in)), {});
      bytes[std::size_t(i)] = std::int64_t(text.size());
      section all;
      tokenizer_.encode(text, all);
      auto const cut = annotate::sections_of(std::int64_t(all.size()), config::sections::top_middle_bottom, int(length_));
      for (int s = 0; s < cut.distinct; ++s)
        annotate::append_section(found[std::size_t(i)].emplace_back(), tokenizer_, all, cut.windows[std::size_t(s)]);
    });
    next_ += found.size();
    for (auto b : bytes) bytes_ += b;
    for (auto& file : found)
      for (auto& s : file) {
        tokens_ += std::int64_t(s.size());
        waiting_.push_back(std::move(s));
        --left_;
      }
  }

  tokenize::word_piece tokenizer_;
  thread_pool pool_;
  std::int64_t length_, room_;
  std::vector<std::filesystem::path> files_;
  std::vector<section> waiting_;
  std::size_t next_ = 0;
  std::int64_t left_ = 0, tokens_ = 0, bytes_ = 0;
};

}  // namespace snowcoder::benchmark
