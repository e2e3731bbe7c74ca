// SPDX-License-Identifier: Apache-2.0
// Entries of an archive (tar or zip, compressed or not), one after the other, nothing unpacked to disk. libarchive is named
// here only. Of its filters those are left out that start other programs, and of its formats all but these two.
#pragma once

#include <snowcoder/core/expected.hpp>

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace snowcoder::io {

enum class entry_kind : std::uint8_t { file, folder, link, special };

/// How far an archive may grow when it is read: `free` bytes, and from there `times` its size on disk, but never more than
/// `most`. Source text shrinks six- to fifteenfold; what grows further was made to.
struct archive_growth {
  std::int64_t times = 250, free = std::int64_t(256) << 20, most = std::int64_t(1) << 40;
};

class archive_reader {
 public:
  static expected<archive_reader> open(std::filesystem::path const& path, archive_growth const& growth = {}) {
    archive_reader r;
    r.path_ = path.string();
    std::error_code e;
    auto const size = std::int64_t(std::filesystem::file_size(path, e));
    if (e) return failure(e.message(), r.path_);
    r.limit_ = std::min(size > growth.most / growth.times ? growth.most : growth.free + size * growth.times, growth.most);
    r.archive_.reset(archive_read_new());
    if (!r.archive_) return failure("no memory for an archive", r.path_);
    for (auto const support :
         {archive_read_support_filter_gzip, archive_read_support_filter_bzip2, archive_read_support_filter_xz,
          archive_read_support_filter_lzma, archive_read_support_filter_zstd, archive_read_support_filter_lz4,
          archive_read_support_filter_compress, archive_read_support_filter_lzip})
      support(r.archive_.get());
    archive_read_support_format_tar(r.archive_.get());
    archive_read_support_format_gnutar(r.archive_.get());
    archive_read_support_format_zip(r.archive_.get());
    archive_read_set_options(r.archive_.get(),
                             "hdrcharset=BINARY");  // names are bytes, whatever the locale; refused or not, never lost
    if (archive_read_open_filename(r.archive_.get(), path.c_str(), std::size_t(1) << 18) != ARCHIVE_OK)
      return failure(r.problem());
    return r;
  }

  /// Goes to the next entry; false at the end. An error means that the rest of the archive cannot be read, or that it is a
  /// bomb(): to pass over an entry its data must be decompressed, so what an entry claims is counted before.
  expected<bool> next() {
    if (entry_ && kind() == entry_kind::file && stated_size() > limit_ - std::max(taken_, decompressed()))
      return failure(burst());
    auto const status = archive_read_next_header(archive_.get(), &entry_);
    if (status == ARCHIVE_EOF) return false;
    if (status < ARCHIVE_WARN) return failure(problem());
    if (decompressed() > limit_) return failure(burst());
    char const* name = archive_entry_pathname(entry_);
    name_ = name ? name : "";
    return true;
  }
  std::string const& name() const { return name_; }
  /// Was the last error that the archive grows beyond its limit?
  bool bomb() const { return bomb_; }
  entry_kind kind() const {
    if (archive_entry_hardlink(entry_)) return entry_kind::link;
    switch (archive_entry_filetype(entry_)) {
      case AE_IFREG:
        return entry_kind::file;
      case AE_IFDIR:
        return entry_kind::folder;
      case AE_IFLNK:
        return entry_kind::link;
      default:
        return entry_kind::special;
    }
  }
  /// As the archive states it: 0 where it does not, and not to be believed.
  std::int64_t stated_size() const { return archive_entry_size_is_set(entry_) ? archive_entry_size(entry_) : 0; }

  /// The content of the entry, at most `limit` + 1 bytes of it (so that too much can be told from just enough).
  expected<std::string> read(std::int64_t limit) {
    std::string text;
    if (taken_ > limit_) return failure(burst());
    for (;;) {
      void const* block = nullptr;
      std::size_t size = 0;
      la_int64_t offset = 0;
      auto const status = archive_read_data_block(archive_.get(), &block, &size, &offset);
      if (status == ARCHIVE_EOF) return text;
      if (status < ARCHIVE_WARN) return failure(problem());
      taken_ += std::int64_t(size);
      if (offset > limit) return text.append(std::size_t(limit) + 1 - text.size(), '\0');
      if (std::size_t(offset) > text.size()) text.resize(std::size_t(offset), '\0');  // a hole of a sparse file
      text.append(static_cast<char const*>(block), std::min(size, std::size_t(limit) + 1 - text.size()));
      if (std::int64_t(text.size()) > limit) return text;
    }
  }

 private:
  struct close_archive {
    void operator()(struct archive* a) const { archive_read_free(a); }
  };
  archive_reader() = default;
  error problem() const {
    char const* text = archive_error_string(archive_.get());
    return {text ? text : "broken archive", path_, "check that the archive is complete"};
  }

  /// Bytes that came out of the compression around the whole archive (none for zip, whose entries are compressed).
  std::int64_t decompressed() const { return archive_filter_bytes(archive_.get(), 0); }
  error burst() {
    bomb_ = true;
    return {"the archive grows beyond every measure when it is read", path_, "unpack it by hand and look at it"};
  }

  std::string path_, name_;
  std::int64_t limit_ = 0, taken_ = 0;
  bool bomb_ = false;
  std::unique_ptr<struct archive, close_archive> archive_;
  archive_entry* entry_ = nullptr;
};

/// Does a file name say that it is an archive that archive_reader reads?
inline bool is_archive_name(std::string_view name) {
  for (std::string_view end : {".tar", ".tgz", ".tbz", ".tbz2", ".txz", ".tzst", ".zip", ".crate"})
    if (name.ends_with(end)) return true;
  return name.find(".tar.") != name.npos;
}

/// The name without what makes it an archive: "zlib_1.3.orig" for zlib_1.3.orig.tar.xz.
inline std::string archive_stem(std::string name) {
  if (auto const tar = name.rfind(".tar"); tar != name.npos) return name.substr(0, tar);
  return name.substr(0, name.find_last_of('.'));
}

}  // namespace snowcoder::io
