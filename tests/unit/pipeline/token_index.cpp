// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/packing_recipe.hpp"
#include "support/temporary_folder.hpp"

#include <snowcoder/io/mapped_file.hpp>
#include <snowcoder/pipeline/token_index.hpp>

#include <cstring>
#include <string>
#include <vector>

using namespace snowcoder;
using recipe = tests::packing_recipe;
namespace fs = std::filesystem;

namespace {
template <class T>
std::vector<T> values_of(fs::path const& npy, std::string const& type) {
  auto const bytes = std::string(io::mapped_file::open(npy).value().bytes());
  REQUIRE(bytes.substr(0, 8) == std::string("\x93NUMPY\1\0", 8));
  auto const begin = 10 + static_cast<unsigned char>(bytes[8]) + 256 * static_cast<unsigned char>(bytes[9]);
  REQUIRE(begin % 64 == 0);
  REQUIRE(bytes.find("'descr': '" + type + "'") < std::size_t(begin));
  std::vector<T> all((bytes.size() - std::size_t(begin)) / sizeof(T));
  std::memcpy(all.data(), bytes.data() + begin, all.size() * sizeof(T));
  return all;
}
}  // namespace

TEST_CASE("the index arrays read a token file in the order of the loader, pass after pass") {
  constexpr std::int64_t context = recipe::model.context, passes = 3;
  for (bool fitted : {false, true}) {
    temporary_folder folder;
    auto writer = io::megatron_writer::open(folder / "t", io::id_type::uint16);
    REQUIRE(writer);
    token_id next = 0;
    for (int d = 0; d < 40; ++d) {
      std::vector<token_id> ids(fitted ? std::size_t(context + 1) : std::size_t(1 + d * 7 % 200));
      for (auto& id : ids) id = next++;  // every id names its place
      REQUIRE(writer->append(ids));
      writer->end_document();
    }
    REQUIRE(writer->commit());
    auto const file = io::megatron_file::open(folder / "t").value();
    pipeline::run_context run{.threads = 1, .seed = 11, .bar = {}, .log = {}};
    std::string const phase = fitted ? "fitted" : "general";
    REQUIRE(pipeline::index_tokens<recipe>(run, {folder / "t", folder / "index", phase, 0, passes}));
    auto const documents = values_of<std::int32_t>(folder / "index" / "document_index.npy", "<i4");
    auto const samples = values_of<std::int32_t>(folder / "index" / "sample_index.npy", "<i4");
    auto const shuffle = values_of<std::uint32_t>(folder / "index" / "shuffle_index.npy", "<u4");
    REQUIRE(documents.size() == 40 * passes);
    REQUIRE(shuffle.size() == samples.size() / 2 - 1);

    train::loader<io::megatron_file> const data(file, int(context), phase, config::epoch_order::reshuffle, 11,
                                                fitted ? config::packing::best_fit : config::packing::concatenate);
    std::vector<token_id> row(std::size_t(context + 1));
    for (std::int64_t i = 0; i < passes * data.sequences(); ++i) {
      data.read(i, {row.data(), 1, context + 1});
      auto const sample = std::size_t(shuffle[std::size_t(i)]);
      auto document = std::int64_t(samples[2 * sample]), offset = std::int64_t(samples[2 * sample + 1]);
      for (auto id : row) {  // walks the documents from where the sample begins
        while (offset == file.sequence(documents[std::size_t(document)]).second) ++document, offset = 0;
        REQUIRE(file.sequence(documents[std::size_t(document)]).first + offset++ == id);
      }
      auto const end = samples[2 * sample + 3] + !fitted;  // with the token that the next sample begins with
      REQUIRE((document == samples[2 * sample + 2] && offset == end));
    }
  }
}

TEST_CASE("what cannot be indexed is refused") {
  temporary_folder folder;
  auto writer = io::megatron_writer::open(folder / "t", io::id_type::uint16);
  REQUIRE(writer);
  REQUIRE(writer->append(std::vector<token_id>(100, 1)));
  REQUIRE(writer->commit());
  pipeline::run_context run{.threads = 1, .seed = 11, .bar = {}, .log = {}};
  CHECK(!pipeline::index_tokens<recipe>(run, {folder / "t", folder / "index", "general", 100, 1}));
  CHECK(!pipeline::index_tokens<recipe>(run, {folder / "t", folder / "index", "fitted", 0, 1}));
  CHECK(!pipeline::index_tokens<recipe>(run, {folder / "nothing", folder / "index", "general", 0, 1}));
  CHECK(pipeline::index_tokens<recipe>(run, {folder / "t", folder / "index", "general", 99, 1}));
}
