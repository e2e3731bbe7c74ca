// SPDX-License-Identifier: Apache-2.0
// From text to band keys: words and minima in registers beside their plain twins, runs over block ends, measured hit rates
// beside the formula, and the known answers of the presets.
#include <snowcoder/config/near_duplicate_presets.hpp>
#include <snowcoder/core/philox.hpp>
#include <snowcoder/dedup/minhash.hpp>
#include <snowcoder/dedup/shingle_set.hpp>

#include "support/catch.hpp"

#include <cctype>
#include <cmath>
#include <set>
#include <string>

using namespace snowcoder;
using namespace snowcoder::dedup;

namespace {

std::string random_text(std::uint64_t number, std::size_t size) {
  static constexpr std::string_view pieces = "aAzZ09__ \n\t.{}@[`^/:\xc3\xa9\x80\xff";
  draws const source("word text", 1);
  std::string text;
  bool const dense = number % 3 == 0;  // long words
  for (std::size_t i = 0; i < size; ++i) text += pieces[source.below(dense && i % 40 ? 8 : pieces.size(), number, i)];
  return text;
}

std::vector<std::pair<std::size_t, std::string>> plain_words(std::string_view text) {
  std::vector<std::pair<std::size_t, std::string>> words;
  for_each_word(text, [&](std::string_view word, std::size_t begin) { words.emplace_back(begin, std::string(word)); });
  return words;
}

std::uint64_t hash_of(std::string_view word) { return hash_word(word.data(), word.size(), word.data() + word.size()); }

template <std::size_t Count>
void check_minima() {
  draws const source("minima", Count);
  permutation_table<Count> t;
  for (std::size_t i = 0; i < t.lanes; ++i) {
    t.a[i] = std::uint32_t(source(i, 0)) | 1;
    t.b[i] = std::uint32_t(source(i, 1));
  }
  std::vector<std::uint32_t> values;
  minima<Count> plain, wide;
  for (std::size_t n : {0, 1, 2, 37}) {
    values.clear();
    for (std::size_t i = 0; i < n; ++i) values.push_back(std::uint32_t(source(1000 + i, n)));
    lower_minima_plain(plain, t, values);
    lower_minima(wide, t, values);
    CHECK(plain.value == wide.value);
  }
}

template <int Bands, int Rows>
struct shape {
  static constexpr config::near_duplicate near_duplicates{.bands = Bands, .rows = Rows};
};

/// How often two sets with `common` of `all` elements share a band, over `trials` pairs of sets.
template <class R>
double measured_hits(int common, int all, int trials) {
  int hits = 0;
  for (int trial = 0; trial < trials; ++trial) {
    draws const source("hits", std::uint64_t(trial));
    shingle_set a, b;
    for (int i = 0; i < all; ++i) {
      auto const shingle = source(std::uint64_t(i));
      if (i < common || i % 2) a.push_back(shingle);
      if (i < common || i % 2 == 0) b.push_back(shingle);
    }
    auto const x = minhash<R>::keys(a), y = minhash<R>::keys(b);
    bool hit = false;
    for (std::size_t band = 0; band < x.size(); ++band) hit = hit || x[band] == y[band];
    hits += hit;
  }
  return double(hits) / trials;
}

}  // namespace

TEST_CASE("64 bytes at a time find the same words") {
  char bytes[256 + 64];
  for (int i = 0; i < 256 + 64; ++i) bytes[i] = char(i);
  for (int i = 0; i < 256; ++i) CHECK(word_mask(bytes + i) == word_mask_plain(bytes + i));
  for (std::uint64_t n = 0; n < 400; ++n) {
    auto const text = random_text(n, n);
    std::vector<std::pair<std::size_t, std::string>> words;
    for_each_word_span(text, [&](std::size_t begin, std::size_t end) {
      words.emplace_back(begin, text.substr(begin, end - begin));
      for (char& c : words.back().second) c = to_lower(c);
    });
    CHECK(words == plain_words(text));
  }
}

