// SPDX-License-Identifier: Apache-2.0
// Everything that can be wrong with a configuration, by name. A consteval check calls one of these declared-only
// functions; the compiler then prints its name. The comment is the remedy.
#pragma once

namespace snowcoder::config::broken {

void sizes_must_be_positive();              // fix: give layers, width, hidden, heads, vocabulary and context values above 0
void heads_must_divide_width();             // fix: choose heads so that width % heads == 0
void kv_heads_must_divide_heads();          // fix: choose kv_heads so that heads % kv_heads == 0
void head_width_must_be_even();             // fix: rotary embedding pairs dimensions; make width / heads even
void vocabulary_must_fit_its_token_type();  // fix: at most 65,536 ids fit the uint16 token files
void vocabulary_must_hold_sentinels_and_bytes();     // fix: at least 290 ids: 34 sentinels and 256 bytes
void model_and_tokenizer_must_share_a_vocabulary();  // fix: model.vocabulary == vocabulary.size
void section_must_fit_the_encoder();                 // fix: annotator.section <= encoder.positions
void phase_warms_up_longer_than_it_lasts();          // fix: fewer warm_up steps, or more tokens
void phase_must_have_tokens();                       // fix: tokens >= half of sequences_per_step * context, passes >= 1
void minimum_rate_above_peak();                      // fix: 0 <= minimum <= peak
void phase_names_must_differ();                      // fix: every phase of a curriculum has its own name
void first_phase_must_read_the_general_corpus();     // fix: nothing is selected or written before the first phase
void similarity_must_be_a_share();                   // fix: 0 < similarity <= 1
void bands_and_rows_must_be_positive();              // fix: bands >= 1, rows >= 1, shingle >= 1
void shingle_must_not_be_longer_than_256();          // fix: shingle <= 256; a longer run compares hardly anything
void betas_must_be_below_one();                      // fix: 0 <= beta1, beta2 < 1; epsilon > 0
void share_must_be_a_share();                        // fix: shares and rates lie in [0, 1]

}  // namespace snowcoder::config::broken
