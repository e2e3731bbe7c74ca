// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/spilled.hpp"
#include "support/temporary_folder.hpp"

#include <snowcoder/core/philox.hpp>
#include <snowcoder/io/megatron.hpp>

#include <cstring>
#include <string>
#include <utility>
#include <vector>

using namespace snowcoder;

namespace {
void write(std::filesystem::path const& prefix, io::id_type type, std::vector<std::vector<token_id>> const& documents,
           std::int32_t longest = 1 << 30) {
  auto w = io::megatron_writer::open(prefix, type, longest);
  REQUIRE(w);
  for (auto const& d : documents) {
    REQUIRE(w->append(d));
    REQUIRE(w->end_document());
  }
  REQUIRE(w->commit());
}
std::string contents(std::filesystem::path const& p) { return std::string(io::mapped_file::open(p).value().bytes()); }
}  // namespace

TEST_CASE("token files are read back as written") {
  temporary_folder folder;
  for (auto type : {io::id_type::uint16, io::id_type::int32}) {
    std::vector<std::vector<token_id>> const documents{{1, 2, 3}, {65535}, {0, 7}};
    write(folder / "t", type, documents);
    auto const f = io::megatron_file::open(folder / "t");
    REQUIRE(f);
    CHECK(f->tokens() == 6);
    CHECK(f->documents() == 3);
    CHECK(f->type() == type);
    for (int i = 0; i < 3; ++i) {
      auto const [first, length] = f->sequence(f->document_begin(i));
      std::vector<token_id> ids(static_cast<std::size_t>(length));
      f->copy(first, ids);
      CHECK(ids == documents[std::size_t(i)]);
    }
  }
  CHECK(io::id_type_for(64000) == io::id_type::uint16);
  CHECK(io::id_type_for(65536) == io::id_type::uint16);
  CHECK(io::id_type_for(65537) == io::id_type::int32);
}

TEST_CASE("the index of many documents waits on the disk") {
  temporary_folder folder;
  constexpr std::int64_t documents = 300'000;
  auto w = io::megatron_writer::open(folder / "t", io::id_type::uint16);
  REQUIRE(w);
  for (std::int64_t i = 0; i < documents; ++i) {
    std::vector<token_id> const ids(std::size_t(i % 3), 7);  // one in three is empty, and none
    REQUIRE(w->append(ids));
    REQUIRE(w->end_document());
  }
  CHECK(tests::spilled_bytes(folder.path()) > documents * 2 / 3 * 12 - (2 << 20));
  CHECK(w->documents() == documents * 2 / 3);
  REQUIRE(w->commit());
  auto const f = io::megatron_file::open(folder / "t");
  REQUIRE(f);
  CHECK((f->documents() == documents * 2 / 3 && f->tokens() == documents));
  CHECK(f->sequence(f->document_begin(100'001)) == std::pair<std::int64_t, std::int64_t>(150'001, 2));
}

TEST_CASE("the index is Megatron's, byte for byte") {
  temporary_folder folder;
  write(folder / "t", io::id_type::uint16, {{1, 2}, {3}});
  std::string expected("MMIDIDX\0\0", 9);
  auto const add = [&](auto v) { expected.append(reinterpret_cast<char const*>(&v), sizeof v); };
  add(std::uint64_t(1)), add(std::uint8_t(8)), add(std::uint64_t(2)), add(std::uint64_t(3));
  add(std::int32_t(2)), add(std::int32_t(1)), add(std::int64_t(0)), add(std::int64_t(4));
  add(std::int64_t(0)), add(std::int64_t(1)), add(std::int64_t(2));
  CHECK(contents(folder / "t.idx") == expected);
  CHECK(contents(folder / "t.bin") == std::string("\1\0\2\0\3\0", 6));
}

TEST_CASE("a document too long for one sequence takes several") {
  temporary_folder folder;
  write(folder / "t", io::id_type::uint16, {{1, 2, 3, 4, 5}, {6}}, 2);
  auto const f = io::megatron_file::open(folder / "t").value();
  CHECK(f.documents() == 2);
  CHECK(f.sequences() == 4);
  CHECK(f.document_begin(1) == 3);
}

TEST_CASE("an empty token file is one") {
  temporary_folder folder;
  write(folder / "t", io::id_type::uint16, {});
  auto const f = io::megatron_file::open(folder / "t");
  REQUIRE(f);
  CHECK((f->tokens() == 0 && f->documents() == 0));
}

TEST_CASE("hostile indices are refused, never followed") {
  temporary_folder folder;
  write(folder / "t", io::id_type::uint16, {{1, 2, 3}, {4}, {5, 6}});
  auto const index = contents(folder / "t.idx");
  auto const refused = [&](std::string const& bytes) {
    REQUIRE(io::write_file(folder / "t.idx", bytes));
    return !io::megatron_file::open(folder / "t");
  };
  REQUIRE(!refused(index));
  for (std::size_t size = 0; size < index.size(); ++size) CHECK(refused(index.substr(0, size)));
  CHECK(refused(index + "x"));
  for (std::size_t at = 0; at < index.size(); ++at)  // every byte of the index decides something here
    for (char flip : {1, -128}) {
      auto bytes = index;
      bytes[at] = char(bytes[at] ^ flip);
      INFO("byte " << at);
      bool const moved_document = at >= 34 + 3 * 12 + 8 && at < 34 + 3 * 12 + 24;  // an inner bound may still be in order
      if (!moved_document)
        CHECK(refused(bytes));
      else
        refused(bytes);
    }
  auto huge = index;
  std::memset(huge.data() + 18, 0x7f, 16);  // counts whose sizes overflow
  CHECK(refused(huge));
  REQUIRE(io::write_file(folder / "t.bin", "12345"));
  CHECK(refused(index));
}
