// SPDX-License-Identifier: Apache-2.0
#include <snowcoder/io/git_pack.hpp>

#include <zlib.h>
#include <support/catch.hpp>
#include <support/temporary_folder.hpp>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace {
using namespace snowcoder;

struct object {
  std::string name;  // 20 bytes
  std::string bytes;
  std::uint64_t offset = 0;
};

std::string big_endian(std::uint64_t n, int width) {
  std::string out;
  for (int i = width - 1; i >= 0; --i) out += char(n >> 8 * i & 0xff);
  return out;
}
std::string name(char first) { return first + std::string(19, '\x11'); }
std::string kind(int k) { return std::string(1, char(k << 4 | 3)); }

/// A pack of these objects, in this order, and its index; names ascend.
std::filesystem::path written(std::filesystem::path const& folder, std::vector<object> objects, bool wide_offsets = false) {
  std::string pack = std::string("PACK") + big_endian(2, 4) + big_endian(objects.size(), 4);
  for (auto& o : objects) o.offset = pack.size(), pack += o.bytes;
  std::string index("\xfftOc\0\0\0\2", 8), names, offsets, wide;
  for (int first = 0; first < 256; ++first) {
    std::uint64_t below = 0;
    for (auto const& o : objects) below += static_cast<unsigned char>(o.name[0]) <= first;
    index += big_endian(below, 4);
  }
  for (std::size_t i = 0; i < objects.size(); ++i) {
    names += objects[i].name;
    offsets += big_endian(wide_offsets ? 0x80000000u | i : objects[i].offset, 4);
    if (wide_offsets) wide += big_endian(objects[i].offset, 8);
  }
  index += names + std::string(4 * objects.size(), '\0') + offsets + wide + std::string(40, '\0');
  std::ofstream(folder / "p.pack", std::ios::binary) << pack << std::string(20, '\0');
  std::ofstream(folder / "p.idx", std::ios::binary) << index;
  return folder / "p.idx";
}

/// Deflated: a delta between these sizes.
std::string delta(std::uint64_t base, std::uint64_t result) {
  std::string plain;
  for (auto n : {base, result}) {
    for (; n > 127; n >>= 7) plain += char(0x80 | (n & 0x7f));
    plain += char(n);
  }
  plain += "instructions";
  std::string out(100, '\0');
  uLongf size = out.size();
  REQUIRE(compress2(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<Bytef const*>(plain.data()), plain.size(),
                    9) == Z_OK);
  return out.substr(0, size);
}
/// The head of an object of 8 GiB.
std::string huge(int k) { return char(0x80 | k << 4) + std::string("\x80\x80\x80\x80\x01", 5); }

std::vector<object> objects() {
  return {
      {name('a'), kind(3) + "a blob"},
      {name('b'), kind(6) + std::string(1, '\x07') + delta(3, 200)},  // "a blob" and its head are 7 bytes
      {name('c'), kind(7) + name('b') + delta(200, 70 << 20)},        // large, as what it is itself
      {name('d'), kind(7) + name('e') + "on e"},
      {name('e'), kind(7) + name('d') + "on d"},
      {name('f'), kind(7) + name('f') + "on itself"},
      {name('g'), kind(6) + std::string(1, '\0') + "on itself"},
      {name('h'), kind(6) + std::string("\x8f\xff\x7f", 3) + "on what lies before the pack"},
      {name('i'), kind(7) + name('z') + "on nothing"},
      {name('j'), kind(5) + "of no kind"},
      {name('k'), kind(7) + name('d') + "on a circle"},
      {name('l'), kind(7) + name('c') + delta(70 << 20, 1)},  // by way of something large
      {name('m'), huge(3) + "a blob"},
      {name('n'), kind(7) + name('m') + delta(std::uint64_t(1) << 33, 1)},
      {name('o'), huge(7) + name('a') + delta(3, 1)},
  };
}

}  // namespace

TEST_CASE("git packs: deltas end at a whole object or are refused") {
  bool const wide = GENERATE(false, true);
  temporary_folder tmp;
  auto const pack = io::git_pack::open(written(tmp.path(), objects(), wide));
  REQUIRE(pack);
  for (char whole : {'a', 'b', 'c', 'm'}) CHECK(pack->ends(name(whole)));
  for (char lost : {'d', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'n', 'o'}) CHECK_FALSE(pack->ends(name(lost)));
  CHECK(pack->ends(name('y')));  // elsewhere
}

TEST_CASE("git packs: an index that does not fit is refused") {
  temporary_folder tmp;
  auto const index = written(tmp.path(), objects());
  std::ifstream in(index, std::ios::binary);
  std::string const whole{std::istreambuf_iterator<char>(in), {}};
  auto const refused = [&](std::string const& bytes) {
    std::ofstream(index, std::ios::binary) << bytes;
    return !io::git_pack::open(index);
  };
  auto const names = std::size_t(8 + 256 * 4), offsets = names + objects().size() * 24;
  auto const with = [&](std::size_t at, std::string const& bytes) {
    return std::string(whole).replace(at, bytes.size(), bytes);
  };
  CHECK_FALSE(refused(whole));
  CHECK(refused(whole.substr(0, whole.size() - 1)));
  CHECK(refused(with(0, "PACK")));
  CHECK(refused(with(8 + 'b' * 4, big_endian(1, 4))));       // first bytes counted wrong
  CHECK(refused(with(names, name('b'))));                    // names that do not ascend
  CHECK(refused(with(offsets, big_endian(1 << 20, 4))));     // behind the pack
  CHECK(refused(with(offsets, big_endian(3, 4))));           // in its head
  CHECK(refused(with(offsets, big_endian(0x80000000, 4))));  // in a table that is not there
  std::filesystem::remove(tmp.path() / "p.pack");
  CHECK(refused(whole));
}
