// SPDX-License-Identifier: Apache-2.0
// A GGUF file read back by the letter of the format: keys, places, and every element of every type.
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <snowcoder/publish/gguf.hpp>

#include <cmath>
#include <cstring>
#include <map>
#include <string>
#include <vector>

using namespace snowcoder;

namespace {

struct read_tensor {
  std::vector<std::uint64_t> extents;  // as in the file: columns first
  std::uint32_t type;
  std::vector<float> values;
};

/// The whole file; scalars and strings as text, arrays as their elements joined by '\n'.
struct gguf_reader {
  std::map<std::string, std::string> keys;
  std::map<std::string, read_tensor> tensors;
  std::string_view bytes, rest;

  template <class T>
  T number() {
    T value;
    REQUIRE(rest.size() >= sizeof value);
    std::memcpy(&value, rest.data(), sizeof value);
    rest.remove_prefix(sizeof value);
    return value;
  }
  std::string text() {
    auto const n = number<std::uint64_t>();
    auto const t = std::string(rest.substr(0, n));
    rest.remove_prefix(n);
    return t;
  }
  std::string value(std::uint32_t type) {
    switch (type) {
      case 4:
        return std::to_string(number<std::uint32_t>());
      case 5:
        return std::to_string(number<std::int32_t>());
      case 6:
        return io::to_line(number<float>());
      case 7:
        return number<std::uint8_t>() ? "true" : "false";
      case 8:
        return text();
    }
    REQUIRE(type == 9);
    auto const element = number<std::uint32_t>();
    std::string all;
    for (auto n = number<std::uint64_t>(); n > 0; --n) (all += value(element)) += '\n';
    return all;
  }

  explicit gguf_reader(std::string_view file) : bytes(file), rest(file) {
    REQUIRE(number<std::uint32_t>() == 0x46554747u);
    REQUIRE(number<std::uint32_t>() == 3);
    auto const count = number<std::uint64_t>();
    for (auto n = number<std::uint64_t>(); n > 0; --n) {
      auto const key = text();
      CHECK(keys.emplace(key, value(number<std::uint32_t>())).second);
    }
    std::vector<std::pair<std::string, std::uint64_t>> places;
    for (std::uint64_t i = 0; i < count; ++i) {
      auto const name = text();
      read_tensor t;
      t.extents.resize(number<std::uint32_t>());
      for (auto& e : t.extents) e = number<std::uint64_t>();
      t.type = number<std::uint32_t>();
      places.emplace_back(name, number<std::uint64_t>());
      CHECK(tensors.emplace(name, t).second);
    }
    auto const base = (bytes.size() - rest.size() + 31) / 32 * 32;
    for (auto const& [name, offset] : places) {
      CHECK(offset % 32 == 0);
      rest = bytes.substr(base + offset);
      auto& t = tensors[name];
      std::uint64_t size = 1;
      for (auto e : t.extents) size *= e;
      while (t.values.size() < size) {
        if (t.type == 0) t.values.push_back(number<float>());
        if (t.type == 1) t.values.push_back(float(number<float16>()));
        if (t.type == 30) t.values.push_back(__builtin_bit_cast(float, std::uint32_t(number<std::uint16_t>()) << 16));
        if (t.type == 8) {
          float const scale = float(number<float16>());
          for (int i = 0; i < 32; ++i) t.values.push_back(scale * float(number<std::int8_t>()));
        }
      }
    }
  }
};

config::decoder_shape const shape{
    .layers = 1, .width = 32, .hidden = 40, .heads = 4, .kv_heads = 2, .vocabulary = 300, .context = 8, .tied = true};

io::checkpoint checkpoint_in(std::filesystem::path const& path, std::map<std::string, std::vector<float>>& weights) {
  io::checkpoint_part part{"model.safetensors", {}};
  auto const add = [&](std::string const& name, std::vector<std::int64_t> extents) {
    std::size_t size = 1;
    for (auto e : extents) size *= std::size_t(e);
    auto& w = weights[name];
    for (std::size_t i = 0; i < size; ++i) w.push_back(float(int(i * 37 % 1009) - 504) / 700.0f);
    part.tensors.push_back(io::tensor_of(name, std::move(extents), std::span<float const>(w)));
  };
  add("model.embed_tokens.weight", {300, 32});
  add("model.layers.0.input_layernorm.weight", {32});
  add("model.layers.0.self_attn.q_proj.weight", {32, 32});
  add("model.layers.0.self_attn.k_proj.weight", {16, 32});
  add("model.layers.0.mlp.down_proj.weight", {32, 40});
  add("model.norm.weight", {32});
  io::checkpoint_manifest m;
  m.recipe = "small";
  REQUIRE(io::write_checkpoint(path, m, std::span(&part, 1)));
  return *io::checkpoint::open(path);
}

byte_pair_vocabulary vocabulary() {
  byte_pair_vocabulary v;
  for (auto s : config::sentinels) v.sentinels.push_back(token_id(v.tokens.size())), v.tokens.emplace_back(s);
  for (int b = 0; b < 256; ++b) v.tokens.emplace_back(1, char(b));
  v.tokens.emplace_back("  ");
  v.merges.emplace_back(34 + ' ', 34 + ' ');
  v.splitter = "starcoder_split";
  return v;
}

}  // namespace

