// SPDX-License-Identifier: Apache-2.0
// From the name of a splitter, as a tokenizer.json states it, to its type.
#pragma once

#include <snowcoder/tokenize/pre_split.hpp>

#include <string_view>
#include <utility>

namespace snowcoder::tokenize {

template <splitter... Splitters>
struct splitter_list {
  /// visit.template operator()<Splitter>() for the splitter of that name; false, and no call, for an unknown name.
  static bool with(std::string_view name, auto&& visit) {
    return ((name == Splitters::name && (visit.template operator()<Splitters>(), true)) || ...);
  }
  /// visit.template operator()<Splitter>() for every one, in order.
  static void each(auto&& visit) { (visit.template operator()<Splitters>(), ...); }
};

using shipped_splitters =
    splitter_list<gpt2_split, starcoder_split, llama3_split, qwen2_split, o200k_split, tekken_split, deepseek_coder_split>;

/// Runs a visitor with the type of a shipped splitter, so that a program can open any tokenizer.json:
/// with_splitter(v.splitter, [&]<class Splitter>() { … byte_pair<Splitter>::from_vocabulary(v) … }); false where unknown.
bool with_splitter(std::string_view name, auto&& visit) {
  return shipped_splitters::with(name, std::forward<decltype(visit)>(visit));
}

}  // namespace snowcoder::tokenize
