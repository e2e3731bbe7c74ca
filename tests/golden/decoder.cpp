// SPDX-License-Identifier: Apache-2.0
// The decoder against transformers: logits, loss and every gradient, tied, untied and with documents kept apart; and against
// itself: any number of threads, any batching, finite differences, generation with a cache.
#include "support/catch.hpp"
#include "support/tolerance.hpp"

#include <snowcoder/backend/cpu/backend.hpp>
#include <snowcoder/io/safetensors.hpp>
#include <snowcoder/nn/decoder.hpp>
#include <snowcoder/nn/decoder_cache.hpp>
#include <snowcoder/nn/initialise.hpp>

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

using namespace snowcoder;
using tests::distance;
using tests::tolerance;

namespace {

constexpr config::decoder_shape tiny(bool tied) {
  return {.layers = 2, .width = 24, .hidden = 40, .heads = 4, .kv_heads = 2, .vocabulary = 80, .context = 20, .tied = tied};
}
struct golden_tied {
  static constexpr std::string_view name = "decoder_tied";
  static constexpr auto model = tiny(true);
};
struct golden_untied {
  static constexpr std::string_view name = "decoder_untied";
  static constexpr auto model = tiny(false);
};
/// Token 0 opens a document; a key head for every query head.
struct golden_masked {
  static constexpr std::string_view name = "decoder_masked";
  static constexpr config::decoder_shape model{
      .layers = 2, .width = 24, .hidden = 40, .heads = 4, .kv_heads = 4, .vocabulary = 80, .context = 150};
  static constexpr std::int32_t opening = 0;
};
/// Longer than a block of queries, so that tiles and their remainders are met.
struct long_context {
  static constexpr std::string_view name = "long_context";
  static constexpr config::decoder_shape model{
      .layers = 2, .width = 32, .hidden = 48, .heads = 4, .kv_heads = 2, .vocabulary = 300, .context = 300};
};

template <class R>
struct fixture {
  std::vector<float> weights, gradients, logits, losses;
  std::vector<std::int32_t> tokens;
  std::int64_t sequences, length;
  float scale;

  fixture() {
    auto const folder = std::filesystem::path(__FILE__).parent_path() / R::name;
    auto const read = [&](char const* name) {
      auto file = io::safetensors::open(folder / name);
      if (!file) throw std::runtime_error(file.error().message());
      return std::move(*file);
    };
    auto const w = read("weights.safetensors"), g = read("gradients.safetensors"), step = read("step.safetensors");
    weights.resize(std::size_t(config::parameters(R::model)));
    gradients.resize(weights.size());
    REQUIRE(w.tensors().size() == nn::decoder_parameters<R>().size());
    for (auto const& p : nn::decoder_parameters<R>()) {
      auto const at = std::size_t(p.offset), n = std::size_t(p.size());
      REQUIRE(w.read_floats(p.name, std::span(weights).subspan(at, n)));
      REQUIRE(g.read_floats(p.name, std::span(gradients).subspan(at, n)));
    }
    auto const ids = step.find("tokens");
    REQUIRE(ids);
    auto const elements = ids->template elements<std::int32_t>();
    tokens.assign(elements.begin(), elements.end());
    sequences = ids->shape[0];
    length = ids->shape[1] - 1;
    logits = *step.floats("logits");
    losses = *step.floats("losses");
    scale = 1.0f / float(losses.size());
  }
  matrix_view<std::int32_t const> inputs_and_targets() const { return {tokens.data(), sequences, length + 1}; }
  matrix_view<std::int32_t const> inputs() const { return {tokens.data(), sequences, length, length + 1}; }
};

template <class R, class T>
std::vector<float> gradient_of(int threads, std::vector<float> const& weights, matrix_view<std::int32_t const> tokens,
                               int batch, cpu::bfloat16_products products = cpu::bfloat16_products::native) {
  cpu::device device(threads, products);
  nn::decoder<R, cpu::device, T> model(device, batch);
  model.load(weights.data());
  std::vector<float> gradient(weights.size());
  for (std::int64_t i = 0; i < tokens.rows; i += batch)
    model.loss_and_gradient(tokens.slice(i, std::min<std::int64_t>(batch, tokens.rows - i)), 0.25f, gradient.data());
  return gradient;
}

template <class R, class T>
void agrees_with_transformers() {
  fixture<R> const expected;
  cpu::device device(2);
  nn::decoder<R, cpu::device, T> model(device, int(expected.sequences));
  model.load(expected.weights.data());
  if constexpr (requires { R::opening; }) model.keep_documents_apart(R::opening);

  std::vector<float> logits(expected.logits.size());
  model.logits(expected.inputs(), logits.data());
  CHECK(distance(logits.data(), expected.logits.data(), std::int64_t(logits.size())) < tolerance<T>::decoder_logits);

  std::vector<float> losses(expected.losses.size());
  double const sum = model.loss(expected.inputs_and_targets(), losses.data());
  double const mean = std::accumulate(expected.losses.begin(), expected.losses.end(), 0.0) * double(expected.scale);
  CHECK(std::abs(sum * double(expected.scale) - mean) < tolerance<T>::decoder_loss);
  CHECK(distance(losses.data(), expected.losses.data(), std::int64_t(losses.size())) < tolerance<T>::decoder_logits);

  std::vector<float> gradient(expected.weights.size());
  CHECK(model.loss_and_gradient(expected.inputs_and_targets(), expected.scale, gradient.data()) == sum);
  for (auto const& p : nn::decoder_parameters<R>()) {
    INFO(p.name);
    CHECK(distance(gradient.data() + p.offset, expected.gradients.data() + p.offset, p.size()) <
          tolerance<T>::decoder_gradient);
  }
}

template <class R>
std::vector<std::int32_t> some_tokens(std::int64_t count) {
  std::vector<std::int32_t> tokens(static_cast<std::size_t>(count));
  draws const source("test tokens", 7);
  for (std::size_t i = 0; i < tokens.size(); ++i) tokens[i] = std::int32_t(source.below(R::model.vocabulary, i));
  return tokens;
}

template <class R>
std::vector<float> some_weights() {
  std::vector<float> weights(std::size_t(config::parameters(R::model)));
  nn::initialise<R>(weights.data(), 3);
  for (auto& w : weights)
    if (w != 1.0f) w *= 10;  // far enough from uniform that attention matters
  return weights;
}

}  // namespace

