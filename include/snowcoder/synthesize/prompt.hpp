// SPDX-License-Identifier: Apache-2.0
// What the generator is asked (the paper prints no prompt; this text is ours): OSS-Instruct turned from an instruction-answer
// pair into one good code file.
#pragma once

#include <snowcoder/config/language.hpp>
#include <snowcoder/synthesize/code_fence.hpp>

#include <string>
#include <string_view>

namespace snowcoder::synthesize {

inline std::string system_message() {
  return "You are an expert programmer who writes realistic, well-tested and carefully documented source files. "
         "You answer with code and nothing else.";
}

/// Shows the seed between fences that it cannot close, and asks for one file of its language.
inline std::string user_message(std::string_view seed, config::language l) {
  std::string const name = l == config::language::jupyter_notebook
                               ? "Python, as a notebook exported to a script, its prose in comments"
                               : std::string(config::title(l));
  auto const fence = fence_for(seed);
  std::string text = "Below is a piece of " + std::string(config::title(l)) +
                     " code. Let it inspire you, but do not copy, continue or explain it.\n\n";
  ((text += fence) += fence_tag(l)) += '\n';
  text += seed;
  if (!seed.ends_with('\n')) text += '\n';
  text += fence;
  text +=
      "\n\nWrite one new, self-contained source file in " + name +
      ". It should state a realistic problem that a programmer may meet at work, in a comment at its beginning, and solve it: "
      "clear names, correct handling of edge cases, no missing parts, only the standard library or what such a file "
      "commonly uses. The problem must differ from the code above; take from it at most the domain, a technique or an "
      "interface.\n\nAnswer with exactly one fenced block, tagged " +
      std::string(fence_tag(l)) + ", that holds the whole file, and no other text.";
  return text;
}

}  // namespace snowcoder::synthesize
