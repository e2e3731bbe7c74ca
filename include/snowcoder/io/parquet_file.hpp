// SPDX-License-Identifier: Apache-2.0
// Rows of Parquet files, with the columns of io/row_columns.hpp: row group by row group, a few rows at a time, only the columns
// that are of interest. Memory: pages and batches, held under a limit; a file that asks for more is refused.
// Arrow C++ is optional (SNOWCODER_PARQUET) and named here only. Its headers cost seconds, so include this where rows are read.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/row_columns.hpp>
#include <snowcoder/io/source_row.hpp>

#ifdef SNOWCODER_PARQUET
#include <arrow/array.h>
#include <arrow/io/file.h>
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/config.h>
#include <parquet/arrow/reader.h>
#include <parquet/exception.h>
#include <parquet/metadata.h>
#include <parquet/schema.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <ctime>
#include <exception>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>
#endif

namespace snowcoder::io {

#ifdef SNOWCODER_PARQUET
inline constexpr bool reads_parquet = true;

class parquet_rows {
 public:
  static expected<parquet_rows> open(std::filesystem::path const& path, row_columns const& columns,
                                     std::int64_t memory = std::int64_t(1) << 30) {
    parquet_rows r;
    r.path_ = path.string();
    return r.guarded([&]() -> expected<parquet_rows> {
      r.proxy_ = std::make_unique<arrow::ProxyMemoryPool>(arrow::default_memory_pool());
#if ARROW_VERSION_MAJOR >= 21
      r.capped_ = std::make_unique<arrow::CappedMemoryPool>(r.proxy_.get(), memory);
      arrow::MemoryPool* const pool = r.capped_.get();
#else
      arrow::MemoryPool* const pool = r.proxy_.get();
#endif
      parquet::ReaderProperties properties(pool);
      properties.enable_buffered_stream();
      properties.set_buffer_size(std::int64_t(1) << 20);
      parquet::ArrowReaderProperties arrow_properties(false);
      arrow_properties.set_batch_size(64);
      arrow_properties.set_pre_buffer(false);
      parquet::arrow::FileReaderBuilder builder;
      SNOWCODER_CHECK(r.good(builder.OpenFile(r.path_, false, properties)));
      builder.memory_pool(pool);
      builder.properties(arrow_properties);
      SNOWCODER_CHECK(r.good(builder.Build(&r.reader_)));
      SNOWCODER_CHECK(r.choose(columns));
      return std::move(r);
    });
  }
  parquet_rows(parquet_rows&&) = default;
  parquet_rows& operator=(parquet_rows&&) = delete;  // the old pool would go before what lives in it

  /// The next row; false at the end. After an error the next call goes on with the next row group.
  expected<bool> next(source_row& row) {
    return guarded([&]() -> expected<bool> {
      while (!batch_ || at_ == batch_->num_rows()) {
        if (!batches_) {
          if (group_ == reader_->num_row_groups()) return false;
          auto const group = group_++;
          number_ = before_ + 1;
          before_ += std::max<std::int64_t>(reader_->parquet_reader()->metadata()->RowGroup(group)->num_rows(), 0);
          auto made = reader_->GetRecordBatchReader({group}, leaves_);
          SNOWCODER_CHECK(good(made.status()));
          batches_ = std::move(*made);
        }
        batch_.reset();
        at_ = 0;
        auto const status = batches_->ReadNext(&batch_);
        if (!status.ok() || !batch_) batches_.reset();
        SNOWCODER_CHECK(good(status));
        if (batch_) {
          auto const valid = batch_->ValidateFull();
          if (!valid.ok()) batch_.reset(), batches_.reset();
          SNOWCODER_CHECK(good(valid));
        }
      }
      row = take(at_++);
      ++number_;
      return true;
    });
  }
  /// The number of the row that next() is about to give, from 1.
  std::int64_t number() const { return number_; }

 private:
  parquet_rows() = default;

  expected<void> good(arrow::Status const& status) const {
    return status.ok() ? expected<void>{} : expected<void>(failure(status.message(), path_));
  }
  /// Arrow throws where it meets what no writer writes.
  auto guarded(auto&& body) -> decltype(body()) {
    try {
      return body();
    } catch (std::exception const& e) {
      batch_.reset();
      batches_.reset();
      return failure(e.what(), path_);
    }
  }

  static bool is_text(arrow::Type::type t) {
    return t == arrow::Type::STRING || t == arrow::Type::LARGE_STRING || t == arrow::Type::BINARY ||
           t == arrow::Type::LARGE_BINARY;
  }
  static bool suits(row_field field, arrow::DataType const& type) {
    auto const id = type.id();
    if (id == arrow::Type::DICTIONARY) return suits(field, *static_cast<arrow::DictionaryType const&>(type).value_type());
    switch (field) {
      case row_field::stars:
      case row_field::forks:
        return arrow::is_integer(id) || id == arrow::Type::DOUBLE || id == arrow::Type::FLOAT;
      case row_field::licence:
        if (id == arrow::Type::LIST) return is_text(static_cast<arrow::ListType const&>(type).value_type()->id());
        return is_text(id);
      case row_field::created:
        return is_text(id) || id == arrow::Type::TIMESTAMP;
      default:
        return is_text(id);
    }
  }
  expected<void> choose(row_columns const& columns) {
    std::shared_ptr<arrow::Schema> schema;
    SNOWCODER_CHECK(good(reader_->GetSchema(&schema)));
    std::array<std::size_t, row_fields> best;
    best.fill(std::numeric_limits<std::size_t>::max());
    std::array<std::string, row_fields> chosen;
    for (auto const& column : schema->fields())
      columns.for_each_field(column->name(), [&](row_field field, std::size_t rank) {
        if (rank >= best[std::size_t(field)] || !suits(field, *column->type())) return;
        best[std::size_t(field)] = rank;
        chosen[std::size_t(field)] = column->name();
      });
    if (chosen[0].empty()) {
      std::string names;
      for (auto const& name : columns.names(row_field::text)) (names += names.empty() ? "" : ", ") += name;
      return failure("no column of text " + names, path_, "name it: --column text=NAME");
    }
    auto const* leaves = reader_->parquet_reader()->metadata()->schema();
    for (int i = 0; i < leaves->num_columns(); ++i) {
      auto const& name = leaves->GetColumnRoot(i)->name();
      if (std::find(chosen.begin(), chosen.end(), name) != chosen.end()) leaves_.push_back(i);
    }
    chosen_ = std::move(chosen);
    return {};
  }