TEST_CASE("logits, loss and every gradient agree with transformers", "[golden]") {
  SECTION("tied, float") { agrees_with_transformers<golden_tied, float>(); }
  SECTION("untied, float") { agrees_with_transformers<golden_untied, float>(); }
  SECTION("tied, bfloat16") { agrees_with_transformers<golden_tied, bfloat16>(); }
  SECTION("untied, bfloat16") { agrees_with_transformers<golden_untied, bfloat16>(); }
  SECTION("documents apart, float") { agrees_with_transformers<golden_masked, float>(); }
  SECTION("documents apart, bfloat16") { agrees_with_transformers<golden_masked, bfloat16>(); }
}

TEST_CASE("what lies in another document changes no logit", "[golden]") {
  using R = long_context;
  auto tokens = some_tokens<R>(280);
  for (auto& id : tokens) id = std::max(id, 1);
  tokens[10] = tokens[200] = 0;
  auto const weights = some_weights<R>();
  auto const logits_of = [&](std::optional<std::int32_t> opening) {
    cpu::device device(2);
    nn::decoder<R, cpu::device, float> model(device, 1);
    model.load(weights.data());
    model.keep_documents_apart(opening);
    std::vector<float> logits(tokens.size() * std::size_t(R::model.vocabulary));
    model.logits({tokens.data(), 1, std::int64_t(tokens.size())}, logits.data());
    return logits;
  };
  auto const apart = logits_of(0), together = logits_of(std::nullopt);
  for (std::size_t i = 20; i < 190; ++i) tokens[i] = tokens[i] % 299 + 1;
  auto const other = logits_of(0), other_together = logits_of(std::nullopt);
  auto const last_document = std::ptrdiff_t(200 * R::model.vocabulary);
  CHECK(std::equal(apart.begin() + last_document, apart.end(), other.begin() + last_document));
  CHECK_FALSE(std::equal(together.begin() + last_document, together.end(), other_together.begin() + last_document));
  CHECK(apart != together);
}

TEMPLATE_TEST_CASE("the gradient has the same bits for any number of threads", "[golden]", float, bfloat16) {
  auto const weights = some_weights<long_context>();
  auto const tokens = some_tokens<long_context>(3 * 291);
  matrix_view<std::int32_t const> const batch(tokens.data(), 3, 291);
  auto const one = gradient_of<long_context, TestType>(1, weights, batch, 3);
  CHECK(one == gradient_of<long_context, TestType>(3, weights, batch, 3));
  CHECK(one == gradient_of<long_context, TestType>(5, weights, batch, 3));
}

