// SPDX-License-Identifier: Apache-2.0
// Everything that can be wrong with a configuration, by name. A consteval check calls one of these declared-only
// functions; the compiler then prints its name. The comment is the remedy.
#pragma once

namespace snowcoder::config::broken {

void sizes_must_be_positive();              // fix: values above 0; annotator.section >= 3, maximum_tokens >= minimum_tokens
void counts_must_not_be_negative();         // fix: 0 takes none, a number takes so many
void share_must_be_a_share();               // fix: shares lie in [0, 1]; what takes a share of something takes more than 0
void heads_must_divide_width();             // fix: choose heads so that width % heads == 0
void kv_heads_must_divide_heads();          // fix: choose kv_heads so that heads % kv_heads == 0
void head_width_must_be_even();             // fix: rotary embedding pairs dimensions; make width / heads even
void rope_theta_must_be_positive();         // fix: rope_theta > 0, 10,000 as a rule
void epsilon_must_be_positive();            // fix: norms and Adam divide by it: epsilon > 0
void vocabulary_must_fit_its_token_type();  // fix: at most 65,536 ids fit the uint16 token files
void vocabulary_must_hold_sentinels_and_bytes();     // fix: at least 290 ids: 34 sentinels and 256 bytes
void model_and_tokenizer_must_share_a_vocabulary();  // fix: model.vocabulary == vocabulary.size
void policies_must_be_types();                       // fix: using filters = ..., not a value; keeper and splitter too
void recipe_must_keep_a_language();                  // fix: documents of other languages are dropped; name one at least
void languages_must_differ();                        // fix: each language stands once in `languages`
void similarity_must_be_a_share();                   // fix: 0 < similarity <= 1
void bands_and_rows_must_be_positive();              // fix: bands >= 1, rows >= 1, shingle >= 1
void shingle_must_not_be_longer_than_256();          // fix: shingle <= 256; a longer run compares hardly anything
void section_must_fit_the_encoder();                 // fix: annotator.section <= encoder.positions
void edu_lowest_must_be_below_edu_highest();         // fix: 0 <= edu_lowest < edu_highest
void edu_threshold_must_be_on_the_scale();           // fix: edu_lowest <= edu_threshold <= edu_highest
void temperature_must_not_be_negative();             // fix: 0 always takes the likeliest token
void phase_name_must_be_a_file_name();               // fix: see core/file_name.hpp; files and folders are called by it
void phase_names_must_differ();                      // fix: every phase of a curriculum has its own name
void phase_must_have_tokens();                       // fix: tokens >= half of sequences_per_step * context, passes > 0
void changed_phase_must_be_in_the_curriculum();      // fix: name one of the phases that the base recipe has
void first_phase_must_read_the_general_corpus();     // fix: nothing is selected or written before the first phase
void rate_must_be_positive();                        // fix: rate > 0: peak, and minimum where the law begins with it
void minimum_rate_above_peak();                      // fix: 0 <= minimum <= peak
void warm_up_must_not_be_negative();                 // fix: warm_up >= 0 steps
void phase_warms_up_longer_than_it_lasts();          // fix: fewer warm_up steps, or more tokens
void betas_must_be_below_one();                      // fix: 0 <= beta1, beta2 < 1
void weight_decay_must_not_be_negative();            // fix: weight_decay >= 0; less would make weights grow
void clip_must_be_positive();                        // fix: clip > 0; a large one, 1e30, clips nothing
void reduction_lanes_must_be_a_power_of_two();       // fix: lanes are added in pairs: 1, 2, 4, …

}  // namespace snowcoder::config::broken
