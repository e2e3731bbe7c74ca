// SPDX-License-Identifier: Apache-2.0
// A checkpoint as a Hugging Face folder, which transformers reads as any Llama. Keys that two generations of transformers
// name differently are written under both names.
#pragma once

#include <snowcoder/config/accounting.hpp>
#include <snowcoder/config/shape.hpp>
#include <snowcoder/config/vocabulary.hpp>
#include <snowcoder/core/dtype.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/core/quantity.hpp>
#include <snowcoder/io/atomic_file.hpp>
#include <snowcoder/io/checkpoint_file.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/io/mapped_file.hpp>
#include <snowcoder/io/safetensors.hpp>
#include <snowcoder/record/text_generator.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace snowcoder::publish {

/// Type of the published weights.
enum class weight_type : std::uint8_t { bf16, f32 };
constexpr std::string_view torch_name(weight_type t) { return t == weight_type::bf16 ? "bfloat16" : "float32"; }

inline io::json model_config(config::decoder_shape const& s, weight_type type) {
  return {{"architectures", {"LlamaForCausalLM"}},
          {"model_type", "llama"},
          {"vocab_size", s.vocabulary},
          {"hidden_size", s.width},
          {"intermediate_size", s.hidden},
          {"num_hidden_layers", s.layers},
          {"num_attention_heads", s.heads},
          {"num_key_value_heads", s.kv_heads},
          {"head_dim", s.head_width()},
          {"max_position_embeddings", s.context},
          {"hidden_act", "silu"},
          {"rms_norm_eps", s.norm_epsilon},
          {"rope_theta", s.rope_theta},
          {"rope_scaling", nullptr},
          {"rope_parameters", {{"rope_type", "default"}, {"rope_theta", s.rope_theta}}},
          {"attention_bias", false},
          {"attention_dropout", 0.0},
          {"mlp_bias", false},
          {"tie_word_embeddings", s.tied},
          {"initializer_range", s.init == config::initialization::scaled ? 0.02 : 0.006},
          {"bos_token_id", config::end_of_text},
          {"eos_token_id", config::end_of_text},
          {"pad_token_id", config::end_of_text},
          {"use_cache", true},
          {"pretraining_tp", 1},
          {"torch_dtype", torch_name(type)},
          {"dtype", torch_name(type)}};
}

inline io::json generation_config() {
  return {{"bos_token_id", config::end_of_text},
          {"eos_token_id", config::end_of_text},
          {"pad_token_id", config::end_of_text},
          {"do_sample", false}};
}

inline io::json tokenizer_config(config::decoder_shape const& s) {
  auto const end = config::sentinels[config::end_of_text];
  io::json value{{"tokenizer_class", "PreTrainedTokenizerFast"},
                 {"model_max_length", s.context},
                 {"clean_up_tokenization_spaces", false},
                 {"add_prefix_space", false},
                 {"bos_token", end},
                 {"eos_token", end},
                 {"unk_token", end},
                 {"pad_token", end}};
  io::json added = io::json::object();
  for (std::size_t i = 0; i < config::sentinels.size(); ++i)
    added[std::to_string(i)] = {{"content", config::sentinels[i]},
                                {"lstrip", false},
                                {"normalized", false},
                                {"rstrip", false},
                                {"single_word", false},
                                {"special", true}};
  value["added_tokens_decoder"] = std::move(added);
  value["additional_special_tokens"] = io::json::array();
  for (auto sentinel : config::sentinels)
    if (sentinel != end) value["additional_special_tokens"].push_back(sentinel);
  return value;
}

inline io::json special_tokens_map() {
  auto const end = config::sentinels[config::end_of_text];
  return {{"bos_token", end}, {"eos_token", end}, {"unk_token", end}, {"pad_token", end}};
}

/// The card's part on synthetic code: who wrote it, under which licence.
inline std::string generators_text(std::vector<text_generator> const& generators) {
  if (generators.empty()) return {};
  std::string text =
      "## Synthetic code\n\nPart of the training data was written by language models. What their licences ask of models that "
      "are "
      "trained on their output holds for this one.\n\n| model | licence | files |\n|---|---|---|\n";
  for (auto const& g : generators)
    text += "| " + (g.model.empty() ? "not recorded" : "`" + g.model + "`") + " | " +
            (g.licence.empty() ? "not recorded" : g.licence) + " | " + with_commas(g.documents) + " |\n";
  return text + "\n";
}

