// SPDX-License-Identifier: Apache-2.0
// A head on disk: safetensors with the names that BertForSequenceClassification uses, and in the file's metadata, as JSON,
// everything that a reader must know to use it (shape, recipe, encoder) and may want to know (metrics, seed, counts).
#pragma once

#include <snowcoder/annotate/head.hpp>
#include <snowcoder/annotate/head_training.hpp>
#include <snowcoder/core/enum_name.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/io/json_field.hpp>
#include <snowcoder/io/safetensors.hpp>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace snowcoder::annotate {

/// A head with what decides whether it may be used: the encoder whose vectors it was trained on and the draw that named the
/// documents it has never seen.
struct stored_head {
  head trained;
  std::string encoder;  ///< hash, see io::encoder_folder::content_hash
  std::uint64_t seed = 0;
  io::json about;  ///< the whole metadata
};

/// Quality as JSON; numbers that do not exist (an AUC without negatives) are null.
inline io::json json_of(head_quality const& q) {
  auto const number = [](double v) { return std::isfinite(v) ? io::json(v) : io::json(nullptr); };
  io::json bins = io::json::array(), languages = io::json::array();
  for (auto const& b : q.calibration)
    bins.push_back({{"low", b.low},
                    {"high", b.high},
                    {"count", b.count},
                    {"predicted", number(b.predicted)},
                    {"observed", number(b.observed)}});
  for (auto const& c : q.by_language)
    languages.push_back({{"language", config::title(c.language)},
                         {"true_positives", c.true_positives},
                         {"false_positives", c.false_positives},
                         {"true_negatives", c.true_negatives},
                         {"false_negatives", c.false_negatives}});
  return {{"quality", number(q.quality)},   {"macro_f1", number(q.macro_f1)},
          {"roc_auc", number(q.roc_auc)},   {"calibration_error", number(calibration_error(q.calibration))},
          {"loss", number(q.loss)},         {"epoch", q.epoch},
          {"trained", q.trained},           {"held_out", q.held_out},
          {"calibration", std::move(bins)}, {"by_language", std::move(languages)}};
}

/// `about` gets shape, recipe, width, encoder and seed added.
inline expected<void> write_head(std::filesystem::path const& path, stored_head const& h) {
  auto const& t = h.trained;
  io::json about{
      {"shape", name_of(t.shape)}, {"recipe", name_of(t.recipe)}, {"width", t.width}, {"encoder", h.encoder}, {"seed", h.seed}};
  if (h.about.is_object()) about.update(h.about);
  std::vector<io::tensor> tensors;
  auto const bias = std::span(t.parameters).subspan(std::size_t(t.pool_size() + t.width), 1);
  if (t.pool_size()) {
    tensors.push_back(io::tensor_of<float>("pooler.dense.weight", {t.width, t.width}, t.pool_weight()));
    tensors.push_back(io::tensor_of<float>("pooler.dense.bias", {t.width}, t.pool_bias()));
  }
  tensors.push_back(io::tensor_of<float>("classifier.weight", {1, t.width}, t.weight()));
  tensors.push_back(io::tensor_of<float>("classifier.bias", {1}, bias));
  return io::write_safetensors(path, tensors, {{"snowcoder.head", io::to_line(about)}});
}

inline expected<stored_head> read_head(std::filesystem::path const& path) {
  auto const where = path.string();
  auto const refuse = [&](std::string what) { return failure(std::move(what), where, "train it with `annotate train`"); };
  SNOWCODER_TRY(auto file, io::safetensors::open(path));
  auto const found = file.metadata().find("snowcoder.head");
  if (found == file.metadata().end()) return refuse("not an annotator head");
  stored_head h;
  SNOWCODER_TRY(h.about, io::parse_json(found->second, where));
  auto const shape = from_name<config::head_shape>(io::text_or(h.about, "shape"));
  auto const recipe = from_name<config::annotator_recipe>(io::text_or(h.about, "recipe"));
  auto const width = io::value_or_null(h.about, "width"), seed = io::value_or_null(h.about, "seed");
  if (!shape || !recipe || !width.is_number_unsigned() || !seed.is_number_unsigned())
    return refuse("head without shape, recipe, width or seed");
  if (width.get<std::uint64_t>() == 0 || width.get<std::uint64_t>() > 65536) return refuse("head of an impossible width");
  h.encoder = io::text_or(h.about, "encoder");
  h.seed = seed.get<std::uint64_t>();
  h.trained = {*shape, *recipe, width.get<std::int64_t>(), {}};
  std::int64_t stored = 0;
  for (auto const& t : file.tensors()) stored += t.size();
  if (stored < head::size(*shape, h.trained.width)) return refuse("head with fewer weights than its width needs");
  h.trained.parameters.resize(std::size_t(head::size(*shape, h.trained.width)));
  auto const all = std::span(h.trained.parameters);
  auto const w = std::size_t(h.trained.width), pool = std::size_t(h.trained.pool_size());
  if (pool) {
    SNOWCODER_CHECK(file.read_floats("pooler.dense.weight", all.first(w * w)));
    SNOWCODER_CHECK(file.read_floats("pooler.dense.bias", all.subspan(w * w, w)));
  }
  SNOWCODER_CHECK(file.read_floats("classifier.weight", all.subspan(pool, w)));
  SNOWCODER_CHECK(file.read_floats("classifier.bias", all.subspan(pool + w, 1)));
  for (auto v : h.trained.parameters)
    if (!std::isfinite(v)) return refuse("head with weights that are no numbers");
  return h;
}

}  // namespace snowcoder::annotate
