// SPDX-License-Identifier: Apache-2.0
// Near duplicates beside brute force: no cluster is held together by less than true pairs, pairs that the bands see are found,
// and neither threads, nor the order of documents, nor how band keys are dealt into parts changes what is kept.
#include <snowcoder/core/philox.hpp>
#include <snowcoder/dedup/near.hpp>

#include "support/catch.hpp"

#include <map>
#include <string>
#include <type_traits>

using namespace snowcoder;
using namespace snowcoder::dedup;

namespace {

struct settings {
  static constexpr config::near_duplicate near_duplicates{.bands = 16, .rows = 4, .similarity = 0.7};
};
template <int Reach>
struct reaching {
  static constexpr config::near_duplicate near_duplicates{.bands = 16, .rows = 4, .similarity = 0.7, .reach = Reach};
};
/// Every pair that shares a word in some permutation is a candidate: nothing escapes.
struct all_candidates {
  static constexpr config::near_duplicate near_duplicates{.bands = 256, .rows = 1, .similarity = 0.7};
};

/// Files that grow out of each other by small edits, so that clusters are chains and neighbours of clusters are close.
std::vector<std::string> drifting_texts(std::uint64_t seed) {
  draws const source("drift", seed);
  std::vector<std::string> texts;
  for (std::uint64_t family = 0; family < 10; ++family) {
    std::vector<std::string> words;
    for (std::uint64_t i = 0; i < 80; ++i) words.push_back("w" + std::to_string(source.below(900, family, i)));
    for (std::uint64_t version = 0; version < 12; ++version) {
      auto const edits = source.below(6, family, 5000 + version);
      for (std::uint64_t k = 0; k < edits; ++k)
        words[source.below(words.size(), family, 100 * version + 9000 + k)] =
            "v" + std::to_string(source.below(900, version, k));
      std::string text;
      for (auto const& w : words) text += w + (w.size() % 2 ? "(" : "\n");
      texts.push_back(text);
    }
  }
  return texts;
}

template <class R>
std::vector<std::uint32_t> keepers(std::vector<std::string> const& texts, int threads, std::size_t parts) {
  auto const count = std::uint32_t(texts.size());
  std::vector<std::vector<band_entry>> dealt(parts);
  for (std::uint32_t i = 0; i < count; ++i) {
    std::int64_t words = 0;
    for (auto const key : minhash<R>::keys(texts[i], words)) dealt[key % parts].push_back(band_entry::of(key, i));
  }
  near_clusters<R> clusters(count, 64);
  thread_pool pool(threads);
  pool.for_each_index(std::int64_t(parts), [&](std::int64_t p) {
    clusters.join(
        std::span(dealt[std::size_t(p)]), [&](auto i) { return shingles(texts[i], R::near_duplicates); }, 300);
  });
  std::vector<std::uint32_t> all(count);
  for (std::uint32_t i = 0; i < count; ++i) all[i] = clusters.keeper(i);
  return all;
}

std::vector<std::uint32_t> by_brute_force(std::vector<std::string> const& texts, double similarity) {
  std::vector<shingle_set> sets;
  for (auto const& t : texts) sets.push_back(shingles(t, 5));
  union_find clusters(std::uint32_t(texts.size()));
  for (std::uint32_t j = 0; j < texts.size(); ++j)
    for (std::uint32_t i = 0; i < j; ++i)
      if (jaccard(sets[i], sets[j]) >= similarity) clusters.join(i, j);
  std::vector<std::uint32_t> all(texts.size());
  for (std::uint32_t i = 0; i < texts.size(); ++i) all[i] = clusters.root(i);
  return all;
}

}  // namespace

TEST_CASE("where every pair is a candidate, clusters are those of brute force") {
  int joined = 0, apart = 0;
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    auto const texts = drifting_texts(seed);
    auto const expected = by_brute_force(texts, 0.7);
    CHECK(keepers<all_candidates>(texts, 2, 3) == expected);
    for (std::uint32_t i = 0; i < texts.size(); ++i) (expected[i] == i ? apart : joined) += 1;
  }
  CHECK(joined > 50);
  CHECK(apart > 60);
}

TEST_CASE("no pair is joined below the threshold, and what the bands see is found") {
  std::int64_t pairs = 0, found = 0;
  double promised = 0;
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    auto const texts = drifting_texts(seed);
    auto const kept = keepers<settings>(texts, 2, 4);
    auto const bound = by_brute_force(texts, 0.7);
    for (std::uint32_t i = 0; i < texts.size(); ++i) CHECK(bound[i] == bound[kept[i]]);  // a part of a true cluster
    for (std::uint32_t j = 0; j < texts.size(); ++j)
      for (std::uint32_t i = 0; i < j; ++i) {
        auto const index = jaccard(shingles(texts[i], 5), shingles(texts[j], 5));
        if (index < 0.8) continue;
        ++pairs;
        found += kept[i] == kept[j];
        promised += hit_probability(index, 16, 4);
      }
  }
  CHECK(pairs > 200);
  CHECK(double(found) >= 0.99 * double(pairs));
  CHECK(double(found) >= promised - 4);
}

