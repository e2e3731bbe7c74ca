// SPDX-License-Identifier: Apache-2.0
// Which windows of a file are read, and what the embedder makes of them: every distinct window once, vectors in place.
#include "support/catch.hpp"

#include <snowcoder/annotate/embedder.hpp>
#include <snowcoder/annotate/section_scorer.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>
#include <string>
#include <vector>

using namespace snowcoder;
using annotate::sections_of;
using annotate::window;
using config::sections;

namespace {

/// A token per character; [CLS] is 1000, [SEP] 1001.
struct letter_tokenizer {
  void encode(std::string_view text, std::vector<std::int32_t>& ids) const {
    for (char c : text) ids.push_back(static_cast<unsigned char>(c));
  }
  int cls() const { return 1000; }
  int sep() const { return 1001; }
};
/// A vector of (sum of ids, length, first content id); remembers what it was given.
struct counting_encoder {
  static constexpr std::int64_t width = 3;
  std::int64_t batches = 0, sections = 0, largest = 0;
  std::int64_t capacity() const { return 40; }
  void forward(std::span<std::int32_t const> ids, std::span<std::int64_t const> offsets, float* out) {
    ++batches;
    largest = std::max(largest, std::int64_t(ids.size()));
    for (std::size_t s = 0; s + 1 < offsets.size(); ++s, ++sections) {
      auto const part = ids.subspan(std::size_t(offsets[s]), std::size_t(offsets[s + 1] - offsets[s]));
      REQUIRE(part.front() == 1000);
      REQUIRE(part.back() == 1001);
      out[s * 3] = float(std::accumulate(part.begin(), part.end(), 0));
      out[s * 3 + 1] = float(part.size());
      out[s * 3 + 2] = float(part[1]);
    }
  }
};

}  // namespace

TEST_CASE("top, middle and bottom of known lengths") {
  auto const at = [](std::int64_t n) { return sections_of(n, sections::top_middle_bottom, 512); };
  for (std::int64_t n : {0, 1, 509, 510}) {
    CHECK(at(n).distinct == 1);
    CHECK(at(n).windows[0] == window{0, n});
  }
  CHECK(at(511).distinct == 2);  // 0, floor(1 / 2) = 0, 1
  CHECK(at(511).windows[1] == window{1, 510});
  CHECK(at(511).slot == std::array{0, 0, 1});
  CHECK(at(512).distinct == 3);
  CHECK(at(512).windows[1] == window{1, 510});
  CHECK(at(1530).windows[1] == window{510, 510});
  CHECK(at(100'001).windows[1] == window{49'745, 510});
  CHECK(at(100'001).windows[2] == window{99'491, 510});
}

TEST_CASE("the other rules, and windows that stay inside the file") {
  CHECK(sections_of(9000, sections::head, 512).distinct == 1);
  CHECK(sections_of(9000, sections::head, 512).windows[0] == window{0, 510});
  auto const thirds = sections_of(9001, sections::thirds, 512);
  CHECK(thirds.windows[1] == window{3000, 510});
  CHECK(thirds.windows[2] == window{6000, 510});
  CHECK(sections_of(600, sections::thirds, 512).windows[2] == window{400, 200});
  for (auto rule : {sections::top_middle_bottom, sections::head, sections::thirds})
    for (std::int64_t n = 0; n < 60; ++n) {
      auto const f = sections_of(n, rule, 10);
      REQUIRE(f.distinct >= 1);
      std::set<std::int64_t> starts;
      for (int i = 0; i < f.distinct; ++i) {
        auto const w = f.windows[std::size_t(i)];
        CHECK((w.first >= 0 && w.first + w.count <= n && w.count <= 8));
        starts.insert(w.first);
      }
      CHECK(int(starts.size()) == f.distinct);
      for (auto s : f.slot) CHECK((s >= 0 && s < f.distinct));
    }
}

