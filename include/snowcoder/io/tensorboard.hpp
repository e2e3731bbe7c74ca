// SPDX-License-Identifier: Apache-2.0
// TensorBoard event files: TFRecord frames around the few fields of tensorflow.Event that a scalar needs. The time of an
// event is its step, in seconds: files are a function of what was trained, not of when.
#pragma once

#include <snowcoder/io/crc32c.hpp>
#include <snowcoder/io/value_bytes.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace snowcoder::io {

namespace detail {

inline void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 128; value >>= 7) out += char((value & 127) | 128);
  out += char(value);
}
/// A protobuf key: field number and wire type (0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes).
inline void append_key(std::string& out, int field, int wire) { append_varint(out, std::uint64_t(field << 3 | wire)); }
inline void append_text_field(std::string& out, int field, std::string_view text) {
  append_key(out, field, 2);
  append_varint(out, text.size());
  out += text;
}

/// length, checksum of the length, payload, checksum of the payload.
inline std::string tfrecord(std::string_view payload) {
  std::string out;
  out += bytes_of(std::uint64_t(payload.size()));
  out += bytes_of(masked_crc32c(out));
  out += payload;
  out += bytes_of(masked_crc32c(payload));
  return out;
}

inline std::string event(std::int64_t step) {
  std::string out;
  append_key(out, 1, 1);  // wall_time
  out += bytes_of(double(step));
  append_key(out, 2, 0);  // step
  append_varint(out, std::uint64_t(step));
  return out;
}

}  // namespace detail

/// The record that begins every event file.
inline std::string tensorboard_header() {
  auto e = detail::event(0);
  detail::append_text_field(e, 3, "brain.Event:2");
  return detail::tfrecord(e);
}

struct scalar {
  std::string_view tag;
  float value;
};

/// One record with the scalars of one step.
inline std::string tensorboard_scalars(std::int64_t step, std::span<scalar const> values) {
  std::string summary;
  for (auto const& v : values) {
    std::string value;
    detail::append_text_field(value, 1, v.tag);
    detail::append_key(value, 2, 5);
    value += bytes_of(v.value);
    detail::append_text_field(summary, 1, value);
  }
  auto e = detail::event(step);
  detail::append_text_field(e, 5, summary);
  return detail::tfrecord(e);
}

}  // namespace snowcoder::io
