// SPDX-License-Identifier: Apache-2.0
// Parquet under the column names of The Stack v1 and v2 and StarCoderData, with several row groups, and damaged in every way
// that cutting and flipping bytes gives.
#include "support/catch.hpp"
#include "support/collected.hpp"
#include "support/temporary_folder.hpp"

#ifdef SNOWCODER_PARQUET
#include <arrow/builder.h>
#include <arrow/io/memory.h>
#include <arrow/table.h>
#include <parquet/arrow/writer.h>

#include <fstream>

using namespace snowcoder;
namespace fs = std::filesystem;

namespace {

template <class Builder, class... Values>
std::shared_ptr<arrow::Array> column(Values const&... values) {
  Builder b;
  auto const one = [&](auto const& v) {
    if constexpr (std::is_same_v<std::decay_t<decltype(v)>, std::nullptr_t>)
      REQUIRE(b.AppendNull().ok());
    else
      REQUIRE(b.Append(v).ok());
  };
  (one(values), ...);
  return *b.Finish();
}
std::shared_ptr<arrow::Array> lists(std::vector<std::vector<std::string>> const& rows) {
  auto const words = std::make_shared<arrow::StringBuilder>();
  arrow::ListBuilder b(arrow::default_memory_pool(), words);
  for (auto const& row : rows) {
    REQUIRE(b.Append().ok());
    for (auto const& word : row) REQUIRE(words->Append(word).ok());
  }
  return *b.Finish();
}

std::string parquet_bytes(std::vector<std::pair<std::string, std::shared_ptr<arrow::Array>>> const& columns,
                          int rows_per_group) {
  std::vector<std::shared_ptr<arrow::Field>> fields;
  std::vector<std::shared_ptr<arrow::Array>> arrays;
  for (auto const& [name, array] : columns) {
    fields.push_back(arrow::field(name, array->type()));
    arrays.push_back(array);
  }
  auto const table = arrow::Table::Make(arrow::schema(fields), arrays);
  auto const sink = *arrow::io::BufferOutputStream::Create();
  REQUIRE(parquet::arrow::WriteTable(*table, arrow::default_memory_pool(), sink, rows_per_group).ok());
  return (*sink->Finish())->ToString();
}

std::string stack_v1() {
  std::string const nul("z = \0\n", 6);
  return parquet_bytes({{"hexsha", column<arrow::StringBuilder>("a", "b", "c")},
                        {"size", column<arrow::Int64Builder>(1, 2, 3)},
                        {"content", column<arrow::StringBuilder>("x = 1\n", "int y;\n", nul)},
                        {"max_stars_repo_name", column<arrow::StringBuilder>("o/r", "o/s", "o/s")},
                        {"max_stars_repo_path", column<arrow::StringBuilder>("a/x.py", "y.c", "../z.py")},
                        {"max_stars_count", column<arrow::DoubleBuilder>(7.0, nullptr, 1e300)},
                        {"max_forks_count", column<arrow::Int64Builder>(2, nullptr, nullptr)},
                        {"max_stars_repo_licenses", lists({{"MIT", "ISC"}, {}, {"Zlib"}})},
                        {"lang", column<arrow::StringBuilder>("Python", "C", "Python")}},
                       2);
}

}  // namespace

TEST_CASE("The Stack v1 in Parquet") {
  temporary_folder tmp;
  put_file(tmp / "v1.parquet", stack_v1());
  auto const t = collect({tmp / "v1.parquet"});
  CHECK(t.paths() == "o/r:a/x.py o/s:y.c ");
  CHECK(t.reasons() == "unsafe_path ");
  CHECK(t.files[0].stars == 7);
  CHECK(t.files[0].forks == 2);
  CHECK(t.files[0].licence == "MIT");
  CHECK(t.files[0].language == "Python");
  CHECK(t.files[0].source == "parquet");
  CHECK_FALSE(t.files[1].stars);
  CHECK(t.files[1].licence.empty());
}

