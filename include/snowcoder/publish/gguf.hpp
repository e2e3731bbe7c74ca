// SPDX-License-Identifier: Apache-2.0
// A checkpoint as one GGUF file, which llama.cpp and everything built on it reads: architecture "llama", tokenizer inside.
// Rows of the query and key projections are turned from rotate-half order (j with j + half a head) to the neighbouring pairs
// (2j with 2j + 1) that this format means by "llama".
#pragma once

#include <snowcoder/config/shape.hpp>
#include <snowcoder/config/vocabulary.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/checkpoint_file.hpp>
#include <snowcoder/io/gguf_file.hpp>
#include <snowcoder/io/safetensors.hpp>
#include <snowcoder/io/tokenizer_json.hpp>
#include <snowcoder/record/byte_pair_vocabulary.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::publish {

/// By the name that --dtype gives it; nothing for another.
inline std::optional<io::gguf_type> gguf_type_of(std::string_view name) {
  if (name == "f32") return io::gguf_type::f32;
  if (name == "f16") return io::gguf_type::f16;
  if (name == "bf16") return io::gguf_type::bf16;
  if (name == "q8_0") return io::gguf_type::q8_0;
  return {};
}

/// What llama.cpp calls the way in which a vocabulary splits text; empty where it has none that gives the same ids.
inline std::string_view gguf_pre_tokenizer(byte_pair_vocabulary const& v) {
  if (v.splitter == "gpt2_split") return "gpt-2";
  if (v.splitter == "starcoder_split") return "starcoder";
  if (v.splitter == "llama3_split") return v.ignore_merges ? "llama-bpe" : "smaug-bpe";  // two names for one expression
  if (v.splitter == "qwen2_split") return "qwen2";
  if (v.splitter == "o200k_split") return "gpt-4o";
  if (v.splitter == "tekken_split") return "tekken";
  if (v.splitter == "deepseek_coder_split") return "deepseek-coder";
  return {};
}

/// Keys of the tokenizer for a model of `size` ids; ids without a token are filled up as unused ones.
inline expected<io::gguf_metadata> gguf_tokenizer(byte_pair_vocabulary const& v, int size) {
  auto const pre = gguf_pre_tokenizer(v);
  if (pre.empty())
    return failure("llama.cpp has no pre-tokenizer for splitter " + v.splitter, "tokenizer.json", "publish with --format hf");
  if (std::int64_t(v.tokens.size()) > size) return failure("tokenizer has more ids than the model", "tokenizer.json");
  enum kind : std::int32_t { normal = 1, control = 3, user_defined = 4, unused = 5 };
  std::vector<std::string> tokens, merges;
  std::vector<std::int32_t> kinds(std::size_t(size), normal);
  for (auto id : v.sentinels) kinds[std::size_t(id)] = control;
  for (auto const& rule : v.rules)
    if (!rule.special) kinds[std::size_t(rule.id)] = user_defined;
  auto const spelled = [&](token_id id) {
    auto const& token = v.tokens[std::size_t(id)];
    return kinds[std::size_t(id)] == normal ? io::detail::in_symbols(token) : token;
  };
  for (token_id id = 0; id < size; ++id) {
    bool const there = id < token_id(v.tokens.size()) && !v.tokens[std::size_t(id)].empty();
    if (!there) kinds[std::size_t(id)] = unused;
    tokens.push_back(there ? spelled(id) : "[PAD" + std::to_string(id) + "]");
  }
  for (auto const& [left, right] : v.merges) merges.push_back(spelled(left) + " " + spelled(right));
  io::gguf_metadata keys{{"tokenizer.ggml.model", "gpt2"},
                         {"tokenizer.ggml.pre", std::string(pre)},
                         {"tokenizer.ggml.tokens", std::move(tokens)},
                         {"tokenizer.ggml.token_type", std::move(kinds)},
                         {"tokenizer.ggml.merges", std::move(merges)}};
  auto const end = std::uint32_t(config::end_of_text);
  for (auto const* name : {"bos", "eos", "unknown", "padding"})
    keys.emplace_back(std::string("tokenizer.ggml.") + name + "_token_id", end);
  for (auto const& [name, sentinel] :
       {std::pair{"pre", "<fim_prefix>"}, std::pair{"suf", "<fim_suffix>"}, std::pair{"mid", "<fim_middle>"},
        std::pair{"pad", "<fim_pad>"}, std::pair{"rep", "<repo_name>"}, std::pair{"sep", "<file_sep>"}})
    keys.emplace_back(std::string("tokenizer.ggml.fim_") + name + "_token_id", std::uint32_t(config::sentinel_id(sentinel)));
  for (auto const* name : {"add_bos_token", "add_eos_token", "add_space_prefix"})
    keys.emplace_back(std::string("tokenizer.ggml.") + name, false);
  return keys;
}

