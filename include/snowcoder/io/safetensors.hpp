// SPDX-License-Identifier: Apache-2.0
// Weights on disk: the safetensors format (8-byte header length, JSON header, tensors back to back). Reading maps the file
// and believes nothing: every offset, shape and name is checked before a byte of a tensor is handed out.
#pragma once

#include <snowcoder/core/dtype.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/atomic_file.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/io/mapped_file.hpp>
#include <snowcoder/io/value_bytes.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::io {

/// One named tensor, row-major. `bytes` belongs to the file that was read, or to whoever writes.
struct tensor {
  std::string name;
  dtype type = dtype::f32;
  std::vector<std::int64_t> shape;
  std::string_view bytes;

  std::int64_t size() const { return std::int64_t(bytes.size() / size_of(type)); }
  /// The elements, when they are T's; nothing otherwise.
  template <class T>
  std::span<T const> elements() const {
    if (dtype_of<T> != type) return {};
    return {reinterpret_cast<T const*>(bytes.data()), std::size_t(size())};
  }
};

/// A tensor over elements in memory, for writing.
template <class T>
tensor tensor_of(std::string name, std::vector<std::int64_t> shape, std::span<T const> elements) {
  return {std::move(name),
          dtype_of<T>,
          std::move(shape),
          {reinterpret_cast<char const*>(elements.data()), elements.size() * sizeof(T)}};
}

namespace detail {

inline constexpr std::array<std::pair<std::string_view, dtype>, 13> safetensors_types{{{"F32", dtype::f32},
                                                                                       {"BF16", dtype::bf16},
                                                                                       {"F16", dtype::f16},
                                                                                       {"I64", dtype::i64},
                                                                                       {"I32", dtype::i32},
                                                                                       {"U16", dtype::u16},
                                                                                       {"U8", dtype::u8},
                                                                                       {"I8", dtype::i8},
                                                                                       {"I16", dtype::i16},
                                                                                       {"U32", dtype::u32},
                                                                                       {"U64", dtype::u64},
                                                                                       {"F64", dtype::f64},
                                                                                       {"BOOL", dtype::boolean}}};

inline std::optional<dtype> safetensors_type(std::string_view name) {
  for (auto const& [text, type] : safetensors_types)
    if (text == name) return type;
  return {};
}
inline std::string_view safetensors_name(dtype type) {
  for (auto const& [text, t] : safetensors_types)
    if (t == type) return text;
  return {};
}

/// One entry of the header as a tensor inside `data`, or what is wrong with it.
inline expected<tensor> safetensors_entry(std::string const& name, sorted_json const& entry, std::string_view data,
                                          std::string const& where) {
  auto const refuse = [&](std::string what) {
    return failure("tensor " + name + ": " + what, where, "download or export the file again");
  };
  if (!entry.is_object() || !entry.contains("dtype") || !entry.contains("shape") || !entry.contains("data_offsets"))
    return refuse("dtype, shape or data_offsets is missing");
  auto const &type_name = entry["dtype"], &shape = entry["shape"], &offsets = entry["data_offsets"];
  auto const type = type_name.is_string() ? safetensors_type(type_name.get_ref<std::string const&>()) : std::nullopt;
  if (!type) return refuse("element type " + to_line(json(type_name)) + " is not supported");
  if (!shape.is_array() || !offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() ||
      !offsets[1].is_number_unsigned())
    return refuse("malformed shape or data_offsets");
  tensor t{name, *type, {}, {}};
  std::uint64_t bytes = size_of(*type);
  for (auto const& extent : shape) {
    if (!extent.is_number_unsigned() || extent.get<std::uint64_t>() > std::uint64_t(INT64_MAX))
      return refuse("malformed shape");
    t.shape.push_back(extent.get<std::int64_t>());
    if (__builtin_mul_overflow(bytes, std::uint64_t(t.shape.back()), &bytes)) return refuse("shape is too large");
  }
  auto const first = offsets[0].get<std::uint64_t>(), last = offsets[1].get<std::uint64_t>();
  if (first > last || last > data.size()) return refuse("data_offsets lie outside the file");
  if (last - first != bytes) return refuse("shape and data_offsets disagree");
  t.bytes = data.substr(first, last - first);
  return t;
}

}  // namespace detail

/// An open, checked safetensors file. Views into it live as long as it does; moving it keeps them.
class safetensors {
 public:
  static expected<safetensors> open(std::filesystem::path const& path) {
    auto const where = path.string();
    auto const refuse = [&](std::string what) { return failure(std::move(what), where, "download or export the file again"); };
    safetensors s;
    s.where_ = where;
    SNOWCODER_TRY(s.file_, mapped_file::open(path));
    auto const bytes = s.file_.bytes();
    if (bytes.size() < 8) return refuse("truncated safetensors file");
    std::uint64_t length;
    std::memcpy(&length, bytes.data(), 8);
    if (length > bytes.size() - 8 || length > 100'000'000)
      return refuse("safetensors header is longer than the file or than 100 MB");
    auto const data = bytes.substr(8 + length);

    std::set<std::string> names;
    std::string repeated;
    auto const watch = [&](int depth, sorted_json::parse_event_t event, sorted_json& value) {
      if (event == sorted_json::parse_event_t::key && depth == 1 && !names.insert(value.get<std::string>()).second)
        repeated = value.get<std::string>();
      return true;
    };
    auto const text = bytes.substr(8, length);
    if (nested_too_deeply(text)) return refuse("safetensors header is nested too deeply");
    auto const header = sorted_json::parse(text.begin(), text.end(), watch, false);
    if (!header.is_object()) return refuse("safetensors header is not a JSON object");
    if (!repeated.empty()) return refuse("tensor " + repeated + " appears twice");
    for (auto const& [name, entry] : header.items()) {
      if (name == "__metadata__") {
        if (!entry.is_object()) return refuse("__metadata__ is not an object");
        for (auto const& [key, value] : entry.items())
          if (value.is_string()) s.metadata_.emplace(key, value.get<std::string>());
        continue;
      }
      SNOWCODER_TRY(auto t, detail::safetensors_entry(name, entry, data, where));
      s.tensors_.push_back(std::move(t));
    }
    std::sort(s.tensors_.begin(), s.tensors_.end(), [](tensor const& a, tensor const& b) {
      return std::pair(a.bytes.data(), a.bytes.size()) < std::pair(b.bytes.data(), b.bytes.size());
    });
    auto const* end = data.data();
    for (auto const& t : s.tensors_) {
      if (t.bytes.empty()) continue;
      if (t.bytes.data() != end)
        return refuse("tensor " + t.name +
                      (t.bytes.data() < end ? ": overlaps another" : ": bytes before it belong to nobody"));
      end += t.bytes.size();
    }
    if (end != data.data() + data.size()) return refuse("bytes after the last tensor");
    s.align();
    return s;
  }

