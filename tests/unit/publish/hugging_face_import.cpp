// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/said.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_recipe.hpp"

#include <snowcoder/pipeline/publish.hpp>
#include <snowcoder/publish/hugging_face.hpp>
#include <snowcoder/publish/hugging_face_import.hpp>

#include <string>
#include <vector>

using namespace snowcoder;
using publish::hugging_face_weights;

namespace {

constexpr config::decoder_shape shape_of(bool tied) {
  return {.layers = 1, .width = 4, .hidden = 6, .heads = 2, .kv_heads = 1, .vocabulary = 5, .context = 8, .tied = tied};
}

/// Tensors of a folder, each with values of its own.
struct model {
  std::vector<std::vector<float>> values;
  std::vector<io::tensor> tensors;

  void add(std::string name, std::vector<std::int64_t> shape, float from) {
    std::size_t size = 1;
    for (auto e : shape) size *= std::size_t(e);
    auto& v = values.emplace_back();
    for (std::size_t i = 0; i < size; ++i) v.push_back(from + 0.0371f * float(i));
    tensors.push_back(io::tensor_of(std::move(name), std::move(shape), std::span<float const>(v)));
  }
  explicit model(bool head) {
    values.reserve(16);
    add("model.embed_tokens.weight", {5, 4}, 0);
    add("model.layers.0.self_attn.k_proj.weight", {2, 4}, 100);
    add("model.norm.weight", {4}, 200);
    if (head) add("lm_head.weight", {5, 4}, 300);
  }
};

void write_config(std::filesystem::path const& folder, bool tied, io::json const& changes = io::json::object()) {
  auto c = publish::model_config(shape_of(tied), publish::weight_type::f32);
  for (auto const& [key, value] : changes.items()) c[key] = value;
  REQUIRE(io::write_json(folder / "config.json", c));
}

std::vector<float> read(hugging_face_weights const& w, std::string const& name, std::vector<std::int64_t> const& shape) {
  std::vector<float> out(std::size_t(shape[0] * (shape.size() > 1 ? shape[1] : 1)));
  auto const done = w.read(name, shape, out);
  if (!done) FAIL(done.error().message());
  return out;
}

}  // namespace

TEST_CASE("weights come back as they were published, from one file and from shards", "[publish]") {
  temporary_folder dir;
  model const m(true);
  write_config(dir / "one", false);
  REQUIRE(io::write_safetensors(dir / "one/model.safetensors", m.tensors));
  write_config(dir / "shards", false);
  auto const all = std::span(m.tensors);
  REQUIRE(io::write_safetensors(dir / "shards/model-00001-of-00002.safetensors", all.first(1)));
  REQUIRE(io::write_safetensors(dir / "shards/model-00002-of-00002.safetensors", all.subspan(1)));
  io::json map;
  for (auto const& t : m.tensors)
    map[t.name] = t.name == m.tensors[0].name ? "model-00001-of-00002.safetensors" : "model-00002-of-00002.safetensors";
  REQUIRE(io::write_json(dir / "shards/model.safetensors.index.json", {{"weight_map", map}}));
  for (auto const* folder : {"one", "shards"}) {
    auto const w = hugging_face_weights::open(dir / folder, shape_of(false));
    REQUIRE(w);
    CHECK(w->stored_as() == "F32");
    for (std::size_t i = 0; i < m.tensors.size(); ++i) CHECK(read(*w, m.tensors[i].name, m.tensors[i].shape) == m.values[i]);
  }
  map["model.layers.0.mlp.up_proj.weight"] = "model-00002-of-00002.safetensors";
  REQUIRE(io::write_json(dir / "shards/model.safetensors.index.json", {{"weight_map", map}}));
  CHECK_FALSE(hugging_face_weights::open(dir / "shards", shape_of(false)));  // the index promises more than there is
  map["model.layers.0.mlp.up_proj.weight"] = "../one/model.safetensors";
  REQUIRE(io::write_json(dir / "shards/model.safetensors.index.json", {{"weight_map", map}}));
  CHECK_FALSE(hugging_face_weights::open(dir / "shards", shape_of(false)));
}

