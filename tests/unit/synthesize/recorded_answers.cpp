// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <snowcoder/io/atomic_file.hpp>
#include <snowcoder/pipeline/recorded_answers.hpp>

#include <malloc.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

using namespace snowcoder;

TEST_CASE("questions wait for recorded answers without their text") {
  temporary_folder folder;
  REQUIRE(io::write_file(folder / "answers.jsonl", R"({"seed": "s7", "response": "seven"})"
                                                   "\n"));
  constexpr int count = 1000;
  constexpr std::size_t text = 50'000;
  auto const before = ::mallinfo2().uordblks;
  std::size_t most = 0;
  int asked = 0, answered = 0, taken = 0;
  pipeline::recorded_answers answers(folder / "answers.jsonl");
  REQUIRE(answers.answer_all(
      [&]() -> expected<std::optional<synthesis_question>> {
        if (asked == count) return std::optional<synthesis_question>();
        synthesis_question q;
        q.seed = "s" + std::to_string(asked++);
        q.system = std::string(text, 's');
        q.user = std::string(text, 'u');
        return std::optional(std::move(q));
      },
      [&](synthesis_question const& q, std::optional<synthetic_answer> const& a) -> expected<void> {
        most = std::max(most, std::size_t(::mallinfo2().uordblks) - before);
        answered += a && a->response == "seven" && q.seed == "s7";
        ++taken;
        return {};
      }));
  CHECK((answered == 1 && taken == count && answers.rows() == 1));
  CHECK(most < count * text / 10);
}
