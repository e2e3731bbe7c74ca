// SPDX-License-Identifier: Apache-2.0
// The GGUF container, version 3, written: little-endian header, key-value pairs, tensor descriptions, then the data of every
// tensor at a multiple of 32 bytes. What keys and tensors mean is the caller's affair (publish/gguf.hpp).
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/atomic_file.hpp>
#include <snowcoder/io/gguf_block.hpp>
#include <snowcoder/io/value_bytes.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace snowcoder::io {

using gguf_value =
    std::variant<std::uint32_t, std::int32_t, float, bool, std::string, std::vector<std::int32_t>, std::vector<std::string>>;
/// Keys in the order of the file.
using gguf_metadata = std::vector<std::pair<std::string, gguf_value>>;

/// A tensor to come: shape row-major, as everywhere in this library (the file holds it the other way round).
struct gguf_tensor {
  std::string name;
  std::vector<std::int64_t> shape;
  gguf_type type = gguf_type::f32;

  std::int64_t columns() const { return shape.back(); }
  std::int64_t rows() const {
    std::int64_t n = 1;
    for (std::size_t i = 0; i + 1 < shape.size(); ++i) n *= shape[i];
    return n;
  }
  std::uint64_t bytes() const { return std::uint64_t(rows()) * row_bytes(type, columns()); }
};

namespace detail {

inline constexpr std::uint64_t gguf_alignment = 32;
constexpr std::uint64_t gguf_aligned(std::uint64_t n) { return (n + gguf_alignment - 1) / gguf_alignment * gguf_alignment; }

/// The part of a GGUF file before the data, as it grows.
class gguf_header {
 public:
  void number(auto value) { text_ += bytes_of(value); }
  void text(std::string_view value) {
    number(std::uint64_t(value.size()));
    text_ += value;
  }
  void value(gguf_value const& v) {
    std::visit(
        [&]<class T>(T const& x) {
          if constexpr (std::is_same_v<T, std::vector<std::int32_t>> || std::is_same_v<T, std::vector<std::string>>) {
            number(array_type);
            number(type_of(typename T::value_type()));
            number(std::uint64_t(x.size()));
            for (auto const& element : x) scalar(element);
          } else {
            number(type_of(x));
            scalar(x);
          }
        },
        v);
  }
  std::string const& bytes() const { return text_; }
  void pad() { text_.resize(gguf_aligned(text_.size()), '\0'); }

 private:
  static constexpr std::uint32_t array_type = 9;
  static constexpr std::uint32_t type_of(std::uint32_t) { return 4; }
  static constexpr std::uint32_t type_of(std::int32_t) { return 5; }
  static constexpr std::uint32_t type_of(float) { return 6; }
  static constexpr std::uint32_t type_of(bool) { return 7; }
  static std::uint32_t type_of(std::string const&) { return 8; }
  void scalar(std::string const& x) { text(x); }
  void scalar(bool x) { number(std::uint8_t(x)); }
  void scalar(auto x) requires std::is_arithmetic_v<decltype(x)> { number(x); }

  std::string text_;
};

}  // namespace detail

/// Writes a whole file, atomically. floats_of(i) gives the elements of tensors[i], row-major, valid until the next call; they
/// are encoded a few rows at a time. Requires distinct names and columns that are whole blocks of the tensor's type.
inline expected<void> write_gguf(std::filesystem::path const& path, gguf_metadata const& metadata,
                                 std::span<gguf_tensor const> tensors,
                                 std::function<expected<std::span<float const>>(std::size_t)> const& floats_of) {
  detail::gguf_header header;
  for (char c : {'G', 'G', 'U', 'F'}) header.number(c);
  header.number(std::uint32_t(3));
  header.number(std::uint64_t(tensors.size()));
  header.number(std::uint64_t(metadata.size()));
  for (auto const& [key, value] : metadata) {
    header.text(key);
    header.value(value);
  }
  std::uint64_t offset = 0;
  for (auto const& t : tensors) {
    if (t.columns() % block_of(t.type))
      return failure("tensor " + t.name + ": rows of " + std::to_string(t.columns()) + " elements are no whole blocks",
                     path.string());
    header.text(t.name);
    header.number(std::uint32_t(t.shape.size()));
    for (auto i = t.shape.size(); i-- > 0;) header.number(std::uint64_t(t.shape[i]));
    header.number(std::uint32_t(t.type));
    header.number(offset);
    offset += detail::gguf_aligned(t.bytes());
  }
  header.pad();
  SNOWCODER_TRY(auto file, atomic_file::open(path));
  SNOWCODER_CHECK(file.write(header.bytes()));
  std::string encoded;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    auto const& t = tensors[i];
    SNOWCODER_TRY(auto const values, floats_of(i));
    if (std::int64_t(values.size()) != t.rows() * t.columns())
      return failure("tensor " + t.name + " has " + std::to_string(values.size()) + " elements, not what its shape says",
                     path.string());
    auto const columns = std::size_t(t.columns()), step = std::max<std::size_t>(1, (std::size_t(1) << 18) / columns) * columns;
    for (std::size_t at = 0; at < values.size(); at += step) {
      auto const piece = values.subspan(at, std::min(step, values.size() - at));
      if (!representable(t.type, piece))
        return failure("tensor " + t.name + " holds values that its type cannot hold", path.string(),
                       "choose bf16 or f32; if those fail too, the weights are not finite");
      encoded.clear();
      encode(t.type, piece, encoded);
      SNOWCODER_CHECK(file.write(encoded));
    }
    SNOWCODER_CHECK(file.write(std::string(detail::gguf_aligned(t.bytes()) - t.bytes(), '\0')));
  }
  return file.commit();
}

}  // namespace snowcoder::io