TEST_CASE("narrow types are widened, and their round trip changes no bit", "[publish]") {
  temporary_folder dir;
  model m(false);
  std::vector<bfloat16> narrow;
  for (float v : m.values[0]) narrow.emplace_back(v);
  std::vector<std::uint16_t> const halves{0x3c00, 0xc000, 0x0001, 0x7bff};
  m.tensors[0] = io::tensor_of("model.embed_tokens.weight", {5, 4}, std::span<bfloat16 const>(narrow));
  m.tensors[2] = {"model.norm.weight", dtype::f16, {4}, {reinterpret_cast<char const*>(halves.data()), 8}};
  std::swap(m.tensors[0], m.tensors[1]);  // wider elements come first
  write_config(dir / "hf", true);
  REQUIRE(io::write_safetensors(dir / "hf/model.safetensors", m.tensors));
  auto const w = hugging_face_weights::open(dir / "hf", shape_of(true));
  REQUIRE(w);
  auto const embedding = read(*w, "model.embed_tokens.weight", {5, 4});
  for (std::size_t i = 0; i < narrow.size(); ++i) CHECK(bfloat16(embedding[i]) == narrow[i]);
  CHECK(read(*w, "model.norm.weight", {4}) == std::vector<float>{1.0f, -2.0f, 0x1p-24f, 65504.0f});
}

TEST_CASE("one matrix for two, and two for one", "[publish]") {
  temporary_folder dir;
  model const tied(false), untied(true);
  write_config(dir / "tied", true);
  REQUIRE(io::write_safetensors(dir / "tied/model.safetensors", tied.tensors));
  auto const w = hugging_face_weights::open(dir / "tied", shape_of(false));  // the recipe has two: they begin alike
  REQUIRE(w);
  CHECK(read(*w, "lm_head.weight", {5, 4}) == tied.values[0]);

  write_config(dir / "untied", false);
  REQUIRE(io::write_safetensors(dir / "untied/model.safetensors", untied.tensors));
  CHECK_FALSE(hugging_face_weights::open(dir / "untied", shape_of(true)));
  auto twice = untied;
  twice.tensors[3] = io::tensor_of("lm_head.weight", {5, 4}, std::span<float const>(twice.values[0]));
  twice.tensors[0] = io::tensor_of("model.embed_tokens.weight", {5, 4}, std::span<float const>(twice.values[0]));
  twice.tensors.erase(twice.tensors.begin() + 1, twice.tensors.begin() + 3);
  REQUIRE(io::write_safetensors(dir / "untied/model.safetensors", twice.tensors));
  CHECK(hugging_face_weights::open(dir / "untied", shape_of(true)));  // the same matrix stored twice
}

TEST_CASE("a folder that is another model is refused by what differs", "[publish]") {
  temporary_folder dir;
  model const m(false);
  REQUIRE(io::write_safetensors(dir / "hf/model.safetensors", m.tensors));
  auto const message = [&](io::json const& changes) {
    write_config(dir / "hf", true, changes);
    auto const w = hugging_face_weights::open(dir / "hf", shape_of(true));
    return w ? std::string() : w.error().what;
  };
  CHECK(message({}).empty());
  CHECK(message({{"max_position_embeddings", 4096}}).empty());  // longer than needed
  CHECK(message({{"intermediate_size", 7}, {"num_hidden_layers", 3}}).find("layers 3, not 1, hidden 7, not 6") !=
        std::string::npos);
  CHECK(message({{"rope_parameters", {{"rope_type", "default"}, {"rope_theta", 5e5}}}}).find("rope_theta") !=
        std::string::npos);
  CHECK(message({{"rope_parameters", nullptr}, {"rope_theta", 5e5}}).find("rope_theta") != std::string::npos);
  CHECK(message({{"rope_parameters", nullptr}}).empty());  // transformers 4: rope_theta
  CHECK(message({{"rope_scaling", {{"type", "linear"}, {"factor", 4.0}}}}).find("linear") != std::string::npos);
  CHECK(message({{"rope_parameters", {{"rope_type", "llama3"}, {"rope_theta", 1e4}, {"factor", 8.0}}}}).find("llama3") !=
        std::string::npos);
  CHECK(message({{"model_type", "qwen2"}}).find("qwen2") != std::string::npos);
  CHECK(message({{"attention_bias", true}}).find("attention_bias") != std::string::npos);
  CHECK(message({{"rms_norm_eps", 1e-6}}).find("norm_epsilon") != std::string::npos);
  CHECK(message({{"head_dim", 64}}).find("head_dim") != std::string::npos);
  CHECK(message({{"hidden_size", "wide"}}).find("hidden_size") != std::string::npos);

  write_config(dir / "hf", true, {{"eos_token_id", 2}});
  auto const w = hugging_face_weights::open(dir / "hf", shape_of(true));
  REQUIRE(w);
  CHECK(w->note().find("id 2") != std::string::npos);
  std::vector<float> out(8);
  CHECK(w->read("model.layers.0.self_attn.v_proj.weight", {2, 4}, out).error().what.find("no tensor") == 0);
  CHECK_FALSE(w->read("model.layers.0.self_attn.k_proj.weight", {4, 2}, out));

  auto more = m;
  more.add("model.layers.0.self_attn.q_proj.bias", {4}, 0);
  REQUIRE(io::write_safetensors(dir / "hf/model.safetensors", more.tensors));
  CHECK(hugging_face_weights::open(dir / "hf", shape_of(true)).error().what.find("q_proj.bias") != std::string::npos);
  std::filesystem::remove(dir / "hf/model.safetensors");
  CHECK_FALSE(hugging_face_weights::open(dir / "hf", shape_of(true)));
}

