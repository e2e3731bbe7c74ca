// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <snowcoder/pipeline/generators.hpp>
#include <snowcoder/publish/hugging_face.hpp>
#include <snowcoder/recipes/quickstart.hpp>

#include <array>
#include <vector>

using namespace snowcoder;

namespace {

config::decoder_shape const shape{
    .layers = 1, .width = 2, .hidden = 4, .heads = 1, .kv_heads = 1, .vocabulary = 3, .context = 8};
std::vector<float> const weights{1.0f, 0.1f, -3.0f, 2.5f, 0.0f, 7.0f};

io::checkpoint checkpoint_in(std::filesystem::path const& path) {
  io::checkpoint_manifest m;
  m.recipe = "small";
  m.fingerprint = "0123";
  m.text = "model = {.layers = 1}\n";
  m.parameters = 6;
  std::array<io::checkpoint_part, 1> const parts{io::checkpoint_part{
      "model.safetensors", {io::tensor_of("model.embed_tokens.weight", {3, 2}, std::span<float const>(weights))}}};
  REQUIRE(io::write_checkpoint(path, m, parts));
  return *io::checkpoint::open(path);
}

}  // namespace

TEST_CASE("a folder has what transformers looks for", "[publish]") {
  temporary_folder dir;
  REQUIRE(io::write_file(dir / "tokenizer.json", R"({"model":{"type":"BPE"}})"));
  auto const from = checkpoint_in(dir / "final");
  auto const type = GENERATE(publish::weight_type::bf16, publish::weight_type::f32);
  REQUIRE(publish::write_hugging_face(dir / "hf", from, shape, dir / "tokenizer.json", type));

  auto const config = io::read_json(dir / "hf/config.json").value();
  CHECK(config["architectures"][0] == "LlamaForCausalLM");
  CHECK(config["rms_norm_eps"] == 1e-5);  // transformers' own default is 1e-6
  CHECK(config["rope_theta"] == config["rope_parameters"]["rope_theta"]);
  CHECK(config["torch_dtype"] == config["dtype"]);
  CHECK(config["tie_word_embeddings"] == true);
  CHECK(config["head_dim"] == 2);

  auto const model = io::safetensors::open(dir / "hf/model.safetensors");
  REQUIRE(model);
  auto const values = model->floats("model.embed_tokens.weight").value();
  for (std::size_t i = 0; i < values.size(); ++i)
    CHECK(values[i] == (type == publish::weight_type::f32 ? weights[i] : float(bfloat16(weights[i]))));
  CHECK(model->find("model.embed_tokens.weight")->shape == std::vector<std::int64_t>{3, 2});
  CHECK(model->find("lm_head.weight") == nullptr);

  auto const tokenizer = io::read_json(dir / "hf/tokenizer_config.json").value();
  CHECK(tokenizer["eos_token"] == "<|endoftext|>");
  CHECK(tokenizer["clean_up_tokenization_spaces"] == false);
  for (auto name : {"generation_config.json", "special_tokens_map.json", "tokenizer.json", "README.md"})
    CHECK(std::filesystem::exists(dir / "hf" / name));
  auto const card = io::mapped_file::open(dir / "hf/README.md");
  CHECK(card->bytes().find(".layers = 1") != std::string::npos);
  CHECK(card->bytes().find("language models") == std::string::npos);  // it has seen none of their code
}

TEST_CASE("a model card names who wrote the synthetic code, and the licence", "[publish]") {
  temporary_folder dir;
  REQUIRE(io::write_json(dir / "synthetic/report.json",
                         {{"models", {{"Writer-70B", 1200}}}, {"licence", "Writer Community Licence"}}));
  auto const card = [&](std::string const& synthetic) {
    return publish::model_card({}, shape, publish::weight_type::bf16, pipeline::generators_in(dir / synthetic));
  };
  CHECK(card("synthetic").find("| `Writer-70B` | Writer Community Licence | 1,200 |") != std::string::npos);
  CHECK(card("nothing").find("| not recorded | not recorded | 0 |") != std::string::npos);
  using recipe = recipes::quickstart;
  STATIC_REQUIRE(pipeline::saw_synthetic<recipe>("synthetic"));
  STATIC_REQUIRE_FALSE(pipeline::saw_synthetic<recipe>("high_quality"));
  STATIC_REQUIRE_FALSE(pipeline::saw_synthetic<recipe>("imported"));
}

TEST_CASE("a broken checkpoint or tokenizer publishes nothing", "[publish]") {
  temporary_folder dir;
  auto const from = checkpoint_in(dir / "final");
  REQUIRE(io::write_file(dir / "tokenizer.json", "{}"));
  CHECK_FALSE(publish::write_hugging_face(dir / "hf", from, shape, dir / "tokenizer.json", publish::weight_type::bf16));
  REQUIRE(io::write_file(dir / "tokenizer.json", R"({"model":{}})"));
  std::filesystem::resize_file(dir / "final/model.safetensors", 50);
  CHECK_FALSE(publish::write_hugging_face(dir / "hf", from, shape, dir / "tokenizer.json", publish::weight_type::bf16));
  CHECK_FALSE(std::filesystem::exists(dir / "hf/config.json"));
}
