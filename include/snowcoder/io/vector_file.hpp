// SPDX-License-Identifier: Apache-2.0
// Vectors of a frozen encoder, computed once and kept: every annotator recipe, head and seed then trains from them in
// seconds. DIR/<shard>.safetensors holds the tensor "vectors" (rows, width) as float16 or float32 ("middle" and "bottom"
// too where all sections were asked for) and the encoder's hash; DIR/<shard>.rows.jsonl.zst says whose they are.
#pragma once

#include <snowcoder/config/language.hpp>
#include <snowcoder/core/contract.hpp>
#include <snowcoder/core/dtype.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/core/hash.hpp>
#include <snowcoder/io/compressed.hpp>
#include <snowcoder/io/json_field.hpp>
#include <snowcoder/io/json_rows.hpp>
#include <snowcoder/io/mapped_file.hpp>
#include <snowcoder/io/safetensors.hpp>
#include <snowcoder/io/scratch_file.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::io {

/// Whose vector a row is.
struct vector_row {
  std::string id;  ///< of the document, or path or number of a file or instruction
  config::language language = config::language::other;
  hash128 content;          ///< of the text that was read
  std::string kind;         ///< "document", "file" or "instruction"
  std::int64_t tokens = 0;  ///< content tokens of the whole text
};

/// The rows of one or more files with one matrix (rows, width) per section that was kept: top, or top, middle, bottom.
struct vector_table {
  std::vector<vector_row> rows;
  std::int64_t width = 0;
  std::vector<std::vector<float>> sections;
  std::string encoder;  ///< hash of the encoder, see encoder_folder::content_hash

  std::span<float const> top(std::size_t row) const {
    return {sections.at(0).data() + row * std::size_t(width), std::size_t(width)};
  }
};

namespace detail {
inline constexpr std::string_view section_names[] = {"vectors", "middle", "bottom"};

template <class T>
bool all_finite(std::span<T const> values) {
  return std::all_of(values.begin(), values.end(), [](T v) { return std::isfinite(float(v)); });
}
}  // namespace detail

/// Writes one shard's vectors as they come: they lie in scratch files until it is known how many they are. Memory: a buffer.
/// Refuses what is not finite, or would not be as `type`.
class vector_writer {
 public:
  /// Both files appear at commit(); rows first, so that where the safetensors file is, both are whole.
  static expected<vector_writer> open(std::filesystem::path const& folder, std::string const& shard, std::string encoder,
                                      std::int64_t width, std::size_t sections, dtype type) {
    SNOWCODER_TRY(auto rows, text_writer::open(folder / (shard + ".rows.jsonl.zst")));
    vector_writer w(folder / (shard + ".safetensors"), std::move(encoder), width, type, std::move(rows));
    for (std::size_t s = 0; s < sections; ++s) {
      SNOWCODER_TRY(auto values, scratch_file::open(folder));
      w.sections_.push_back(std::move(values));
    }
    return w;
  }

  /// `sections`: the vector of each.
  expected<void> add(vector_row const& r, std::span<std::span<float const> const> sections) {
    require(sections.size() == sections_.size(), "a vector for every section");
    for (std::size_t s = 0; s < sections.size(); ++s) {
      require(std::int64_t(sections[s].size()) == width_, "vectors of the width that was named");
      halves_.clear();
      for (auto v : sections[s]) halves_.emplace_back(v);
      bool const narrow = type_ == dtype::f16 && detail::all_finite(sections[s]);
      if (narrow ? !detail::all_finite(std::span<float16 const>(halves_)) : !detail::all_finite(sections[s]))
        return failure("the vector of " + r.id + " is not finite" + (narrow ? " as f16" : ""), file_.string(),
                       narrow ? "store vectors as f32" : "");
      std::string_view const bytes(
          narrow ? reinterpret_cast<char const*>(halves_.data()) : reinterpret_cast<char const*>(sections[s].data()),
          sections[s].size() * size_of(type_));
      SNOWCODER_CHECK(sections_[s].append(bytes));
    }
    ++count_;
    return rows_.write_line(to_line({{"id", r.id},
                                     {"language", config::title(r.language)},
                                     {"content", r.content.hex()},
                                     {"kind", r.kind},
                                     {"tokens", r.tokens}}));
  }
  expected<void> commit(std::map<std::string, std::string> metadata = {}) {
    std::vector<mapped_file> values;
    std::vector<tensor> tensors;
    for (auto& section : sections_) {
      SNOWCODER_CHECK(section.flush());
      SNOWCODER_TRY(auto map, section.map());
      tensors.push_back({std::string(detail::section_names[values.size()]), type_, {count_, width_}, map.bytes()});
      values.push_back(std::move(map));
    }
    SNOWCODER_CHECK(rows_.commit());
    metadata["encoder"] = encoder_;
    return write_safetensors(file_, tensors, metadata);
  }

