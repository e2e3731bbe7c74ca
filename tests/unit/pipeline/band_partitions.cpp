// SPDX-License-Identifier: Apache-2.0
#include <snowcoder/core/philox.hpp>
#include <snowcoder/pipeline/band_partitions.hpp>

#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <algorithm>
#include <map>

using namespace snowcoder;

TEST_CASE("equal keys meet in one partition, whatever the memory, and nothing is lost") {
  draws const source("bands", 5);
  for (std::int64_t memory : {std::int64_t(0), std::int64_t(1) << 18, std::int64_t(1) << 30})
    for (int threads : {1, 3}) {
      temporary_folder tmp;
      auto bands = pipeline::band_partitions::open(tmp / "bands", 60'000, memory, threads);
      REQUIRE(bands);
      std::map<std::uint64_t, std::vector<std::uint32_t>> added, found;
      for (std::uint32_t item = 0; item < 60'000; ++item) {
        auto const key = source(source.below(20'000, item), 1);
        added[key].push_back(item);
        REQUIRE(bands->add(key, item));
      }
      REQUIRE(bands->finish());
      std::map<std::uint64_t, std::size_t> home;
      for (std::size_t p = 0; p < bands->count(); ++p)
        for (auto const& e : bands->read(p)) {
          found[e.key()].push_back(e.item);
          CHECK(home.try_emplace(e.key(), p).first->second == p);
        }
      CHECK(found == added);
      auto const again = pipeline::band_partitions::reopen(tmp / "bands");
      REQUIRE(again);
      REQUIRE(again->count() == bands->count());
      for (std::size_t p = 0; p < again->count(); ++p) {
        auto const one = bands->read(p), other = again->read(p);
        CHECK(std::equal(one.begin(), one.end(), other.begin(), other.end(),
                         [](auto const& a, auto const& b) { return a.key() == b.key() && a.item == b.item; }));
      }
      CHECK(again->fit(60'000, memory, threads));
      CHECK(again->fit(60'000, std::int64_t(1) << 40, threads));
      if (memory == 1 << 18) CHECK(bands->count() >= 8);
    }
}

TEST_CASE("no entries at all are no trouble") {
  temporary_folder tmp;
  auto bands = pipeline::band_partitions::open(tmp / "bands", 0, 1 << 20, 2);
  REQUIRE(bands);
  REQUIRE(bands->finish());
  for (std::size_t p = 0; p < bands->count(); ++p) CHECK(bands->read(p).empty());
}