TEST_CASE("what is published takes the place of nothing else, with the tokenizer that the model knows", "[publish]") {
  using recipe = tests::tiny_recipe;
  temporary_folder dir;
  std::vector<std::vector<float>> values;
  std::vector<io::tensor> tensors;
  for (auto const& p : nn::decoder_parameters<recipe>()) values.emplace_back(std::size_t(p.size()), 0.5f);
  for (std::size_t i = 0; i < values.size(); ++i) {
    auto const p = nn::decoder_parameters<recipe>()[i];
    tensors.push_back(io::tensor_of(p.name, p.shape(), std::span<float const>(values[i])));
  }
  auto const folder = dir / "folder";
  REQUIRE(io::write_json(folder / "config.json", publish::model_config(recipe::model, publish::weight_type::f32)));
  REQUIRE(io::write_safetensors(folder / "model.safetensors", tensors));
  REQUIRE(io::write_file(folder / "tokenizer.json", R"({"model":{"type":"BPE"}})"));
  REQUIRE(io::write_file(dir / "other.json", R"({"model":{"type":"another"}})"));
  REQUIRE(io::write_file(dir / "clean/documents/a.jsonl", "{}"));
  REQUIRE(io::write_json(dir / "clean/provenance.json", {{"program", "prepare"}}));

  pipeline::run_context run;
  CHECK(pipeline::import_recipe<recipe>(run, {folder, dir / "clean"}).error().remedy == "give another --out");
  CHECK(std::filesystem::exists(dir / "clean/documents/a.jsonl"));
  auto const checkpoint = dir / "run/checkpoints/imported/final";
  {
    auto const lock = io::folder_lock::take(checkpoint.parent_path());
    CHECK(pipeline::import_recipe<recipe>(run, {folder, checkpoint}).error().what.find("at work") != std::string::npos);
  }
  REQUIRE(pipeline::import_recipe<recipe>(run, {folder, checkpoint}));
  CHECK(pipeline::maker_of(checkpoint) == "publish import");
  CHECK(io::read_json(checkpoint / "provenance.json").value()["inputs"].size() == 3);
  auto const again = [&] { return tests::said([&] { REQUIRE(pipeline::import_recipe<recipe>(run, {folder, checkpoint})); }); };
  CHECK(again().find("already imported") != std::string::npos);
  REQUIRE(io::write_file(folder / "tokenizer.json", R"({"model": {"type": "BPE"}})"));
  CHECK(again().find("already imported") == std::string::npos);  // over one of its own
  CHECK(again().find("already imported") != std::string::npos);

  pipeline::publish_options o{checkpoint, dir / "clean", folder / "tokenizer.json"};
  CHECK(pipeline::publish_recipe<recipe>(run, o).error().what.find("made by prepare") != std::string::npos);
  CHECK(io::read_json(dir / "clean/provenance.json").value()["program"] == "prepare");
  o.out = dir / "hf";
  o.tokenizer = dir / "other.json";
  CHECK(pipeline::publish_recipe<recipe>(run, o).error().what.find("not the tokenizer") == 0);
  o.tokenizer.clear();
  CHECK(pipeline::publish_recipe<recipe>(run, o).error().remedy.find("--tokenizer") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(o.out));
  o.tokenizer = folder / "tokenizer.json";
  o.dtype = "f32";
  std::filesystem::create_directories(dir / "hf/model.safetensors");  // in the way: the run ends with an error
  REQUIRE(io::write_json(dir / "hf/provenance.json", {{"program", "publish"}}));
  REQUIRE_FALSE(pipeline::publish_recipe<recipe>(run, o));
  std::filesystem::remove(dir / "hf/model.safetensors");
  REQUIRE(pipeline::publish_recipe<recipe>(run, o));  // and the same command goes on
  o.dtype = "bf16";
  REQUIRE(pipeline::publish_recipe<recipe>(run, o));
  CHECK(io::read_json(dir / "hf/provenance.json").value()["settings"]["dtype"] == "bf16");
}
