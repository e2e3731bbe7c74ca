// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <snowcoder/config/training_memory.hpp>
#include <snowcoder/parallel/communicator.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

using namespace snowcoder;
using parallel::owned_by, parallel::share;

TEST_CASE("what ranks own covers an array once, whatever its length", "[parallel]") {
  for (std::int64_t count : {1, 2, 7, 63, 64, 129, 1000, 26'400, 1'364'297'728})
    for (int size : {1, 2, 4, 8}) {
      std::vector<share> parts;
      for (int rank = 0; rank < size; ++rank) parts.push_back(owned_by(count, rank, size));
      std::sort(parts.begin(), parts.end(),
                [](share a, share b) { return a.first < b.first || (a.first == b.first && a.last < b.last); });
      std::int64_t at = 0;
      for (auto const& p : parts) {
        CHECK(p.first == at);
        at = p.last;
      }
      CHECK(at == count);
    }
}

TEST_CASE("a rank of two owns what two ranks of four own", "[parallel]") {
  for (int rank = 0; rank < 2; ++rank) {
    auto const whole = owned_by(1000, rank, 2), lower = owned_by(1000, rank, 4), upper = owned_by(1000, rank + 2, 4);
    CHECK(whole == share{lower.first, upper.last});
    CHECK(lower.last == upper.first);
  }
}

TEST_CASE("processes that share a step keep a part of the moments each", "[parallel]") {
  config::decoder_shape const model{};
  auto const alone = config::memory_of_step(model, {}), of_four = config::memory_of_step(model, {.processes = 4});
  CHECK(of_four.moments * 4 == alone.moments);
  CHECK(alone.total() - of_four.total() == alone.moments / 4 * 3);
}
