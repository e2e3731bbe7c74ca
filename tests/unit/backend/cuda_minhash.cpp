// SPDX-License-Identifier: Apache-2.0
// Signatures on the GPU, or on the emulated one, have the bits of dedup/minhash.hpp; sorts and sums are the standard ones.
#include "support/on_gpu.hpp"

#include <snowcoder/backend/cuda/minhash.hpp>
#include <snowcoder/backend/cuda/order.hpp>
#include <snowcoder/config/near_duplicate_presets.hpp>
#include <snowcoder/dedup/minhash.hpp>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <string>

using namespace snowcoder;
using namespace snowcoder::tests;

namespace {

struct defaults {
  static constexpr config::near_duplicate near_duplicates{};
};
struct few_rows {  // fewer permutations than a warp
  static constexpr config::near_duplicate near_duplicates{.shingle = 3, .bands = 5, .rows = 3};
};
struct many_rows {  // more than a block has threads; rows that are no multiple of a word
  static constexpr config::near_duplicate near_duplicates{.shingle = 5, .bands = 77, .rows = 7};
};
struct of_characters {
  static constexpr config::near_duplicate near_duplicates{
      .unit = config::shingle_unit::characters, .shingle = 5, .bands = 14, .rows = 8};
};
struct long_runs {
  static constexpr config::near_duplicate near_duplicates{.shingle = config::longest_shingle, .bands = 4, .rows = 4};
};

/// Texts at every edge: of words, of tiles, of documents, of UTF-8.
std::vector<std::string> edge_texts() {
  std::vector<std::string> t{"",
                             "a",
                             "_",
                             "  ",
                             "one two",
                             "ONE Two three_3 four, five; six",
                             std::string("nul\0in the middle of it", 23),
                             "\x80\x80 begins inside a character",
                             "gr\xc3\xbc\xc3\x9f"
                             "e aus K\xc3\xb6ln \xf0\x9f\x90\x8d \xe2\x82\xac 5"};
  for (std::size_t n : {7u, 8u, 9u, 15u, 16u, 17u, 31u, 32u, 33u, 255u}) t.push_back(std::string(n, 'x') + " y");
  for (int d = -2; d <= 2; ++d) t.push_back(std::string(std::size_t(4096 + d), 'w'));
  draws const source("texts", 3);
  for (int document = 0; document < 40; ++document) {
    std::string text;
    auto const size = source.below(document < 30 ? 900 : 13000, std::uint64_t(document));
    for (std::uint64_t i = 0; text.size() < size; ++i) {
      auto const word = source.below(300, std::uint64_t(document), i);
      text += word < 20   ? std::string(" \n\t(")
              : word < 25 ? std::string(word * 3, 'Q')
                          : "v" + std::to_string(word) + (word % 3 ? " " : "\xc3\xa4");
    }
    t.push_back(std::move(text));
  }
  return t;
}

template <class R>
void signatures_are_the_same(cuda::device& d, std::vector<std::string> const& texts) {
  using hasher = dedup::minhash<R>;
  constexpr auto settings = hasher::settings;
  std::vector<std::int64_t> sizes;
  for (auto const& t : texts) sizes.push_back(std::int64_t(t.size()));
  cuda::text_batch batch;
  batch.lay_out(sizes);
  for (std::size_t i = 0; i < texts.size(); ++i) std::memcpy(batch.place(std::int64_t(i)), texts[i].data(), texts[i].size());
  auto const& table = hasher::permutation_values();
  on_gpu<std::uint32_t> const a(d, {table.a.begin(), table.a.end()}), b(d, {table.b.begin(), table.b.end()});
  auto const count = std::int64_t(texts.size());
  cuda::buffer<std::uint64_t> keys(count * settings.bands);
  cuda::buffer<std::uint32_t> units(count);
  cuda::sign_texts(d, keys.data(), units.data(), batch.upload(d), settings, {a.data(), b.data()});
  std::vector<std::uint64_t> found(std::size_t(keys.size()));
  std::vector<std::uint32_t> found_units(texts.size());
  download(d, found.data(), keys.data(), keys.size());
  download(d, found_units.data(), units.data(), units.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    std::int64_t expected_units = 0;
    auto const expected = hasher::keys(texts[i], expected_units);
    INFO("text " << i << " of " << texts[i].size() << " bytes");
    CHECK(std::int64_t(found_units[i]) == expected_units);
    CHECK(std::equal(expected.begin(), expected.end(), found.begin() + std::ptrdiff_t(i) * settings.bands));
  }
}

}  // namespace

TEST_CASE("gpu: signatures and band keys have the bits of the CPU's", "[gpu]") {
  if (!gpu_at_hand()) return;
  cuda::device d;
  auto const texts = edge_texts();
  signatures_are_the_same<defaults>(d, texts);
  signatures_are_the_same<few_rows>(d, texts);
  signatures_are_the_same<many_rows>(d, texts);
  signatures_are_the_same<of_characters>(d, texts);
  signatures_are_the_same<long_runs>(d, texts);
  signatures_are_the_same<defaults>(d, {});
  signatures_are_the_same<defaults>(d, {""});
}

TEST_CASE("gpu: sorts keep the order of equals, sums begin with nothing", "[gpu]") {
  if (!gpu_at_hand()) return;
  cuda::device d;
  for (std::int64_t count : {0, 1, 2, 1000, 100'000}) {
    draws const source("order", std::uint64_t(count));
    std::vector<std::uint64_t> keys(static_cast<std::size_t>(count));
    std::vector<std::uint32_t> values(keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
      keys[i] = source(i) >> source.below(64, i, 1);
      values[i] = std::uint32_t(i);
    }
    on_gpu<std::uint64_t> const in(d, keys);
    on_gpu<std::uint32_t> const places(d, values);
    on_gpu<std::uint64_t> out(d, keys), alone(d, keys);
    on_gpu<std::uint32_t> moved(d, values), sums(d, values);
    cuda::sort_pairs(d, out.data(), in.data(), moved.data(), places.data(), count);
    cuda::sort_keys(d, alone.data(), in.data(), count);
    cuda::exclusive_sum(d, sums.data(), count);
    std::stable_sort(values.begin(), values.end(), [&](auto a, auto b) { return keys[a] < keys[b]; });
    std::vector<std::uint32_t> running(values.size());
    std::iota(running.begin(), running.end(), 0u);
    std::exclusive_scan(running.begin(), running.end(), running.begin(), 0u);
    std::sort(keys.begin(), keys.end());
    CHECK(out.host() == keys);
    CHECK(alone.host() == keys);
    CHECK(moved.host() == values);
    CHECK(sums.host() == running);
  }
}