TEST_CASE("a GGUF file says and holds what llama.cpp looks for", "[publish]") {
  temporary_folder dir;
  std::map<std::string, std::vector<float>> weights;
  auto const from = checkpoint_in(dir / "final", weights);
  auto const name = GENERATE("f32", "f16", "bf16", "q8_0");
  REQUIRE(publish::write_gguf(dir / "m.gguf", from, shape, vocabulary(), *publish::gguf_type_of(name)));
  auto const file = io::mapped_file::open(dir / "m.gguf");
  gguf_reader const read(file->bytes());

  auto const& k = read.keys;
  CHECK(k.at("general.architecture") == "llama");
  CHECK(k.at("llama.attention.head_count_kv") == "2");
  CHECK(k.at("llama.rope.dimension_count") == "8");
  CHECK(std::stof(k.at("llama.attention.layer_norm_rms_epsilon")) == 1e-5f);
  CHECK(k.at("tokenizer.ggml.model") == "gpt2");
  CHECK(k.at("tokenizer.ggml.pre") == "starcoder");
  CHECK(k.at("tokenizer.ggml.merges") == "\u0120 \u0120\n");
  CHECK(k.at("tokenizer.ggml.tokens").starts_with("<|endoftext|>\n<fim_prefix>\n"));
  CHECK(k.at("tokenizer.ggml.tokens")
            .ends_with("\u0120\u0120\n[PAD291]\n[PAD292]\n[PAD293]\n[PAD294]\n[PAD295]\n[PAD296]\n"
                       "[PAD297]\n[PAD298]\n[PAD299]\n"));
  CHECK(k.at("tokenizer.ggml.token_type").starts_with("3\n3\n"));
  CHECK(k.at("tokenizer.ggml.token_type").ends_with("1\n1\n5\n5\n5\n5\n5\n5\n5\n5\n5\n"));
  CHECK(k.at("tokenizer.ggml.eos_token_id") == "0");
  CHECK(k.at("tokenizer.ggml.fim_mid_token_id") == "2");
  CHECK(k.at("tokenizer.ggml.add_bos_token") == "false");

  CHECK(read.tensors.size() == 6);
  CHECK(read.tensors.at("blk.0.ffn_down.weight").type ==
        (std::string_view(name) == "q8_0" ? 1 : std::uint32_t(*publish::gguf_type_of(name))));
  for (auto const& [theirs, values] : weights) {
    INFO(theirs);
    auto const& t = read.tensors.at(publish::gguf_name(theirs));
    auto const columns = t.extents[0];
    CHECK(columns == (theirs.find("down") == theirs.npos ? 32u : 40u));
    if (t.extents.size() == 1) CHECK(t.type == 0);
    bool const heads = theirs.find("q_proj") != theirs.npos || theirs.find("k_proj") != theirs.npos;
    REQUIRE(t.values.size() == values.size());
    double const step = t.type == 0 ? 0 : t.type == 1 ? 0x1p-12 : t.type == 30 ? 0x1p-9 : 0.5 / 127 + 0x1p-11;
    for (std::size_t i = 0; i < values.size(); ++i) {
      auto const row = i / columns, in_head = row % 8;  // 8: head width
      auto const from_row = heads ? row - in_head + (in_head % 2) * 4 + in_head / 2 : row;
      auto const want = values[from_row * columns + i % columns];
      if (std::abs(t.values[i] - want) > step) FAIL(i << ": " << t.values[i] << " for " << want);
    }
  }
}

TEST_CASE("values that a type cannot hold are refused, tiny ones become zero", "[publish]") {
  temporary_folder dir;
  std::vector<float> values(32, 1.0f);
  auto const written = [&](io::gguf_type type) {
    io::gguf_tensor const t{"w", {1, 32}, type};
    return io::write_gguf(dir / "w.gguf", {}, std::span(&t, 1), [&](std::size_t) { return std::span<float const>(values); });
  };
  using enum io::gguf_type;
  values[3] = 7e4f;
  CHECK(written(q8_0));
  CHECK(written(bf16));
  REQUIRE_FALSE(written(f16));
  CHECK(written(f16).error().what.find("tensor w") != std::string::npos);
  values[3] = 1e7f;
  CHECK_FALSE(written(q8_0));
  values[3] = std::nanf("");
  for (auto type : {f32, f16, bf16, q8_0}) CHECK_FALSE(written(type));
  values.assign(32, 0x1p-149f);
  CHECK(written(q8_0));
  auto const file = io::mapped_file::open(dir / "w.gguf");
  CHECK(file->bytes().substr(file->bytes().size() - 64) == std::string(64, '\0'));
}

TEST_CASE("what llama.cpp could not split alike is not published", "[publish]") {
  auto v = vocabulary();
  CHECK(publish::gguf_tokenizer(v, 300));
  CHECK_FALSE(publish::gguf_tokenizer(v, 200));
  v.splitter = "words_of_my_own";
  CHECK_FALSE(publish::gguf_tokenizer(v, 300));
  CHECK(publish::gguf_name("model.layers.11.self_attn.o_proj.weight") == "blk.11.attn_output.weight");
  CHECK(publish::gguf_name("model.layers.1.self_attn.q_proj.bias").empty());
}
