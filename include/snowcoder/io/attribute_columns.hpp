// SPDX-License-Identifier: Apache-2.0
// Some values of every row of DIR/attributes/<name>, asked for by document id while the documents are read. Rows stand in the
// order of the documents, so that the next row is nearly always the one that is asked for and nothing is held; for rows in
// another order an index is made, of 16 bytes a row and 8 a value.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/core/hash.hpp>
#include <snowcoder/io/document_view.hpp>
#include <snowcoder/io/shards.hpp>

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::io {

inline constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

/// Rows of attribute shards one after the other: the id and the values of `Count` names.
template <std::size_t Count>
class attribute_reader {
 public:
  using names = std::array<std::string, Count>;
  using values = std::array<double, Count>;  ///< NaN where a row has no finite number of that name

  static expected<attribute_reader> open(std::filesystem::path const& folder, names wanted) {
    auto files = shards(folder);
    if (files.empty()) return failure("no attribute shards", folder.string(), "run the program that writes them first");
    return attribute_reader(shard_rows(std::move(files)), std::move(wanted));
  }
  /// The next row; false at the end.
  expected<bool> next(std::string& id, values& found) {
    std::string_view line, name;
    SNOWCODER_TRY(bool const more, rows_.next(line));
    if (!more) return false;
    simdjson::dom::element row, attributes;
    if (parser_->parse(line.data(), line.size(), false).get(row) || row["id"].get(name) || row["attributes"].get(attributes))
      return failure("attribute row without id or attributes", rows_.place());
    id = name;
    for (std::size_t i = 0; i < Count; ++i) {
      // The value's span: [[from, to, value]].
      if (attributes[names_[i]].at(0).at(2).get(found[i]) || !std::isfinite(found[i])) found[i] = no_value;
    }
    return true;
  }

 private:
  attribute_reader(shard_rows rows, names wanted) : rows_(std::move(rows)), names_(std::move(wanted)) {}
  shard_rows rows_;
  names names_;
  std::unique_ptr<simdjson::dom::parser> parser_ = std::make_unique<simdjson::dom::parser>();
};

template <std::size_t Count>
class attribute_columns {
 public:
  using names = typename attribute_reader<Count>::names;
  using values = typename attribute_reader<Count>::values;

  /// The values `wanted` of DIR/attributes/<name>.
  static expected<attribute_columns> open(std::filesystem::path const& dir, std::string const& name, names const& wanted) {
    auto folder = dir / "attributes" / name;
    SNOWCODER_TRY(auto reader, attribute_reader<Count>::open(folder, wanted));
    return attribute_columns(std::move(folder), wanted, std::move(reader));
  }
  /// No values when there is no row of that id.
  expected<values> find(std::string const& id) {
    if (index_.empty()) {
      values next;
      SNOWCODER_TRY(bool const more, reader_.next(row_, next));
      if (more && row_ == id) return next;
      SNOWCODER_CHECK(make_index());
    }
    auto const key = hash(id);
    auto const found =
        std::lower_bound(index_.begin(), index_.end(), key, [](entry const& e, hash128 const& k) { return e.id < k; });
    return found != index_.end() && found->id == key ? found->row : none();
  }
  bool in_order() const { return index_.empty(); }

 private:
  struct entry {
    hash128 id;
    values row;
  };
  attribute_columns(std::filesystem::path folder, names wanted, attribute_reader<Count> reader)
      : folder_(std::move(folder)), names_(std::move(wanted)), reader_(std::move(reader)) {}

  static values none() {
    values v;
    v.fill(no_value);
    return v;
  }
  expected<void> make_index() {
    SNOWCODER_TRY(auto reader, attribute_reader<Count>::open(folder_, names_));
    for (values row;;) {
      SNOWCODER_TRY(bool const more, reader.next(row_, row));
      if (!more) break;
      index_.push_back({hash(row_), row});
    }
    std::stable_sort(index_.begin(), index_.end(), [](entry const& a, entry const& b) { return a.id < b.id; });
    index_.push_back({{~std::uint64_t(0), ~std::uint64_t(0)}, none()});  // never empty
    return {};
  }

  std::filesystem::path folder_;
  names names_;
  attribute_reader<Count> reader_;
  std::string row_;
  std::vector<entry> index_;
};

}  // namespace snowcoder::io
