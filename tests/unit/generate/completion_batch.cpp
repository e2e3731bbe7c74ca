// SPDX-License-Identifier: Apache-2.0
// Answers in company are the answers alone, in any number of slots.
#include "support/byte_codec.hpp"
#include "support/catch.hpp"

#include <snowcoder/generate/completion_batch.hpp>

#include <map>
#include <set>
#include <string>
#include <vector>

using namespace snowcoder;
using namespace snowcoder::generate;

namespace {

/// Logits from a hash of everything that a sequence has read: it cannot feel its slot, only its own tokens.
struct hashing_model {
  std::int64_t slot_count, room = 40;
  std::vector<std::vector<token_id>> read = std::vector<std::vector<token_id>>(std::size_t(slot_count));
  std::vector<float> rows = {};
  std::size_t widest_step = 0;

  void judge(std::span<token_id const> ids, float* out) const {
    draws const source("logits", hash64(std::string_view(reinterpret_cast<char const*>(ids.data()), ids.size_bytes())));
    for (std::size_t i = 0; i < 128; ++i)
      out[i] = float(6 * source.uniform(i)) + (i > 97 && i < 102 ? 3 : 0) - (i == 0 ? 1 : 0);
  }
  std::span<float const> append(std::int64_t slot, std::span<token_id const> ids,
                                std::function<void(std::int64_t, std::span<float const>)> const& each) {
    auto& held = read[std::size_t(slot)];
    rows.resize(128);
    for (std::size_t i = 0; i < ids.size(); ++i) {
      held.push_back(ids[i]);
      judge(held, rows.data());
      if (each) each(std::int64_t(i), rows);
    }
    REQUIRE(std::int64_t(held.size()) <= room);
    return rows;
  }
  matrix_view<float const> step(std::span<std::int64_t const> slots, std::span<token_id const> ids) {
    CHECK(std::set<std::int64_t>(slots.begin(), slots.end()).size() == slots.size());
    widest_step = std::max(widest_step, slots.size());
    rows.resize(128 * slots.size());
    for (std::size_t i = 0; i < slots.size(); ++i) {
      auto& held = read[std::size_t(slots[i])];
      held.push_back(ids[i]);
      REQUIRE(std::int64_t(held.size()) <= room);
      judge(held, rows.data() + 128 * i);
    }
    return {rows.data(), std::int64_t(slots.size()), 128};
  }
  void reset(std::int64_t slot) { read[std::size_t(slot)].clear(); }
  std::int64_t size(std::int64_t slot) const { return std::int64_t(read[std::size_t(slot)].size()); }
  std::int64_t slots() const { return slot_count; }
  std::int64_t context() const { return room; }
};

std::vector<batch_request> some_requests() {
  std::vector<batch_request> all;
  for (int i = 0; i < 17; ++i) {
    batch_request r;
    r.prompt = byte_codec{}.encode("prompt " + std::string(std::size_t(i % 5) * 6, char('a' + i)));
    r.options.new_tokens = i % 7 == 3 ? 0 : 3 + i * 5 % 31;
    r.options.sampling = {i % 3 ? 0.8 : 0.0, i % 2 ? 0.9 : 1.0, std::uint64_t(i)};
    if (i % 4 == 0) r.options.stop = {"bc", "dd"};
    r.options.judged = i % 5 == 0;
    all.push_back(std::move(r));
  }
  return all;
}

struct outcome {
  std::vector<completion> answers;
  std::vector<std::string> told;
  std::size_t widest_step;
};
outcome run(std::int64_t slots) {
  hashing_model model{slots};
  byte_codec const codec;
  completion_batch batch(model, codec);
  auto requests = some_requests();
  outcome o{std::vector<completion>(requests.size()), std::vector<std::string>(requests.size()), 0};
  std::vector<int> done(requests.size());
  for (std::size_t i = 0; i < requests.size(); ++i) {
    requests[i].said = [&o, i](std::string_view text) { return o.told[i] += text, true; };
    requests[i].done = [&o, &done, i](completion c) { o.answers[i] = std::move(c), ++done[i]; };
    batch.add(std::move(requests[i]));
  }
  while (!batch.idle()) batch.round();
  CHECK(done == std::vector<int>(done.size(), 1));
  o.widest_step = model.widest_step;
  return o;
}

}  // namespace

