// SPDX-License-Identifier: Apache-2.0
// Documents between the passes: batches of texts are asked for ahead, and are what was asked for.
#include <snowcoder/core/philox.hpp>
#include <snowcoder/pipeline/prepare_spill.hpp>

#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <numeric>
#include <string>
#include <vector>

using namespace snowcoder;

namespace {

std::string text_of(std::uint32_t i, std::size_t bytes) { return std::to_string(i) + std::string(bytes, char('a' + i % 26)); }

pipeline::spill spilled_texts(temporary_folder const& tmp, std::vector<std::size_t> const& bytes) {
  auto documents = pipeline::spill::open(tmp / "work", [](char const*) { return 0; });
  REQUIRE(documents);
  for (std::uint32_t i = 0; i < bytes.size(); ++i) {
    document d;
    d.path = std::to_string(i) + ".py";
    d.text = text_of(i, bytes[i]);
    REQUIRE(documents->add(d, {}));
  }
  REQUIRE(documents->sync());
  REQUIRE(documents->finish());
  return std::move(*documents);
}

}  // namespace

TEST_CASE("texts come in batches of as many as are wanted, each once and in order, wherever they lie") {
  temporary_folder tmp;
  constexpr std::size_t count = 40'000;
  auto const documents = spilled_texts(tmp, std::vector<std::size_t>(count, 20));
  REQUIRE(documents.size() == count);
  std::vector<std::uint32_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 0u);
  shuffle(numbers, draws("order of texts", 3));
  numbers.resize(650);
  std::vector<std::size_t> sizes;
  std::size_t next = 0;
  bool same = true;
  REQUIRE(documents.in_batches(numbers, 200, [&](std::size_t begin, std::size_t size) -> expected<void> {
    CHECK(begin == next);
    next += size;
    sizes.push_back(size);
    for (auto i = begin; i < next; ++i) same = same && documents.text(numbers[i]) == text_of(numbers[i], 20);
    return {};
  }));
  CHECK(same);
  CHECK(sizes == std::vector<std::size_t>{200, 200, 200, 50});
  REQUIRE(documents.in_batches({}, 200, [&](auto, auto) -> expected<void> { return failure("there is no batch"); }));
  CHECK_FALSE(documents.in_batches(numbers, 200, [&](auto, auto) -> expected<void> { return failure("stop"); }));
}

TEST_CASE("long texts make short batches") {
  temporary_folder tmp;
  constexpr std::size_t mib = std::size_t(1) << 20;
  auto const documents = spilled_texts(tmp, {40 * mib, 1, 12 * mib, 12 * mib, 12 * mib, 12 * mib, 1});
  std::vector<std::uint32_t> const numbers{0, 1, 2, 3, 4, 5, 6};
  std::vector<std::size_t> sizes;
  REQUIRE(documents.in_batches(numbers, 200, [&](auto, std::size_t size) -> expected<void> {
    sizes.push_back(size);
    return {};
  }));
  CHECK(sizes == std::vector<std::size_t>{1, 4, 2});
}