TEST_CASE("The Stack v2, StarCoderData and names that a user gives") {
  temporary_folder tmp;
  arrow::TimestampBuilder dates(arrow::timestamp(arrow::TimeUnit::MICRO), arrow::default_memory_pool());
  REQUIRE(dates.Append(1'700'000'000'000'000).ok());
  put_file(tmp / "v2.parquet", parquet_bytes({{"blob_id", column<arrow::StringBuilder>("a")},
                                              {"path", column<arrow::StringBuilder>("/src/x.c")},
                                              {"repo_name", column<arrow::LargeStringBuilder>("o/r")},
                                              {"detected_licenses", lists({{"Apache-2.0"}})},
                                              {"license_type", column<arrow::StringBuilder>("permissive")},
                                              {"star_events_count", column<arrow::Int32Builder>(4)},
                                              {"fork_events_count", column<arrow::UInt64Builder>(std::uint64_t(1))},
                                              {"committer_date", *dates.Finish()},
                                              {"language", *(*column<arrow::StringBuilder>("C")).View(arrow::utf8())},
                                              {"src", column<arrow::BinaryBuilder>("int x;\n")}},
                                             10));
  auto const v2 = collect({tmp / "v2.parquet"});
  REQUIRE(v2.refused.size() == 1);  // an absolute path
  CHECK(v2.reasons() == "unsafe_path ");
  io::row_columns columns;
  REQUIRE(columns.map("path=blob_id"));
  auto const mapped = collect({tmp / "v2.parquet"}, 1, {}, columns);
  REQUIRE(mapped.files.size() == 1);
  auto const& f = mapped.files[0];
  CHECK(f.repository == "o/r");
  CHECK(f.path == "a");
  CHECK(f.text == "int x;\n");
  CHECK(f.licence == "Apache-2.0");
  CHECK(f.created == "2023-11-14T22:13:20.000Z");
  CHECK(f.stars == 4);
  CHECK(f.forks == 1);
  put_file(tmp / "sc.parquet", parquet_bytes({{"max_stars_repo_path", column<arrow::StringBuilder>("x.go")},
                                              {"max_stars_repo_name", column<arrow::StringBuilder>("o/t")},
                                              {"max_stars_count", column<arrow::Int64Builder>(1)},
                                              {"id", column<arrow::StringBuilder>("7")},
                                              {"content", column<arrow::StringBuilder>("package x\n")}},
                                             10));
  CHECK(collect({tmp / "sc.parquet"}).paths() == "o/t:x.go ");
  put_file(tmp / "none.parquet", parquet_bytes({{"content", column<arrow::Int64Builder>(1)}}, 10));
  CHECK(collect({tmp / "none.parquet"}).reasons() == "broken_file ");
}

TEST_CASE("broken Parquet is refused, whatever is broken") {
  temporary_folder tmp;
  auto const whole = stack_v1();
  put_file(tmp / "empty.parquet", "");
  CHECK(collect({tmp / "empty.parquet"}).reasons() == "broken_file ");
  for (std::size_t keep = 0; keep < whole.size(); keep += 97) {
    put_file(tmp / "cut.parquet", whole.substr(0, keep));
    CHECK(collect({tmp / "cut.parquet"}).files.empty());
  }
  for (std::size_t at = 0; at < whole.size(); at += 13) {
    auto damaged = whole;
    damaged[at] = char(damaged[at] ^ 0x41);
    put_file(tmp / "bad.parquet", damaged);
    CHECK(collect({tmp / "bad.parquet"}).files.size() <= 3);
  }
}
#else
TEST_CASE("without Arrow a Parquet file is refused by name") {
  temporary_folder tmp;
  put_file(tmp / "x.parquet", "PAR1");
  CHECK(collect({tmp / "x.parquet"}).reasons() == "no_parquet_support ");
}
#endif
