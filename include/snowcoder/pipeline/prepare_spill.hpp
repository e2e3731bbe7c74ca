// SPDX-License-Identifier: Apache-2.0
// Documents between the passes of prepare: texts in one file on disk, names in another, read through mappings; per document a
// small record in memory, the most of what grows with the corpus. Names lie apart because sorting visits them at random, where
// texts would take a page each out of the memory that is left for files.
#pragma once

#include <snowcoder/core/hash.hpp>
#include <snowcoder/dedup/rank.hpp>
#include <snowcoder/io/mapped_file.hpp>
#include <snowcoder/pipeline/work_file.hpp>
#include <snowcoder/record/document.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace snowcoder::pipeline {

struct spilled {
  std::uint64_t text_at = 0, names_at = 0;
  std::uint32_t names_bytes = 0, text_bytes = 0;
  std::uint32_t source_bytes = 0;  ///< of the file as it came
  std::uint32_t repository = 0;
  hash128 id, content;
  std::int64_t stars = -1, forks = -1, created = 0;  ///< the last one dedup::date_number
  config::language language = config::language::other;
  dedup::licence_kind licence = dedup::licence_kind::none;  ///< that the file itself names
  std::uint16_t emails = 0, addresses = 0, secrets = 0;     ///< replaced
};
static_assert(sizeof(spilled) == 96);

/// The records of documents, by number, in blocks that stay where they are: a vector that grows holds them all twice.
class spilled_records {
 public:
  std::size_t size() const { return size_; }
  spilled const& operator[](std::size_t i) const { return blocks_[i / block][i % block]; }
  spilled const& back() const { return (*this)[size_ - 1]; }
  void push_back(spilled const& s) {
    if (size_ % block == 0) blocks_.push_back(std::make_unique<spilled[]>(block));
    blocks_.back()[size_++ % block] = s;
  }

 private:
  static constexpr std::size_t block = 1 << 14;
  std::vector<std::unique_ptr<spilled[]>> blocks_;
  std::size_t size_ = 0;
};

/// Documents and repositories are numbered in 32 bits, and so are they counted: the last number stays free.
inline expected<void> check_number(std::uint64_t number, char const* of_what) {
  if (number < 0xffffffff) return {};
  return failure("prepare numbers 4,294,967,295 " + std::string(of_what) + " at most, and there are more", "--in",
                 "prepare the inputs in parts, each into a folder of its own");
}

class spill {
 public:
  /// Two files: FOLDER/texts and FOLDER/names, of which as many bytes stay as are given: those of the records that the caller
  /// puts back.
  static expected<spill> open(std::filesystem::path const& folder, std::uint64_t text_bytes, std::uint64_t name_bytes) {
    SNOWCODER_TRY(auto texts, work_file::open(folder / "texts", text_bytes));
    SNOWCODER_TRY(auto names, work_file::open(folder / "names", name_bytes));
    return spill(std::move(texts), std::move(names));
  }

  /// Appends a document; `s` gets its places and is kept.
  expected<void> add(document const& d, spilled s) {
    SNOWCODER_CHECK(check_number(records.size(), "documents"));
    s.text_at = texts_.end();
    s.names_at = names_.end();
    std::string names;
    for (std::string_view name :
         {std::string_view(d.path), std::string_view(d.source), std::string_view(d.created), std::string_view(d.licence)})
      (names += name.substr(0, name.find('\0'))) += '\0';
    s.names_bytes = std::uint32_t(names.size());
    s.text_bytes = std::uint32_t(d.text.size());
    records.push_back(s);
    SNOWCODER_CHECK(names_.append(names));
    return texts_.append(d.text);
  }
  /// What was added is safe.
  expected<void> sync() {
    SNOWCODER_CHECK(names_.sync());
    return texts_.sync();
  }
  /// After the last add and sync: the texts can be read from now on.
  expected<void> finish() {
    SNOWCODER_TRY(name_map_, io::mapped_file::open(names_.path()));
    SNOWCODER_TRY(text_map_, io::mapped_file::open(texts_.path()));
    text_map_.expect_random();
    return {};
  }

  std::string_view text(std::uint32_t i) const { return text_map_.fetch(records[i].text_at, records[i].text_bytes); }
  /// Visits the texts of `numbers` in batches of `most` at most: visit(begin, size), in order. While one is worked on, the
  /// texts of the next are on their way from the disk, however far apart they lie.
  template <class Visit>
  expected<void> in_batches(std::span<std::uint32_t const> numbers, std::size_t most, Visit&& visit) const {
    auto next = ask_for(numbers, most);
    for (std::size_t begin = 0; begin < numbers.size();) {
      auto const size = next;
      next = ask_for(numbers.subspan(begin + size), most);
      SNOWCODER_CHECK(visit(begin, size));
      begin += size;
    }
    return {};
  }

  /// path, source, created, licence.
  std::array<std::string_view, 4> names(std::uint32_t i) const {
    auto const& r = records[i];
    auto all = name_map_.bytes().substr(r.names_at, r.names_bytes);
    std::array<std::string_view, 4> parts;
    for (auto& part : parts) {
      part = all.substr(0, all.find('\0'));
      all.remove_prefix(part.size() + 1);
    }
    return parts;
  }
  std::string_view path(std::uint32_t i) const { return names(i)[0]; }

  spilled_records records;

 private:
  spill(work_file texts, work_file names) : texts_(std::move(texts)), names_(std::move(names)) {}

  static constexpr std::uint64_t batch_bytes = std::uint64_t(32) << 20;  // or one text, if that is longer

  /// How many of the first numbers are a batch; their texts are asked for, neighbours on disk together.
  std::size_t ask_for(std::span<std::uint32_t const> numbers, std::size_t most) const {
    std::size_t size = 0;
    std::uint64_t bytes = 0, begin = 0, end = 0;
    for (; size < std::min(numbers.size(), most) && bytes < batch_bytes; ++size) {
      auto const& r = records[numbers[size]];
      bytes += r.text_bytes;
      if (r.text_at != end) {
        text_map_.fetch(begin, end - begin);
        begin = r.text_at;
      }
      end = r.text_at + r.text_bytes;
    }
    text_map_.fetch(begin, end - begin);
    return size;
  }

  work_file texts_, names_;
  io::mapped_file text_map_, name_map_;
};

}  // namespace snowcoder::pipeline
