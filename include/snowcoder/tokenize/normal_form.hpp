// SPDX-License-Identifier: Apache-2.0
// Where a tokenizer's text is brought into Unicode's normal form C, for files that ask for it (Qwen's).
#pragma once

#include <string>
#include <string_view>

#if __has_include(<snowcoder/tokenize/nfc.hpp>)
#include <snowcoder/tokenize/nfc.hpp>
#define SNOWCODER_HAS_NFC 1
#endif

namespace snowcoder::tokenize::detail {

#if defined(SNOWCODER_HAS_NFC)
inline constexpr bool has_normal_form = true;
inline bool is_normal(std::string_view text) { return is_nfc(text); }
inline void to_normal(std::string_view text, std::string& out) { to_nfc(text, out); }
#else
inline constexpr bool has_normal_form = false;
inline bool is_normal(std::string_view) { return true; }
inline void to_normal(std::string_view, std::string&) {}
#endif

}  // namespace snowcoder::tokenize::detail
