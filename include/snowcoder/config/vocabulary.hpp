// SPDX-License-Identifier: Apache-2.0
// The vocabulary: its size (paper: 64,000), and the 34 sentinels of StarCoder2, reserved as the first ids.
#pragma once

#include <snowcoder/config/broken.hpp>
#include <snowcoder/core/field_list.hpp>

#include <array>
#include <cstdint>
#include <string_view>

namespace snowcoder::config {

struct vocabulary {
  int size = 64000;           ///< ids in all, sentinels included
  int minimum_frequency = 2;  ///< a pair seen less often is not merged

  static constexpr auto fields() {
    using s = vocabulary;
    return std::tuple{field{"size", &s::size, origin::paper}, field{"minimum_frequency", &s::minimum_frequency, origin::ours}};
  }
  friend constexpr bool operator==(vocabulary const&, vocabulary const&) = default;
};

/// Sentinels and the 256 bytes come before the first merge.
consteval vocabulary checked(vocabulary s) {
  if (s.size < 34 + 256) broken::vocabulary_must_hold_sentinels_and_bytes();
  if (s.size > 65536) broken::vocabulary_must_fit_its_token_type();
  if (s.minimum_frequency < 1) broken::sizes_must_be_positive();
  return s;
}

/// In id order: sentinels[0] is id 0.
inline constexpr std::array<std::string_view, 34> sentinels{"<|endoftext|>",
                                                            "<fim_prefix>",
                                                            "<fim_middle>",
                                                            "<fim_suffix>",
                                                            "<fim_pad>",
                                                            "<repo_name>",
                                                            "<file_sep>",
                                                            "<issue_start>",
                                                            "<issue_comment>",
                                                            "<issue_closed>",
                                                            "<jupyter_start>",
                                                            "<jupyter_text>",
                                                            "<jupyter_code>",
                                                            "<jupyter_output>",
                                                            "<jupyter_script>",
                                                            "<empty_output>",
                                                            "<code_to_intermediate>",
                                                            "<intermediate_to_code>",
                                                            "<pr>",
                                                            "<pr_status>",
                                                            "<pr_is_merged>",
                                                            "<pr_base>",
                                                            "<pr_file>",
                                                            "<pr_base_code>",
                                                            "<pr_diff>",
                                                            "<pr_diff_hunk>",
                                                            "<pr_comment>",
                                                            "<pr_event_id>",
                                                            "<pr_review>",
                                                            "<pr_review_state>",
                                                            "<pr_review_comment>",
                                                            "<pr_in_reply_to_review_id>",
                                                            "<pr_in_reply_to_comment_id>",
                                                            "<pr_diff_hunk_comment_line>"};

/// The id of a sentinel; -1 for a text that is none.
constexpr int sentinel_id(std::string_view text) {
  for (std::size_t i = 0; i < sentinels.size(); ++i)
    if (sentinels[i] == text) return int(i);
  return -1;
}

inline constexpr int end_of_text = sentinel_id("<|endoftext|>");
inline constexpr int file_separator = sentinel_id("<file_sep>");
static_assert(end_of_text == 0 && file_separator == 6);

}  // namespace snowcoder::config
