// SPDX-License-Identifier: Apache-2.0
// Does the index of a pack of git objects point into that pack? libgit2 (1.5) takes an index at its word, and reads behind the
// pack where that lies. Layout: git's Documentation/gitformat-pack, "version 2 pack-*.idx files".
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/mapped_file.hpp>

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace snowcoder::io {

/// `bytes` of an index beside a pack of `pack_bytes`: whole, and every offset inside the pack.
inline bool points_into_pack(std::string_view bytes, std::uint64_t pack_bytes) {
  auto const number = [&](std::uint64_t at, int width) {
    std::uint64_t n = 0;
    for (int i = 0; i < width; ++i) n = n << 8 | static_cast<unsigned char>(bytes[at + std::uint64_t(i)]);
    return n;
  };
  constexpr std::uint64_t head = 8 + 256 * 4, trailer = 2 * 20, row = 20 + 4 + 4;
  if (bytes.size() < head + trailer || !bytes.starts_with(std::string_view("\xfftOc\0\0\0\2", 8))) return false;
  for (std::uint64_t i = 1; i < 256; ++i)
    if (number(8 + i * 4, 4) < number(8 + (i - 1) * 4, 4)) return false;
  auto const objects = number(8 + 255 * 4, 4);
  if (bytes.size() < head + objects * row + trailer) return false;
  auto const wide = bytes.size() - head - objects * row - trailer;
  if (wide % 8 != 0 || wide / 8 > objects) return false;
  for (std::uint64_t i = 0; i < objects; ++i) {
    auto offset = number(head + objects * 24 + i * 4, 4);
    if (offset >> 31) {
      auto const place = offset & 0x7fffffff;
      if (place >= wide / 8) return false;
      offset = number(head + objects * row + place * 8, 8);
    }
    if (offset < 12 || pack_bytes < 32 || offset >= pack_bytes - 20) return false;
  }
  return true;
}

inline expected<void> check_pack_index(std::filesystem::path const& index) {
  std::error_code e;
  auto pack = index;
  auto const pack_bytes = std::filesystem::file_size(pack.replace_extension(".pack"), e);
  if (e) return failure("an index of git objects without its pack", index.string(), "run git fsck there");
  SNOWCODER_TRY(auto const file, mapped_file::open(index));
  if (points_into_pack(file.bytes(), pack_bytes)) return {};
  return failure("an index that does not fit its pack of git objects, or is older than version 2", index.string(),
                 "run git index-pack there");
}

}  // namespace snowcoder::io
