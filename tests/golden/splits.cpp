// SPDX-License-Identifier: Apache-2.0
// Pieces against Hugging Face's, on texts chosen to tell implementations apart (make_split_golden.py), and the spelling of
// every splitter against the published files'.
#include "support/catch.hpp"

#include <snowcoder/io/json.hpp>
#include <snowcoder/io/pre_tokenizer_json.hpp>
#include <snowcoder/tokenize/any_splitter.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

using namespace snowcoder;
using lengths = std::vector<std::size_t>;

TEST_CASE("every splitter cuts as Hugging Face does", "[golden]") {
  auto const file = io::read_json(std::filesystem::path(SNOWCODER_TESTS_DIR) / "golden/splits/cuts.json");
  REQUIRE(file);
  auto const texts = (*file)["texts"].get<std::vector<std::string>>();
  int seen = 0;
  tokenize::shipped_splitters::each([&]<class Splitter>() {
    std::string const name(Splitter::name);
    auto const& row = (*file)[name];
    INFO(name);
    CHECK(io::splitter_of(row["pre_tokenizer"]) == name);
    CHECK(io::pre_tokenizer_of(name).dump() == row["pre_tokenizer"].dump());
    for (std::size_t i = 0; i < texts.size(); ++i) {
      auto const expected = row["bytes"][i].get<lengths>();
      lengths by_masks, by_plain_masks, by_matching;
      using namespace tokenize::detail;
      Splitter::split(texts[i], [&](std::string_view piece) { by_masks.push_back(piece.size()); });
      split_by_masks<Splitter, plain_masks>(texts[i], [&](std::string_view piece) { by_plain_masks.push_back(piece.size()); });
      split_by_matching<Splitter>(texts[i], [&](std::string_view piece) { by_matching.push_back(piece.size()); });
      INFO(texts[i]);
      CHECK(by_masks == expected);
      CHECK(by_plain_masks == expected);
      CHECK(by_matching == expected);
    }
    ++seen;
  });
  CHECK(seen == 7);
}
