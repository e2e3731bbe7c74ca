// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <snowcoder/tokenize/best_fit.hpp>
#include <snowcoder/tokenize/fill_in_middle.hpp>
#include <snowcoder/tokenize/mix.hpp>
#include <snowcoder/tokenize/pack.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

using namespace snowcoder;
using namespace snowcoder::tokenize;
using config::file_order, config::grouping, config::language;

namespace {
struct corpus {
  std::vector<packable> files;
  std::vector<std::string> names{""};
  std::vector<std::string_view> repositories() const { return {names.begin(), names.end()}; }
  packing_order order(config::phase const& how, std::uint64_t seed, std::int64_t limit = 0) {
    auto const names = repositories();
    return order_for(files, names, how, seed, limit);
  }
  /// Ids of the files in the order of the token file.
  std::vector<hash128> documents(config::phase const& how, std::uint64_t seed) {
    std::vector<hash128> all;
    for (auto f : order(how, seed).files) all.push_back(files[f].document);
    return all;
  }
};
corpus make(int repositories, int each) {
  corpus c;
  for (int r = 0; r < repositories; ++r) {
    c.names.push_back("r" + std::to_string(r));
    for (int f = 0; f < each; ++f) {
      packable p;
      p.document = hash(c.names.back() + "/" + std::to_string(f));
      p.repository = std::uint32_t(r + 1);
      p.path = std::uint32_t(f);
      p.place = c.files.size();
      p.tokens = 10;
      p.language = f % 2 ? language::python : language::go;
      c.files.push_back(p);
    }
  }
  return c;
}
struct characters {
  void encode(std::string_view text, std::vector<token_id>& ids) const {
    for (char c : text) ids.push_back(1000 + static_cast<unsigned char>(c));
  }
};
constexpr config::phase by_language{.name = ""}, by_repository{.name = "", .group = grouping::by_repository},
    by_file{.name = "", .group = grouping::by_file};
}  // namespace

TEST_CASE("files are grouped by language, then repository") {
  auto all = make(3, 8);
  auto const order = all.order(by_language, 1);
  REQUIRE(order.ends == std::vector<std::uint32_t>{4, 8, 12, 16, 20, 24});
  CHECK(order.shelves == std::vector<std::uint32_t>{3, 6});
  for (std::size_t i = 0; i < 24; ++i) {
    auto const& f = all.files[order.files[i]];
    CHECK(f.language == (i < 12 ? language::python : language::go));
    CHECK(f.repository == i / 4 % 3 + 1);
  }
  auto reversed = make(3, 8);
  std::reverse(reversed.files.begin(), reversed.files.end());
  CHECK(reversed.documents(by_language, 1) == all.documents(by_language, 1));
  CHECK(all.documents(by_language, 2) != all.documents(by_language, 1));
}

TEST_CASE("files of a repository stand by path if asked") {
  auto all = make(2, 8);
  auto const order = all.order({.name = "", .group = grouping::by_repository, .order = file_order::path}, 1);
  REQUIRE(order.ends == std::vector<std::uint32_t>{8, 16});
  CHECK(order.shelves == std::vector<std::uint32_t>{2});
  for (std::size_t i = 0; i < 16; ++i) CHECK(all.files[order.files[i]].path == i % 8);
}

TEST_CASE("single files, and files of no known repository, stand alone") {
  auto all = make(2, 3);
  CHECK(all.order(by_file, 1).ends.size() == 6);
  for (auto& f : all.files) f.repository = 0;
  CHECK(all.order(by_repository, 1).ends.size() == 6);
}

