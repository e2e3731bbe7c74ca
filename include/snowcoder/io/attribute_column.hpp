// SPDX-License-Identifier: Apache-2.0
// One value of every row of DIR/attributes/<name>, asked for by document id while the documents are read. Rows stand in the
// order of the documents, so that the next row is nearly always the one that is asked for and nothing is held; for rows in
// another order an index is made, of 24 bytes a row.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/core/hash.hpp>
#include <snowcoder/io/compressed.hpp>
#include <snowcoder/io/document_file.hpp>

#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::io {

/// Rows of attribute shards one after the other: the id and one of the values.
class attribute_reader {
 public:
  static expected<attribute_reader> open(std::filesystem::path const& folder, std::string value) {
    attribute_reader r;
    r.value_ = std::move(value);
    r.files_ = shards(folder);
    if (r.files_.empty()) return failure("no attribute shards", folder.string(), "run the program that writes them first");
    return r;
  }
  /// The next row; its value is NaN where the row has none of that name. False at the end.
  expected<bool> next(std::string& id, double& value) {
    for (;;) {
      if (!lines_) {
        if (file_ == files_.size()) return false;
        SNOWCODER_TRY(auto opened, line_reader::open(files_[file_++]));
        lines_ = std::make_unique<line_reader>(std::move(opened));
      }
      std::string_view line;
      SNOWCODER_TRY(bool const more, lines_->next(line));
      if (!more) {
        lines_.reset();
        continue;
      }
      if (line.empty()) continue;
      static_assert(line_reader::padding >= simdjson::SIMDJSON_PADDING);
      simdjson::dom::element row, values;
      std::string_view name;
      if (parser_->parse(line.data(), line.size(), false).get(row) || row["id"].get(name) || row["attributes"].get(values))
        return failure("attribute row without id or attributes", lines_->place());
      id = name;
      // The value's span: [[from, to, value]].
      if (values[value_].at(0).at(2).get(value)) value = std::numeric_limits<double>::quiet_NaN();
      return true;
    }
  }

 private:
  attribute_reader() = default;
  std::string value_;
  std::vector<std::filesystem::path> files_;
  std::size_t file_ = 0;
  std::unique_ptr<line_reader> lines_;
  std::unique_ptr<simdjson::dom::parser> parser_ = std::make_unique<simdjson::dom::parser>();
};

class attribute_column {
 public:
  /// The value `value` of DIR/attributes/<name>.
  static expected<attribute_column> open(std::filesystem::path const& dir, std::string const& name, std::string value) {
    attribute_column c(dir / "attributes" / name, std::move(value));
    SNOWCODER_TRY(auto reader, attribute_reader::open(c.folder_, c.value_));
    c.reader_.emplace(std::move(reader));
    return c;
  }
  /// Nothing when there is no row of that id, or no finite value in it.
  expected<std::optional<double>> find(std::string const& id) {
    double value = 0;
    if (index_.empty()) {
      SNOWCODER_TRY(bool const more, reader_->next(row_, value));
      if (more && row_ == id) return finite(value);
      SNOWCODER_CHECK(make_index());
    }
    auto const key = hash(id);
    auto const found =
        std::lower_bound(index_.begin(), index_.end(), key, [](entry const& e, hash128 const& k) { return e.id < k; });
    return found != index_.end() && found->id == key ? finite(found->value) : std::nullopt;
  }
  bool in_order() const { return index_.empty(); }

 private:
  struct entry {
    hash128 id;
    double value;
  };
  attribute_column(std::filesystem::path folder, std::string value) : folder_(std::move(folder)), value_(std::move(value)) {}

  static std::optional<double> finite(double v) { return std::isfinite(v) ? std::optional(v) : std::nullopt; }
  expected<void> make_index() {
    SNOWCODER_TRY(auto reader, attribute_reader::open(folder_, value_));
    for (double value = 0;;) {
      SNOWCODER_TRY(bool const more, reader.next(row_, value));
      if (!more) break;
      index_.push_back({hash(row_), value});
    }
    std::stable_sort(index_.begin(), index_.end(), [](entry const& a, entry const& b) { return a.id < b.id; });
    index_.push_back({{~std::uint64_t(0), ~std::uint64_t(0)}, std::numeric_limits<double>::quiet_NaN()});  // never empty
    return {};
  }

  std::filesystem::path folder_;
  std::string value_, row_;
  std::optional<attribute_reader> reader_;
  std::vector<entry> index_;
};

}  // namespace snowcoder::io
