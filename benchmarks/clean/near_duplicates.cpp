// SPDX-License-Identifier: Apache-2.0
// near_duplicates SETTINGS THREADS RUNS KEPT INPUT.jsonl(.zst)...: from compressed shards on disk to the list of documents that
// stay, which is written to the file KEPT, an id a line, sorted. Exact copies go first, then near ones at a true Jaccard index
// of 0.8; 128 permutations. SETTINGS: grams-8x16 words-8x16 grams-16x8 words-16x8, by shingle (five words, or one) and bands x
// rows. Prints one JSON line: MB of text per second from the first open to the list, by wall clock and by processor time.
#include "support/sample.hpp"

#include <snowcoder/core/thread_pool.hpp>
#include <snowcoder/dedup/exact.hpp>
#include <snowcoder/dedup/near.hpp>
#include <snowcoder/io/compressed.hpp>
#include <snowcoder/pipeline/shard_lanes.hpp>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

using namespace snowcoder;

namespace {

template <int Shingle, int Bands, int Rows>
struct settings {
  static constexpr auto near_duplicates = config::checked(
      config::near_duplicate{.shingle = Shingle, .minimum_words = 1, .bands = Bands, .rows = Rows, .similarity = 0.8});
};

template <class R>
struct signed_document {
  std::string id, text;
  dedup::content_key content;
  typename dedup::minhash<R>::band_keys keys{};
  bool has_words = false;
};

/// Lines of one shard, parsed and signed on whichever thread is free.
template <class R>
struct sign_shard {
  struct block {
    std::string lines;
    std::vector<std::pair<std::size_t, std::size_t>> spans;
    std::unique_ptr<simdjson::dom::parser> parser;
  };
  using result = std::vector<signed_document<R>>;

  expected<bool> read(block& b) {
    b.lines.clear();
    b.spans.clear();
    std::string_view line;
    while (b.lines.size() < (std::size_t(1) << 20)) {
      SNOWCODER_TRY(bool const more, reader.next(line));
      if (!more) break;
      b.spans.emplace_back(b.lines.size(), line.size());
      b.lines += line;
    }
    b.lines.append(simdjson::SIMDJSON_PADDING, ' ');
    return !b.spans.empty();
  }
  result work(block& b) const {
    result made;
    if (!b.parser) b.parser = std::make_unique<simdjson::dom::parser>();
    for (auto const& [begin, size] : b.spans) {
      simdjson::dom::element row;
      std::string_view text, id;
      if (b.parser->parse(b.lines.data() + begin, size, false).get(row) || (row["text"].get(text) && row["content"].get(text)))
        continue;
      if (row["id"].get(id)) id = {};
      signed_document<R> d;
      d.content = {hash(text), text.size()};
      d.id = id.empty() ? d.content.hash.hex() : std::string(id);
      std::int64_t words = 0;
      d.keys = dedup::minhash<R>::keys(text, words);
      d.has_words = words > 0;
      d.text = text;
      made.push_back(std::move(d));
    }
    return made;
  }
  expected<void> take(result&& made) {
    into->insert(into->end(), std::make_move_iterator(made.begin()), std::make_move_iterator(made.end()));
    return {};
  }
  expected<void> finish() { return {}; }

