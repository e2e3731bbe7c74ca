// SPDX-License-Identifier: Apache-2.0
// Arrays as numpy.save writes them (NPY format 1.0), value by value, so that none is ever whole in memory.
#pragma once

#include <snowcoder/core/contract.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/atomic_file.hpp>
#include <snowcoder/io/value_bytes.hpp>

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <string>
#include <type_traits>
#include <utility>

namespace snowcoder::io {

/// Writes `rows` values, or `rows` times `columns` row by row; the file appears at commit().
template <std::integral T>
class npy_writer {
 public:
  static expected<npy_writer> open(std::filesystem::path const& path, std::int64_t rows, std::int64_t columns = 0) {
    SNOWCODER_TRY(auto file, atomic_file::open(path));
    npy_writer w(std::move(file), rows * (columns ? columns : 1));
    auto const type = std::string(std::is_signed_v<T> ? "<i" : "<u") + std::to_string(sizeof(T));
    auto header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + std::to_string(rows) + "," +
                  (columns ? " " + std::to_string(columns) : std::string()) + "), }";
    constexpr std::size_t before = 10, line = 64;  // magic, version and length; the values begin at a multiple of `line`
    header.append(line - 1 - (before + header.size()) % line, ' ') += '\n';
    w.buffer_ = std::string("\x93NUMPY\1\0", 8);
    w.buffer_ += char(header.size() & 255);
    w.buffer_ += char(header.size() >> 8);
    w.buffer_ += header;
    return w;
  }
  expected<void> write(T value) {
    buffer_ += bytes_of(value);
    --left_;
    return buffer_.size() < (std::size_t(1) << 20) ? expected<void>() : flush();
  }
  expected<void> commit() {
    require(left_ == 0, "npy_writer: as many values as were announced");
    SNOWCODER_CHECK(flush());
    return file_.commit();
  }

 private:
  npy_writer(atomic_file file, std::int64_t values) : file_(std::move(file)), left_(values) {}
  expected<void> flush() {
    SNOWCODER_CHECK(file_.write(buffer_));
    buffer_.clear();
    return {};
  }
  atomic_file file_;
  std::int64_t left_;
  std::string buffer_;
};

}  // namespace snowcoder::io