TEST_CASE("threads, order and parts change nothing") {
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    auto const texts = drifting_texts(seed);
    auto const expected = keepers<settings>(texts, 1, 1);
    for (int threads : {1, 2, 3})
      for (std::size_t parts : {1, 2, 16, 61}) CHECK(keepers<settings>(texts, threads, parts) == expected);
    auto shuffled = texts;
    shuffle(shuffled, draws("order", seed));
    auto const other = keepers<settings>(shuffled, 2, 5);
    std::map<std::string, std::string> cluster;  // the two partitions are one: a bijection between their keepers
    std::map<std::string, std::uint32_t> at;
    for (std::uint32_t i = 0; i < texts.size(); ++i) at.emplace(texts[i], i);
    for (std::uint32_t i = 0; i < shuffled.size(); ++i) {
      auto const& here = texts[expected[at.at(shuffled[i])]];
      auto const [known, is_new] = cluster.try_emplace(shuffled[other[i]], here);
      CHECK(known->second == here);
    }
  }
}

TEST_CASE("a bucket of many copies costs a step a copy") {
  constexpr std::uint32_t count = 300'000;  // a step a pair would take minutes
  std::vector<band_entry> entries;
  for (std::uint32_t i = 0; i < count; ++i) entries.push_back(band_entry::of(7, count - 1 - i));
  near_clusters<settings> clusters(count);
  clusters.join(std::span(entries), [](auto i) { return shingle_set{i % 2, 5, 6, 7, 8, 9, 10, 11}; });  // 7 of 9 at least
  CHECK(clusters.compared() == count - 1);
  bool one = true;
  for (std::uint32_t i = 0; i < count; ++i) one = one && clusters.keeper(i) == 0;
  CHECK(one);
}

TEST_CASE("sets joined by several threads are those of one") {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    draws const source("joins of threads", seed);
    union_find alone(3000), together(3000);
    auto const a = [&](std::int64_t i) { return std::uint32_t(source.below(3000, std::uint64_t(i), 0)); };
    auto const b = [&](std::int64_t i) { return std::uint32_t(source.below(3000, std::uint64_t(i), 1)); };
    for (std::int64_t i = 0; i < 2500; ++i) alone.join(a(i), b(i));
    thread_pool(4).for_each_index(2500, [&](std::int64_t i) { together.join(b(2499 - i), a(2499 - i)); });
    bool same = true;
    for (std::uint32_t i = 0; i < 3000; ++i) same = same && alone.root(i) == together.root(i);
    CHECK(same);
  }
}

TEST_CASE("a bucket of files that are not alike costs its reach a file, not a step a pair") {
  constexpr std::uint32_t count = 20'000;
  constexpr int reach = 16;
  std::vector<band_entry> entries;
  for (std::uint32_t i = 0; i < count; ++i) entries.push_back(band_entry::of(7, i));
  near_clusters<reaching<reach>> clusters(count, 64);
  clusters.join(std::span(entries), [](auto i) { return shingle_set{1, 2, 3, std::uint64_t(i) + 4}; });  // 3 of 5
  CHECK(clusters.compared() == std::int64_t(count) * reach - reach * (reach + 1) / 2);
  bool apart = true;
  for (std::uint32_t i = 0; i < count; ++i) apart = apart && clusters.keeper(i) == i;
  CHECK(apart);
}

TEST_CASE("within its reach, a bucket's clusters are those of brute force, whatever the threads") {
  constexpr std::uint32_t count = 600;
  auto const family = [](std::uint64_t i) { return mix64(i, 3) % 40; };  // some members lie far apart
  auto const set_of = [&](std::uint32_t i) { return shingle_set{family(i) * 10, family(i) * 10 + 1, family(i) * 10 + 2}; };
  std::vector<std::vector<std::uint32_t>> buckets(4);  // all items, every second, …
  for (std::uint32_t i = 0; i < count; ++i)
    for (std::uint32_t b = 0; b < buckets.size(); ++b)
      if (i % (b + 1) == 0) buckets[b].push_back(i);
  std::vector<std::uint32_t> clusters_found;
  auto const compare = [&]<int Reach>(std::integral_constant<int, Reach>) {
    constexpr auto reach = std::uint32_t(Reach);
    union_find expected(count);
    for (auto const& bucket : buckets)
      for (std::uint32_t j = 0; j < bucket.size(); ++j)
        for (std::uint32_t i = j < reach ? 0 : j - reach; i < j; ++i)
          if (family(bucket[i]) == family(bucket[j])) expected.join(bucket[i], bucket[j]);
    clusters_found.push_back(0);
    for (std::uint32_t i = 0; i < count; ++i) clusters_found.back() += expected.root(i) == i;
    for (int threads : {1, 3}) {
      near_clusters<reaching<Reach>> clusters(count, 64);
      thread_pool(threads).for_each_index(std::int64_t(buckets.size()), [&](std::int64_t b) {
        std::vector<band_entry> entries;
        for (auto i : buckets[std::size_t(b)]) entries.push_back(band_entry::of(std::uint64_t(b), i));
        std::reverse(entries.begin(), entries.end());
        clusters.join(std::span(entries), set_of);
      });
      bool same = true;
      for (std::uint32_t i = 0; i < count; ++i) same = same && clusters.keeper(i) == expected.root(i);
      CHECK(same);
    }
  };
  compare(std::integral_constant<int, 1>());
  compare(std::integral_constant<int, 7>());
  compare(std::integral_constant<int, 50>());
  compare(std::integral_constant<int, 1000>());
  CHECK(std::is_sorted(clusters_found.rbegin(), clusters_found.rend()));
  CHECK(clusters_found.front() > clusters_found.back());  // the reach is felt
}
