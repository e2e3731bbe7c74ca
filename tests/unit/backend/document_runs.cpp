// SPDX-License-Identifier: Apache-2.0
// Runs of documents: each document in one of them, and never more rows than the batch has.
#include "support/catch.hpp"

#include <snowcoder/backend/cuda/document_runs.hpp>
#include <snowcoder/core/philox.hpp>

#include <bit>

using namespace snowcoder;
using runs = std::vector<cuda::document_run>;

namespace {
runs of(std::vector<std::int32_t> const& first, std::int64_t length) { return cuda::runs_of_documents(first, length); }
}  // namespace

TEST_CASE("document runs: about one length, and a power of two of them", "[gpu]") {
  CHECK(of({0, 512}, 512) == runs{{512, {0}}});
  CHECK(of({0, 128, 256}, 128) == runs{{128, {0, 1}}});
  CHECK(of({0, 1, 129, 258, 512}, 512) == runs{{128, {0, 1}}, {256, {2, 3}}});
  CHECK(of({0, 129, 258, 384}, 384) == runs{{128, {2}}, {256, {0}}, {256, {1}}});  // no more rows than there are
  CHECK(of({0, 100, 200, 300, 640}, 640) == runs{{128, {0, 1}}, {128, {2}}, {512, {3}}});
  CHECK(of({0, 600, 640}, 640) == runs{{128, {1}}, {640, {0}}});  // no more than a sequence
}

TEST_CASE("document runs: any documents", "[gpu]") {
  draws const source("documents", 1);
  for (std::uint64_t trial = 0; trial < 200; ++trial) {
    std::int64_t const length = 128 * std::int64_t(1 + source.below(12, 3 * trial)), sequences = 1 + std::int64_t(trial % 5);
    std::vector<std::int32_t> first;
    for (std::int64_t row = 0; row < sequences * length; ++row)
      if (row % length == 0 || source.below(1 + trial * 4, 1000000 + trial * 100000 + std::uint64_t(row)) == 0)
        first.push_back(std::int32_t(row));
    first.push_back(std::int32_t(sequences * length));
    std::vector<int> seen(first.size() - 1);
    for (auto const& r : of(first, length)) {
      INFO(length << " rows, " << r.documents.size() << " documents of " << r.longest);
      CHECK(std::has_single_bit(r.documents.size()));
      CHECK((r.longest == length || std::has_single_bit(std::uint64_t(r.longest))));
      CHECK(r.longest % 128 == 0);
      CHECK(std::int64_t(r.documents.size()) * r.longest <= sequences * length);
      CHECK(std::is_sorted(r.documents.begin(), r.documents.end()));
      for (auto i : r.documents) {
        ++seen[std::size_t(i)];
        auto const rows = first[std::size_t(i) + 1] - first[std::size_t(i)];
        CHECK((rows <= r.longest && (2 * rows > r.longest || r.longest == 128 || r.longest == length)));
      }
    }
    CHECK(std::count(seen.begin(), seen.end(), 1) == std::int64_t(seen.size()));
  }
}
