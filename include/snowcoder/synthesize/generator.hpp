// SPDX-License-Identifier: Apache-2.0
// Who answers: a model server, or the journal of an earlier run. A generator is asked for as many answers as it can take at
// a time, and gives each as soon as it has it, in any order.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/record/synthetic_answer.hpp>

#include <concepts>
#include <functional>
#include <optional>

namespace snowcoder::synthesize {

/// The next question, or nothing when there are no more.
using question_source = std::function<expected<std::optional<synthesis_question>>()>;
/// Takes the answer to a question, or nothing when there is none (a replay without that seed, a server that gave up on it).
using answer_sink = std::function<expected<void>(synthesis_question const&, std::optional<synthetic_answer>)>;

template <class G>
concept generator = requires(G& g, question_source const& next, answer_sink const& take) {
  { g.answer_all(next, take) } -> std::same_as<expected<void>>;
};

}  // namespace snowcoder::synthesize