  /// The strings that the writer left beside the tensors.
  std::map<std::string, std::string> const& metadata() const { return metadata_; }
  /// In the order of their data.
  std::vector<tensor> const& tensors() const { return tensors_; }
  /// Null when there is none of that name.
  tensor const* find(std::string_view name) const {
    for (auto const& t : tensors_)
      if (t.name == name) return &t;
    return nullptr;
  }

  /// The tensor widened to float (from f32, bf16, f16 or f64) into `out`; its size must be out.size().
  expected<void> read_floats(std::string_view name, std::span<float> out) const {
    auto const* t = find(name);
    if (!t) return failure("no tensor " + std::string(name), where_, "is this the right model?");
    if (std::size_t(t->size()) != out.size())
      return failure(
          "tensor " + t->name + " has " + std::to_string(t->size()) + " elements instead of " + std::to_string(out.size()),
          where_, "is this the right model?");
    auto const convert = [&]<class T>(T const* in, auto widen) { std::transform(in, in + out.size(), out.begin(), widen); };
    void const* p = t->bytes.data();
    switch (t->type) {
      case dtype::f32:
        convert(static_cast<float const*>(p), [](float v) { return v; });
        return {};
      case dtype::bf16:
        convert(static_cast<bfloat16 const*>(p), [](bfloat16 v) { return float(v); });
        return {};
      case dtype::f16:
        convert(static_cast<float16 const*>(p), [](float16 v) { return float(v); });
        return {};
      case dtype::f64:
        convert(static_cast<double const*>(p), [](double v) { return float(v); });
        return {};
      default:
        return failure("tensor " + t->name + " does not hold floating point numbers", where_);
    }
  }
  /// The same, into a vector of the tensor's own size.
  expected<std::vector<float>> floats(std::string_view name) const {
    auto const* t = find(name);
    std::vector<float> values(t ? std::size_t(t->size()) : 0);
    SNOWCODER_CHECK(read_floats(name, values));
    return values;
  }

 private:
  safetensors() = default;
  /// Old writers did not pad the header: tensors that lie askew are copied to where their elements may be read.
  void align() {
    for (auto& t : tensors_) {
      if (reinterpret_cast<std::uintptr_t>(t.bytes.data()) % size_of(t.type) == 0) continue;
      auto& copy = copies_.emplace_back(t.bytes.size() / 8 + 1);
      std::memcpy(copy.data(), t.bytes.data(), t.bytes.size());
      t.bytes = {reinterpret_cast<char const*>(copy.data()), t.bytes.size()};
    }
  }

  mapped_file file_;
  std::vector<tensor> tensors_;
  std::map<std::string, std::string> metadata_;
  std::vector<std::vector<std::uint64_t>> copies_;
  std::string where_;
};

/// Writes tensors in the order given, atomically. Data starts 64-byte aligned; wider elements should come first when types
/// are mixed. Requires distinct names and bytes that fit the shapes. `metadata` are strings for the reader.
inline expected<void> write_safetensors(std::filesystem::path const& path, std::span<tensor const> tensors,
                                        std::map<std::string, std::string> const& metadata = {}) {
  json header = json::object();
  header["__metadata__"] = {{"format", "pt"}};
  for (auto const& [key, value] : metadata) header["__metadata__"][key] = value;
  std::uint64_t next = 0;
  for (auto const& t : tensors) {
    std::uint64_t bytes = size_of(t.type);
    for (auto extent : t.shape) bytes *= std::uint64_t(extent);
    if (header.contains(t.name) || bytes != t.bytes.size() || next % size_of(t.type))
      return failure("tensor " + t.name + " repeats a name, does not fit its shape or is not aligned", path.string());
    header[t.name] = {{"dtype", detail::safetensors_name(t.type)}, {"shape", t.shape}, {"data_offsets", {next, next + bytes}}};
    next += bytes;
  }
  auto text = to_line(header);
  text.resize((text.size() + 8 + 63) / 64 * 64 - 8, ' ');
  std::uint64_t const length = text.size();
  SNOWCODER_TRY(auto file, atomic_file::open(path));
  SNOWCODER_CHECK(file.write(bytes_of(length)));
  SNOWCODER_CHECK(file.write(text));
  for (auto const& t : tensors) SNOWCODER_CHECK(file.write(t.bytes));
  return file.commit();
}

}  // namespace snowcoder::io
