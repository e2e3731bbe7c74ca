// SPDX-License-Identifier: Apache-2.0
// A pack of git objects, looked at before libgit2 (1.5) reads it: that takes an index at its word, and reads behind the pack
// where the index points there; it follows deltas from base to base without end where they lead round in a circle; and it makes
// room for whatever size a base or a delta claims.
// Layout: git's Documentation/gitformat-pack.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/compressed.hpp>
#include <snowcoder/io/mapped_file.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

namespace snowcoder::io {

class git_pack {
 public:
  /// The pack beside an index of version 2. Refused: an index that is damaged, or points out of the pack.
  static expected<git_pack> open(std::filesystem::path const& index) {
    git_pack p;
    auto beside = index;
    SNOWCODER_TRY(p.pack_, mapped_file::open(beside.replace_extension(".pack")));
    SNOWCODER_TRY(p.index_, mapped_file::open(index));
    if (!p.fits())
      return failure("an index that does not fit its pack of git objects, or is older than version 2", index.string(),
                     "run git index-pack there");
    p.index_.expect_random();
    p.pack_.expect_random();
    return p;
  }

  /// Whether an object can be put together: from base to base, its deltas end at one that is whole, and nothing on the way is
  /// larger than largest_link; its own size is for the caller to judge. True of objects that lie elsewhere. `name`: the 20
  /// bytes of its SHA-1.
  bool ends(std::string_view name) const {
    auto at = offset_of(name);
    if (!at) return true;
    for (int links = 0; at && links <= longest_chain; ++links) {
      auto const bytes = pack_.bytes().substr(*at, longest_head + longest_beginning);
      std::size_t used = 0;
      auto const [kind, size] = kind_and_size(bytes, used);
      if (kind >= commit && kind <= tag) return links == 0 || size <= largest_link;
      if (size > largest_link) return false;
      if (kind == delta_of_offset)
        at = base_before(*at, bytes, used);
      else if (kind == delta_of_name && used + name_bytes <= bytes.size())
        at = offset_of(bytes.substr(used, name_bytes)), used += name_bytes;
      else
        return false;
      if (links > 0 && result_of(bytes.substr(std::min(used, bytes.size()))) > largest_link) return false;
    }
    return false;
  }

 private:
  static constexpr int longest_chain = 4095;  ///< the most that git makes (pack.depth)
  static constexpr int commit = 1, tag = 4, delta_of_offset = 6, delta_of_name = 7;
  static constexpr std::size_t name_bytes = 20, longest_head = 10 + name_bytes;
  static constexpr std::size_t longest_beginning = 1024;  ///< deflated bytes that hold the two sizes of a delta for certain
  static constexpr std::uint64_t largest_link = std::uint64_t(64) << 20;
  static constexpr std::uint64_t head = 8 + 256 * 4, trailer = 2 * name_bytes, row = name_bytes + 4 + 4;
  git_pack() = default;

  static unsigned byte(std::string_view bytes, std::uint64_t at) { return static_cast<unsigned char>(bytes[at]); }
  std::uint64_t number(std::uint64_t at, int width) const {
    std::uint64_t n = 0;
    for (int i = 0; i < width; ++i) n = n << 8 | byte(index_.bytes(), at + std::uint64_t(i));
    return n;
  }
  std::uint64_t objects() const { return number(head - 4, 4); }
  std::string_view name(std::uint64_t i) const { return index_.bytes().substr(head + i * name_bytes, name_bytes); }
  /// Where the i-th object begins; nothing where the index points out of itself.
  std::optional<std::uint64_t> offset(std::uint64_t i) const {
    auto const here = number(head + objects() * (name_bytes + 4) + i * 4, 4);
    if (!(here >> 31)) return here;
    auto const wide = head + objects() * row, place = wide + (here & 0x7fffffff) * 8;
    if (place + 8 > index_.bytes().size() - trailer) return {};
    return number(place, 8);
  }

  /// Names ascend, the table of first bytes counts them, every offset lies inside the pack.
  bool fits() const {
    auto const bytes = index_.bytes();
    auto const pack_bytes = pack_.bytes().size();
    if (pack_bytes < 32 || bytes.size() < head + trailer || !bytes.starts_with(std::string_view("\xfftOc\0\0\0\2", 8)))
      return false;
    auto const count = objects();
    if (bytes.size() < head + count * row + trailer) return false;
    if (auto const wide = bytes.size() - head - count * row - trailer; wide % 8 != 0 || wide / 8 > count) return false;
    std::uint64_t i = 0;
    for (unsigned first = 0; first < 256; ++first) {
      auto const end = number(8 + first * 4, 4);
      if (end < i || end > count) return false;
      for (; i < end; ++i) {
        auto const place = offset(i);
        if (byte(name(i), 0) != first || (i > 0 && name(i - 1) >= name(i)) || !place || *place < 12 ||
            *place >= pack_bytes - 20)
          return false;
      }
    }
    return true;
  }

  std::optional<std::uint64_t> offset_of(std::string_view wanted) const {
    auto const first = byte(wanted, 0);
    auto low = first == 0 ? 0 : number(8 + (first - 1) * 4, 4), high = number(8 + first * 4, 4);
    while (low < high) {
      auto const middle = low + (high - low) / 2;
      if (auto const order = name(middle).compare(wanted); order == 0)
        return offset(middle);
      else
        (order < 0 ? low : high) = order < 0 ? middle + 1 : middle;
    }
    return {};
  }

  /// What stands at `used`, seven bits a byte and the lowest first, is added to `n` from bit `shift` on. Too long: the largest.
  static std::uint64_t with_bits(std::uint64_t n, int shift, std::string_view bytes, std::size_t& used) {
    for (; used < bytes.size() && shift <= 56; shift += 7) {
      auto const b = byte(bytes, used++);
      n |= std::uint64_t(b & 0x7f) << shift;
      if (!(b & 0x80)) return n;
    }
    return ~std::uint64_t(0);
  }
  static std::pair<int, std::uint64_t> kind_and_size(std::string_view bytes, std::size_t& used) {
    if (bytes.empty()) return {0, 0};
    auto const first = byte(bytes, used++);
    std::uint64_t const low = first & 0xf;
    return {int(first >> 4 & 7), first & 0x80 ? with_bits(low, 4, bytes, used) : low};
  }
  /// How many bytes a deflated delta makes: it begins with its base's size and its own.
  static std::uint64_t result_of(std::string_view deflated) {
    auto const beginning = inflated(deflated, 20);
    std::size_t used = 0;
    if (!beginning || with_bits(0, 0, *beginning, used) > largest_link) return ~std::uint64_t(0);
    return with_bits(0, 0, *beginning, used);
  }

  /// The base that stands so many bytes before its delta, which is never none.
  static std::optional<std::uint64_t> base_before(std::uint64_t at, std::string_view bytes, std::size_t& used) {
    std::uint64_t back = 0;
    while (used < bytes.size() && !(back >> 56)) {
      auto const b = byte(bytes, used++);
      back = back << 7 | (b & 0x7f);
      if (!(b & 0x80)) return back == 0 || back >= at ? std::nullopt : std::optional(at - back);
      ++back;
    }
    return {};
  }

  mapped_file index_, pack_;
};

}  // namespace snowcoder::io
