// SPDX-License-Identifier: Apache-2.0
// Vectors of a frozen encoder, computed once and kept: every annotator recipe, head and seed then trains from them in
// seconds. DIR/<shard>.safetensors holds the tensor "vectors" (rows, width) as float16 or float32 ("middle" and "bottom"
// too where all sections were asked for) and the encoder's hash; DIR/<shard>.rows.jsonl.zst says whose they are.
#pragma once

#include <snowcoder/config/language.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/core/hash.hpp>
#include <snowcoder/io/compressed.hpp>
#include <snowcoder/io/json_field.hpp>
#include <snowcoder/io/json_rows.hpp>
#include <snowcoder/io/safetensors.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
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

/// `values`, of the rows of `t`, must be numbers.
template <class T>
expected<void> check_finite(std::span<T const> values, vector_table const& t, std::filesystem::path const& where) {
  auto const bad = std::find_if(values.begin(), values.end(), [](T v) { return !std::isfinite(float(v)); });
  if (bad == values.end()) return {};
  auto const row = std::size_t(std::distance(values.begin(), bad) / std::max<std::int64_t>(t.width, 1));
  return failure("the vector of " + t.rows.at(row).id + " is not finite" + (sizeof(T) == 2 ? " as f16" : ""), where.string(),
                 sizeof(T) == 2 ? "store vectors as f32" : "");
}
}  // namespace detail

/// Writes one shard's vectors; rows first, so that where the safetensors file is, both are whole. Refuses what is not finite,
/// or would not be as `type`.
inline expected<void> write_vectors(std::filesystem::path const& folder, std::string const& shard, vector_table const& t,
                                    dtype type, std::map<std::string, std::string> metadata = {}) {
  auto const file = folder / (shard + ".safetensors");
  std::vector<std::vector<float16>> halves;
  std::vector<tensor> tensors;
  std::vector<std::int64_t> const shape{std::int64_t(t.rows.size()), t.width};
  for (std::size_t s = 0; s < t.sections.size(); ++s) {
    auto const name = std::string(detail::section_names[s]);
    auto const& values = t.sections[s];
    SNOWCODER_CHECK(detail::check_finite(std::span<float const>(values), t, file));
    if (type == dtype::f32) {
      tensors.push_back(tensor_of<float>(name, shape, values));
      continue;
    }
    auto const& h = halves.emplace_back(values.begin(), values.end());
    SNOWCODER_CHECK(detail::check_finite(std::span<float16 const>(h), t, file));
    tensors.push_back(tensor_of<float16>(name, shape, h));
  }
  SNOWCODER_TRY(auto rows, text_writer::open(folder / (shard + ".rows.jsonl.zst")));
  for (auto const& r : t.rows)
    SNOWCODER_CHECK(rows.write_line(to_line({{"id", r.id},
                                             {"language", config::title(r.language)},
                                             {"content", r.content.hex()},
                                             {"kind", r.kind},
                                             {"tokens", r.tokens}})));
  SNOWCODER_CHECK(rows.commit());
  metadata["encoder"] = t.encoder;
  return write_safetensors(file, tensors, metadata);
}

/// Adds one shard's vectors to `t`; all must be of one encoder, width and number of sections.
inline expected<void> read_vectors(std::filesystem::path const& file, vector_table& t) {
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
  t.sections.resize(std::min(sections, t.sections.size()));
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
inline expected<vector_table> read_vectors(std::filesystem::path const& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code ignored;
  for (auto const& e : std::filesystem::directory_iterator(folder, ignored))
    if (e.path().extension() == ".safetensors") files.push_back(e.path());
  std::sort(files.begin(), files.end());
  if (files.empty()) return failure("no vectors (*.safetensors)", folder.string(), "make them with `annotate embed`");
  vector_table t;
  for (auto const& file : files) SNOWCODER_CHECK(read_vectors(file, t));
  return t;
}

}  // namespace snowcoder::io