  /// The text of a cell, or of the first of a list.
  static std::string text(arrow::Array const& a, std::int64_t i) {
    if (a.IsNull(i)) return {};
    switch (a.type_id()) {
      case arrow::Type::STRING:
      case arrow::Type::BINARY:
        return std::string(static_cast<arrow::BinaryArray const&>(a).GetView(i));
      case arrow::Type::LARGE_STRING:
      case arrow::Type::LARGE_BINARY:
        return std::string(static_cast<arrow::LargeBinaryArray const&>(a).GetView(i));
      case arrow::Type::DICTIONARY: {
        auto const& d = static_cast<arrow::DictionaryArray const&>(a);
        return text(*d.dictionary(), d.GetValueIndex(i));
      }
      case arrow::Type::LIST: {
        auto const& l = static_cast<arrow::ListArray const&>(a);
        return l.value_length(i) > 0 ? text(*l.values(), l.value_offset(i)) : std::string();
      }
      case arrow::Type::TIMESTAMP:
        return date(static_cast<arrow::TimestampArray const&>(a).Value(i),
                    static_cast<arrow::TimestampType const&>(*a.type()).unit());
      default:
        return {};
    }
  }
  static std::string date(std::int64_t value, arrow::TimeUnit::type unit) {
    std::int64_t per_second = 1;
    for (int u = 0; u < int(unit); ++u) per_second *= 1000;  // second, milli, micro, nano
    std::time_t const seconds = value / per_second - (value % per_second < 0);
    std::tm t{};
    char out[40];
    if (!::gmtime_r(&seconds, &t) || t.tm_year < -900 || t.tm_year > 8099) return {};
    return {out, std::strftime(out, sizeof out, "%Y-%m-%dT%H:%M:%S.000Z", &t)};
  }
  static std::optional<std::int64_t> number(arrow::Array const& a, std::int64_t i) {
    if (a.IsNull(i)) return {};
    auto const real = [](double v) { return v > -1e15 && v < 1e15 ? std::optional(std::int64_t(v)) : std::nullopt; };
    switch (a.type_id()) {
      case arrow::Type::DOUBLE:
        return real(static_cast<arrow::DoubleArray const&>(a).Value(i));
      case arrow::Type::FLOAT:
        return real(static_cast<arrow::FloatArray const&>(a).Value(i));
      case arrow::Type::INT64:
        return static_cast<arrow::Int64Array const&>(a).Value(i);
      case arrow::Type::INT32:
        return static_cast<arrow::Int32Array const&>(a).Value(i);
      case arrow::Type::INT16:
        return static_cast<arrow::Int16Array const&>(a).Value(i);
      case arrow::Type::INT8:
        return static_cast<arrow::Int8Array const&>(a).Value(i);
      case arrow::Type::UINT64:
        return real(double(static_cast<arrow::UInt64Array const&>(a).Value(i)));
      case arrow::Type::UINT32:
        return static_cast<arrow::UInt32Array const&>(a).Value(i);
      case arrow::Type::UINT16:
        return static_cast<arrow::UInt16Array const&>(a).Value(i);
      case arrow::Type::UINT8:
        return static_cast<arrow::UInt8Array const&>(a).Value(i);
      default:
        return {};
    }
  }
  source_row take(std::int64_t i) const {
    source_row r;
    auto& d = r.content;
    for (std::size_t f = 0; f < row_fields; ++f) {
      if (chosen_[f].empty()) continue;
      auto const column = batch_->GetColumnByName(chosen_[f]);
      if (!column) continue;
      switch (row_field(f)) {
        case row_field::text:
          d.text = text(*column, i);
          break;
        case row_field::id:
          d.id = text(*column, i);
          break;
        case row_field::repository:
          d.repository = text(*column, i);
          break;
        case row_field::path:
          d.path = text(*column, i);
          break;
        case row_field::language:
          r.language = text(*column, i);
          break;
        case row_field::licence:
          d.licence = text(*column, i);
          break;
        case row_field::created:
          d.created = text(*column, i);
          break;
        case row_field::stars:
          d.stars = number(*column, i);
          break;
        case row_field::forks:
          d.forks = number(*column, i);
          break;
      }
    }
    return r;
  }

  std::string path_;
  std::unique_ptr<arrow::ProxyMemoryPool> proxy_;
#if ARROW_VERSION_MAJOR >= 21
  std::unique_ptr<arrow::CappedMemoryPool> capped_;
#endif
  std::unique_ptr<parquet::arrow::FileReader> reader_;
  std::unique_ptr<arrow::RecordBatchReader> batches_;
  std::shared_ptr<arrow::RecordBatch> batch_;
  std::array<std::string, row_fields> chosen_;
  std::vector<int> leaves_;
  int group_ = 0;
  std::int64_t at_ = 0, number_ = 1, before_ = 0;
};
#else
inline constexpr bool reads_parquet = false;
#endif

}  // namespace snowcoder::io
