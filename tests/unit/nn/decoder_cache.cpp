// SPDX-License-Identifier: Apache-2.0
// Several sequences in one cache: each gets the bits that it would get alone, whoever comes and goes beside it.
#include "support/catch.hpp"

#include <snowcoder/backend/cpu/backend.hpp>
#include <snowcoder/nn/decoder_cache.hpp>
#include <snowcoder/nn/initialise.hpp>

#include <algorithm>
#include <array>
#include <vector>

using namespace snowcoder;

namespace {

struct small {
  static constexpr std::string_view name = "small";
  static constexpr config::decoder_shape model{
      .layers = 2, .width = 48, .hidden = 80, .heads = 4, .kv_heads = 2, .vocabulary = 203, .context = 64};
};

template <class T>
struct fixture {
  cpu::device device;
  nn::decoder_weights<small, cpu::device, T> weights;

  explicit fixture(int threads) : device(threads), weights(device) {
    std::vector<float> host(std::size_t(config::parameters(small::model)));
    nn::initialise<small>(host.data(), 3);
    for (auto& w : host)
      if (w != 1.0f) w *= 10;
    weights.load(host.data());
  }
  nn::decoder_cache<small, cpu::device, T> cache(std::int64_t slots, std::int64_t capacity = 64) {
    return {device, weights, slots, capacity};
  }
};

std::vector<std::int32_t> tokens(int seed, std::size_t count) {
  std::vector<std::int32_t> ids(count);
  for (std::size_t i = 0; i < count; ++i) ids[i] = std::int32_t((i * 31 + std::size_t(seed) * 17 + 5) % 203);
  return ids;
}
std::vector<float> kept(std::span<float const> logits) { return {logits.begin(), logits.end()}; }

}  // namespace

TEMPLATE_TEST_CASE("a sequence does not feel who is generated beside it", "[nn]", float, bfloat16) {
  fixture<TestType> alone(1), together(3);
  std::array<std::size_t, 3> const lengths{20, 3, 9};
  std::vector<std::vector<std::vector<float>>> want;
  for (int s = 0; s < 3; ++s) {
    auto cache = alone.cache(1);
    auto const ids = tokens(s, lengths[std::size_t(s)] + 6);
    auto& rows = want.emplace_back();
    rows.push_back(kept(cache.append(std::span(ids).first(lengths[std::size_t(s)]))));
    for (std::size_t i = lengths[std::size_t(s)]; i < ids.size(); ++i) {
      std::int64_t const slot = 0;
      auto const logits = cache.step(std::span(&slot, 1), std::span(ids).subspan(i, 1));
      rows.emplace_back(logits.row(0), logits.row(0) + logits.columns);
    }
  }
  // 0 begins, 2 joins after two steps, 1 after three; 0 leaves first.
  auto cache = together.cache(4, 40);
  std::array<std::int64_t, 3> const slot_of{2, 0, 3};
  std::array<std::size_t, 3> done{};
  auto const begin = [&](int s) {
    auto const ids = tokens(s, lengths[std::size_t(s)]);
    CHECK(kept(cache.append(slot_of[std::size_t(s)], ids)) == want[std::size_t(s)][0]);
  };
  auto const step = [&](std::vector<int> const& who) {
    std::vector<std::int64_t> slots;
    std::vector<std::int32_t> next;
    for (int s : who) {
      slots.push_back(slot_of[std::size_t(s)]);
      next.push_back(tokens(s, lengths[std::size_t(s)] + 6)[lengths[std::size_t(s)] + done[std::size_t(s)]]);
    }
    auto const logits = cache.step(slots, next);
    for (std::size_t i = 0; i < who.size(); ++i) {
      auto const s = std::size_t(who[i]);
      CHECK(std::vector<float>(logits.row(std::int64_t(i)), logits.row(std::int64_t(i)) + logits.columns) ==
            want[s][++done[s]]);
    }
  };
  begin(0), step({0}), step({0});
  begin(2), step({2, 0});
  begin(1), step({0, 1, 2}), step({1, 0, 2}), step({0, 2, 1});
  step({2, 1}), step({2, 1}), step({1});
  CHECK(cache.size(2) == 26);
  cache.reset(2);
  done[0] = 0;
  begin(0);  // a slot that was used before
  step({0});
}

TEST_CASE("every position of a prompt can be asked for its logits", "[nn]") {
  fixture<float> f(2);
  auto const ids = tokens(1, 40);
  auto whole = f.cache(1), by_part = f.cache(2);
  std::vector<std::vector<float>> rows;
  auto const last = kept(whole.append(0, ids, [&](std::int64_t i, std::span<float const> logits) {
    CHECK(i == std::int64_t(rows.size()));
    rows.push_back(kept(logits));
  }));
  REQUIRE(rows.size() == 40);
  CHECK(rows.back() == last);
  by_part.reset(1);
  auto const without = kept(by_part.append(1, ids));
  CHECK(without == last);  // asking changes no bit
}
