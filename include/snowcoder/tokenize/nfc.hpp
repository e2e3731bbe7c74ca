// SPDX-License-Identifier: Apache-2.0
// Unicode's normal form C, as the "NFC" of a tokenizer.json gives it (Qwen2). Nearly all code is in it as it stands, so the
// question comes first and is answered 64 bytes at a time: below U+0300 nothing ever changes.
#pragma once

#include <snowcoder/core/utf8.hpp>
#include <snowcoder/tokenize/canonical.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::tokenize {

namespace detail {
/// Place of the first byte that can begin a code point from U+0300 on (0xcc and above); the size where there is none.
inline std::size_t first_from_0300(std::string_view text) {
  std::size_t at = 0;
  for (; at + 64 <= text.size(); at += 64) {
    unsigned char most = 0;  // a loop that compilers turn into vector code
    for (std::size_t i = 0; i < 64; ++i) most = std::max(most, static_cast<unsigned char>(text[at + i]));
    if (most >= 0xcc) break;
  }
  while (at < text.size() && static_cast<unsigned char>(text[at]) < 0xcc) ++at;
  return at;
}

/// A stretch of code points to NFC: decomposed, in canonical order, composed (Unicode Standard Annex 15).
class nfc_stretch {
 public:
  void add(std::uint32_t point) {
    canonical_.decompose(point, [&](std::uint32_t p) { parts_.emplace_back(p, canonical_.order(p)); });
  }
  void append_to(std::string& out) {
    order();
    compose();
    for (auto const& [point, order] : parts_) append_utf8(out, point);
    parts_.clear();
  }

 private:
  void order() {
    for (auto at = parts_.begin(); at != parts_.end();) {
      auto const is_starter = [](auto const& p) { return p.second == 0; };
      auto const first = std::find_if_not(at, parts_.end(), is_starter), last = std::find_if(first, parts_.end(), is_starter);
      std::stable_sort(first, last, [](auto const& a, auto const& b) { return a.second < b.second; });
      at = last;
    }
  }
  /// Each part goes to the last starter unless one of its own class or higher, or a starter, stands between.
  void compose() {
    std::size_t kept = 0, starter = parts_.size();  // none yet
    int between = -1;                               // the highest class kept since the starter
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      auto const [point, order] = parts_[i];
      if (starter != parts_.size() && between < int(order))
        if (auto const both = canonical_.compose(parts_[starter].first, point)) {
          parts_[starter].first = both;
          continue;
        }
      if (order == 0)
        starter = kept, between = -1;
      else
        between = order;
      parts_[kept++] = {point, order};
    }
    parts_.resize(kept);
  }

  canonical_tables const& canonical_ = canonical_tables::get();
  std::vector<std::pair<std::uint32_t, std::uint8_t>> parts_;  // code point and combining class
};

/// Cuts `text` into stretches that come to NFC alone: calls same(bytes) for those that are in it, and stretch(bytes) for
/// those that may change, until one of them returns false.
template <class Same, class Stretch>
void nfc_stretches(std::string_view text, Same const& same, Stretch const& stretch) {
  auto const& canonical = canonical_tables::get();
  std::size_t done = 0, settled = 0;  // `settled`: where the last code point that can begin a stretch does
  for (std::size_t at = 0;;) {
    if (auto const skipped = first_from_0300(text.substr(at))) {
      at += skipped;
      settled = at - 1;
      while (settled > done && (static_cast<unsigned char>(text[settled]) & 0xc0) == 0x80) --settled;
    }
    if (at == text.size()) break;
    auto c = first_code_point(text.substr(at));
    if (!c.valid || !canonical.unsettled(c.value)) {
      settled = at;
      at += std::size_t(c.bytes);
      continue;
    }
    auto const begin = std::max(settled, done);
    do at += std::size_t(c.bytes);
    while (at < text.size() && (c = first_code_point(text.substr(at))).valid && canonical.unsettled(c.value));
    if (begin > done && !same(text.substr(done, begin - done))) return;
    if (!stretch(text.substr(begin, at - begin))) return;
    done = settled = at;
  }
  if (done < text.size()) same(text.substr(done));
}

/// Brings one of those stretches to NFC; a broken byte at its head stays as it is.
inline void append_nfc(std::string_view text, nfc_stretch& work, std::string& out) {
  while (!text.empty()) {
    auto const c = first_code_point(text);
    if (c.valid) {
      work.add(std::uint32_t(c.value));
    } else {
      work.append_to(out);
      out += text[0];
    }
    text.remove_prefix(std::size_t(c.bytes));
  }
  work.append_to(out);
}
}  // namespace detail

/// True if to_nfc would give `text` back. Linear, but for n log n over runs of combining marks.
inline bool is_nfc(std::string_view text) {
  if (detail::first_from_0300(text) == text.size()) return true;
  bool same = true;
  detail::nfc_stretch work;
  std::string normal;
  detail::nfc_stretches(
      text, [](std::string_view) { return true; },
      [&](std::string_view stretch) {
        normal.clear();
        detail::append_nfc(stretch, work, normal);
        return same = normal == stretch;
      });
  return same;
}

/// Appends `text` in NFC. Bytes that are not UTF-8 stay as they are and compose with nothing.
inline void to_nfc(std::string_view text, std::string& out) {
  detail::nfc_stretch work;
  detail::nfc_stretches(
      text,
      [&](std::string_view same) {
        out += same;
        return true;
      },
      [&](std::string_view stretch) {
        detail::append_nfc(stretch, work, out);
        return true;
      });
}

}  // namespace snowcoder::tokenize
