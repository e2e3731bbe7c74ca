// SPDX-License-Identifier: Apache-2.0
// The weights of a published Llama-family folder: config.json compared with the recipe's shape, safetensors in one file or
// in shards. Whatever would compute something else here (other rotations, biases, window attention) is refused by name.
#pragma once

#include <snowcoder/config/shape.hpp>
#include <snowcoder/config/vocabulary.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/io/json_field.hpp>
#include <snowcoder/io/safetensors.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::publish {

namespace detail {

/// What a config.json says, in the words of the recipe; the defaults are transformers' own.
struct stated_shape {
  config::decoder_shape shape;
  std::string refused;  ///< what makes it another kind of model; empty when nothing

  static stated_shape of(io::json const& c) {
    stated_shape s;
    auto const number = [&](char const* key, double otherwise) {
      auto const v = io::value_or_null(c, key);
      if (v.is_null()) return otherwise;
      if (!v.is_number()) s.refuse(std::string(key) + " is not a number");
      return v.is_number() ? v.get<double>() : otherwise;
    };
    auto const count = [&](char const* key, double otherwise) {
      double const n = number(key, otherwise);
      if (!(n >= 1 && n <= 1e9)) s.refuse(std::string(key) + " is missing or out of range");
      return n >= 1 && n <= 1e9 ? int(n) : 1;
    };
    if (auto const type = io::text_or(c, "model_type"); type != "llama")
      s.refuse("model_type is \"" + type + "\", not \"llama\"");
    auto& d = s.shape;
    d.layers = count("num_hidden_layers", 0);
    d.width = count("hidden_size", 0);
    d.hidden = count("intermediate_size", 0);
    d.heads = count("num_attention_heads", 0);
    d.kv_heads = count("num_key_value_heads", d.heads);
    d.vocabulary = count("vocab_size", 0);
    d.context = count("max_position_embeddings", 2048);
    d.tied = io::flag_or(c, "tie_word_embeddings", false);
    d.norm_epsilon = number("rms_norm_eps", 1e-6);
    if (count("head_dim", d.width / d.heads) != d.head_width()) s.refuse("head_dim is not hidden_size / num_attention_heads");
    // transformers 4: rope_theta and rope_scaling; 5: rope_parameters
    auto const rope = io::value_or_null(c, "rope_parameters"), scaling = io::value_or_null(c, "rope_scaling");
    auto const inner = io::value_or_null(rope, "rope_theta");
    d.rope_theta = inner.is_number() ? inner.get<double>() : number("rope_theta", 10000);
    for (auto const* part : {&rope, &scaling}) {
      auto const type = io::text_or(*part, "rope_type", io::text_or(*part, "type", "default"));
      if (type != "default") s.refuse("rotary embedding of type " + type);
      for (auto const* key : {"factor", "partial_rotary_factor"})
        if (auto const f = io::value_or_null(*part, key); f.is_number() && f.get<double>() != 1)
          s.refuse(std::string(key) + " of the rotary embedding");
    }
    if (auto const act = io::text_or(c, "hidden_act", "silu"); act != "silu" && act != "swish") s.refuse("hidden_act " + act);
    for (auto const* key : {"attention_bias", "mlp_bias"})
      if (io::flag_or(c, key, false)) s.refuse(key);
    for (auto const* key : {"sliding_window", "quantization_config"})
      if (!io::value_or_null(c, key).is_null()) s.refuse(key);
    return s;
  }

 private:
  void refuse(std::string what) { refused += (refused.empty() ? "" : ", ") + std::move(what); }
};

/// Where the recipe and the folder differ: "width 2048, not 1024"; a longer context of the folder is no difference.
inline std::string differences(config::decoder_shape const& folder, config::decoder_shape const& recipe) {
  std::string text;
  auto const compare = [&](char const* name, auto theirs, auto ours, bool same) {
    if (same) return;
    text += (text.empty() ? "" : ", ") + std::string(name) + " " + io::to_line(theirs) + ", not " + io::to_line(ours);
  };
  auto const equal = [&](char const* name, auto theirs, auto ours) { compare(name, theirs, ours, theirs == ours); };
  auto const close = [](double a, double b) { return std::abs(a - b) <= 1e-6 * std::abs(b); };
  equal("layers", folder.layers, recipe.layers);
  equal("width", folder.width, recipe.width);
  equal("hidden", folder.hidden, recipe.hidden);
  equal("heads", folder.heads, recipe.heads);
  equal("kv_heads", folder.kv_heads, recipe.kv_heads);
  equal("vocabulary", folder.vocabulary, recipe.vocabulary);
  compare("context", folder.context, recipe.context, folder.context >= recipe.context);
  compare("rope_theta", folder.rope_theta, recipe.rope_theta, close(folder.rope_theta, recipe.rope_theta));
  compare("norm_epsilon", folder.norm_epsilon, recipe.norm_epsilon, close(folder.norm_epsilon, recipe.norm_epsilon));
  return text;
}

}  // namespace detail

