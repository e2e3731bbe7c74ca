// SPDX-License-Identifier: Apache-2.0
// The encoder against transformers on a tiny BERT, in both pooling rules and every precision; the same bits for any
// number of threads, and for a section beside others and alone; folders under the older names; folders that must be refused.
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"
#include "support/tolerance.hpp"

#include <snowcoder/backend/cpu/encoder_backend.hpp>
#include <snowcoder/io/atomic_file.hpp>
#include <snowcoder/io/encoder_folder.hpp>
#include <snowcoder/io/word_piece_file.hpp>
#include <snowcoder/nn/encoder.hpp>

#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

using namespace snowcoder;
using tests::distance;
using tests::tolerance;

namespace {

constexpr config::encoder_shape tiny(config::pooling pool) {
  return {.layers = 2, .width = 24, .hidden = 40, .heads = 3, .vocabulary = 88, .positions = 48, .types = 2, .pool = pool};
}
struct golden_cls {
  static constexpr auto encoder = tiny(config::pooling::cls);
};
struct golden_mean {
  static constexpr auto encoder = tiny(config::pooling::mean);
};

std::filesystem::path folder() { return std::filesystem::path(SNOWCODER_TESTS_DIR) / "golden" / "encoder"; }

struct expected_states {
  std::vector<std::int32_t> ids;
  std::vector<std::int64_t> offsets{0};
  std::vector<float> cls, mean;

  expected_states() {
    auto file = io::safetensors::open(folder() / "expected.safetensors");
    REQUIRE(file);
    auto const tokens = file->find("ids")->elements<std::int32_t>();
    ids.assign(tokens.begin(), tokens.end());
    for (auto n : file->find("lengths")->elements<std::int64_t>()) offsets.push_back(offsets.back() + n);
    cls = *file->floats("cls");
    mean = *file->floats("mean");
  }
};

template <class R, class T>
std::vector<float> vectors(cpu::device& device, io::encoder_folder const& from, std::span<std::int32_t const> ids,
                           std::span<std::int64_t const> offsets) {
  auto weights = nn::encoder_weights<R, cpu::device, T>::load(device, from);
  REQUIRE(weights);
  nn::encoder<R, cpu::device, T> encoder(device, std::move(*weights), 256);
  std::vector<float> out((offsets.size() - 1) * std::size_t(R::encoder.width));
  encoder.forward(ids, offsets, out.data());
  return out;
}

}  // namespace

TEMPLATE_TEST_CASE("encoder agrees with transformers", "", float, bfloat16, std::int8_t) {
  expected_states const golden;
  auto const from = io::encoder_folder::open(folder());
  REQUIRE(from);
  REQUIRE(from->matches(golden_cls::encoder));
  cpu::device device(2);
  auto const cls = vectors<golden_cls, TestType>(device, *from, golden.ids, golden.offsets);
  CHECK(distance(cls.data(), golden.cls.data(), std::int64_t(cls.size())) < tolerance<TestType>::encoder);
  auto const mean = vectors<golden_mean, TestType>(device, *from, golden.ids, golden.offsets);
  CHECK(distance(mean.data(), golden.mean.data(), std::int64_t(mean.size())) < tolerance<TestType>::encoder);
}

