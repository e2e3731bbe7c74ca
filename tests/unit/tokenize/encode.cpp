// SPDX-License-Identifier: Apache-2.0
// Encoding against a plain reading of the definition, and what encoding promises besides: no cache has an effect, no
// allocation once it runs, sentinels as Hugging Face finds them, giant words in linear time.
#include "support/catch.hpp"

#include <snowcoder/core/philox.hpp>
#include <snowcoder/tokenize/byte_pair.hpp>

#include <atomic>
#include <cstdlib>
#include <map>
#include <new>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

static std::atomic<long> allocations = 0;
[[gnu::noinline]] void* operator new(std::size_t bytes) {
  ++allocations;
  if (auto* p = std::malloc(bytes ? bytes : 1)) return p;
  throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(std::size_t bytes, std::nothrow_t const&) noexcept {
  ++allocations;
  return std::malloc(bytes ? bytes : 1);
}
[[gnu::noinline]] void operator delete(void* p) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept { std::free(p); }

using namespace snowcoder;
using namespace snowcoder::tokenize;

namespace {
using ids_of = std::vector<token_id>;

/// All bytes, then merges given as pairs of texts in rank order.
byte_pair_vocabulary vocabulary(std::vector<std::pair<std::string, std::string>> const& merges) {
  byte_pair_vocabulary v;
  v.splitter = gpt2_split::name;
  for (int b = 0; b < 256; ++b) v.tokens.emplace_back(1, char(b));
  std::map<std::string, token_id> id_of;
  for (token_id b = 0; b < 256; ++b) id_of[v.tokens[std::size_t(b)]] = b;
  for (auto const& [left, right] : merges) {
    if (!id_of.contains(left + right)) {
      id_of[left + right] = token_id(v.tokens.size());
      v.tokens.push_back(left + right);
    }
    v.merges.emplace_back(id_of.at(left), id_of.at(right));
  }
  return v;
}
/// Merges drawn at random over a small alphabet: ranks that contradict lengths, one token made in two ways.
byte_pair_vocabulary random_vocabulary(std::uint64_t n, std::size_t merges) {
  draws const d("random merges", 11);
  std::vector<std::string> texts{"a", "b", "c"};
  std::vector<std::pair<std::string, std::string>> pairs;
  for (std::uint64_t i = 0; pairs.size() < merges && i < 10 * merges; ++i) {
    auto const& l = texts[d.below(texts.size(), n, 4 * i)];
    auto const& r = texts[d.below(texts.size(), n, 4 * i + 1)];
    if (l.size() + r.size() > 12 || std::find(pairs.begin(), pairs.end(), std::pair(l, r)) != pairs.end()) continue;
    pairs.emplace_back(l, r);
    if (std::find(texts.begin(), texts.end(), l + r) == texts.end()) texts.push_back(l + r);
  }
  auto v = vocabulary(pairs);
  for (std::size_t i = v.merges.size(); i > 1 && n % 2; --i) std::swap(v.merges[i - 1], v.merges[d.below(i, n, 4 * i + 2)]);
  return v;
}
/// The definition: as long as a pair merges, the pair of lowest rank does, the leftmost of equals.
ids_of by_definition(byte_pair_vocabulary const& v, std::string_view word) {
  std::map<std::pair<token_id, token_id>, std::size_t> rank_of;
  for (std::size_t r = 0; r < v.merges.size(); ++r) rank_of[v.merges[r]] = r;
  ids_of ids;
  for (char c : word) ids.push_back(static_cast<unsigned char>(c));
  for (;;) {
    std::size_t best = v.merges.size(), at = 0;
    for (std::size_t i = 0; i + 1 < ids.size(); ++i)
      if (auto const f = rank_of.find({ids[i], ids[i + 1]}); f != rank_of.end() && f->second < best) best = f->second, at = i;
    if (best == v.merges.size()) return ids;
    auto const text = v.tokens[std::size_t(ids[at])] + v.tokens[std::size_t(ids[at + 1])];
    ids[at] = token_id(std::find(v.tokens.begin(), v.tokens.end(), text) - v.tokens.begin());
    ids.erase(ids.begin() + std::ptrdiff_t(at) + 1);
  }
}
std::string letters(std::uint64_t n, std::size_t size, std::size_t alphabet = 3) {
  draws const d("letters", 5);
  std::string text;
  for (std::uint64_t i = 0; i < size; ++i) text += char('a' + d.below(alphabet, n, i));
  return text;
}
auto made(byte_pair_vocabulary v, std::size_t cache = 1 << 16) {
  return byte_pair<gpt2_split>::from_vocabulary(std::move(v), {.cache_bytes = cache}).value();
}
}  // namespace

TEST_CASE("words of every length are merged as the definition says, whatever the order of ranks") {
  for (std::uint64_t n = 0; n < 24; ++n) {
    auto const v = random_vocabulary(n, 40);
    auto const t = made(v);
    for (std::uint64_t i = 0; i < 60; ++i) {
      auto const size = i < 40 ? 1 + i : i < 52 ? 56 + i : 40 * i - 1800;
      auto const word = i % 5 == 4 ? std::string(size, 'a') : letters(1000 * n + i, size);
      REQUIRE(t.encode(word) == by_definition(v, word));
      REQUIRE(t.encode(word) == by_definition(v, word));  // now from the cache
    }
  }
}

TEST_CASE("a word longer than every window is what one heap makes of it") {
  for (std::uint64_t n = 0; n < 6; ++n) {
    auto const tables = tokenize::detail::byte_pair_tables::of(random_vocabulary(n, 30)).value();
    for (auto const& word : {letters(n, 300'000), std::string(300'000, 'a'), letters(n, 20'000, 1) + letters(n, 20'000)}) {
      tokenize::detail::merge_space space;
      tokenize::detail::long_word_merger merger;
      ids_of heap, windows;
      tokenize::detail::merge_by_heap(word, tables.merges, space, heap);
      tables.merge_long(word, merger, windows);
      REQUIRE(windows == heap);
    }
  }
}

TEST_CASE("a token longer than the window widens it") {
  std::vector<std::pair<std::string, std::string>> doubling;
  for (std::size_t n = 1; n <= 512; n *= 2) doubling.emplace_back(std::string(n, 'a'), std::string(n, 'a'));
  auto const t = made(vocabulary(doubling));
  CHECK(t.encode(std::string(102'400, 'a')) == ids_of(100, 265));
}

TEST_CASE("caches of any size and any number of threads give the same ids") {
  auto const v = random_vocabulary(2, 60);
  auto const large = made(v, 1 << 22), small = made(v, 0);
  std::string text;
  for (std::uint64_t i = 0; i < 20'000; ++i) text += letters(i % 3000, 1 + i % 40) + (i % 7 ? " " : "\n");
  auto const ids = large.encode(text);
  CHECK(small.encode(text) == ids);
  CHECK(large.decode(ids) == text);
  std::atomic<int> wrong = 0;
  {
    std::vector<std::jthread> crew;
    for (int i = 0; i < 4; ++i) crew.emplace_back([&] { wrong += small.encode(text) != ids; });
  }
  CHECK(wrong == 0);
  ids_of rows;
  small.encode_to(text, [&](std::span<token_id const> row) { rows.insert(rows.end(), row.begin(), row.end()); });
  CHECK(rows == ids);
}

TEST_CASE("ids that need more than two bytes are cached whole") {
  auto v = random_vocabulary(2, 60);
  auto const count = v.tokens.size();
  v.tokens.resize(70'000);
  v.tokens.push_back("abcabcabcabc");
  for (std::size_t id = 256; id < count; ++id) {  // move the made tokens beyond 65,536
    v.tokens[69'000 + id] = std::exchange(v.tokens[id], "");
    for (auto& [l, r] : v.merges)
      l = l == token_id(id) ? token_id(69'000 + id) : l, r = r == token_id(id) ? token_id(69'000 + id) : r;
  }
  auto const t = made(v);
  for (std::uint64_t i = 0; i < 400; ++i) {
    auto const word = letters(i % 200, 1 + i % 30);
    REQUIRE(t.encode(word) == by_definition(v, word));
  }
}

TEST_CASE("encoding allocates nothing once it runs") {
  auto const v = random_vocabulary(2, 60);
  auto const t = made(v);
  std::string text;
  for (std::uint64_t i = 0; i < 5000; ++i) text += letters(i, 1 + i % 300) + " ";
  ids_of ids;
  t.encode(text, ids);
  ids.clear();
  auto const before = allocations.load();
  for (int i = 0; i < 3; ++i) {
    ids.clear();
    t.encode(text, ids);
  }
  CHECK(allocations.load() == before);
}

TEST_CASE("nothing is read beyond the text") {  // fails under the address sanitizer, or in a cache that keeps what follows
  auto const v = random_vocabulary(4, 40);
  auto const t = made(v);
  for (std::size_t size = 0; size < 40; ++size) {
    auto const text = letters(size, size);
    std::vector<char> exact(text.begin(), text.end());
    REQUIRE(t.encode(std::string_view(exact.data(), exact.size())) == by_definition(v, text));
    auto const longer = text + "bbbbbbbbbbbbbbbbbbbb";
    REQUIRE(t.encode(std::string_view(longer).substr(0, size)) == by_definition(v, text));
  }
}

TEST_CASE("a piece that is a token is that token where merges are ignored") {
  auto v = vocabulary({{"a", "b"}, {"ab", "c"}});
  v.tokens.push_back("cab");
  CHECK(made(v).encode("cab") == ids_of{'c', 256});
  v.ignore_merges = true;
  CHECK(made(v).encode("cab cabc") == ids_of{258, ' ', 'c', 257});
}

TEST_CASE("sentinels: the longest from the left, with white space, special or not, template around") {
  auto v = vocabulary({{"a", "b"}});
  auto const add = [&](std::string text, sentinel_rule rule = {}) {
    rule.id = token_id(v.tokens.size());
    v.tokens.push_back(std::move(text));
    v.sentinels.push_back(rule.id);
    if (rule != sentinel_rule{.id = rule.id}) v.rules.push_back(rule);
    return rule.id;
  };
  auto const s = add("<s>"), sep = add("<s><"), strip = add("<m>", {.lstrip = true, .rstrip = true}),
             word = add("ab", {.special = false, .normalized = true});
  v.before = {s};
  v.after = {sep, s};
  auto const t = made(v);
  auto const with = [&](std::string_view text) {
    ids_of ids;
    t.encode_with_sentinels(text, ids);
    return ids;
  };
  CHECK(with("a<s>b") == ids_of{'a', s, 'b'});
  CHECK(with("<s><s><<s") == ids_of{sep, 's', '>', '<', '<', 's'});
  CHECK(with("a \xc2\xa0<m>\n\tb") == ids_of{'a', strip, 'b'});
  CHECK(with("<m> <m>") == ids_of{strip, strip});
  CHECK(with("xaby<s>ab") == ids_of{'x', word, 'y', s, word});
  CHECK(t.encode("xab<s>") == ids_of{'x', word, '<', 's', '>'});
  CHECK(with("").empty());
  ids_of ids;
  t.encode_with_template("a", ids);
  CHECK(ids == ids_of{s, 'a', sep, s});
  CHECK(t.decode(with("a<s>b")) == "a<s>b");
}

TEST_CASE("rows of ids decode to the text, however they are cut") {
  auto const t = made(random_vocabulary(3, 40));
  std::string const text = "ab \xe4\xb8\xad \xf0\x9f\x98\x80 \xff\xfe cab";
  auto const ids = t.encode(text);
  std::string joined;
  for (auto id : ids) t.decode(std::span(&id, 1), joined);
  CHECK(joined == text);
}

TEST_CASE("a giant word takes linear time", "[property]") {
  auto const t = made(random_vocabulary(2, 60));
  for (auto const& word :
       {std::string(4'000'000, 'a'), letters(1, 4'000'000), letters(1, 2'000'000, 1) + letters(2, 2'000'000, 2)}) {
    auto const ids = t.encode(word);
    CHECK(ids.size() < word.size());
    CHECK(t.decode(ids) == word);
  }
}

TEST_CASE("a space lets go of what a giant document has taken, and of nothing else") {
  tokenize::detail::byte_pair_space space(1 << 20, true);
  space.long_ids.resize(std::size_t(1) << 22);
  space.composed.resize(std::size_t(1) << 25);
  space.trim();
  CHECK((space.long_ids.capacity() == 0 && space.composed.capacity() < 100));
  space.long_ids.resize(1000);
  space.composed.resize(1000);
  space.trim();
  CHECK((space.long_ids.capacity() >= 1000 && space.composed.capacity() >= 1000));
}
