// SPDX-License-Identifier: Apache-2.0
// Token files as Megatron-LM reads them (MMapIndexedDataset): PREFIX.bin holds the ids in a row, PREFIX.idx the length and
// place of every sequence and where documents begin. Two bytes an id where every id is below 65,536, else four. While it is
// written, the index lies in scratch files beside it, 12 bytes a document.
#pragma once

#include <snowcoder/core/contract.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/atomic_file.hpp>
#include <snowcoder/io/mapped_file.hpp>
#include <snowcoder/io/row_file.hpp>
#include <snowcoder/io/value_bytes.hpp>
#include <snowcoder/record/token_id.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace snowcoder::io {

/// The codes that PREFIX.idx uses for the two kinds of id.
enum class id_type : std::uint8_t { int32 = 4, uint16 = 8 };

constexpr id_type id_type_for(std::int64_t vocabulary) { return vocabulary <= 65536 ? id_type::uint16 : id_type::int32; }
constexpr std::size_t size_of(id_type t) { return t == id_type::uint16 ? 2 : 4; }

namespace detail {
inline constexpr std::string_view megatron_magic{"MMIDIDX\0\0", 9};
inline constexpr std::size_t megatron_header = 9 + 8 + 1 + 8 + 8;  // magic, version, id type, sequences, document bounds

template <class T>
T load(std::string_view bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}
}  // namespace detail

/// Appends the bytes of ids, each of which must fit the type.
inline void append_ids(std::span<token_id const> ids, id_type type, std::string& out) {
  auto const begin = out.size();
  out.resize(begin + ids.size() * size_of(type));
  char* to = out.data() + begin;
  std::uint32_t all = 0;
  if (type == id_type::uint16) {
    for (std::size_t i = 0; i < ids.size(); ++i) {
      auto const narrow = std::uint16_t(ids[i]);
      all |= std::uint32_t(ids[i]);
      std::memcpy(to + 2 * i, &narrow, 2);
    }
    require(all < 65536, "an id of a two-byte token file is below 65,536");
  } else {
    for (auto id : ids) all |= std::uint32_t(id);
    if (!ids.empty()) std::memcpy(to, ids.data(), ids.size_bytes());
    require(all < 0x80000000u, "ids are not negative");
  }
}

/// Writes sequences one after the other; both files appear at commit(), the index last.
class megatron_writer {
 public:
  /// `longest`: a longer sequence is cut in several, because the index counts ids in 32 bits.
  static expected<megatron_writer> open(std::filesystem::path const& prefix, id_type type, std::int32_t longest = 1 << 30) {
    auto const folder = prefix.has_parent_path() ? prefix.parent_path() : std::filesystem::path(".");
    SNOWCODER_TRY(auto ids, atomic_file::open(prefix.string() + ".bin"));
    SNOWCODER_TRY(auto lengths, row_file<std::int32_t>::open(folder));
    SNOWCODER_TRY(auto ends, row_file<std::int64_t>::open(folder));
    return megatron_writer(prefix, std::move(ids), std::move(lengths), std::move(ends), type, longest);
  }

  /// Appends ids to the current sequence; each must fit the id type.
  expected<void> append(std::span<token_id const> ids) {
    append_ids(ids, type_, buffer_);
    SNOWCODER_CHECK(count(std::int64_t(ids.size())));
    return buffer_.size() >= flush_at ? flush() : expected<void>();
  }
  /// Appends ids that already have the file's id type: their bytes.
  expected<void> append_bytes(std::string_view ids) {
    require(ids.size() % size_of(type_) == 0, "whole ids");
    SNOWCODER_CHECK(count(std::int64_t(ids.size() / size_of(type_))));
    if (ids.size() < flush_at / 2) {
      buffer_ += ids;
      return buffer_.size() >= flush_at ? flush() : expected<void>();
    }
    SNOWCODER_CHECK(flush());
    return ids_.write(ids);
  }
  /// Ends the current document: one sequence, or several if it was too long for one. An empty one is not written.
  expected<void> end_document() {
    if (length_) SNOWCODER_CHECK(end_sequence());
    auto const end = std::int64_t(lengths_.rows());
    return std::exchange(last_end_, end) == end ? expected<void>() : ends_.append(end);
  }
  std::int64_t tokens() const { return tokens_ + length_; }
  std::int64_t documents() const { return std::int64_t(ends_.rows()); }