TEST_CASE("texts are embedded in their order, in batches under the budget") {
  std::vector<std::string> texts{"abc", "", std::string(50, 'x') + std::string(50, 'y'), "z", "abcdefghi", "xxxxxxxx"};
  std::vector<std::string_view> const views(texts.begin(), texts.end());
  counting_encoder encoder;
  thread_pool threads(2);
  auto const all = annotate::embed_texts(std::span<std::string_view const>(views), letter_tokenizer(), encoder, threads,
                                         sections::top_middle_bottom, 10);
  REQUIRE(all.size() == texts.size());
  CHECK(all[0].vectors == std::vector<float>{1000 + 1001 + 'a' + 'b' + 'c', 5, 'a'});
  CHECK(all[1].vectors == std::vector<float>{2001, 2, 1001});
  CHECK(all[2].sections.distinct == 3);
  CHECK(all[2].vectors[2] == float('x'));
  CHECK(all[2].vectors[8] == float('y'));
  CHECK(all[2].tokens == 100);
  CHECK(all[4].sections.distinct == 2);          // 9 tokens in windows of 8
  CHECK(encoder.sections == 1 + 1 + 3 + 1 + 2);  // the last text's section is that of a file before it
  CHECK(std::equal(all[5].vectors.begin(), all[5].vectors.end(), all[2].vectors.begin()));
  CHECK(encoder.largest <= encoder.capacity());
}

TEST_CASE("a file's score is the mean over its sections; equal files are encoded once") {
  annotate::head second{config::head_shape::linear, config::annotator_recipe::edu, 3, {0, 1, 0, 0}};  // the section's length
  annotate::head classifier{config::head_shape::linear, config::annotator_recipe::hq, 3, {0, 0, 0.01f, -1}};
  counting_encoder encoder;
  letter_tokenizer const tokenizer;
  thread_pool threads(2);
  config::annotator const settings{.section = 10};
  annotate::section_scorer scorer(tokenizer, encoder, threads, {{"edu", second}, {"hq", classifier}}, settings);
  std::vector<document> page(3);
  page[0].id = "a", page[0].text = "abcdefghi";
  page[1].id = "b", page[1].text = "ab";
  page[2].id = "c", page[2].text = "abcdefghi";
  auto const scores = scorer.score_page(page);
  CHECK(encoder.sections == 3);
  CHECK(scorer.names() == std::vector<std::string>{"edu", "hq"});
  CHECK(scores[0][0].value == 10);  // the raw mean: no sigmoid on a regressor
  CHECK(scores[0][1].value == 4);
  CHECK(scores[0][2].id == "c");
  CHECK(scores[1][2].logits == scores[1][0].logits);
  double const top = annotate::sigmoid(double(float(0.01f * 'a' - 1))),
               bottom = annotate::sigmoid(double(float(0.01f * 'b' - 1)));
  CHECK(scores[1][0].value == Approx((2 * top + bottom) / 3).epsilon(1e-6));  // windows at 0, 0 and 1
  CHECK(scores[1][0].sections == 2);
  CHECK(scores[1][0].tokens == 9);
}

TEST_CASE("a vector that is not finite is a score that is no number, whatever the head makes of it") {
  struct overflowing_encoder : counting_encoder {
    void forward(std::span<std::int32_t const> ids, std::span<std::int64_t const> offsets, float* out) {
      counting_encoder::forward(ids, offsets, out);
      for (std::size_t s = 0; s + 1 < offsets.size(); ++s)
        if (out[s * 3 + 2] == float('b')) out[s * 3] = std::numeric_limits<float>::infinity();
    }
  } encoder;
  annotate::head pooled{config::head_shape::pooled_tanh, config::annotator_recipe::hq, 3, std::vector<float>(16, 0.5f)};
  REQUIRE(std::isfinite(pooled(std::array{std::numeric_limits<float>::infinity(), 1.0f, 1.0f})));
  letter_tokenizer const tokenizer;
  thread_pool threads(2);
  config::annotator const settings{.section = 10};
  annotate::section_scorer scorer(tokenizer, encoder, threads, {{"hq", pooled}}, settings);
  std::vector<document> page(3);
  page[0].text = "abcdefgh", page[1].text = "abcdefghi", page[2].text = "b";  // the second's last window begins with b
  auto const scores = scorer.score_page(page);
  CHECK(std::isfinite(scores[0][0].value));
  CHECK(std::isnan(scores[0][1].value));
  CHECK(std::isnan(scores[0][2].value));
}
