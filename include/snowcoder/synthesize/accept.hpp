// SPDX-License-Identifier: Apache-2.0
// From a raw answer to a source file, or the reason why not: the rules that need one answer alone.
// Copies of the seed, duplicates and benchmark text are judged by those who can compare (pipeline/synthesize.hpp).
#pragma once

#include <snowcoder/config/synthesis.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/core/hash.hpp>
#include <snowcoder/core/utf8.hpp>
#include <snowcoder/record/synthetic_answer.hpp>
#include <snowcoder/synthesize/balance.hpp>
#include <snowcoder/synthesize/code_fence.hpp>
#include <snowcoder/synthesize/seed.hpp>

#include <string>
#include <string_view>
#include <variant>

namespace snowcoder::synthesize {

struct refusal {
  std::string_view reason;
  std::string detail;
};
struct accepted {
  std::string text;
  std::int64_t tokens = 0;
};

/// The file in an answer to a seed of language `l`.
template <token_counter Count>
std::variant<refusal, accepted> accept(synthetic_answer const& answer, config::language l, config::synthesis const& s,
                                       Count const& count) {
  if (answer.finish_reason == "refused") return refusal{"request_refused", answer.response.substr(0, 200)};
  if (answer.finish_reason != "stop")
    return refusal{"finish_reason", answer.finish_reason.empty() ? "none" : answer.finish_reason};
  auto const blocks = code_blocks(answer.response);
  if (blocks.size() != 1) return refusal{"one_fenced_block", std::to_string(blocks.size()) + " blocks"};
  auto const& block = blocks.front();
  if (!block.closed) return refusal{"one_fenced_block", "never closed"};
  if (!tag_fits(block.tag, l))
    return refusal{"language", block.tag.empty() ? "no tag" : block.tag + " instead of " + std::string(fence_tag(l))};
  std::string text(block.text);
  while (text.size() > 1 && text.ends_with("\n\n")) text.pop_back();
  if (!is_utf8(text) || text.find('\0') != text.npos) return refusal{"not_text", "not UTF-8, or holds NUL"};
  auto const tokens = std::int64_t(count(text));
  if (tokens < s.minimum_tokens)
    return refusal{"tokens_at_least", std::to_string(tokens) + " of " + std::to_string(s.minimum_tokens)};
  if (tokens > s.maximum_tokens)
    return refusal{"tokens_at_most", std::to_string(tokens) + " of " + std::to_string(s.maximum_tokens)};
  if (auto const problem = unbalanced(text, l)) return refusal{"balance", *problem};
  return accepted{std::move(text), tokens};
}

inline std::string without_space(std::string_view text) {
  std::string rest;
  rest.reserve(text.size());
  for (char c : text)
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != '\v') rest += c;
  return rest;
}
/// Equal for two texts that differ in white space alone.
inline hash128 hash_without_space(std::string_view text) { return hash(without_space(text)); }

}  // namespace snowcoder::synthesize