TEST_CASE("a word's hash knows neither letter case nor place") {
  std::set<std::uint64_t> hashes;
  std::set<std::string> words;
  for (std::uint64_t n = 0; n < 300; ++n)
    for (auto const& [begin, word] : plain_words(random_text(n, 200))) {
      auto upper = word;
      for (char& c : upper) c = char(std::toupper(c));
      auto const text = "." + upper + "(more text than a register holds)";
      auto const* const p = text.data() + 1;
      auto const h = hash_of(word);
      CHECK(hash_word(p, word.size(), p + word.size()) == h);
      CHECK(hash_word(p, word.size(), text.data() + text.size()) == h);
      words.insert(word);
      hashes.insert(h);
    }
  CHECK(words.size() > 500);
  CHECK(hashes.size() == words.size());
  CHECK(hash_of("_") != hash_of("a"));
  CHECK(hash_of("a") != hash_of("a_"));
}

TEST_CASE("runs do not notice the ends of blocks") {
  for (int width : {1, 2, 5, 24, 256})
    for (std::size_t count : {0, 1, 4, 5, 255, 256, 1023, 1024, 1025, 1279, 1280, 1281, 5000}) {
      std::string text;
      std::vector<std::uint64_t> units, expected, found;
      for (std::size_t i = 0; i < count; ++i) {
        auto const word = "w" + std::to_string(i * i % 977);
        text += word + " ";
        units.push_back(hash_of(word));
      }
      auto const run = [&](std::size_t first, std::size_t size) {
        run_hasher alone(256);  // fewer than 256 units are one run of them, whatever the width
        for (std::size_t i = first; i < first + size; ++i) alone.add(units[i], [](auto) {});
        std::uint64_t hash = 0;
        alone.finish([&](auto runs) { hash = runs[0]; });
        return hash;
      };
      auto const size = std::min(count, std::size_t(width));
      for (std::size_t i = 0; count > 0 && i + size <= count; ++i) expected.push_back(run(i, size));
      auto const words = for_each_shingle_block(text, width, config::shingle_unit::words,
                                                [&](auto runs) { found.insert(found.end(), runs.begin(), runs.end()); });
      CHECK(words == std::int64_t(count));
      CHECK(found == expected);
    }
}

TEST_CASE("characters are code points as they stand") {
  std::int64_t units = 0;
  CHECK(shingles("na\xc3\xafve", 2, units, config::shingle_unit::characters).size() == 4);
  CHECK(units == 5);
  auto const lower = shingles("abc", 3, units, config::shingle_unit::characters);
  CHECK(lower != shingles("Abc", 3, units, config::shingle_unit::characters));
  CHECK(lower != shingles("a c", 3, units, config::shingle_unit::characters));
  auto const later = shingles("xabc", 3, units, config::shingle_unit::characters);
  CHECK(std::includes(later.begin(), later.end(), lower.begin(), lower.end()));
}

TEST_CASE("minima in registers are the plain ones") {
  check_minima<1>();
  check_minima<16>();
  check_minima<50>();
  check_minima<128>();
  check_minima<250>();
  check_minima<333>();
}

TEST_CASE("a text's signature is that of its set") {
  using hasher = minhash<shape<8, 16>>;
  for (std::uint64_t n = 1; n < 20; ++n) {
    auto const text = random_text(n, n * 900);
    std::int64_t words = 0;
    auto const keys = hasher::keys(text, words);
    CHECK(keys == hasher::keys(shingles(text, 5)));
    CHECK(words == std::int64_t(plain_words(text).size()));
  }
}

TEST_CASE("bands are shared as often as the formula says, in small sets too") {
  for (int all : {20, 200}) {
    auto const check = [&](double measured, int bands, int rows, double similarity) {
      auto const p = hit_probability(similarity, bands, rows);
      INFO(all << " elements, " << bands << " x " << rows << " at " << similarity << ": " << measured << " for " << p);
      CHECK(std::abs(measured - p) < 4 * std::sqrt(p * (1 - p) / 3000) + 1e-9);
    };
    check(measured_hits<shape<25, 10>>(all * 7 / 10, all, 3000), 25, 10, 0.7);
    check(measured_hits<shape<25, 10>>(all * 8 / 10, all, 3000), 25, 10, 0.8);
    check(measured_hits<shape<8, 16>>(all * 9 / 10, all, 3000), 8, 16, 0.9);
    check(measured_hits<shape<14, 8>>(all * 6 / 10, all, 3000), 14, 8, 0.6);
  }
}