TEST_CASE("a hybrid splits its share of the repositories by language and keeps the others whole") {
  auto all = make(200, 4);
  auto const hybrid = [](double split) { return config::phase{.name = "", .group = grouping::hybrid, .hybrid_split = split}; };
  CHECK(all.documents(hybrid(1), 3) == all.documents(by_language, 3));
  CHECK(all.documents(hybrid(0), 3) == all.documents(by_repository, 3));
  auto const order = all.order(hybrid(0.25), 3);
  std::size_t whole = 0, halves = 0;
  for (std::size_t g = 0; g < order.ends.size(); ++g) {
    auto const begin = g ? order.ends[g - 1] : 0, size = order.ends[g] - begin;
    (size == 4 ? whole : halves) += 1;
    bool one_language = true;
    for (auto f = begin; f < order.ends[g]; ++f) {
      CHECK(all.files[order.files[f]].repository == all.files[order.files[begin]].repository);
      one_language = one_language && all.files[order.files[f]].language == all.files[order.files[begin]].language;
    }
    CHECK(one_language == (size == 2));
  }
  CHECK(2 * whole + halves == 400);
  CHECK((halves > 60 && halves < 140));  // 100 expected, standard deviation 12
  CHECK(order.shelves.size() == 3);
}

TEST_CASE("copies come in rounds, and a limit draws whole groups") {
  auto all = make(5, 4);
  auto const thrice = all.files[7].document;
  all.files[7].copies = 3;
  all.files[8].copies = 0;
  auto const order = all.order(by_repository, 1);
  CHECK(order.files.size() == 21);
  CHECK(all.files[order.files[19]].document == thrice);
  CHECK(all.files[order.files[20]].document == thrice);
  CHECK(std::count_if(all.files.begin(), all.files.end(), [](auto const& f) { return f.packed; }) == 19);
  for (auto& f : all.files) f.copies = 1;
  auto const limited = all.order(by_repository, 1, 50);
  CHECK(limited.files.size() == 8);  // 44 tokens a repository: the second reaches the limit
  CHECK(limited.ends.size() == 2);
  CHECK(limited.shelves == std::vector<std::uint32_t>{2});
  CHECK(std::count_if(all.files.begin(), all.files.end(), [](auto const& f) { return f.packed; }) == 8);
  auto const one = all.order(by_language, 1, 1);  // one group of one language; the other language's shelf goes away
  CHECK((one.files.size() == 2 && one.shelves == std::vector<std::uint32_t>{1}));
}

TEST_CASE("Python reaches its share by repeating the short side, then by thinning the other") {
  auto const share = [](int python, int go, int rust, double wanted) {
    std::vector<packable> all;
    auto const add = [&](language l, int n) {
      for (int i = 0; i < n; ++i) {
        packable p;
        p.document = hash(std::to_string(int(l)) + "/" + std::to_string(i));
        p.tokens = std::uint32_t(90 + i % 20);
        p.language = l;
        all.push_back(p);
      }
    };
    add(language::python, python), add(language::go, go), add(language::rust, rust);
    set_python_share(all, wanted);
    double tokens[3] = {};
    std::uint32_t most = 0;
    for (auto const& p : all) {
      auto const l = p.language == language::python ? 0 : p.language == language::go ? 1 : 2;
      tokens[l] += double(p.tokens) * p.copies;
      most = std::max(most, p.copies);
    }
    CHECK(most <= std::uint32_t(most_copies));
    if (go && rust && tokens[1] > 0) CHECK(tokens[1] / tokens[2] == Approx(double(go) / rust).epsilon(0.05));
    return tokens[0] / (tokens[0] + tokens[1] + tokens[2]);
  };
  CHECK(share(300, 600, 100, 0.5) == Approx(0.5).epsilon(0.01));
  CHECK(share(900, 200, 100, 0.5) == Approx(0.5).epsilon(0.01));
  CHECK(share(20, 2000, 500, 0.5) == Approx(0.5).epsilon(0.02));
  CHECK(share(500, 300, 200, 0.5) == Approx(0.5).epsilon(0.01));
  CHECK(share(300, 600, 100, 0) == 0);
  CHECK(share(300, 600, 100, 1) == 1);
  CHECK(share(10, 0, 0, 0.5) == 1);
}

