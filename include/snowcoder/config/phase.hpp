// SPDX-License-Identifier: Apache-2.0
// One training phase: which documents, how joined, how many tokens, under which law.
#pragma once

#include <snowcoder/config/broken.hpp>
#include <snowcoder/config/learning_rate.hpp>
#include <snowcoder/core/field_list.hpp>

#include <array>
#include <cstdint>
#include <string_view>

namespace snowcoder::config {

enum class documents : std::uint8_t { general, selected, synthetic };
/// `hybrid` (ours; the paper compares only the two pure orders): a share of the repositories, phase::hybrid_split, is split by
/// language as in by_language_then_repository, the others are kept whole as in by_repository.
enum class grouping : std::uint8_t { by_language_then_repository, by_repository, by_file, hybrid };
enum class file_order : std::uint8_t { random, path };
enum class epoch_order : std::uint8_t { reshuffle, same };
enum class optimizer_start : std::uint8_t { carry, reset_moments };
enum class document_mask : std::uint8_t { off, intra };
enum class packing : std::uint8_t { concatenate, best_fit };

struct phase {
  std::string_view name;
  documents source = documents::general;
  grouping group = grouping::by_language_then_repository;
  file_order order = file_order::random;
  std::int64_t tokens = 0;  ///< trained
  double passes = 1;        ///< over the phase's own tokens, as the paper plans them
  int sequences_per_step = 512;
  learning_rate rate{};
  epoch_order epochs = epoch_order::reshuffle;
  optimizer_start start = optimizer_start::carry;
  document_mask mask = document_mask::off;
  packing pack = packing::concatenate;
  double fill_in_middle = 0;  ///< share of documents rearranged; the paper evaluates no infilling
  double suffix_first = 0.5;  ///< share of those that are written suffix first (SPM); StarCoder's and Bavarian et al.'s value
  double hybrid_split = 0.5;  ///< grouping::hybrid only: share of the repositories that are split by language

  constexpr std::int64_t tokens_per_step(int context) const { return std::int64_t(sequences_per_step) * context; }
  /// The nearest whole number of steps.
  constexpr std::int64_t steps(int context) const {
    auto const step = tokens_per_step(context);
    return (tokens + step / 2) / step;
  }

  static constexpr auto fields() {
    using s = phase;
    return std::tuple{field{"name", &s::name, origin::ours},
                      field{"source", &s::source, origin::paper},
                      field{"group", &s::group, origin::paper},
                      field{"order", &s::order, origin::paper},
                      field{"tokens", &s::tokens, origin::paper},
                      field{"passes", &s::passes, origin::paper},
                      field{"sequences_per_step", &s::sequences_per_step, origin::paper},
                      field{"rate", &s::rate, origin::paper},
                      field{"epochs", &s::epochs, origin::ours},
                      field{"start", &s::start, origin::ours},
                      field{"mask", &s::mask, origin::ours},
                      field{"pack", &s::pack, origin::ours},
                      field{"fill_in_middle", &s::fill_in_middle, origin::ours},
                      field{"suffix_first", &s::suffix_first, origin::ours},
                      field{"hybrid_split", &s::hybrid_split, origin::ours}};
  }
  friend constexpr bool operator==(phase const&, phase const&) = default;
};

consteval phase checked(phase p, int context) {
  if (p.name.empty()) broken::phase_name_must_be_a_file_name();
  for (char c : p.name)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-'))
      broken::phase_name_must_be_a_file_name();
  if (p.sequences_per_step < 1 || p.steps(context) < 1 || p.passes <= 0) broken::phase_must_have_tokens();
  checked(p.rate);
  if (p.rate.warms() && p.rate.warm_up >= p.steps(context)) broken::phase_warms_up_longer_than_it_lasts();
  std::array const shares{p.fill_in_middle, p.suffix_first, p.hybrid_split};  // named: nvcc 13.0 loses a braced range
  for (auto share : shares)
    if (share < 0 || share > 1) broken::share_must_be_a_share();
  return p;
}

}  // namespace snowcoder::config
