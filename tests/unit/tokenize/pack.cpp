// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <snowcoder/tokenize/best_fit.hpp>
#include <snowcoder/tokenize/fill_in_middle.hpp>
#include <snowcoder/tokenize/mix.hpp>
#include <snowcoder/tokenize/pack.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace snowcoder;
using namespace snowcoder::tokenize;
using config::file_order, config::grouping, config::language;

namespace {
std::vector<packable> files(int repositories, int each) {
  std::vector<packable> all;
  for (int r = 0; r < repositories; ++r)
    for (int f = 0; f < each; ++f) {
      auto const name = "r" + std::to_string(r), path = std::to_string(f);
      all.push_back({f % 2 ? language::python : language::go, name, path, hash(name + path), 10, 1});
    }
  return all;
}
struct characters {
  void encode(std::string_view text, std::vector<token_id>& ids) const {
    for (char c : text) ids.push_back(1000 + c);
  }
};
}  // namespace

TEST_CASE("files are grouped by language, then repository") {
  auto const all = files(3, 8);
  auto const order = order_for(all, grouping::by_language_then_repository, file_order::random, 1);
  REQUIRE(order.ends == std::vector<std::uint64_t>{4, 8, 12, 16, 20, 24});
  for (std::size_t i = 0; i < 24; ++i) {
    CHECK(all[order.files[i]].language == (i < 12 ? language::python : language::go));
    CHECK(all[order.files[i]].repository == "r" + std::to_string(i / 4 % 3));
  }
  auto reversed = all;
  std::reverse(reversed.begin(), reversed.end());
  auto const again = order_for(reversed, grouping::by_language_then_repository, file_order::random, 1);
  for (std::size_t i = 0; i < 24; ++i) CHECK(reversed[again.files[i]].document == all[order.files[i]].document);
  CHECK(order_for(all, grouping::by_language_then_repository, file_order::random, 2).files != order.files);
}

TEST_CASE("files of a repository stand by path if asked") {
  auto const all = files(2, 8);
  auto const order = order_for(all, grouping::by_repository, file_order::path, 1);
  REQUIRE(order.ends == std::vector<std::uint64_t>{8, 16});
  for (std::size_t i = 0; i < 16; ++i) CHECK(all[order.files[i]].path == std::to_string(i % 8));
}

TEST_CASE("single files, and files of no known repository, stand alone") {
  auto all = files(2, 3);
  CHECK(order_for(all, grouping::by_file, file_order::random, 1).ends.size() == 6);
  for (auto& f : all) f.repository.clear();
  CHECK(order_for(all, grouping::by_repository, file_order::random, 1).ends.size() == 6);
}

TEST_CASE("copies come in rounds, and a limit draws whole groups") {
  auto all = files(5, 4);
  all[7].copies = 3;
  all[8].copies = 0;
  auto const order = order_for(all, grouping::by_repository, file_order::random, 1);
  CHECK(order.files.size() == 21);
  CHECK(order.files[19] == 7);
  CHECK(order.files[20] == 7);
  all[7].copies = all[8].copies = 1;
  auto const limited = order_for(all, grouping::by_repository, file_order::random, 1, 50);
  CHECK(limited.files.size() == 8);  // 44 tokens a repository: the second reaches the limit
  CHECK(limited.ends.size() == 2);
}

TEST_CASE("Python reaches its share by repeating the short side, then by thinning the other") {
  auto const share = [](int python, int go, int rust, double wanted) {
    std::vector<mixable> all;
    auto const add = [&](language l, int n) {
      for (int i = 0; i < n; ++i) all.push_back({l, hash(std::to_string(int(l)) + "/" + std::to_string(i)), 90 + i % 20});
    };
    add(language::python, python), add(language::go, go), add(language::rust, rust);
    auto const copies = copies_for_share(all, wanted);
    double tokens[3] = {};
    std::uint32_t most = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      auto const l = all[i].language == language::python ? 0 : all[i].language == language::go ? 1 : 2;
      tokens[l] += double(all[i].tokens) * copies[i];
      most = std::max(most, copies[i]);
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

TEST_CASE("a gap in the middle loses nothing and cuts no character") {
  std::string const text =
      "ab\xc3\xa9\xe4\xb8\xad"
      "cdef\xf0\x9f\x98\x80g";
  int rearranged = 0;
  for (int i = 0; i < 400; ++i) {
    auto const id = "document " + std::to_string(i);
    rearranged += fills_in_middle(id, 0.5, 3);
    std::vector<token_id> ids;
    encode_with_gap(characters{}, id, text, 3, ids);
    std::string parts[3];
    int part = -1;
    for (auto t : ids) {
      if (t < 100)
        ++part;
      else
        parts[part] += char(t - 1000);
    }
    CHECK(ids[0] == config::sentinel_id("<fim_prefix>"));
    CHECK(parts[0] + parts[2] + parts[1] == text);
    for (auto const& p : parts) CHECK((p.empty() || (static_cast<unsigned char>(p[0]) & 0xc0) != 0x80));
  }
  CHECK((rearranged > 150 && rearranged < 250));
  CHECK(!fills_in_middle("x", 0, 3));
}

TEST_CASE("best fit cuts only what is longer than a bin") {
  std::vector<std::int64_t> const lengths{5, 25, 3, 7, 10, 2};
  auto const bins = best_fit(lengths, 10);
  std::vector<std::int64_t> seen(lengths.size());
  for (auto const& bin : bins) {
    std::int64_t in_bin = 0;
    for (auto const& p : bin) {
      CHECK(p.begin % 10 == 0);
      seen[p.item] += p.length;
      in_bin += p.length;
    }
    CHECK(in_bin <= 10);
  }
  CHECK(seen == lengths);
  CHECK(bins.size() == 6);  // 52 tokens, none wasted by cutting: {5,5} {10} {10} {3,7} {10} {2}
}
