// SPDX-License-Identifier: Apache-2.0
// Text files plain, gzip or zstd, told apart by their first bytes; read line by line, written whole. zlib and libzstd are
// named here and nowhere else.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/atomic_file.hpp>

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>

namespace snowcoder::io {

/// What a zlib stream holds, at most the first `most` bytes of it; an error where it is damaged or ends too soon.
inline expected<std::string> inflated(std::string_view stream, std::size_t most) {
  z_stream z{};
  if (inflateInit(&z) != Z_OK) return failure("no memory for zlib");
  std::unique_ptr<z_stream, int (*)(z_stream*)> const keep(&z, inflateEnd);
  std::string out;
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(stream.data()));
  z.avail_in = uInt(stream.size());
  for (int status = Z_OK; status != Z_STREAM_END && out.size() < most;) {
    auto const before = out.size();
    out.resize(std::min(most, std::max<std::size_t>(4096, before * 2)));
    z.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    z.avail_out = uInt(out.size() - before);
    status = inflate(&z, Z_NO_FLUSH);
    bool const full = z.avail_out == 0;
    out.resize(out.size() - z.avail_out);
    if (status != Z_OK && status != Z_STREAM_END) return failure("broken or truncated zlib data");
    if (status == Z_OK && !full && z.avail_in == 0) return failure("truncated zlib data");
  }
  return out;
}

/// Reads lines of a plain, .gz or .zst file. Memory: one line (of one that is too long, as much as the limit) and one block,
/// whatever the file says; a zstd frame may ask for a window of 128 MiB, like that of the zstd program. A file that grows more
/// than a thousandfold is refused.
class line_reader {
 public:
  /// This many bytes may be read behind every line, whatever is in them: parsers that work in blocks need no copy of it.
  static constexpr std::size_t padding = 64;
  static constexpr std::uint64_t most_growth = 1000, free_growth = std::uint64_t(1) << 30;

  static expected<line_reader> open(std::filesystem::path const& path, std::size_t longest_line = std::size_t(256) << 20) {
    line_reader r;
    r.path_ = path.string();
    r.longest_ = longest_line;
    r.file_.reset(std::fopen(path.c_str(), "rbe"));
    if (!r.file_) return failure(system_error(r.path_));
    std::setvbuf(r.file_.get(), nullptr, _IONBF, 0);  // blocks are read whole
    r.raw_.reset(new char[block]);
    r.raw_size_ = std::fread(r.raw_.get(), 1, block, r.file_.get());
    auto const magic = [&](std::string_view bytes) { return std::string_view(r.raw_.get(), r.raw_size_).starts_with(bytes); };
    if (magic("\x1f\x8b")) {
      r.gzip_ = std::make_unique<z_stream>();
      if (inflateInit2(r.gzip_.get(), 15 + 32) != Z_OK) return failure("no memory for gzip", r.path_);
    } else if (magic("\x28\xb5\x2f\xfd")) {
      r.zstd_.reset(ZSTD_createDStream());
      if (!r.zstd_) return failure("no memory for zstd", r.path_);
      ZSTD_DCtx_setParameter(r.zstd_.get(), ZSTD_d_windowLogMax, 27);
    } else if (r.raw_size_ == 0 && (path.extension() == ".zst" || path.extension() == ".gz")) {
      return failure("compressed file is truncated", r.path_, "fetch it again");  // compressed, nothing is more than nothing
    }
    return r;
  }
  line_reader(line_reader&&) = default;
  line_reader& operator=(line_reader&&) = default;
  ~line_reader() {
    if (gzip_) inflateEnd(gzip_.get());
  }

