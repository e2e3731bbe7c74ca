// SPDX-License-Identifier: Apache-2.0
// Text in whatever character set to UTF-8. Marks at the start decide first, then whether the bytes are UTF-8 as they stand;
// UTF-16 without a mark is told by where its zero bytes lie. Anything else is an older character set: uchardet guesses it from
// the lines that are not ASCII, iconv converts, and what does not convert whole, or gives control characters, is refused.
// uchardet is optional (SNOWCODER_CHARACTER_SETS); it and iconv are named here only.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/core/utf8.hpp>

#include <simdjson.h>

#include <iconv.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#ifdef SNOWCODER_CHARACTER_SETS
#include <uchardet/uchardet.h>
#endif

namespace snowcoder::io {

/// Is every older character set known to this program, or UTF-8 and UTF-16 only?
#ifdef SNOWCODER_CHARACTER_SETS
inline constexpr bool detects_character_sets = true;
#else
inline constexpr bool detects_character_sets = false;
#endif

/// As core's is_utf8, many bytes at a time.
inline bool is_utf8_text(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

namespace detail {

/// The whole of `bytes` from `character_set`, or an error: nothing is replaced and nothing is left out.
inline expected<std::string> converted(std::string_view bytes, std::string const& character_set) {
  auto const handle = ::iconv_open("UTF-8", character_set.c_str());
  if (handle == iconv_t(-1)) return failure("no converter from " + character_set);
  struct closer {
    iconv_t handle;
    ~closer() { ::iconv_close(handle); }
  } const close{handle};
  std::string out;
  char* in = const_cast<char*>(bytes.data());
  std::size_t left = bytes.size();
  for (bool flushed = false; !flushed;) {
    std::array<char, 16384> block;
    char* at = block.data();
    std::size_t room = block.size();
    flushed = left == 0;
    auto const status = flushed ? ::iconv(handle, nullptr, nullptr, &at, &room) : ::iconv(handle, &in, &left, &at, &room);
    if (status == std::size_t(-1) && errno != E2BIG) return failure("bytes that are no " + character_set);
    flushed = flushed && status != std::size_t(-1);
    out.append(block.data(), block.size() - room);
  }
  return out;
}

/// Characters that stand in no source text: what another character set, or a file that is no text, turns into.
inline bool has_control_characters(std::string_view utf8) {
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    auto const c = static_cast<unsigned char>(utf8[i]);
    if (c < 0x20 && !(c >= '\t' && c <= '\r') && c != 0x1b && c != 0x1a) return true;
    if (c == 0xc2 && i + 1 < utf8.size() && static_cast<unsigned char>(utf8[i + 1]) < 0xa0) return true;
  }
  return false;
}

/// UTF-16 without a mark: code is mostly ASCII, so one half of the bytes is mostly zero and the other nowhere.
inline std::string utf16_by_zeros(std::string_view text) {
  if (text.size() < 4 || text.size() % 2) return {};
  std::array<std::size_t, 2> zeros{};
  for (std::size_t i = 0; i < text.size(); ++i) zeros[i % 2] += text[i] == '\0';
  auto const units = text.size() / 2;
  if (zeros[0] == 0 && zeros[1] * 10 >= units * 6) return "UTF-16LE";
  if (zeros[1] == 0 && zeros[0] * 10 >= units * 6) return "UTF-16BE";
  return {};
}

/// The lines that hold a byte beyond ASCII, and the ones of escape sequences, up to 64 KiB.
inline std::string telling_lines(std::string_view text) {
  std::string out;
  while (!text.empty() && out.size() < (1 << 16)) {
    auto const end = std::min(text.find('\n'), text.size() - 1);
    auto const line = text.substr(0, end + 1);
    if (std::any_of(line.begin(), line.end(), [](char c) { return (c & 0x80) || c == '\x1b'; })) out += line;
    text.remove_prefix(end + 1);
  }
  return out;
}

/// Is this UTF-8 that someone damaged, rather than text in another set?
inline bool is_damaged_utf8(std::string_view lines) {
  std::size_t good = 0, bad = 0;
  while (!lines.empty()) {
    auto const c = first_code_point(lines);
    (c.valid ? good : bad) += !c.valid || c.bytes > 1;
    lines.remove_prefix(std::size_t(c.bytes));
  }
  return good > bad;
}

#ifdef SNOWCODER_CHARACTER_SETS
/// The name that iconv knows the guess by; empty when there is none.
inline std::string guessed_character_set(std::string_view lines) {
  std::unique_ptr<std::remove_pointer_t<uchardet_t>, decltype(&uchardet_delete)> guess(uchardet_new(), uchardet_delete);
  if (!guess || uchardet_handle_data(guess.get(), lines.data(), lines.size()) != 0) return {};
  uchardet_data_end(guess.get());
  std::string name = uchardet_get_charset(guess.get());
  if (name == "SHIFT_JIS") return "CP932";  // whose backslash is one
  if (name == "EUC-KR") return "UHC";       // its superset
  if (name == "GB2312" || name == "GB18030") return "GB18030";
  if (name == "ASCII" || name.starts_with("UTF-") || name == "JOHAB") return {};
  // Latin alphabets are told by the frequencies of letters in prose. Code has a name and a copyright mark: where few bytes
  // speak, Western Europe's set is by far the likeliest.
  constexpr std::array<std::string_view, 16> latin{"ISO-8859-1",   "ISO-8859-2",   "ISO-8859-3",   "ISO-8859-4",
                                                   "ISO-8859-9",   "ISO-8859-10",  "ISO-8859-13",  "ISO-8859-15",
                                                   "ISO-8859-16",  "IBM852",       "WINDOWS-1250", "WINDOWS-1252",
                                                   "WINDOWS-1254", "WINDOWS-1257", "WINDOWS-1258", "VISCII"};
  auto const beyond = std::count_if(lines.begin(), lines.end(), [](char c) { return c & 0x80; });
  bool const is_latin = std::find(latin.begin(), latin.end(), name) != latin.end() || name.starts_with("MAC-");
  if (name.empty() || (is_latin && (beyond < 32 || name == "ISO-8859-1"))) return "WINDOWS-1252";
  return name;
}
#endif

}  // namespace detail

/// Makes `text` UTF-8 without a mark at its start. Returns the name of the set it came in, empty when it was UTF-8 already;
/// an error when it is no text in any set that is known here. A text with NUL bytes that is no UTF-16 is left as it is.
inline expected<std::string> make_utf8(std::string& text) {
  auto const from = [&](std::string character_set, std::size_t mark) -> expected<std::string> {
    SNOWCODER_TRY(auto made, detail::converted(std::string_view(text).substr(mark), character_set));
    if (detail::has_control_characters(made)) return failure("control characters when read as " + character_set);
    text = std::move(made);
    return character_set;
  };
  std::string_view const bytes = text;
  if (bytes.starts_with("\xef\xbb\xbf")) {
    text.erase(0, 3);
    return is_utf8_text(text) ? expected<std::string>("") : failure("bytes that are no UTF-8 behind its mark");
  }
  if (bytes.starts_with(std::string_view("\xff\xfe\0\0", 4))) return from("UTF-32LE", 4);
  if (bytes.starts_with(std::string_view("\0\0\xfe\xff", 4))) return from("UTF-32BE", 4);
  if (bytes.starts_with("\xff\xfe")) return from("UTF-16LE", 2);
  if (bytes.starts_with("\xfe\xff")) return from("UTF-16BE", 2);
  if (bytes.find('\0') != bytes.npos) {
    auto const wide = detail::utf16_by_zeros(bytes);
    return wide.empty() ? expected<std::string>("") : from(wide, 0);
  }
  bool const escapes = bytes.find("\x1b$") != bytes.npos;  // ISO-2022: other alphabets in seven bits
  if (!escapes && is_utf8_text(bytes)) return "";
  auto const lines = detail::telling_lines(bytes);
#ifdef SNOWCODER_CHARACTER_SETS
  if (!escapes && detail::is_damaged_utf8(lines)) return failure("UTF-8 with bytes that are none");
  auto const guess = detail::guessed_character_set(lines);
  if (escapes && !guess.starts_with("ISO-2022"))
    return is_utf8_text(bytes) ? expected<std::string>("") : failure("bytes of no character set");
  return from(guess, 0);
#else
  if (is_utf8_text(bytes)) return "";
  return failure("not UTF-8, and the program was built without uchardet, which knows other character sets");
#endif
}

}  // namespace snowcoder::io