TEMPLATE_TEST_CASE("how sequences are batched changes no bit of loss and gradient", "[golden]", float, bfloat16) {
  using R = long_context;
  auto const weights = some_weights<R>();
  auto const tokens = some_tokens<R>(4 * 257);
  matrix_view<std::int32_t const> const batch(tokens.data(), 4, 257);
  struct outcome {
    double loss = 0;
    std::vector<float> gradient, lookups;
    bool operator==(outcome const&) const = default;
  };
  auto const in_batches_of = [&](int size) {
    cpu::device device(2);
    nn::decoder<R, cpu::device, TestType> model(device, size);
    model.load(weights.data());
    outcome o{0, std::vector<float>(weights.size()), std::vector<float>(std::size_t(R::model.vocabulary * R::model.width))};
    for (std::int64_t i = 0; i < batch.rows; i += size)
      o.loss += model.loss_and_gradient(batch.slice(i, std::min<std::int64_t>(size, batch.rows - i)), 0.25f, o.gradient.data(),
                                        o.lookups.data());
    return o;
  };
  auto const apart = in_batches_of(1);
  CHECK(apart == in_batches_of(4));
  CHECK(apart == in_batches_of(3));
}

TEST_CASE("a CPU without bfloat16 products trains in bfloat16 by widening", "[golden]") {
  auto const weights = some_weights<golden_tied>();
  auto const tokens = some_tokens<golden_tied>(2 * 21);
  matrix_view<std::int32_t const> const batch(tokens.data(), 2, 21);
  auto const native = gradient_of<golden_tied, bfloat16>(2, weights, batch, 2);
  auto const wide = gradient_of<golden_tied, bfloat16>(2, weights, batch, 2, cpu::bfloat16_products::widen);
  CHECK(distance(wide.data(), native.data(), std::int64_t(native.size())) < tolerance<bfloat16>::decoder_gradient);
}

TEST_CASE("the gradient is the derivative of the loss", "[golden]") {
  using R = long_context;
  auto const weights = some_weights<R>();
  auto const tokens = some_tokens<R>(2 * 150);
  matrix_view<std::int32_t const> const batch(tokens.data(), 2, 150);
  cpu::device device(2);
  nn::decoder<R, cpu::device, float> model(device, 2);
  model.load(weights.data());
  std::vector<float> gradient(weights.size());
  model.loss_and_gradient(batch, 1.0f, gradient.data());
  for (auto const& p : nn::decoder_parameters<R>()) {
    INFO(p.name);
    double const norm = std::sqrt(cpu::sum_of_squares(device, gradient.data() + p.offset, p.size()));
    REQUIRE(norm > 0);
    // A step along the tensor's own gradient that changes the loss by about half a nat in 300.
    double const step = 0.25 / norm;
    auto const loss_at = [&](double sign) {
      auto moved = weights;
      for (std::int64_t i = p.offset; i < p.offset + p.size(); ++i)
        moved[std::size_t(i)] += float(sign * step * double(gradient[std::size_t(i)]) / norm);
      model.load(moved.data());
      return model.loss(batch);
    };
    CHECK((loss_at(1) - loss_at(-1)) / (2 * step) == Approx(norm).epsilon(tests::finite_difference));
  }
}

TEMPLATE_TEST_CASE("generating with a cache gives the logits of the full pass", "[golden]", float, bfloat16) {
  using R = long_context;
  auto const host = some_weights<R>();
  auto const tokens = some_tokens<R>(R::model.context);
  cpu::device device(2);
  nn::decoder<R, cpu::device, TestType> model(device, 1);
  model.load(host.data());
  std::vector<float> all(tokens.size() * std::size_t(R::model.vocabulary));
  model.logits({tokens.data(), 1, std::int64_t(tokens.size())}, all.data());

  nn::decoder_weights<R, cpu::device, TestType> weights(device);
  weights.load(host.data());
  nn::decoder_cache<R, cpu::device, TestType> cache(device, weights);
  for (int round = 0; round < 2; ++round) {
    cache.reset();
    std::size_t done = 0;
    for (std::size_t count : {270, 1, 1, 17, 1, 10}) {
      auto const logits = cache.append(std::span(tokens).subspan(done, count));
      done += count;
      REQUIRE(cache.size() == std::int64_t(done));
      CHECK(distance(logits.data(), all.data() + (done - 1) * logits.size(), std::int64_t(logits.size())) <
            tolerance<TestType>::cache);
    }
  }
}