  expected<void> commit() {
    SNOWCODER_CHECK(end_document());
    SNOWCODER_CHECK(flush());
    SNOWCODER_CHECK(lengths_.finish());
    SNOWCODER_CHECK(ends_.finish());
    std::error_code ignored;
    std::filesystem::remove(prefix_.string() + ".idx", ignored);  // an old index must not meet new ids
    SNOWCODER_CHECK(ids_.commit());
    SNOWCODER_TRY(auto index, atomic_file::open(prefix_.string() + ".idx"));
    std::string out(detail::megatron_magic);
    auto const put = [&](auto value) -> expected<void> {
      out += bytes_of(value);
      if (out.size() < flush_at) return {};
      SNOWCODER_CHECK(index.write(out));
      out.clear();
      return {};
    };
    SNOWCODER_CHECK(put(std::uint64_t(1)));
    SNOWCODER_CHECK(put(type_));
    SNOWCODER_CHECK(put(lengths_.rows()));
    SNOWCODER_CHECK(put(ends_.rows() + 1));
    SNOWCODER_CHECK(lengths_.for_each(put));
    SNOWCODER_CHECK(lengths_.for_each([&, at = std::int64_t(0)](std::int32_t length) mutable {
      return put(std::exchange(at, at + std::int64_t(length) * std::int64_t(size_of(type_))));
    }));
    SNOWCODER_CHECK(put(std::int64_t(0)));
    SNOWCODER_CHECK(ends_.for_each(put));
    SNOWCODER_CHECK(index.write(out));
    return index.commit();
  }

 private:
  static constexpr std::size_t flush_at = std::size_t(1) << 20;
  megatron_writer(std::filesystem::path prefix, atomic_file ids, row_file<std::int32_t> lengths, row_file<std::int64_t> ends,
                  id_type type, std::int32_t longest)
      : prefix_(std::move(prefix)),
        ids_(std::move(ids)),
        lengths_(std::move(lengths)),
        ends_(std::move(ends)),
        type_(type),
        longest_(longest) {}
  /// `more` ids were added to the current sequence, which ends where it is at its longest.
  expected<void> count(std::int64_t more) {
    while (length_ + more >= longest_) {
      more -= longest_ - length_;
      length_ = longest_;
      SNOWCODER_CHECK(end_sequence());
    }
    length_ += more;
    return {};
  }
  expected<void> flush() {
    SNOWCODER_CHECK(ids_.write(buffer_));
    buffer_.clear();
    return {};
  }
  expected<void> end_sequence() {
    tokens_ += length_;
    return lengths_.append(std::int32_t(std::exchange(length_, 0)));
  }

  std::filesystem::path prefix_;
  atomic_file ids_;
  row_file<std::int32_t> lengths_;  // of sequences
  row_file<std::int64_t> ends_;     // of documents, in sequences
  id_type type_;
  std::int64_t longest_, length_ = 0, tokens_ = 0, last_end_ = 0;
  std::string buffer_;
};

/// A token file, mapped. Opening checks the whole index, so that no later read can leave the file.
class megatron_file {
 public:
  static expected<megatron_file> open(std::filesystem::path const& prefix) {
    megatron_file f;
    auto const index_path = prefix.string() + ".idx";
    SNOWCODER_TRY(f.index_, mapped_file::open(index_path));
    SNOWCODER_TRY(f.ids_, mapped_file::open(prefix.string() + ".bin"));
    if (auto const wrong = f.check(); !wrong.empty()) return failure(wrong, index_path, "pack the documents again");
    return f;
  }

