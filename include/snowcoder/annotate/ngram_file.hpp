// SPDX-License-Identifier: Apache-2.0
// An n-gram model on disk: safetensors, its settings and what it was trained on as JSON in the file's metadata.
#pragma once

#include <snowcoder/annotate/ngram_model.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/io/json_field.hpp>
#include <snowcoder/io/safetensors.hpp>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace snowcoder::annotate {

struct stored_ngrams {
  ngram_model model;
  std::uint64_t seed = 0;
  io::json about;  ///< the whole metadata
};

/// `about` gets order, bits and seed added.
inline expected<void> write_ngrams(std::filesystem::path const& path, stored_ngrams const& n) {
  io::json about{{"order", n.model.settings.order}, {"bits", n.model.settings.bits}, {"seed", n.seed}};
  if (n.about.is_object()) about.update(n.about);
  std::vector<io::tensor> const tensors{
      io::tensor_of<float>("ngram.weight", {std::int64_t(n.model.weights.size())}, std::span(n.model.weights)),
      io::tensor_of<float>("ngram.bias", {1}, std::span(&n.model.bias, 1))};
  return io::write_safetensors(path, tensors, {{"snowcoder.ngram", io::to_line(about)}});
}

inline expected<stored_ngrams> read_ngrams(std::filesystem::path const& path) {
  auto const where = path.string();
  auto const refuse = [&](std::string what) { return failure(std::move(what), where, "train it with `annotate ngram`"); };
  SNOWCODER_TRY(auto file, io::safetensors::open(path));
  auto const found = file.metadata().find("snowcoder.ngram");
  if (found == file.metadata().end()) return refuse("not an n-gram model");
  stored_ngrams n;
  SNOWCODER_TRY(n.about, io::parse_json(found->second, where));
  auto const order = io::value_or_null(n.about, "order"), bits = io::value_or_null(n.about, "bits"),
             seed = io::value_or_null(n.about, "seed");
  // Compared as numbers of C++: the JSON library takes 2^64 - 1 for -1 beside a signed one.
  auto const within = [](io::json const& v, std::uint64_t most) {
    return v.is_number_unsigned() && v.get<std::uint64_t>() >= 1 && v.get<std::uint64_t>() <= most;
  };
  if (!within(order, 16) || !within(bits, 28) || !seed.is_number_unsigned())
    return refuse("n-gram model without order, bits or seed");
  n.seed = seed.get<std::uint64_t>();
  n.model.settings.order = order.get<int>();
  n.model.settings.bits = bits.get<int>();
  n.model.weights.resize(std::size_t(1) << n.model.settings.bits);
  SNOWCODER_CHECK(file.read_floats("ngram.weight", n.model.weights));
  SNOWCODER_CHECK(file.read_floats("ngram.bias", std::span(&n.model.bias, 1)));
  if (!std::isfinite(n.model.bias)) return refuse("n-gram model with weights that are no numbers");
  for (auto w : n.model.weights)
    if (!std::isfinite(w)) return refuse("n-gram model with weights that are no numbers");
  return n;
}

}  // namespace snowcoder::annotate
