// SPDX-License-Identifier: Apache-2.0
// The quality annotator (paper section 2.3): a frozen encoder, a head, and one of four training recipes.
#pragma once

#include <snowcoder/config/broken.hpp>
#include <snowcoder/core/field_list.hpp>

#include <cstdint>

namespace snowcoder::config {

/// The paper's four training sets: educational value, instructions, high-quality code, and the last two together.
enum class annotator_recipe : std::uint8_t { edu, ins, hq, hqins };
/// linear: width -> 1. pooled_tanh: FineWeb-Edu's script in fact trains width -> width, tanh, -> 1.
enum class head_shape : std::uint8_t { linear, pooled_tanh };
enum class sections : std::uint8_t { top_middle_bottom, head, thirds };
enum class section_average : std::uint8_t { probability, logit };
enum class positive_text : std::uint8_t { pair, solution };
enum class negatives : std::uint8_t { match, count };

struct annotator {
  annotator_recipe recipe = annotator_recipe::hqins;
  head_shape head = head_shape::linear;
  sections scored = sections::top_middle_bottom;
  int section = 512;  ///< tokens, [CLS] and [SEP] included
  section_average average = section_average::probability;
  positive_text instruction = positive_text::pair;
  negatives negative_rule = negatives::match;  ///< as many as positives, or `negative_count`
  int negative_count = 300;                    ///< the paper prints "300"; read as 300k
  int edu_lowest = 0;
  int edu_highest = 5;
  double edu_threshold = 3.5;  ///< ANN-INS takes files that ANN-EDU scores at least this
  int edu_labels = 400000;
  int edu_positives = 100000;      ///< ANN-INS: files above the threshold
  int ins_instructions = 100000;   ///< ANN-INS: instructions
  int hq_files = 220000;           ///< ANN-HQ and ANN-HQINS: synthetic code files
  int hqins_instructions = 80000;  ///< ANN-HQINS: instructions
  int epochs = 20;
  double rate = 3e-4;
  int batch = 256;
  double held_out = 0.1;
  std::uint64_t seed = 42;

  static constexpr auto fields() {
    using s = annotator;
    return std::tuple{field{"recipe", &s::recipe, origin::paper},
                      field{"head", &s::head, origin::paper},
                      field{"scored", &s::scored, origin::paper},
                      field{"section", &s::section, origin::paper},
                      field{"average", &s::average, origin::ours},
                      field{"instruction", &s::instruction, origin::ours},
                      field{"negative_rule", &s::negative_rule, origin::ours},
                      field{"negative_count", &s::negative_count, origin::paper},
                      field{"edu_lowest", &s::edu_lowest, origin::paper},
                      field{"edu_highest", &s::edu_highest, origin::paper},
                      field{"edu_threshold", &s::edu_threshold, origin::paper},
                      field{"edu_labels", &s::edu_labels, origin::paper},
                      field{"edu_positives", &s::edu_positives, origin::paper},
                      field{"ins_instructions", &s::ins_instructions, origin::paper},
                      field{"hq_files", &s::hq_files, origin::paper},
                      field{"hqins_instructions", &s::hqins_instructions, origin::paper},
                      field{"epochs", &s::epochs, origin::ours},
                      field{"rate", &s::rate, origin::ours},
                      field{"batch", &s::batch, origin::ours},
                      field{"held_out", &s::held_out, origin::ours},
                      field{"seed", &s::seed, origin::ours}};
  }
  friend constexpr bool operator==(annotator const&, annotator const&) = default;
};

consteval annotator checked(annotator s) {
  if (s.held_out < 0 || s.held_out >= 1) broken::share_must_be_a_share();
  if (s.section < 3 || s.epochs < 1 || s.batch < 1) broken::sizes_must_be_positive();
  if (s.negative_count < 0 || s.edu_labels < 0 || s.edu_positives < 0 || s.ins_instructions < 0 || s.hq_files < 0 ||
      s.hqins_instructions < 0)
    broken::counts_must_not_be_negative();
  if (s.edu_lowest < 0 || s.edu_lowest >= s.edu_highest) broken::edu_lowest_must_be_below_edu_highest();
  if (s.edu_threshold < s.edu_lowest || s.edu_threshold > s.edu_highest) broken::edu_threshold_must_be_on_the_scale();
  if (s.rate <= 0) broken::rate_must_be_positive();
  return s;
}

}  // namespace snowcoder::config