TEST_CASE("sets are sorted without repeats, and alike exactly when their index says so") {
  draws const source("sets", 3);
  for (std::uint64_t n = 0; n < 300; ++n) {
    shingle_set a, b;
    auto const size = source.below(n < 100 ? 40 : 3000, n, 0);
    for (std::uint64_t i = 0; i < size; ++i) {
      a.push_back(source(source.below(size, n, i + 1), n));
      b.push_back(source.below(10, n, 9000 + i) ? a.back() : source(i, 7));
    }
    if (n % 7 == 0)
      for (auto& h : a) h >>= 40;  // all in one bucket
    auto sorted = a;
    std::sort(sorted.begin(), sorted.end());
    sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
    std::vector<std::uint64_t> spare;
    make_set(a, spare);
    CHECK(a == sorted);
    make_set(b, spare);
    for (double t : {0.0, 0.3, 0.7, 0.8, jaccard(a, b), std::nextafter(jaccard(a, b), 2.0), 1.0})
      CHECK(alike(a, b, t) == (jaccard(a, b) >= t));
  }
}

TEST_CASE("known answers: the parameter board of the field") {
  namespace presets = config::near_duplicate_presets;
  struct row {
    config::near_duplicate settings;
    int permutations;
    double knee, at_6, at_7, at_8, at_85, at_9;
  };
  for (auto const& r :
       {row{presets::datatrove, 112, .719, .21, .57, .92, .99, 1.0},
        row{presets::nemo_curator, 260, .794, .03, .18, .68, .92, 1.0},
        row{presets::bigcode, 250, .725, .14, .51, .94, .996, 1.0},
        row{presets::data_juicer, 256, .648, .42, .85, 1.0, 1.0, 1.0},
        row{presets::text_dedup, 240, .728, .14, .50, .94, .995, 1.0}, row{presets::opencoder, 2048, .979, 0, 0, 0, 0, 0},
        row{presets::stack_v1, 247, .874, .00, .02, .17, .46, .85}, row{presets::rensa, 128, .878, .00, .03, .20, .46, .81},
        row{presets::verified_128, 128, .707, .24, .61, .95, .99, 1.0}}) {
    auto const& s = r.settings;
    INFO(s.bands << " x " << s.rows);
    CHECK(s.permutations() == r.permutations);
    CHECK(std::abs(knee(s.bands, s.rows) - r.knee) < .0006);
    CHECK(std::abs(knee(s.bands, s.rows) - std::pow(1.0 / s.bands, 1.0 / s.rows)) < 1e-9);
    auto const hits = [&](double similarity) { return hit_probability(similarity, s.bands, s.rows); };
    CHECK(std::abs(hits(.6) - r.at_6) < .006);
    CHECK(std::abs(hits(.7) - r.at_7) < .006);
    CHECK(std::abs(hits(.8) - r.at_8) < .006);
    CHECK(std::abs(hits(.85) - r.at_85) < .006);
    CHECK(std::abs(hits(.9) - r.at_9) < .006);
  }
}

TEST_CASE("known answers: the best shape for a threshold") {
  CHECK(optimal_bands(0.7, 256) == band_shape{25, 10});
  CHECK(optimal_bands(0.7, 250) == band_shape{25, 10});
  CHECK(optimal_bands(0.85, 256) == band_shape{13, 19});
  CHECK(optimal_bands(0.58, 128) == band_shape{21, 6});
  CHECK(optimal_bands(0.8, 128) == band_shape{9, 13});
  CHECK(optimal_bands(0.7, 240) == band_shape{24, 10});
}
