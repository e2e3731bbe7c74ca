// SPDX-License-Identifier: Apache-2.0
// Synthesis (paper section 2.4): a large model writes code files from good seeds. Only the model, the mix and the token
// counts are printed; prompt, sampling and acceptance are ours.
#pragma once

#include <snowcoder/config/broken.hpp>
#include <snowcoder/core/field_list.hpp>

#include <cstdint>

namespace snowcoder::config {

enum class seed_pool : std::uint8_t { phase2_top, corpus };
enum class seed_text : std::uint8_t { file, lines_1_15 };
/// How Python reaches its share. `generate`: by choosing seeds, so many of every language that their answers hold its part of
/// the phase's tokens (synthesize/rounds.hpp). `sample`: every seed is asked, and the share is reached when the answers are
/// packed, by repeating and leaving out (tokenize/mix.hpp).
enum class mix_rule : std::uint8_t { generate, sample };

struct synthesis {
  seed_pool pool = seed_pool::phase2_top;
  double pool_share = 1.0;  ///< of the selected documents of each language, the best; the mix `generate` stops sooner
  seed_text text = seed_text::file;
  int seed_tokens = 2048;  ///< longer seeds are cut at a line end
  double temperature = 0.8;
  double top_p = 0.95;
  int answer_tokens = 2500;
  int outputs_per_seed = 1;
  int minimum_tokens = 50;
  int maximum_tokens = 8192;
  double seed_similarity = 0.7;  ///< an answer more similar to its own seed is a copy
  double python_share = 0.5;
  mix_rule mix = mix_rule::generate;
  double replay_real = 0.0;  ///< share of real code blended into the phase
  std::uint64_t seed = 42;

  static constexpr auto fields() {
    using s = synthesis;
    return std::tuple{field{"pool", &s::pool, origin::paper},
                      field{"pool_share", &s::pool_share, origin::ours},
                      field{"text", &s::text, origin::ours},
                      field{"seed_tokens", &s::seed_tokens, origin::ours},
                      field{"temperature", &s::temperature, origin::ours},
                      field{"top_p", &s::top_p, origin::ours},
                      field{"answer_tokens", &s::answer_tokens, origin::ours},
                      field{"outputs_per_seed", &s::outputs_per_seed, origin::ours},
                      field{"minimum_tokens", &s::minimum_tokens, origin::ours},
                      field{"maximum_tokens", &s::maximum_tokens, origin::ours},
                      field{"seed_similarity", &s::seed_similarity, origin::ours},
                      field{"python_share", &s::python_share, origin::paper},
                      field{"mix", &s::mix, origin::ours},
                      field{"replay_real", &s::replay_real, origin::ours},
                      field{"seed", &s::seed, origin::ours}};
  }
  friend constexpr bool operator==(synthesis const&, synthesis const&) = default;
};

consteval synthesis checked(synthesis s) {
  if (s.python_share < 0 || s.python_share > 1 || s.replay_real < 0 || s.replay_real > 1 || s.pool_share <= 0 ||
      s.pool_share > 1 || s.top_p <= 0 || s.top_p > 1)
    broken::share_must_be_a_share();
  if (s.seed_tokens < 1 || s.answer_tokens < 1 || s.outputs_per_seed < 1 || s.minimum_tokens < 1 ||
      s.maximum_tokens < s.minimum_tokens)
    broken::sizes_must_be_positive();
  if (s.temperature < 0) broken::temperature_must_not_be_negative();
  if (s.seed_similarity <= 0 || s.seed_similarity > 1) broken::similarity_must_be_a_share();
  return s;
}

}  // namespace snowcoder::config