 private:
  vector_writer(std::filesystem::path file, std::string encoder, std::int64_t width, dtype type, text_writer rows)
      : file_(std::move(file)), encoder_(std::move(encoder)), width_(width), type_(type), rows_(std::move(rows)) {}

  std::filesystem::path file_;
  std::string encoder_;
  std::int64_t width_, count_ = 0;
  dtype type_;
  text_writer rows_;
  std::vector<scratch_file> sections_;
  std::vector<float16> halves_;
};

/// Writes one shard's vectors that are held already.
inline expected<void> write_vectors(std::filesystem::path const& folder, std::string const& shard, vector_table const& t,
                                    dtype type, std::map<std::string, std::string> metadata = {}) {
  SNOWCODER_TRY(auto out, vector_writer::open(folder, shard, t.encoder, t.width, t.sections.size(), type));
  std::vector<std::span<float const>> sections(t.sections.size());
  for (std::size_t row = 0; row < t.rows.size(); ++row) {
    for (std::size_t s = 0; s < sections.size(); ++s)
      sections[s] = std::span(t.sections[s]).subspan(row * std::size_t(t.width), std::size_t(t.width));
    SNOWCODER_CHECK(out.add(t.rows[row], sections));
  }
  return out.commit(std::move(metadata));
}

/// Adds one shard's vectors to `t`; all must be of one encoder, width and number of sections, of which the first
/// `most_sections` are read.
inline expected<void> read_vectors(std::filesystem::path const& file, vector_table& t, std::size_t most_sections = 3) {
  auto const where = file.string();
  auto const refuse = [&](std::string what) {
    return failure(std::move(what), where, "run `annotate embed` again into an empty folder");
  };
  SNOWCODER_TRY(auto weights, safetensors::open(file));
  auto const* top = weights.find(detail::section_names[0]);
  if (!top || top->shape.size() != 2) return refuse("no matrix \"vectors\"");
  auto const rows = top->shape[0], width = top->shape[1];
  auto const encoder = weights.metadata().contains("encoder") ? weights.metadata().at("encoder") : std::string();
  std::size_t const sections = weights.find(detail::section_names[1]) && weights.find(detail::section_names[2]) ? 3 : 1;
  if (t.sections.empty()) {
    t.width = width;
    t.encoder = encoder;
    t.sections.resize(sections);
  }
  if (t.width != width || t.encoder != encoder) return refuse("vectors of another encoder than those before");
  t.sections.resize(std::min({sections, t.sections.size(), most_sections}));
  for (std::size_t s = 0; s < t.sections.size(); ++s) {
    SNOWCODER_TRY(auto const values, weights.floats(detail::section_names[s]));
    if (std::int64_t(values.size()) != rows * width) return refuse("sections differ in shape");
    t.sections[s].insert(t.sections[s].end(), values.begin(), values.end());
  }
  auto path = file;
  path.replace_extension(".rows.jsonl.zst");
  auto const before = t.rows.size();
  SNOWCODER_CHECK(for_each_row(path, [&](json const& row, std::string const& place) -> expected<void> {
    auto const content = hash128::from_hex(text_or(row, "content"));
    if (!content) return failure("row without a content hash", place);
    auto const tokens = value_or_null(row, "tokens");
    t.rows.push_back({text_or(row, "id"), config::find_language(text_or(row, "language")).value_or(config::language::other),
                      *content, text_or(row, "kind", "document"), tokens.is_number_integer() ? tokens.get<std::int64_t>() : 0});
    return {};
  }));
  if (std::int64_t(t.rows.size() - before) != rows) return refuse("vectors and rows differ in number");
  return {};
}

/// Every vector below `folder`, shards in name order.
inline expected<vector_table> read_vectors(std::filesystem::path const& folder, std::size_t most_sections = 3) {
  std::vector<std::filesystem::path> files;
  std::error_code ignored;
  for (auto const& e : std::filesystem::directory_iterator(folder, ignored))
    if (e.path().extension() == ".safetensors") files.push_back(e.path());
  std::sort(files.begin(), files.end());
  if (files.empty()) return failure("no vectors (*.safetensors)", folder.string(), "make them with `annotate embed`");
  vector_table t;
  for (auto const& file : files) SNOWCODER_CHECK(read_vectors(file, t, most_sections));
  return t;
}

}  // namespace snowcoder::io