  std::int64_t tokens() const { return std::int64_t(bytes() / size_of(type_)); }
  std::int64_t sequences() const { return sequences_; }
  std::int64_t documents() const { return bounds_ - 1; }
  id_type type() const { return type_; }

  /// First id (counted from the start of the file) and length of a sequence.
  std::pair<std::int64_t, std::int64_t> sequence(std::int64_t i) const {
    require(i >= 0 && i < sequences_, "sequence is in the file");
    return {pointer(i) / std::int64_t(size_of(type_)), length(i)};
  }
  /// The first sequence of a document; document documents() begins where the file ends.
  std::int64_t document_begin(std::int64_t i) const {
    require(i >= 0 && i < bounds_, "document is in the file");
    return detail::load<std::int64_t>(index_.bytes(),
                                      detail::megatron_header + std::size_t(sequences_) * 12 + std::size_t(i) * 8);
  }
  /// Copies ids [first, first + out.size()) of the file, which must be there.
  void copy(std::int64_t first, std::span<token_id> out) const {
    require(first >= 0 && first <= tokens() && std::int64_t(out.size()) <= tokens() - first, "ids are in the file");
    auto const* at = ids_.bytes().data() + std::size_t(first) * size_of(type_);
    if (type_ == id_type::int32) {
      if (!out.empty()) std::memcpy(out.data(), at, out.size_bytes());
      return;
    }
    for (auto& id : out) {
      std::uint16_t narrow;
      std::memcpy(&narrow, at, 2);
      id = narrow;
      at += 2;
    }
  }

 private:
  megatron_file() = default;
  std::size_t bytes() const { return ids_.bytes().size(); }
  std::int32_t length(std::int64_t i) const {
    return detail::load<std::int32_t>(index_.bytes(), detail::megatron_header + std::size_t(i) * 4);
  }
  std::int64_t pointer(std::int64_t i) const {
    return detail::load<std::int64_t>(index_.bytes(),
                                      detail::megatron_header + std::size_t(sequences_) * 4 + std::size_t(i) * 8);
  }

  /// What is wrong with the index; empty when nothing is.
  std::string check() {
    auto const index = index_.bytes();
    if (index.size() < detail::megatron_header || !index.starts_with(detail::megatron_magic)) return "not a Megatron index";
    if (detail::load<std::uint64_t>(index, 9) != 1) return "Megatron index of another version than 1";
    auto const code = static_cast<unsigned char>(index[17]);
    if (code != 4 && code != 8) return "id type " + std::to_string(code) + " is neither int32 (4) nor uint16 (8)";
    type_ = id_type(code);
    auto const sequences = detail::load<std::uint64_t>(index, 18), bounds = detail::load<std::uint64_t>(index, 26);
    auto const rest = index.size() - detail::megatron_header;
    if (sequences > rest / 12 || bounds > rest / 8 || sequences * 12 + bounds * 8 != rest)
      return "Megatron index is truncated or too long";
    sequences_ = std::int64_t(sequences);
    bounds_ = std::int64_t(bounds);
    if (bytes() % size_of(type_)) return "the .bin file ends inside an id";
    std::int64_t at = 0;
    for (std::int64_t i = 0; i < sequences_; ++i) {
      if (pointer(i) != at || length(i) < 0)
        return "sequence " + std::to_string(i) + " does not begin where the one before it ends";
      at += std::int64_t(length(i)) * std::int64_t(size_of(type_));
      if (at > std::int64_t(bytes())) return "sequence " + std::to_string(i) + " reaches beyond the .bin file";
    }
    if (at != std::int64_t(bytes())) return "the .bin file is longer than its sequences";
    if (bounds_ < 1 || document_begin(0) != 0 || document_begin(bounds_ - 1) != sequences_)
      return "documents do not cover the sequences";
    for (std::int64_t i = 1; i < bounds_; ++i)
      if (document_begin(i) < document_begin(i - 1)) return "documents are out of order";
    return {};
  }

  mapped_file index_, ids_;
  id_type type_ = id_type::uint16;
  std::int64_t sequences_ = 0, bounds_ = 1;
};

}  // namespace snowcoder::io
