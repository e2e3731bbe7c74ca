// SPDX-License-Identifier: Apache-2.0
// Documents between the passes of prepare: texts in one file on disk, names in another, and a small record of each in a third,
// read through mappings, so that the system keeps in memory what there is room for. Names and records lie apart because they
// are visited at random, where texts would take a page each out of the memory that is left for files.
#pragma once

#include <snowcoder/core/hash.hpp>
#include <snowcoder/dedup/rank.hpp>
#include <snowcoder/io/mapped_file.hpp>
#include <snowcoder/io/value_bytes.hpp>
#include <snowcoder/pipeline/work_file.hpp>
#include <snowcoder/record/document.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>

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

/// Documents and repositories are numbered in 32 bits, and so are they counted: the last number stays free.
inline expected<void> check_number(std::uint64_t number, char const* of_what) {
  if (number < 0xffffffff) return {};
  return failure("prepare numbers 4,294,967,295 " + std::string(of_what) + " at most, and there are more", "--in",
                 "prepare the inputs in parts, each into a folder of its own");
}

class spill {
 public:
  static constexpr std::array files{"texts", "names", "records"};

  /// These files in `folder`, of which as many bytes stay as bytes_of(file) says.
  template <class BytesOf>
  static expected<spill> open(std::filesystem::path const& folder, BytesOf&& bytes_of) {
    SNOWCODER_TRY(auto texts, work_file::open(folder / "texts", bytes_of("texts")));
    SNOWCODER_TRY(auto names, work_file::open(folder / "names", bytes_of("names")));
    SNOWCODER_TRY(auto records, work_file::open(folder / "records", bytes_of("records")));
    return spill(std::move(texts), std::move(names), std::move(records));
  }

  /// Appends a document; `s` gets its places and is kept.
  expected<void> add(document const& d, spilled s) {
    SNOWCODER_CHECK(check_number(size(), "documents"));
    s.text_at = texts_.end();
    s.names_at = names_.end();
    std::string names;
    for (std::string_view name :
         {std::string_view(d.path), std::string_view(d.source), std::string_view(d.created), std::string_view(d.licence)})
      (names += name.substr(0, name.find('\0'))) += '\0';
    s.names_bytes = std::uint32_t(names.size());
    s.text_bytes = std::uint32_t(d.text.size());
    SNOWCODER_CHECK(records_.append(io::bytes_of(s)));
    SNOWCODER_CHECK(names_.append(names));
    return texts_.append(d.text);
  }
  /// What was added is safe.
  expected<void> sync() {
    SNOWCODER_CHECK(records_.sync());
    SNOWCODER_CHECK(names_.sync());
    return texts_.sync();
  }
  std::size_t size() const { return std::size_t(records_.end() / sizeof(spilled)); }
  /// After the last add and sync: documents can be read from now on.
  expected<void> finish() {
    SNOWCODER_TRY(name_map_, io::mapped_file::open(names_.path()));
    SNOWCODER_TRY(text_map_, io::mapped_file::open(texts_.path()));
    SNOWCODER_TRY(record_map_, io::mapped_file::open(records_.path()));
    for (auto const* map : {&text_map_, &name_map_, &record_map_}) map->expect_random();
    return {};
  }

  /// Calls visit(number, record) for every document that lies in the files, in their order; visit returns expected<void>. By a
  /// mapping of its own: read from end to end, pages come ahead, which record() would not have.
  template <class Visit>
  expected<void> for_each_record(Visit&& visit) const {
    SNOWCODER_TRY(auto const map, io::mapped_file::open(records_.path()));
    auto const* records = reinterpret_cast<spilled const*>(map.bytes().data());
    for (std::size_t i = 0; i < map.bytes().size() / sizeof(spilled); ++i) SNOWCODER_CHECK(visit(std::uint32_t(i), records[i]));
    return {};
  }

  spilled const& record(std::size_t i) const { return reinterpret_cast<spilled const*>(record_map_.bytes().data())[i]; }
  std::string_view text(std::uint32_t i) const {
    auto const& r = record(i);
    return text_map_.fetch(r.text_at, r.text_bytes);
  }
  /// Texts, or names, of documents that will be visited soon are asked for all at once.
  void expect_texts(std::span<std::uint32_t const> numbers) const {
    expect_records(numbers);
    fetch_parts(text_map_, numbers, [&](std::uint32_t i) {
      auto const& r = record(i);
      return std::pair(r.text_at, std::uint64_t(r.text_bytes));
    });
  }
  void expect_names(std::span<std::uint32_t const> numbers) const {
    expect_records(numbers);
    fetch_parts(name_map_, numbers, [&](std::uint32_t i) {
      auto const& r = record(i);
      return std::pair(r.names_at, std::uint64_t(r.names_bytes));
    });
  }
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
    auto const& r = record(i);
    auto all = name_map_.bytes().substr(r.names_at, r.names_bytes);
    std::array<std::string_view, 4> parts;
    for (auto& part : parts) {
      part = all.substr(0, all.find('\0'));
      all.remove_prefix(part.size() + 1);
    }
    return parts;
  }
  std::string_view path(std::uint32_t i) const { return names(i)[0]; }

 private:
  spill(work_file texts, work_file names, work_file records)
      : texts_(std::move(texts)), names_(std::move(names)), records_(std::move(records)) {}

  static constexpr std::uint64_t batch_bytes = std::uint64_t(32) << 20;  // or one text, if that is longer

  /// How many of the first numbers are a batch; their texts are asked for.
  std::size_t ask_for(std::span<std::uint32_t const> numbers, std::size_t most) const {
    numbers = numbers.first(std::min(numbers.size(), most));
    expect_records(numbers);
    std::size_t size = 0;
    for (std::uint64_t bytes = 0; size < numbers.size() && bytes < batch_bytes; ++size)
      bytes += record(numbers[size]).text_bytes;
    expect_texts(numbers.first(size));
    return size;
  }
  /// Asks for part_of(number) = {where it begins, bytes} of a file, neighbours on disk together.
  template <class PartOf>
  void fetch_parts(io::mapped_file const& map, std::span<std::uint32_t const> numbers, PartOf&& part_of) const {
    std::uint64_t begin = 0, end = 0;
    for (auto const i : numbers) {
      auto const [at, bytes] = part_of(i);
      if (at != end) {
        map.fetch(begin, end - begin);
        begin = at;
      }
      end = at + bytes;
    }
    map.fetch(begin, end - begin);
  }
  void expect_records(std::span<std::uint32_t const> numbers) const {
    fetch_parts(record_map_, numbers,
                [](std::uint32_t i) { return std::pair(i * std::uint64_t(sizeof(spilled)), std::uint64_t(sizeof(spilled))); });
  }

  work_file texts_, names_, records_;
  io::mapped_file text_map_, name_map_, record_map_;
};

}  // namespace snowcoder::pipeline
