// SPDX-License-Identifier: Apache-2.0
// What an annotator learns from: the paper's four recipes (section 2.3, Table 4) over cached vectors.
//   ANN-EDU    documents with labels of educational value; regression
//   ANN-INS    documents that an EDU head scores at least edu_threshold, and instructions; classification
//   ANN-HQ     high-quality files; classification
//   ANN-HQINS  high-quality files and instructions; classification
// Negatives are random documents of the corpus: taken in the order of a draw keyed by content, so that the corpus's
// language mix is kept and neither threads, shards nor file order can change them.
#pragma once

#include <snowcoder/annotate/head.hpp>
#include <snowcoder/config/annotator.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/core/philox.hpp>
#include <snowcoder/io/vector_file.hpp>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::annotate {

/// One vector that may be trained on, and the part it may play.
enum class part : std::uint8_t { labelled, file, instruction, educated, negative };
struct candidate_example {
  hash128 content;
  config::language language = config::language::other;
  part role = part::negative;
  float label = 0;                ///< of a labelled example
  std::span<float const> vector;  ///< owned by the caller
};

struct example {
  std::span<float const> vector;
  float label = 0;
  config::language language = config::language::other;
};

/// One document in ten never trains: Figure 2's negatives are "unseen in training" by construction, and the same for every
/// annotator with the same seed.
inline constexpr double auc_reserve = 0.1;
inline bool reserved_for_auc(hash128 const& content, std::uint64_t seed) {
  return draws("annotator reserve", seed).uniform(content.high, content.low) < auc_reserve;
}

/// How many of each kind a recipe takes; fewer when there are fewer.
struct recipe_counts {
  std::int64_t labelled = 0, educated = 0, files = 0, instructions = 0;
};
constexpr recipe_counts counts_of(config::annotator const& a, config::annotator_recipe recipe) {
  switch (recipe) {
    case config::annotator_recipe::edu:
      return {.labelled = a.edu_labels};
    case config::annotator_recipe::ins:
      return {.educated = a.edu_positives, .instructions = a.ins_instructions};
    case config::annotator_recipe::hq:
      return {.files = a.hq_files};
    default:
      return {.files = a.hq_files, .instructions = a.hqins_instructions};
  }
}

/// The text of an instruction: problem, blank line, solution; or the solution alone.
inline std::string instruction_text(std::string_view problem, std::string_view solution, config::positive_text how) {
  if (how == config::positive_text::solution) return std::string(solution);
  return std::string(problem) + "\n\n" + std::string(solution);
}

struct training_set {
  std::vector<example> examples;  ///< positives or labelled first, then negatives; each in the order of its draw
  std::int64_t positives = 0, negatives = 0, labelled = 0, reserved = 0;
};

/// The examples of `recipe` among `candidates`. An error when a side that the recipe needs is empty.
inline expected<training_set> make_training_set(std::span<candidate_example const> candidates, config::annotator const& a,
                                                config::annotator_recipe recipe, std::uint64_t seed) {
  auto const limits = counts_of(a, recipe);
  draws const order("annotator examples", seed);
  training_set set;

  // Distinct contents of each part in the order of their draw; what is positive is no negative.
  std::vector<std::pair<std::uint64_t, candidate_example const*>> drawn;
  std::set<hash128> taken;
  auto const take = [&](part role, std::int64_t limit, float label) {
    drawn.clear();
    for (auto const& c : candidates)
      if (c.role == role) drawn.emplace_back(order(c.content.high, c.content.low), &c);
    std::sort(drawn.begin(), drawn.end(), [](auto const& x, auto const& y) {
      return std::tuple(x.first, x.second->content, x.second->label) < std::tuple(y.first, y.second->content, y.second->label);
    });
    std::int64_t count = 0;
    for (auto const& [key, c] : drawn) {
      if (count == limit) break;
      if ((role == part::labelled || role == part::educated || role == part::negative) && reserved_for_auc(c->content, seed)) {
        ++set.reserved;
        continue;
      }
      if (!taken.insert(c->content).second) continue;
      set.examples.push_back({c->vector, role == part::labelled ? c->label : label, c->language});
      ++count;
    }
    return count;
  };
  if (is_regression(recipe)) {
    set.labelled = take(part::labelled, limits.labelled, 0);
    if (set.labelled < 2)
      return failure("ANN-EDU needs at least two labelled documents outside the reserve", "",
                     "give rows {\"id\", \"label\"} in --labels");
    return set;
  }
  set.positives = take(part::file, limits.files, 1) + take(part::instruction, limits.instructions, 1) +
                  take(part::educated, limits.educated, 1);
  if (!set.positives)
    return failure("no positives for this annotator recipe", "",
                   "--labels must give it files, instructions or documents of an EDU head");
  set.negatives = take(part::negative, a.negative_rule == config::negatives::match ? set.positives : a.negative_count, 0);
  if (!set.negatives)
    return failure("no negatives", "",
                   "--labels needs {\"folder\": …, \"label\": \"negatives\"} for vectors of corpus documents");
  return set;
}

}  // namespace snowcoder::annotate
