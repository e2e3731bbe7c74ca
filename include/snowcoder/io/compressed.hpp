// SPDX-License-Identifier: Apache-2.0
// Text files plain, gzip or zstd, told apart by their first bytes; read line by line, written whole. zlib and libzstd are
// named here and nowhere else.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/atomic_file.hpp>

#include <zlib.h>
#include <zstd.h>

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace snowcoder::io {

/// Reads lines of a plain, .gz or .zst file. Memory: one line and one block.
class line_reader {
 public:
  static expected<line_reader> open(std::filesystem::path const& path, std::size_t longest_line = std::size_t(256) << 20) {
    line_reader r;
    r.path_ = path.string();
    r.longest_ = longest_line;
    r.file_.reset(std::fopen(path.c_str(), "rb"));
    if (!r.file_) return failure(system_error(r.path_));
    unsigned char magic[4] = {};
    auto const n = std::fread(magic, 1, 4, r.file_.get());
    std::rewind(r.file_.get());
    if (n >= 2 && magic[0] == 0x1f && magic[1] == 0x8b) {
      r.gzip_ = std::make_unique<z_stream>();
      if (inflateInit2(r.gzip_.get(), 15 + 32) != Z_OK) return failure("no memory for gzip", r.path_);
    } else if (n == 4 && magic[0] == 0x28 && magic[1] == 0xb5 && magic[2] == 0x2f && magic[3] == 0xfd) {
      r.zstd_.reset(ZSTD_createDStream());
      ZSTD_DCtx_setParameter(r.zstd_.get(), ZSTD_d_windowLogMax, 30);
    }
    return r;
  }
  line_reader(line_reader&&) = default;
  line_reader& operator=(line_reader&&) = default;
  ~line_reader() {
    if (gzip_) inflateEnd(gzip_.get());
  }

  /// The next line without its newline, valid until the next call; false at the end.
  expected<bool> next(std::string_view& line) {
    for (;;) {
      if (auto const* end = static_cast<char const*>(std::memchr(text_.data() + scanned_, '\n', text_.size() - scanned_))) {
        auto const at = std::size_t(end - text_.data());
        line = std::string_view(text_).substr(begin_, at - begin_);
        begin_ = scanned_ = at + 1;
        ++number_;
        return true;
      }
      if (done_) {
        line = std::string_view(text_).substr(begin_);
        begin_ = scanned_ = text_.size();
        number_ += !line.empty();
        return !line.empty();
      }
      text_.erase(0, begin_);
      begin_ = 0;
      scanned_ = text_.size();
      if (text_.size() > longest_) return failure("a line is longer than the limit", place());
      SNOWCODER_CHECK(fill());
    }
  }
  /// "path:line", for messages.
  std::string place() const { return path_ + ":" + std::to_string(number_); }

 private:
  struct close_file {
    void operator()(std::FILE* f) const { std::fclose(f); }
  };
  struct free_stream {
    void operator()(ZSTD_DStream* s) const { ZSTD_freeDStream(s); }
  };
  line_reader() = default;

  expected<void> fill() {
    constexpr std::size_t block = 1 << 20;
    if (consumed_ == raw_size_) {
      raw_.resize(block);
      raw_size_ = std::fread(raw_.data(), 1, block, file_.get());
      consumed_ = 0;
      if (raw_size_ == 0) {
        if (std::ferror(file_.get())) return failure(system_error(path_));
        if (open_frame_) return failure("compressed file is truncated", path_, "fetch it again");
        done_ = true;
        return {};
      }
    }
    auto const old = text_.size();
    if (!gzip_ && !zstd_) {
      text_.append(raw_.data() + consumed_, raw_size_ - consumed_);
      consumed_ = raw_size_;
      return {};
    }
    text_.resize(old + block);
    if (zstd_) {
      ZSTD_outBuffer out{text_.data() + old, block, 0};
      ZSTD_inBuffer in{raw_.data(), raw_size_, consumed_};
      auto const left = ZSTD_decompressStream(zstd_.get(), &out, &in);
      if (ZSTD_isError(left)) return failure(std::string("broken zstd data: ") + ZSTD_getErrorName(left), path_);
      consumed_ = in.pos;
      open_frame_ = left != 0;
      text_.resize(old + out.pos);
    } else {
      gzip_->next_in = reinterpret_cast<Bytef*>(raw_.data() + consumed_);
      gzip_->avail_in = uInt(raw_size_ - consumed_);
      gzip_->next_out = reinterpret_cast<Bytef*>(text_.data() + old);
      gzip_->avail_out = uInt(block);
      int const status = inflate(gzip_.get(), Z_NO_FLUSH);
      if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) return failure("broken gzip data", path_);
      consumed_ = raw_size_ - gzip_->avail_in;
      open_frame_ = status != Z_STREAM_END;
      text_.resize(old + block - gzip_->avail_out);
      if (status == Z_STREAM_END) inflateReset(gzip_.get());
    }
    return {};
  }

  std::string path_, text_;
  std::vector<char> raw_;
  std::size_t raw_size_ = 0, consumed_ = 0, begin_ = 0, scanned_ = 0, longest_ = 0;
  std::int64_t number_ = 0;
  bool done_ = false, open_frame_ = false;
  std::unique_ptr<std::FILE, close_file> file_;
  std::unique_ptr<z_stream> gzip_;
  std::unique_ptr<ZSTD_DStream, free_stream> zstd_;
};

/// Writes text, compressed with zstd when the name ends in .zst; the file appears at commit().
class text_writer {
 public:
  static expected<text_writer> open(std::filesystem::path const& path, int level = 3) {
    SNOWCODER_TRY(auto file, atomic_file::open(path));
    text_writer w(std::move(file));
    if (path.extension() == ".zst") {
      w.stream_.reset(ZSTD_createCCtx());
      ZSTD_CCtx_setParameter(w.stream_.get(), ZSTD_c_compressionLevel, level);
      ZSTD_CCtx_setParameter(w.stream_.get(), ZSTD_c_checksumFlag, 1);
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