/// The model card: what it is, how it was made, whose code it was trained on, and the whole recipe.
inline std::string model_card(io::checkpoint_manifest const& m, config::decoder_shape const& s, weight_type type,
                              std::vector<text_generator> const& generators) {
  auto const& p = m.position;
  std::string card =
      "---\nlanguage:\n- code\nlibrary_name: transformers\npipeline_tag: text-generation\ntags:\n- snowcoder\n- "
      "code\n---\n\n# " +
      m.recipe + "\n\nA code model of " + with_commas(m.parameters) +
      " parameters, trained with snowcoder after the method of Arctic-SnowCoder (arXiv 2409.02326): general code, then its "
      "best part by a quality annotator, then synthetic code. A base model: it continues text and follows no instructions.\n\n";
  card += "| | |\n|---|---|\n| recipe | `" + m.recipe + "`, fingerprint `" + m.fingerprint + "` |\n| stands after | phase `" +
          p.phase + "`, step " + with_commas(p.step) + " (" + with_commas(p.total_steps) + " in all), " +
          with_commas(p.tokens) + " tokens |\n| shape | " + std::to_string(s.layers) + " layers, width " +
          std::to_string(s.width) + ", " + std::to_string(s.heads) + " heads, vocabulary " + with_commas(s.vocabulary) +
          ", context " + with_commas(s.context) + " |\n| weights | " + std::string(torch_name(type)) +
          ", checksum of the checkpoint's " + (m.parts.empty() ? "" : "`" + m.parts.front().hash + "`") + " |\n\n";
  card +=
      "```python\nfrom transformers import AutoModelForCausalLM, AutoTokenizer\ntokenizer = "
      "AutoTokenizer.from_pretrained(\".\")\n"
      "model = AutoModelForCausalLM.from_pretrained(\".\")\nids = tokenizer(\"def fibonacci(n):\", "
      "return_tensors=\"pt\").input_ids\n"
      "print(tokenizer.decode(model.generate(ids, max_new_tokens=64)[0]))\n```\n\n";
  card += generators_text(generators);
  card += "## Recipe\n\n```\n" + m.text + "```\n";
  return card;
}

/// Writes the weights of a checkpoint under their Hugging Face names, rounded if need be.
inline expected<void> write_weights(std::filesystem::path const& path, io::safetensors const& model, weight_type type) {
  if (type == weight_type::f32) return io::write_safetensors(path, model.tensors());
  std::vector<std::vector<bfloat16>> rounded;
  std::vector<io::tensor> tensors;
  for (auto const& t : model.tensors()) {
    auto const values = t.elements<float>();
    if (values.empty()) return failure("tensor " + t.name + " is not f32", path.string());
    auto& r = rounded.emplace_back(values.size());
    std::transform(values.begin(), values.end(), r.begin(), [](float v) { return bfloat16(v); });
    tensors.push_back(io::tensor_of(t.name, t.shape, std::span<bfloat16 const>(r)));
  }
  return io::write_safetensors(path, tensors);
}

/// The whole folder; it appears file by file, config.json last. `tokenizer` is a tokenizer.json; `generators` wrote the
/// synthetic documents that the model was trained on.
inline expected<void> write_hugging_face(std::filesystem::path const& out, io::checkpoint const& from,
                                         config::decoder_shape const& shape, std::filesystem::path const& tokenizer,
                                         weight_type type, std::vector<text_generator> const& generators = {}) {
  SNOWCODER_TRY(auto const text, io::mapped_file::open(tokenizer));
  SNOWCODER_TRY(auto const parsed, io::parse_json(text.bytes(), tokenizer.string()));
  if (!parsed.contains("model"))
    return failure("not a tokenizer.json", tokenizer.string(), "give the file that tokenize train wrote");
  SNOWCODER_TRY(auto const model, from.file(io::model_part));
  SNOWCODER_CHECK(write_weights(out / "model.safetensors", model, type));
  SNOWCODER_CHECK(io::write_file(out / "tokenizer.json", text.bytes()));
  SNOWCODER_CHECK(io::write_json(out / "tokenizer_config.json", tokenizer_config(shape)));
  SNOWCODER_CHECK(io::write_json(out / "special_tokens_map.json", special_tokens_map()));
  SNOWCODER_CHECK(io::write_json(out / "generation_config.json", generation_config()));
  SNOWCODER_CHECK(io::write_file(out / "README.md", model_card(from.manifest(), shape, type, generators)));
  return io::write_json(out / "config.json", model_config(shape, type));
}

}  // namespace snowcoder::publish