  io::line_reader reader;
  std::deque<signed_document<R>>* into;
};

struct outcome {
  std::vector<std::string> kept;
  double megabytes = 0;
  std::size_t documents = 0, copies = 0;
  std::int64_t compared = 0;
  std::vector<std::string_view> texts;  // of documents that are no exact copy, and the number of the one kept for it
  std::vector<std::uint32_t> keeper;
};
template <class R>
using shards_of = std::vector<std::deque<signed_document<R>>>;

template <class R>
outcome find(std::vector<std::string> const& inputs, thread_pool& pool, shards_of<R>& shards) {
  shards.resize(inputs.size());
  auto const open = [&](std::size_t i) -> expected<std::unique_ptr<sign_shard<R>>> {
    SNOWCODER_TRY(auto reader, io::line_reader::open(inputs[i]));
    return std::make_unique<sign_shard<R>>(sign_shard<R>{std::move(reader), &shards[i]});
  };
  if (auto const done = pipeline::shard_lanes<sign_shard<R>>::run(pool, inputs.size(), open); !done) {
    std::fprintf(stderr, "%s\n", done.error().message().c_str());
    std::exit(1);
  }
  // numbered by content and id: the same whatever the shards and their order
  std::vector<signed_document<R>*> all;
  for (auto& shard : shards)
    for (auto& d : shard) all.push_back(&d);
  std::sort(all.begin(), all.end(),
            [](auto a, auto b) { return a->content != b->content ? a->content < b->content : a->id < b->id; });
  outcome o;
  o.documents = all.size();
  std::vector<dedup::content_key> contents;
  for (auto d : all) {
    contents.push_back(d->content);
    o.megabytes += double(d->text.size()) / 1e6;
  }
  auto const first = dedup::exact_duplicates(contents, [&](auto a, auto b) { return all[a]->text == all[b]->text; });
  std::vector<std::uint32_t> unique, comparable;
  for (std::uint32_t i = 0; i < all.size(); ++i) {
    if (first[i] != i) continue;
    unique.push_back(i);
    if (all[i]->has_words) comparable.push_back(i);
  }
  o.copies = all.size() - unique.size();
  auto const near = dedup::near_duplicates<R>(
      std::uint32_t(all.size()), comparable, [&](auto i, int band) { return all[i]->keys[std::size_t(band)]; },
      [&](auto i) { return dedup::shingles(all[i]->text, R::near_duplicates); }, pool);
  o.compared = near.candidates;
  for (auto i : unique)
    if (near.keeper[i] == i) o.kept.push_back(all[i]->id);
  for (auto i : comparable) {
    o.texts.push_back(all[i]->text);
    o.keeper.push_back(near.keeper[i]);
  }
  std::sort(o.kept.begin(), o.kept.end());
  return o;
}

/// The shingles of a text by their words: another way to the same sets.
dedup::shingle_set spelt_out(std::string_view text, int width) {
  std::vector<std::string> words;
  for_each_word(text, [&](std::string_view word, std::size_t) { words.emplace_back(word); });
  dedup::shingle_set set;
  auto const count = std::max<std::size_t>(words.size(), std::size_t(width)) - std::size_t(width) + 1;
  for (std::size_t i = 0; i < count; ++i) {
    std::string run;
    for (auto j = i; j < std::min(words.size(), i + std::size_t(width)); ++j) (run += words[j]) += ' ';
    set.push_back(hash64(run));
  }
  std::sort(set.begin(), set.end());
  set.erase(std::unique(set.begin(), set.end()), set.end());
  return set;
}

template <class R>
int verify(char const* name, int threads, char const* kept_file, std::vector<std::string> const& inputs) {
  constexpr config::near_duplicate s = R::near_duplicates;
  thread_pool pool(threads);
  shards_of<R> shards;
  auto const o = find<R>(inputs, pool, shards);
  std::vector<dedup::shingle_set> sets(o.texts.size());
  pool.for_each_index(std::int64_t(sets.size()),
                      [&](std::int64_t i) { sets[std::size_t(i)] = spelt_out(o.texts[std::size_t(i)], s.shingle); });
  dedup::union_find held(std::uint32_t(sets.size()));  // by pairs at the threshold that are in one cluster
  std::atomic<long long> pairs{0}, found{0}, at_threshold{0}, found_at_threshold{0};
  std::vector<double> promised(sets.size());
  pool.for_each_index(std::int64_t(sets.size()), [&](std::int64_t j) {
    for (std::int64_t i = 0; i < j; ++i) {
      auto const &a = sets[std::size_t(i)], &b = sets[std::size_t(j)];
      if (!dedup::alike(a, b, s.similarity)) continue;
      bool const together = o.keeper[std::size_t(i)] == o.keeper[std::size_t(j)];
      if (together) held.join(std::uint32_t(i), std::uint32_t(j));
      ++at_threshold;
      found_at_threshold += together;
      auto const index = dedup::jaccard(a, b);
      if (index < s.similarity + 0.1) continue;
      ++pairs;
      found += together;
      promised[std::size_t(j)] += dedup::hit_probability(index, s.bands, s.rows);
    }
  });
  std::map<std::uint32_t, std::uint32_t> first;  // of a cluster
  int torn = 0, clusters = 0;
  for (std::uint32_t i = 0; i < sets.size(); ++i) {
    auto const [at, is_first] = first.try_emplace(o.keeper[i], i);
    if (is_first) continue;
    ++clusters;
    torn += !held.joined(at->second, i);
  }
  std::ofstream out(kept_file);
  for (auto const& id : o.kept) out << id << '\n';
  std::printf(
      "{\"job\": \"near_duplicates, verified\", \"settings\": \"%s\", \"documents\": %zu, \"joined\": %d, "
      "\"joined_below_threshold\": %d, \"pairs_at_0.9\": %lld, \"recall_at_0.9\": %.5f, \"promised_at_0.9\": %.5f, "
      "\"pairs_at_0.8\": %lld, \"recall_at_0.8\": %.5f}\n",
      name, sets.size(), clusters, torn, pairs.load(), double(found) / double(std::max(pairs.load(), 1ll)),
      std::accumulate(promised.begin(), promised.end(), 0.0) / double(std::max(pairs.load(), 1ll)), at_threshold.load(),
      double(found_at_threshold) / double(std::max(at_threshold.load(), 1ll)));
  return torn != 0;
}

template <class R>
int measure(char const* name, int threads, int runs, char const* kept_file, std::vector<std::string> const& inputs) {
  thread_pool pool(threads);
  std::vector<double> wall, processor;
  outcome o;
  for (int run = 0; run < runs; ++run) {
    o = {};
    shards_of<R> shards;
    auto const wall_began = benchmark::wall_seconds(), processor_began = benchmark::processor_seconds();
    o = find<R>(inputs, pool, shards);
    wall.push_back(o.megabytes / (benchmark::wall_seconds() - wall_began));
    processor.push_back(o.megabytes / (benchmark::processor_seconds() - processor_began));
  }
  std::ofstream out(kept_file);
  for (auto const& id : o.kept) out << id << '\n';
  std::printf(
      "{\"job\": \"near_duplicates\", \"settings\": \"%s\", \"unit\": \"MB/s\", \"runs\": %s, \"per_core\": %s, \"threads\": "
      "%d, "
      "\"megabytes\": %.6g, \"documents\": %zu, \"exact_copies\": %zu, \"kept\": %zu, \"compared\": %lld, \"peak_mebibytes\": "
      "%ld}\n",
      name, benchmark::list_of(wall).c_str(), benchmark::list_of(processor).c_str(), threads, o.megabytes, o.documents,
      o.copies, o.kept.size(), static_cast<long long>(o.compared), benchmark::peak_mebibytes());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6 || std::atoi(argv[2]) < 1 || std::atoi(argv[3]) < 0)
    return std::fprintf(stderr, "usage: near_duplicates SETTINGS THREADS RUNS KEPT INPUT.jsonl(.zst)...\n"), 2;
  std::string_view const name = argv[1];
  std::vector<std::string> const inputs(argv + 5, argv + argc);
  auto const run = [&]<class R>(R) {
    auto const threads = std::atoi(argv[2]), runs = std::atoi(argv[3]);
    return runs ? measure<R>(argv[1], threads, runs, argv[4], inputs) : verify<R>(argv[1], threads, argv[4], inputs);
  };
  if (name == "grams-8x16") return run(settings<5, 8, 16>{});
  if (name == "words-8x16") return run(settings<1, 8, 16>{});
  if (name == "grams-16x8") return run(settings<5, 16, 8>{});
  if (name == "words-16x8") return run(settings<1, 16, 8>{});
  return std::fprintf(stderr, "no settings of this name: %s\n", argv[1]), 2;
}