  /// The next line without its newline, valid until the next call; false at the end. After the error that a line is longer
  /// than the limit, the next call goes on behind that line.
  expected<bool> next(std::string_view& line) {
    if (passing_over_) SNOWCODER_CHECK(pass_over());
    for (;;) {
      if (auto const* end = find_newline()) {
        auto const at = std::size_t(end - text_.get());
        line = {text_.get() + begin_, at - begin_};
        begin_ = scanned_ = at + 1;
        ++number_;
        return true;
      }
      if (done_) {
        line = {text_.get() + begin_, size_ - begin_};
        begin_ = scanned_ = size_;
        number_ += !line.empty();
        return !line.empty();
      }
      if (begin_ > 0) std::memmove(text_.get(), text_.get() + begin_, size_ - begin_);
      size_ -= begin_;
      begin_ = 0;
      scanned_ = size_;
      if (size_ > longest_) {
        passing_over_ = true;
        scanned_ = size_ = capacity_ = 0;
        text_.reset();  // the next lines will hardly be as long
        return failure("a line is longer than the limit of " + std::to_string(longest_) + " bytes", place());
      }
      SNOWCODER_CHECK(fill());
    }
  }
  /// The next line that is more than blanks: a row.
  expected<bool> next_row(std::string_view& line) {
    for (;;) {
      SNOWCODER_TRY(bool const more, next(line));
      if (!more || line.find_first_not_of(" \t\r") != line.npos) return more;
    }
  }
  /// Was the last error about one line, so that the next call goes on behind it?
  bool can_go_on() const { return passing_over_; }
  /// Of the last line: its number, from 1, and "path:line" for messages.
  std::int64_t number() const { return number_; }
  std::string place() const { return path_ + ":" + std::to_string(number_); }

 private:
  struct close_file {
    void operator()(std::FILE* f) const { std::fclose(f); }
  };
  struct free_text {
    void operator()(char* text) const { std::free(text); }
  };
  struct free_stream {
    void operator()(ZSTD_DStream* s) const { ZSTD_freeDStream(s); }
  };
  static constexpr std::size_t block = std::size_t(1) << 18;
  line_reader() = default;

  char const* find_newline() const {
    if (scanned_ == size_) return nullptr;
    return static_cast<char const*>(std::memchr(text_.get() + scanned_, '\n', size_ - scanned_));
  }
  expected<void> pass_over() {
    for (;;) {
      if (auto const* end = find_newline()) {
        begin_ = scanned_ = std::size_t(end - text_.get()) + 1;
        break;
      }
      begin_ = scanned_ = size_ = 0;
      if (done_) break;
      SNOWCODER_CHECK(fill());
    }
    passing_over_ = false;
    ++number_;
    return {};
  }
  /// Room for one more block of text, and the padding. It grows where it stands, so that a long line does not lie in memory
  /// twice, and what is not yet written takes no page.
  void make_room() {
    auto const needed = size_ + block + padding;
    if (needed <= capacity_) return;
    capacity_ = std::max(std::min(capacity_ * 2, longest_ + 2 * block + padding), needed);
    auto* const grown = static_cast<char*>(std::realloc(text_.get(), capacity_));
    if (!grown) throw std::bad_alloc();
    static_cast<void>(text_.release());
    text_.reset(grown);
  }
  expected<void> fill() {
    if (consumed_ == raw_size_ && !more_held_) {
      bytes_in_ += raw_size_;
      raw_size_ = std::fread(raw_.get(), 1, block, file_.get());
      consumed_ = 0;
    }
    if (raw_size_ == 0 && !more_held_) {
      if (std::ferror(file_.get())) return failure(system_error(path_));
      if (open_frame_) return failure("compressed file is truncated", path_, "fetch it again");
      done_ = true;
      make_room();
      std::memset(text_.get() + size_, 0, padding);
      return {};
    }
    make_room();
    auto const before = size_;
    if (zstd_) {
      ZSTD_outBuffer out{text_.get() + size_, block, 0};
      ZSTD_inBuffer in{raw_.get(), raw_size_, consumed_};
      auto const left = ZSTD_decompressStream(zstd_.get(), &out, &in);
      if (ZSTD_isError(left)) return failure(std::string("broken zstd data: ") + ZSTD_getErrorName(left), path_);
      consumed_ = in.pos;
      open_frame_ = left != 0;
      size_ += out.pos;
    } else if (gzip_) {
      gzip_->next_in = reinterpret_cast<Bytef*>(raw_.get() + consumed_);
      gzip_->avail_in = uInt(raw_size_ - consumed_);
      gzip_->next_out = reinterpret_cast<Bytef*>(text_.get() + size_);
      gzip_->avail_out = uInt(block);
      int const status = inflate(gzip_.get(), Z_NO_FLUSH);
      if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) return failure("broken gzip data", path_);
      consumed_ = raw_size_ - gzip_->avail_in;
      open_frame_ = status != Z_STREAM_END;
      size_ += block - gzip_->avail_out;
      if (status == Z_STREAM_END) inflateReset(gzip_.get());
    } else {
      std::memcpy(text_.get() + size_, raw_.get() + consumed_, raw_size_ - consumed_);
      size_ += raw_size_ - consumed_;
      consumed_ = raw_size_;
    }
    std::memset(text_.get() + size_, 0, padding);
    more_held_ = (zstd_ || gzip_) && size_ - before == block;  // a full block: the library may hold more of it
    bytes_out_ += size_ - before;
    if (bytes_out_ > free_growth + (bytes_in_ + consumed_) * most_growth)
      return failure("the file grows more than a thousandfold when it is decompressed", path_);
    return {};
  }

  std::string path_;
  std::unique_ptr<char[]> raw_;
  std::unique_ptr<char, free_text> text_;
  std::size_t raw_size_ = 0, consumed_ = 0, size_ = 0, capacity_ = 0, begin_ = 0, scanned_ = 0, longest_ = 0;
  std::uint64_t bytes_in_ = 0, bytes_out_ = 0;
  std::int64_t number_ = 0;
  bool done_ = false, open_frame_ = false, more_held_ = false, passing_over_ = false;
  std::unique_ptr<std::FILE, close_file> file_;
  std::unique_ptr<z_stream> gzip_;
  std::unique_ptr<ZSTD_DStream, free_stream> zstd_;
};