/// Keys that say what the model is.
inline io::gguf_metadata gguf_architecture(config::decoder_shape const& s, std::string_view name, io::gguf_type type) {
  auto const number = [](int n) { return std::uint32_t(n); };
  auto const file_type = type == io::gguf_type::f32    ? 0u
                         : type == io::gguf_type::f16  ? 1u
                         : type == io::gguf_type::q8_0 ? 7u
                                                       : 32u;
  return {{"general.architecture", "llama"},
          {"general.type", "model"},
          {"general.name", std::string(name)},
          {"general.quantization_version", number(2)},
          {"general.file_type", file_type},
          {"llama.vocab_size", number(s.vocabulary)},
          {"llama.context_length", number(s.context)},
          {"llama.embedding_length", number(s.width)},
          {"llama.block_count", number(s.layers)},
          {"llama.feed_forward_length", number(s.hidden)},
          {"llama.rope.dimension_count", number(s.head_width())},
          {"llama.rope.freq_base", float(s.rope_theta)},
          {"llama.attention.head_count", number(s.heads)},
          {"llama.attention.head_count_kv", number(s.kv_heads)},
          {"llama.attention.key_length", number(s.head_width())},
          {"llama.attention.value_length", number(s.head_width())},
          {"llama.attention.layer_norm_rms_epsilon", float(s.norm_epsilon)}};
}

/// "model.layers.3.mlp.up_proj.weight" -> "blk.3.ffn_up.weight"; empty for a name that no Llama has.
inline std::string gguf_name(std::string_view hugging_face) {
  static constexpr std::pair<std::string_view, std::string_view> layer[] = {
      {"input_layernorm.weight", "attn_norm"},    {"self_attn.q_proj.weight", "attn_q"},
      {"self_attn.k_proj.weight", "attn_k"},      {"self_attn.v_proj.weight", "attn_v"},
      {"self_attn.o_proj.weight", "attn_output"}, {"post_attention_layernorm.weight", "ffn_norm"},
      {"mlp.gate_proj.weight", "ffn_gate"},       {"mlp.up_proj.weight", "ffn_up"},
      {"mlp.down_proj.weight", "ffn_down"}};
  if (hugging_face == "model.embed_tokens.weight") return "token_embd.weight";
  if (hugging_face == "model.norm.weight") return "output_norm.weight";
  if (hugging_face == "lm_head.weight") return "output.weight";
  constexpr std::string_view prefix = "model.layers.";
  if (!hugging_face.starts_with(prefix)) return {};
  auto const rest = hugging_face.substr(prefix.size());
  auto const dot = rest.find('.');
  for (auto const& [theirs, ours] : layer)
    if (dot != rest.npos && rest.substr(dot + 1) == theirs)
      return "blk." + std::string(rest.substr(0, dot)) + "." + std::string(ours) + ".weight";
  return {};
}

/// Rows of a projection of whole heads, (heads x head_width, columns), in the order of neighbouring pairs.
inline void interleave_heads(std::span<float const> from, std::int64_t head_width, std::int64_t columns, std::span<float> to) {
  auto const rows = std::int64_t(from.size()) / columns, half = head_width / 2;
  for (std::int64_t r = 0; r < rows; ++r) {
    auto const head = r / head_width * head_width, j = r % head_width;
    auto const there = head + (j < half ? 2 * j : 2 * (j - half) + 1);
    std::copy_n(from.data() + r * columns, columns, to.data() + there * columns);
  }
}

/// The whole file. Matrices have `type` (rows that are no whole blocks of 32 fall back from q8_0 to f16), vectors f32.
inline expected<void> write_gguf(std::filesystem::path const& out, io::checkpoint const& from, config::decoder_shape const& s,
                                 byte_pair_vocabulary const& vocabulary, io::gguf_type type) {
  auto metadata = gguf_architecture(s, from.manifest().recipe, type);
  SNOWCODER_TRY(auto const tokenizer, gguf_tokenizer(vocabulary, s.vocabulary));
  metadata.insert(metadata.end(), tokenizer.begin(), tokenizer.end());
  SNOWCODER_TRY(auto const model, from.file(io::model_part));
  std::vector<io::gguf_tensor> tensors;
  for (auto const& t : model.tensors()) {
    auto const name = gguf_name(t.name);
    if (name.empty() || t.shape.empty()) return failure("tensor " + t.name + " has no name in GGUF", out.string());
    auto const whole = t.shape.back() % io::block_of(type) == 0;
    tensors.push_back({name, t.shape, t.shape.size() == 1 ? io::gguf_type::f32 : whole ? type : io::gguf_type::f16});
  }
  std::vector<float> turned;
  return io::write_gguf(out, metadata, tensors, [&](std::size_t i) -> expected<std::span<float const>> {
    auto const& t = model.tensors()[i];
    auto const values = t.elements<float>();
    if (values.empty()) return failure("tensor " + t.name + " is not f32", out.string());
    if (!t.name.ends_with(".q_proj.weight") && !t.name.ends_with(".k_proj.weight")) return values;
    turned.resize(values.size());
    interleave_heads(values, s.head_width(), t.shape.back(), turned);
    return std::span<float const>(turned);
  });
}

}  // namespace snowcoder::publish