TEST_CASE("answers do not depend on how many are given at a time", "[generate]") {
  auto const alone = run(1);
  CHECK(alone.widest_step == 1);
  std::set<std::string> texts;
  for (auto slots : {2, 3, 8, 40}) {
    auto const together = run(slots);
    CHECK(together.widest_step > 1);
    for (std::size_t i = 0; i < alone.answers.size(); ++i) {
      auto const &a = alone.answers[i], &b = together.answers[i];
      texts.insert(a.text);
      CHECK(a.text == b.text);
      CHECK(a.tokens == b.tokens);
      CHECK(a.reason == b.reason);
      CHECK(together.told[i] == b.text);
      REQUIRE(a.choices.size() == b.choices.size());
      for (std::size_t t = 0; t < a.choices.size(); ++t) CHECK(a.choices[t].logprob == b.choices[t].logprob);
    }
  }
  CHECK(texts.size() > 10);
}

TEST_CASE("an answer that nobody hears any more makes room", "[generate]") {
  hashing_model model{1};
  byte_codec const codec;
  completion_batch batch(model, codec);
  std::vector<std::string> order;
  for (int i = 0; i < 3; ++i) {  // who left when the answer came, who stays, who left before it began
    batch_request r;
    r.prompt = codec.encode("x");
    r.options.new_tokens = 30;
    r.said = [i](std::string_view piece) { return i == 1 || (i == 0 && piece.empty()); };
    r.done = [&order, i](completion c) { order.push_back(std::to_string(i) + ":" + std::to_string(c.tokens)); };
    batch.add(std::move(r));
  }
  while (!batch.idle()) batch.round();
  REQUIRE(order.size() == 3);
  CHECK(order[0] == "0:1");
  CHECK(order[2] == "2:0");
}

TEST_CASE("a prompt can be judged without an answer", "[generate]") {
  hashing_model model{2};
  byte_codec const codec;
  completion_batch batch(model, codec);
  completion got;
  batch_request r;
  r.prompt = codec.encode("hello");
  r.options = {.new_tokens = 0, .sampling = {}, .stop = {}, .judged = true, .prompt_judged = true, .alternatives = 2};
  r.done = [&](completion c) { got = std::move(c); };
  batch.add(r);
  while (!batch.idle()) batch.round();
  REQUIRE(got.prompt_choices.size() == 5);
  CHECK_FALSE(got.prompt_choices[0].logprob);
  for (std::size_t i = 1; i < 5; ++i) {
    std::vector<float> logits(128);
    model.judge(std::span(r.prompt).first(i), logits.data());
    auto const want = choice_of(r.prompt[i], logits, 2);
    CHECK(got.prompt_choices[i].logprob == want.logprob);
    CHECK(got.prompt_choices[i].best == want.best);
    CHECK(want.best[0].first == greedy(logits));
    CHECK(want.best[0].second >= want.best[1].second);
  }
  double all = 0;
  std::vector<float> logits(128);
  model.judge(r.prompt, logits.data());
  for (token_id id = 0; id < 128; ++id) all += std::exp(*choice_of(id, logits, 0).logprob);
  CHECK(all == Approx(1));
}

TEST_CASE("drawing by a share of the probability keeps to the likeliest", "[generate]") {
  std::vector<float> logits(5000);
  for (std::size_t i = 0; i < logits.size(); ++i) logits[i] = float((i * 2654435761u) % 1000) / 100;  // 10 wide, many equal
  std::vector<double> probability;
  for (token_id id = 0; id < 5000; ++id) probability.push_back(std::exp(*choice_of(id, logits, 0).logprob));
  for (double const share : {0.05, 0.5, 0.95, 0.9999}) {
    auto const order = largest(logits, logits.size());
    double kept = 0;
    std::set<token_id> allowed;
    for (auto id : order) {
      if (kept >= share) break;
      kept += probability[std::size_t(id)];
      allowed.insert(id);
    }
    for (int i = 0; i < 300; ++i) CHECK(allowed.contains(sample(logits, {.temperature = 1, .top_p = share, .seed = 4}, i)));
  }
}
