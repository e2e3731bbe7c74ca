// SPDX-License-Identifier: Apache-2.0
// A BERT-family encoder as it is published: config.json, vocab.txt or tokenizer.json, model.safetensors, used unmodified.
// Names are found with or without the prefix "bert." and with the old LayerNorm names gamma and beta; a pooler and
// position_ids are left alone.
#pragma once

#include <snowcoder/config/shape.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/core/hash.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/io/mapped_file.hpp>
#include <snowcoder/io/safetensors.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace snowcoder::io {

namespace detail {
/// The shape that a config.json describes; its pooling is not in that file.
inline expected<config::encoder_shape> encoder_shape_of(json const& c, std::string const& where) {
  if (!c.is_object()) return failure("config.json is not an object", where, "is this an encoder's folder?");
  auto const text = [&](char const* key, std::string_view otherwise) {
    return c.contains(key) && c[key].is_string() ? c[key].get<std::string>() : std::string(otherwise);
  };
  if (auto const type = text("model_type", "bert"); type != "bert")
    return failure("model_type is \"" + type + "\"", where,
                   "only encoders of the BERT family (model_type \"bert\") can be loaded");
  if (auto const act = text("hidden_act", "gelu"); act != "gelu")
    return failure("hidden_act is \"" + act + "\"", where, "only the exact \"gelu\" is known");
  if (auto const kind = text("position_embedding_type", "absolute"); kind != "absolute")
    return failure("position_embedding_type is \"" + kind + "\"", where, "only \"absolute\" is known");
  config::encoder_shape s;
  using entry = std::pair<char const*, int config::encoder_shape::*>;
  for (auto const& [key, member] :
       {entry{"num_hidden_layers", &config::encoder_shape::layers}, entry{"hidden_size", &config::encoder_shape::width},
        entry{"intermediate_size", &config::encoder_shape::hidden}, entry{"num_attention_heads", &config::encoder_shape::heads},
        entry{"vocab_size", &config::encoder_shape::vocabulary},
        entry{"max_position_embeddings", &config::encoder_shape::positions},
        entry{"type_vocab_size", &config::encoder_shape::types}}) {
    bool const present = c.contains(key) && c[key].is_number_integer();
    auto const value = present ? c[key].get<std::int64_t>() : 0;
    if (value < 1 || value > 100'000'000)
      return failure(std::string(key) + " is missing or not a sensible number", where, "is this an encoder's folder?");
    s.*member = int(value);
  }
  if (c.contains("layer_norm_eps")) {
    if (!c["layer_norm_eps"].is_number()) return failure("layer_norm_eps is not a number", where);
    s.norm_epsilon = c["layer_norm_eps"].get<double>();
  }
  return s;
}

/// What 1_Pooling/config.json says, where there is one.
inline std::optional<config::pooling> declared_pooling(std::filesystem::path const& folder) {
  auto const path = folder / "1_Pooling" / "config.json";
  if (!std::filesystem::exists(path)) return {};
  auto const c = read_json(path);
  if (!c || !c->is_object()) return {};
  auto const set = [&](char const* key) {
    return c->contains(key) && (*c)[key].is_boolean() && (*c)[key].template get<bool>();
  };
  if (set("pooling_mode_cls_token")) return config::pooling::cls;
  if (set("pooling_mode_mean_tokens")) return config::pooling::mean;
  return {};
}
}  // namespace detail

class encoder_folder {
 public:
  static expected<encoder_folder> open(std::filesystem::path const& folder) {
    auto const config_path = folder / "config.json";
    if (!std::filesystem::is_directory(folder) || !std::filesystem::exists(config_path))
      return failure(std::filesystem::is_directory(folder) ? "no config.json in this folder" : "no such folder",
                     folder.string(), "give an encoder's folder: config.json, vocab.txt, model.safetensors");
    SNOWCODER_TRY(auto c, read_json(config_path));
    SNOWCODER_TRY(auto shape, detail::encoder_shape_of(c, config_path.string()));
    SNOWCODER_TRY(auto weights, safetensors::open(folder / "model.safetensors"));
    encoder_folder f(std::move(weights));
    f.folder_ = folder;
    f.shape_ = shape;
    f.pooling_ = detail::declared_pooling(folder);
    return f;
  }

  /// Of config.json; `pool` is what 1_Pooling says, or CLS.
  config::encoder_shape shape() const {
    auto s = shape_;
    s.pool = pooling_.value_or(config::pooling::cls);
    return s;
  }
  /// Nothing when the folder does not say.
  std::optional<config::pooling> pooling() const { return pooling_; }
  std::filesystem::path const& path() const { return folder_; }

  /// An error naming the first field in which the folder is not the shape that a recipe was compiled for. Pooling is the
  /// recipe's own decision and is not compared.
  expected<void> matches(config::encoder_shape const& wanted) const {
    std::optional<error> wrong;
    std::apply(
        [&](auto const&... f) {
          auto const compare = [&](auto const& field) {
            auto const a = wanted.*(field.member), b = shape_.*(field.member);
            if (wrong || field.name == "pool" || a == b) return;
            std::string asked, found;
            append_text(asked, a);
            append_text(found, b);
            wrong = error{"encoder." + std::string(field.name) + " is " + found + ", but the recipe was compiled for " + asked,
                          (folder_ / "config.json").string(), "use that encoder's recipe, or another folder"};
          };
          (compare(f), ...);
        },
        config::encoder_shape::fields());
    if (wrong) return failure(std::move(*wrong));
    return {};
  }

  /// The tensor of that name (as BertModel exports it) as floats; its size must be out.size().
  expected<void> read(std::string const& name, std::span<float> out) const {
    for (auto const& spelled : {name, old_name(name)})
      for (auto const* prefix : {"", "bert."})
        if (weights_.find(prefix + spelled)) return weights_.read_floats(prefix + spelled, out);
    return failure("no tensor " + name + " (nor bert." + name + ")", (folder_ / "model.safetensors").string(),
                   "is this a BERT-family encoder?");
  }

  /// Names the encoder by what decides its vectors: weights, shape and vocabulary. Reads all of the weights.
  expected<hash128> content_hash() const {
    auto h = hash(text_of(shape_));
    for (auto const* name : {"model.safetensors", "vocab.txt", "tokenizer.json"}) {
      if (!std::filesystem::exists(folder_ / name)) continue;
      SNOWCODER_TRY(auto file, mapped_file::open(folder_ / name));
      h = hash(file.bytes(), mix64(h.high, h.low));
    }
    return h;
  }

 private:
  explicit encoder_folder(safetensors weights) : weights_(std::move(weights)) {}

  static std::string old_name(std::string name) {
    auto const swap_end = [&](std::string_view is, std::string_view was) {
      if (!name.ends_with(is)) return false;
      name.replace(name.size() - is.size(), is.size(), was);
      return true;
    };
    if (!swap_end("LayerNorm.weight", "LayerNorm.gamma")) swap_end("LayerNorm.bias", "LayerNorm.beta");
    return name;
  }

  std::filesystem::path folder_;
  config::encoder_shape shape_;
  std::optional<config::pooling> pooling_;
  safetensors weights_;
};

}  // namespace snowcoder::io