/// An open folder whose config.json fits a shape.
class hugging_face_weights {
 public:
  static expected<hugging_face_weights> open(std::filesystem::path const& folder, config::decoder_shape const& recipe) {
    hugging_face_weights w;
    w.folder_ = folder.string();
    w.tied_ = recipe.tied;
    auto const path = folder / "config.json";
    if (!std::filesystem::exists(path))
      return failure("no config.json here", w.folder_, "give the folder of a model as Hugging Face publishes it");
    SNOWCODER_TRY(auto const config, io::read_json(path));
    w.read_files_ = {path};
    auto const stated = detail::stated_shape::of(config);
    if (!stated.refused.empty())
      return failure("a model that this library does not compute: " + stated.refused, path.string(),
                     "only plain Llama models can be imported");
    if (auto const other = detail::differences(stated.shape, recipe); !other.empty())
      return failure("the folder's shape is not the recipe's: " + other, path.string(),
                     "write a recipe with the folder's shape and use its programs");
    SNOWCODER_CHECK(w.open_files(folder));
    SNOWCODER_CHECK(w.check_head(stated.shape.tied));
    auto const end = io::value_or_null(config, "eos_token_id");
    if (end.is_number() && end != config::end_of_text)
      w.note_ = "note: this model ends its texts with id " + io::to_line(end) + "; programs here take id " +
                std::to_string(config::end_of_text) + " for the end";
    return w;
  }

  /// The tensor of that Hugging Face name, widened to float. Its shape must be `shape`, its values finite.
  expected<void> read(std::string const& name, std::vector<std::int64_t> const& shape, std::span<float> out) const {
    auto const& stored =
        name == "lm_head.weight" && !places_.contains(name) ? "model.embed_tokens.weight" : name;  // untied here, tied there
    auto const place = places_.find(stored);
    if (place == places_.end()) return failure("no tensor " + name, folder_, "is the folder complete?");
    auto const& file = files_[place->second];
    auto const* t = file.find(stored);
    if (t->shape != shape)
      return failure("tensor " + stored + " has shape " + io::to_line(t->shape) + " instead of " + io::to_line(shape), folder_,
                     "config.json does not describe these weights");
    SNOWCODER_CHECK(file.read_floats(stored, out));
    if (!std::all_of(out.begin(), out.end(), [](float v) { return std::isfinite(v); }))
      return failure("tensor " + stored + " holds values that are not finite", folder_, "download or export the folder again");
    return {};
  }

  /// Element type of the embedding: "BF16", "F16", "F32".
  std::string stored_as() const {
    auto const place = places_.find("model.embed_tokens.weight");
    return place == places_.end() ? ""
                                  : std::string(io::detail::safetensors_name(files_[place->second].find(place->first)->type));
  }
  /// What was read: config.json and the files of tensors.
  std::vector<std::filesystem::path> const& read_files() const { return read_files_; }
  /// What whoever imports should know; may be empty.
  std::string const& note() const { return note_; }

 private:
  hugging_face_weights() = default;

  expected<void> open_files(std::filesystem::path const& folder) {
    std::set<std::string> names;
    std::map<std::string, std::string> stated;
    if (auto const index = folder / "model.safetensors.index.json"; std::filesystem::exists(index)) {
      SNOWCODER_TRY(auto const value, io::read_json(index));
      auto const map = io::value_or_null(value, "weight_map");
      for (auto const& [tensor, file] : map.items()) {
        if (!file.is_string()) return failure("weight_map does not name files", index.string());
        auto const name = file.get<std::string>();
        if (name.find('/') != name.npos || !name.ends_with(".safetensors"))
          return failure("weight_map leads out of the folder or to another kind of file: " + name, index.string());
        names.insert(name);
        stated.emplace(tensor, name);
      }
      if (names.empty()) return failure("weight_map is missing or empty", index.string(), "download the folder again");
    } else if (std::filesystem::exists(folder / "model.safetensors")) {
      names.insert("model.safetensors");
    } else {
      return failure("no model.safetensors and no model.safetensors.index.json", folder_,
                     "weights in other formats must be converted first");
    }
    for (auto const& name : names) {
      SNOWCODER_TRY(auto file, io::safetensors::open(folder / name));
      for (auto const& t : file.tensors()) {
        if (t.name.ends_with(".rotary_emb.inv_freq")) continue;  // old exports; it follows from rope_theta
        if (!known(t.name)) return failure("tensor " + t.name + " belongs to no plain Llama model", (folder / name).string());
        if (!places_.emplace(t.name, files_.size()).second) return failure("tensor " + t.name + " is in two files", folder_);
      }
      files_.push_back(std::move(file));
      read_files_.push_back(folder / name);
    }
    for (auto const& [tensor, name] : stated)
      if (!places_.contains(tensor) && !tensor.ends_with(".rotary_emb.inv_freq"))
        return failure("tensor " + tensor + " is not in " + name, folder_, "download the folder again");
    return {};
  }
  static bool known(std::string_view name) {
    return name == "lm_head.weight" || name == "model.embed_tokens.weight" || name == "model.norm.weight" ||
           (name.starts_with("model.layers.") && name.ends_with(".weight"));
  }
  /// A tied recipe has one matrix for two: a folder may hold it twice, but not two.
  expected<void> check_head(bool stated_tied) const {
    auto const head = places_.find("lm_head.weight"), embedding = places_.find("model.embed_tokens.weight");
    if (!tied_ || head == places_.end() || embedding == places_.end()) {
      if (tied_ && !stated_tied)
        return failure("the folder's embedding and output projection are not tied, the recipe's are", folder_,
                       "write a recipe with .tied = false");
      return {};
    }
    if (files_[head->second].find(head->first)->bytes != files_[embedding->second].find(embedding->first)->bytes)
      return failure("lm_head.weight is not the embedding, but the recipe has one matrix for both", folder_,
                     "write a recipe with .tied = false");
    return {};
  }

  std::string folder_, note_;
  bool tied_ = false;
  std::vector<std::filesystem::path> read_files_;
  std::vector<io::safetensors> files_;
  std::map<std::string, std::size_t> places_;  // tensor -> file
};

}  // namespace snowcoder::publish