/// Writes text, compressed with zstd when the name ends in .zst; the file appears at commit(). `helpers`: threads that compress
/// beside the caller, each with some 20 MB; one or several make the same bytes, none may make others.
class text_writer {
 public:
  static expected<text_writer> open(std::filesystem::path const& path, int level = 3, int helpers = 0) {
    SNOWCODER_TRY(auto file, atomic_file::open(path));
    text_writer w(std::move(file));
    if (path.extension() == ".zst") {
      w.stream_.reset(ZSTD_createCCtx());
      ZSTD_CCtx_setParameter(w.stream_.get(), ZSTD_c_compressionLevel, level);
      ZSTD_CCtx_setParameter(w.stream_.get(), ZSTD_c_checksumFlag, 1);
      ZSTD_CCtx_setParameter(w.stream_.get(), ZSTD_c_nbWorkers, helpers);  // a library without threads has none
    }
    return w;
  }
  expected<void> write(std::string_view text) { return stream_ ? compress(text, ZSTD_e_continue) : file_.write(text); }
  expected<void> write_line(std::string_view text) {
    SNOWCODER_CHECK(write(text));
    return write("\n");
  }
  expected<void> commit() {
    if (stream_) SNOWCODER_CHECK(compress({}, ZSTD_e_end));
    return file_.commit();
  }

 private:
  struct free_context {
    void operator()(ZSTD_CCtx* c) const { ZSTD_freeCCtx(c); }
  };
  explicit text_writer(atomic_file file) : file_(std::move(file)) {}
  expected<void> compress(std::string_view text, ZSTD_EndDirective directive) {
    ZSTD_inBuffer in{text.data(), text.size(), 0};
    buffer_.resize(ZSTD_CStreamOutSize());
    for (;;) {
      ZSTD_outBuffer out{buffer_.data(), buffer_.size(), 0};
      auto const left = ZSTD_compressStream2(stream_.get(), &out, &in, directive);
      if (ZSTD_isError(left)) return failure(std::string("zstd: ") + ZSTD_getErrorName(left));
      SNOWCODER_CHECK(file_.write({buffer_.data(), out.pos}));
      if (directive == ZSTD_e_end ? left == 0 : in.pos == in.size) return {};
    }
  }

  atomic_file file_;
  std::string buffer_;
  std::unique_ptr<ZSTD_CCtx, free_context> stream_;
};

}  // namespace snowcoder::io