TEST_CASE("a gap in the middle loses nothing and cuts no character, in either form") {
  std::string const text =
      "ab\xc3\xa9\xe4\xb8\xad"
      "cdef\xf0\x9f\x98\x80g";  // 10 characters, 16 bytes
  int count[3] = {}, first_cut[11] = {};
  for (int i = 0; i < 2000; ++i) {
    auto const document = hash("document " + std::to_string(i));
    ++count[int(form_of(document, 0.5, 0.25, 3))];
    auto const [first, second] = cuts_of(document, text, 3);
    REQUIRE(first <= second);
    ++first_cut[std::count_if(text.begin(), text.begin() + std::ptrdiff_t(first), tokenize::detail::begins_character)];
    for (auto form : {middle_form::prefix_suffix_middle, middle_form::suffix_prefix_middle}) {
      std::vector<token_id> ids;
      encode_with_gap(characters{}, form, document, text, 3, ids);
      REQUIRE(ids.size() == text.size() + std::size_t(middle_sentinels));
      std::string parts[3];
      std::vector<token_id> sentinels;
      for (auto t : ids) {
        if (t < 100)
          sentinels.push_back(t);
        else
          parts[sentinels.size() - 1] += char(t - 1000);
      }
      CHECK(sentinels == std::vector<token_id>{config::sentinel_id("<fim_prefix>"), config::sentinel_id("<fim_suffix>"),
                                               config::sentinel_id("<fim_middle>")});
      if (form == middle_form::suffix_prefix_middle) {
        CHECK(parts[0].empty());
        CHECK(parts[2] + parts[1] == text);
      } else {
        CHECK(parts[0] + parts[2] + parts[1] == text);
        CHECK((parts[0].size() == first && parts[2].size() == second - first));
      }
      for (auto const& p : parts) CHECK((p.empty() || tokenize::detail::begins_character(p[0])));
    }
  }
  CHECK((count[0] > 910 && count[0] < 1090));  // 1000, 750, 250 expected; four standard deviations
  CHECK((count[1] > 670 && count[1] < 830));
  CHECK((count[2] > 190 && count[2] < 310));
  CHECK(form_of(hash("x"), 0, 1, 3) == middle_form::none);
  // the smaller of two places out of 11: place k with probability (2 * (10 - k) + 1) / 121, whatever the characters' bytes
  for (int k = 0; k <= 10; ++k) CHECK(std::abs(first_cut[k] - 2000 * (2 * (10 - k) + 1) / 121.0) < 75);
}

TEST_CASE("best fit cuts only what is longer than a sequence, fills the fullest first and keeps the order") {
  auto const fit = [](std::vector<std::int64_t> const& lengths, std::int64_t capacity) {
    std::vector<std::vector<fitted_piece>> bins;
    best_fit(lengths, capacity, [&](std::span<fitted_piece const> s) { return bins.emplace_back(s.begin(), s.end()), true; });
    return bins;
  };
  CHECK(fit({5, 25, 3, 7, 10, 2}, 10).size() == 6);  // 52 tokens, none wasted by cutting
  // 6 and 7 open sequences; 3 goes where it fits exactly, not to the one with more room
  auto const tight = fit({6, 3, 7}, 10);
  REQUIRE(tight.size() == 2);
  CHECK((tight[0].size() == 1 && tight[1].size() == 2 && tight[1][0].item == 1 && tight[1][1].item == 2));
  for (std::int64_t capacity : {1, 2, 63, 64, 65, 4096, 8193}) {
    std::vector<std::int64_t> lengths;
    draws const random("lengths", std::uint64_t(capacity));
    for (std::uint64_t i = 0; i < 2000; ++i)
      lengths.push_back(1 + std::int64_t(random.below(std::uint64_t(capacity) * 3 / 2 + 1, i)));
    std::vector<std::int64_t> seen(lengths.size());
    std::pair<std::uint32_t, std::int64_t> last{0, -1};
    std::size_t more_than_half_empty = 0;
    for (auto const& bin : fit(lengths, capacity)) {
      std::int64_t in_bin = 0;
      for (auto const& p : bin) {
        REQUIRE(p.begin % capacity == 0);
        seen[p.item] += p.length;
        in_bin += p.length;
      }
      REQUIRE((in_bin > 0 && in_bin <= capacity));
      more_than_half_empty += 2 * in_bin < capacity;
      std::pair const first(bin.front().item, bin.front().begin);
      REQUIRE(last < first);
      last = first;
      REQUIRE(std::is_sorted(bin.begin(), bin.end(), [](auto const& a, auto const& b) { return a.item < b.item; }));
    }
    CHECK(seen == lengths);
    CHECK(more_than_half_empty <= 1);  // two of them would have been one
  }
}
