// SPDX-License-Identifier: Apache-2.0
// annotate with its encoder on the GPU, or on the emulated one: the CPU's vectors to within a precision, files that say where
// they were made, what is refused, and halves that overflow.
#include "support/on_gpu.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_recipe.hpp"

#include <snowcoder/io/atomic_file.hpp>
#include <snowcoder/io/vector_file.hpp>
#include <snowcoder/pipeline/annotate_embed.hpp>
#include <snowcoder/pipeline/encoder_selftest.hpp>

#include <filesystem>
#include <string>
#include <vector>

using namespace snowcoder;
using namespace snowcoder::tests;
namespace fs = std::filesystem;

namespace {

fs::path golden_encoder() { return fs::path(SNOWCODER_TESTS_DIR) / "golden/encoder"; }

struct world {
  temporary_folder folder;

  world() {
    for (int i = 0; i < 30; ++i) {
      std::string text;
      for (int k = 0; k < 1 + i % 11; ++k) text += "while value" + std::to_string((i * 31 + k * 7) % 97) + " = return\n";
      REQUIRE(io::write_file(folder / ("in/f" + std::to_string(i) + ".py"), text));
    }
  }
  expected<pipeline::outcome> embed(std::string const& device, std::string const& precision,
                                    fs::path const& encoder = golden_encoder()) const {
    pipeline::run_context context;
    context.threads = 2;
    pipeline::embed_options o;
    o.encoder = encoder;
    o.in = folder / "in";
    o.out = folder / (device + precision);
    o.device = device;
    o.precision = precision;
    o.sections = "all";
    o.store = "f32";
    return pipeline::embed<tiny_recipe>(context, o);
  }
  io::vector_table vectors(std::string const& name) const {
    auto table = io::read_vectors(folder / name);
    REQUIRE(table);
    return std::move(*table);
  }
};

}  // namespace

TEST_CASE("gpu: annotate embeds as the CPU does", "[gpu]") {
  if (!gpu_at_hand()) return;
  world const w;
  for (std::string precision : {"f32", "bf16"}) {
    REQUIRE(w.embed("cpu", precision).has_value());
    REQUIRE(w.embed("cuda", precision).has_value());
    auto const here = w.vectors("cpu" + precision), there = w.vectors("cuda" + precision);
    CHECK(there.encoder == here.encoder + "-cuda");
    REQUIRE(there.rows.size() == 30);
    for (std::size_t s = 0; s < 3; ++s)
      CHECK(distance(there.sections[s], here.sections[s]) <
            (precision == "f32" ? tolerance<float>::encoder : 2 * tolerance<bfloat16>::encoder));  // each rounds otherwise
  }
  REQUIRE(w.embed("cuda", "f16").has_value());
  auto const exact = w.vectors("cpuf32"), halves = w.vectors("cudaf16");
  CHECK(halves.encoder == exact.encoder + "-f16-cuda");
  for (std::size_t s = 0; s < 3; ++s) CHECK(distance(halves.sections[s], exact.sections[s]) < tolerance<float16>::encoder);
  auto const refused = w.embed("cuda", "int8");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().what == "bytes are multiplied on the CPU only");
  CHECK_FALSE(w.embed("cpu", "f16"));
}

TEST_CASE("gpu: halves that overflow are an error, where bfloat16 and float have room", "[gpu]") {
  if (!gpu_at_hand()) return;
  world const w;
  // What comes out of gelu is 2^15 times as large, and the next weights take that back.
  auto const steep = w.folder / "encoder";
  fs::copy(golden_encoder(), steep);
  auto const file = io::safetensors::open(golden_encoder() / "model.safetensors");
  REQUIRE(file);
  std::vector<std::vector<float>> values;
  std::vector<io::tensor> tensors;
  for (auto const& t : file->tensors()) {
    if (t.type != dtype::f32) continue;
    auto& v = values.emplace_back(*file->floats(t.name));
    if (t.name.find("layer.0.intermediate") != t.name.npos)
      for (auto& x : v) x *= 0x1p15f;
    if (t.name.find("layer.0.output.dense.weight") != t.name.npos)
      for (auto& x : v) x *= 0x1p-15f;
    tensors.push_back(io::tensor_of<float>(t.name, t.shape, v));
  }
  REQUIRE(io::write_safetensors(steep / "model.safetensors", tensors));
  REQUIRE(w.embed("cuda", "bf16", steep).has_value());
  auto const refused = w.embed("cuda", "f16", steep);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().what.ends_with("is not finite"));
  CHECK(refused.error().remedy == "halves end at 65504: use --precision bf16");
}

TEST_CASE("gpu: annotate's self-test passes", "[gpu]") {
  if (!gpu_at_hand()) return;
  cuda::device device;
  for (auto const& comparisons : {pipeline::encoder_selftest<tiny_recipe, cuda::device, float>(device, 200).run(),
                                  pipeline::encoder_selftest<tiny_recipe, cuda::device, bfloat16>(device, 200).run(),
                                  pipeline::encoder_selftest<tiny_recipe, cuda::device, float16>(device, 200).run()})
    for (auto const& v : comparisons) {
      INFO(v.verb << " " << v.shape << " " << v.apart << " of " << v.bound);
      CHECK(v.passed());
    }
}