TEMPLATE_TEST_CASE("neither threads nor neighbours change a section's bits", "", float, bfloat16, std::int8_t) {
  expected_states const golden;
  auto const from = io::encoder_folder::open(folder());
  REQUIRE(from);
  cpu::device one(1), three(3);
  auto const a = vectors<golden_cls, TestType>(one, *from, golden.ids, golden.offsets);
  auto const b = vectors<golden_cls, TestType>(three, *from, golden.ids, golden.offsets);
  CHECK(std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
  for (std::size_t s = 0; s + 1 < golden.offsets.size(); ++s) {
    auto const length = golden.offsets[s + 1] - golden.offsets[s];
    std::vector<std::int64_t> const offsets{0, length};
    auto const alone = vectors<golden_cls, TestType>(
        one, *from, std::span(golden.ids).subspan(std::size_t(golden.offsets[s]), std::size_t(length)), offsets);
    CHECK(std::memcmp(alone.data(), a.data() + s * 24, 24 * sizeof(float)) == 0);
  }
}

TEST_CASE("encoder folders under older names load alike") {
  expected_states const golden;
  auto const from = io::encoder_folder::open(folder());
  REQUIRE(from);
  auto const whole = io::safetensors::open(folder() / "model.safetensors");
  REQUIRE(whole);
  std::vector<io::tensor> renamed;
  for (auto t : whole->tensors()) {
    if (t.name.starts_with("pooler")) continue;
    auto const at = t.name.find("LayerNorm.");
    if (at != t.name.npos) t.name.replace(at, t.name.npos, t.name.ends_with("weight") ? "LayerNorm.gamma" : "LayerNorm.beta");
    t.name = "bert." + t.name;
    renamed.push_back(std::move(t));
  }
  temporary_folder const room;
  std::filesystem::copy_file(folder() / "config.json", room / "config.json");
  REQUIRE(io::write_safetensors(room / "model.safetensors", renamed));
  auto const old = io::encoder_folder::open(room.path());
  REQUIRE(old);
  cpu::device device(1);
  CHECK(vectors<golden_cls, float>(device, *old, golden.ids, golden.offsets) ==
        vectors<golden_cls, float>(device, *from, golden.ids, golden.offsets));
  CHECK(old->content_hash().value() != from->content_hash().value());  // other weights file, no vocabulary
}

TEST_CASE("what is not the recipe's encoder is refused by name") {
  auto const from = io::encoder_folder::open(folder());
  REQUIRE(from);
  auto wanted = golden_cls::encoder;
  wanted.hidden = 41;
  auto const refused = from->matches(wanted);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().what.find("encoder.hidden is 40") != std::string::npos);
  CHECK(from->matches(golden_mean::encoder));  // pooling is the recipe's own decision

  temporary_folder const room;
  auto const open_with = [&](std::string const& text) {
    REQUIRE(io::write_file(room / "config.json", text));
    auto f = io::encoder_folder::open(room.path());
    return f ? std::string() : f.error().message();
  };
  std::filesystem::copy_file(folder() / "model.safetensors", room / "model.safetensors");
  std::string const good =
      R"("num_hidden_layers":2,"hidden_size":24,"intermediate_size":40,"num_attention_heads":3,"vocab_size":88,)"
      R"("max_position_embeddings":48,"type_vocab_size":2)";
  CHECK(open_with("{" + good + "}").empty());
  CHECK(open_with("{" + good).find("not valid JSON") != std::string::npos);
  CHECK(open_with("[]").find("not an object") != std::string::npos);
  CHECK(open_with("{\"model_type\":\"roberta\"," + good + "}").find("model_type") != std::string::npos);
  CHECK(open_with("{\"hidden_act\":\"gelu_new\"," + good + "}").find("hidden_act") != std::string::npos);
  CHECK(open_with("{\"position_embedding_type\":\"relative_key\"," + good + "}").find("position_embedding_type") !=
        std::string::npos);
  CHECK(open_with("{\"hidden_size\":-1}").find("num_hidden_layers") != std::string::npos);
  CHECK(open_with("{\"num_hidden_layers\":2,\"hidden_size\":1e300}").find("hidden_size") != std::string::npos);
  CHECK(open_with("{\"num_hidden_layers\":2,\"hidden_size\":\"24\"}").find("hidden_size") != std::string::npos);

  REQUIRE(open_with("{" + good + "}").empty());
  auto const whole = io::safetensors::open(folder() / "model.safetensors");
  REQUIRE(whole);
  auto const load_without = [&](std::string const& dropped, std::int64_t rows) {
    std::vector<io::tensor> kept;
    for (auto t : whole->tensors()) {
      if (t.name == dropped && rows == 0) continue;
      if (t.name == dropped) t.shape[0] = rows, t.bytes = t.bytes.substr(0, std::size_t(rows * t.shape[1]) * 4);
      kept.push_back(std::move(t));
    }
    REQUIRE(io::write_safetensors(room / "model.safetensors", kept));
    auto const f = io::encoder_folder::open(room.path());
    REQUIRE(f);
    cpu::device device(1);
    auto w = nn::encoder_weights<golden_cls, cpu::device, float>::load(device, *f);
    return w ? std::string() : w.error().message();
  };
  CHECK(load_without("encoder.layer.1.output.dense.weight", 0).find("no tensor encoder.layer.1.output.dense.weight") !=
        std::string::npos);
  CHECK(load_without("embeddings.word_embeddings.weight", 5).find("120 elements instead of 2112") != std::string::npos);
  REQUIRE(io::write_file(room / "model.safetensors", std::string("\xff\xff\xff\xff\xff\xff\xff\x7f{}", 10)));
  CHECK_FALSE(io::encoder_folder::open(room.path()));
  CHECK_FALSE(io::encoder_folder::open(room / "missing"));
}

TEST_CASE("the tokenizer of an encoder folder comes with it") {
  auto const vocabulary = io::read_word_piece(folder());
  REQUIRE(vocabulary);
  CHECK(vocabulary->tokens.size() == 88);
}
