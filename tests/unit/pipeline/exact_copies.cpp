// SPDX-License-Identifier: Apache-2.0
// Exact copies among documents on disk: those of dedup::exact_duplicates(), also where hashes collide, and what there is per
// document takes no memory that has to be there.
#include <snowcoder/core/philox.hpp>
#include <snowcoder/pipeline/exact_copies.hpp>

#include "support/catch.hpp"
#include "support/cleaning_recipe.hpp"
#include "support/temporary_folder.hpp"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

using namespace snowcoder;

namespace {

struct made {
  std::string text;
  hash128 content;
  std::int64_t stars = 0;
};

/// Documents between the passes.
pipeline::prepare_state state_of(temporary_folder const& tmp, std::size_t count, auto&& document_of) {
  auto work = pipeline::prepare_work::open(tmp / "work", "key");
  REQUIRE(work);
  auto state = pipeline::prepare_state::open(std::move(*work));
  REQUIRE(state);
  auto const repository = state->number_of("r");
  REQUIRE(repository);
  for (std::size_t i = 0; i < count; ++i) {
    made const m = document_of(i);
    document d;
    d.path = std::to_string(i);
    d.text = m.text;
    REQUIRE(state->keep(d, {.repository = *repository, .id = {1, i}, .content = m.content, .stars = m.stars}));
  }
  REQUIRE(state->documents.sync());
  REQUIRE(state->documents.finish());
  return std::move(*state);
}

/// Of this process, in bytes: what is no copy of a file.
std::int64_t anonymous_memory() {
  std::ifstream in("/proc/self/status");
  for (std::string word; in >> word;)
    if (word == "RssAnon:") {
      in >> word;
      return std::stoll(word) << 10;
    }
  return 0;
}

}  // namespace

TEST_CASE("copies on disk are those in memory, also where half a hash, or all of it, is shared by other contents") {
  draws const draw("contents", 4);
  thread_pool pool(3);
  for (std::uint64_t const hashes : {1, 5, 3000}) {
    temporary_folder tmp;
    constexpr std::size_t count = 12'000;  // several batches
    auto const made_of = [&](std::size_t i) {
      auto const content = draw.below(4000, i);
      auto const half = content % hashes;
      return made{"text " + std::to_string(content), {half, content % 7 == 0 ? 0 : content}, std::int64_t(draw.below(9, i, 1))};
    };
    auto const state = state_of(tmp, count, made_of);
    auto const ranks = pipeline::rank_documents<tests::cleaning>(state, 50'000);
    REQUIRE(ranks);
    std::vector<dedup::content_key> keys;
    std::vector<std::string> texts;
    for (std::size_t rank = 0; rank < count; ++rank) {
      auto const number = ranks->order[rank];
      CHECK(ranks->rank_of[number] == rank);
      auto const m = made_of(number);
      keys.push_back({m.content, m.text.size()});
      texts.push_back(m.text);
    }
    auto const expected_keepers = dedup::exact_duplicates(keys, [&](auto a, auto b) { return texts[a] == texts[b]; });
    auto const keeper = pipeline::detail::exact_keepers(state, *ranks, 50'000, pool);
    REQUIRE(keeper);
    CHECK(std::equal(keeper->all().begin(), keeper->all().end(), expected_keepers.begin(), expected_keepers.end()));
  }
}

TEST_CASE("memory does not grow with the number of documents") {
  temporary_folder tmp;
  thread_pool pool(2);
  auto const before = anonymous_memory();
  constexpr std::size_t count = 800'000;
  auto const state = state_of(tmp, count, [](std::size_t i) {
    auto text = std::to_string(i / 2);
    auto const content = hash(text);
    return made{std::move(text), content, std::int64_t(i % 100)};
  });
  auto const ranks = pipeline::rank_documents<tests::cleaning>(state, 1 << 20);
  REQUIRE(ranks);
  auto const keeper = pipeline::detail::exact_keepers(state, *ranks, 1 << 20, pool);
  REQUIRE(keeper);
  std::size_t copies = 0;
  for (std::uint32_t rank = 0; rank < count; ++rank) copies += (*keeper)[rank] != rank;
  CHECK(copies == count / 2);
  CHECK(anonymous_memory() - before < std::int64_t(count) * 25);  // their records alone are 96 bytes each
}
