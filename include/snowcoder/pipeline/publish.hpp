// SPDX-License-Identifier: Apache-2.0
// The program `publish`: a checkpoint as a folder or a file that others load, and `publish import`, the way back.
#pragma once

#include <snowcoder/config/accounting.hpp>
#include <snowcoder/config/fingerprint.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/checkpoint_file.hpp>
#include <snowcoder/io/folder_lock.hpp>
#include <snowcoder/nn/decoder_parameters.hpp>
#include <snowcoder/pipeline/checkpoint_content.hpp>
#include <snowcoder/pipeline/generators.hpp>
#include <snowcoder/pipeline/open_tokenizer.hpp>
#include <snowcoder/pipeline/output_folder.hpp>
#include <snowcoder/pipeline/provenance.hpp>
#include <snowcoder/pipeline/run_context.hpp>
#include <snowcoder/publish/gguf.hpp>
#include <snowcoder/publish/hugging_face.hpp>
#include <snowcoder/publish/hugging_face_import.hpp>

#include <algorithm>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

struct publish_options {
  std::filesystem::path checkpoint, out, tokenizer;  ///< tokenizer empty: RUN/tokenizer.json of the checkpoint's run
  std::string format = "hf", dtype = "bf16";
};

template <config::recipe R>
expected<outcome> publish_recipe(run_context& run, publish_options options) {
  bool const folder = options.format == "hf";
  if (folder && options.dtype != "f32" && options.dtype != "bf16")
    return failure("a Hugging Face folder holds bf16 or f32", "--dtype " + options.dtype, "or publish with --format gguf");
  SNOWCODER_TRY(auto const from, io::checkpoint::open(options.checkpoint));
  SNOWCODER_CHECK(from.check_model(config::model_fingerprint<R>.hex(), R::name));
  SNOWCODER_TRY(options.tokenizer, tokenizer_of(from, options.tokenizer));
  auto const generators = generators_of<R>(from);
  io::json named = io::json::array();
  for (auto const& g : generators) named.push_back({g.model, g.licence, g.documents});
  auto stamp = provenance::of<R>("publish", {{"format", options.format},
                                             {"dtype", options.dtype},
                                             {"weights", from.checksum(io::model_part)},
                                             {"generators", named}});
  SNOWCODER_CHECK(stamp.add_input(options.tokenizer));
  auto const stamp_path = folder ? options.out / "provenance.json" : stamp_beside(options.out);
  if (std::filesystem::exists(options.out) && stamp.finished(stamp_path)) {
    run.say("already published: " + options.out.string());
    return outcome::done;
  }
  io::json const counts{{"parameters", from.manifest().parameters}};
  if (folder) {
    SNOWCODER_CHECK(check_output_folder(options.out, "publish", "--out"));
    SNOWCODER_TRY(auto const lock, io::folder_lock::take(options.out));
    SNOWCODER_CHECK(stamp.begin(stamp_path));
    auto const type = options.dtype == "f32" ? publish::weight_type::f32 : publish::weight_type::bf16;
    SNOWCODER_CHECK(publish::write_hugging_face(options.out, from, R::model, options.tokenizer, type, generators));
    SNOWCODER_CHECK(stamp.write(stamp_path, counts));
  } else {
    SNOWCODER_CHECK(io::check_file_place(options.out));
    SNOWCODER_TRY(auto const tokenizer, open_tokenizer<R>(options.tokenizer));
    auto const type = publish::gguf_type_of(options.dtype);
    if (!type) return failure("no such type", "--dtype " + options.dtype, "bf16, f16, f32 or q8_0");
    SNOWCODER_CHECK(stamp.write_file(
        options.out, counts, [&] { return publish::write_gguf(options.out, from, R::model, tokenizer.vocabulary(), *type); }));
  }
  for (auto const& g : generators)
    if (g.model.empty() || g.licence.empty())
      run.say("note: trained on code of " + (g.model.empty() ? "a language model that no report names" : g.model) +
              ", whose licence is not recorded (synthesize --licence); see what it asks before you pass this model on");
  run.say("published " + options.out.string() + " (" + options.dtype + ")");
  return outcome::done;
}

struct import_options {
  std::filesystem::path in, out;
};

/// A published Llama-family folder as a checkpoint of this recipe: weights as they are, moments of an optimizer that has not
/// begun. `train --from`, `generate` and `serve` take it like any other.
template <config::recipe R>
expected<outcome> import_recipe(run_context& run, import_options const& options) {
  // Of the folder that checkpoints lie in, as `train` takes it: --out itself becomes another folder with every import.
  SNOWCODER_TRY(auto const lock, io::folder_lock::take(io::whole_path(options.out).parent_path()));
  if (std::error_code e; std::filesystem::exists(options.out, e) && !nothing_in(options.out)) {
    auto const there = io::checkpoint::open(options.out);
    if (!there || there->manifest().position.phase != "imported")
      return failure("a checkpoint would replace this, and it is none that was imported", options.out.string(),
                     "give another --out");
  }
  SNOWCODER_TRY(auto const from, publish::hugging_face_weights::open(options.in, R::model));
  io::json settings{{"label", "imported"}, {"from", options.in.string()}, {"stored_as", from.stored_as()}};
  auto stamp = provenance::of<R>("publish import", io::json::object());
  for (auto const& file : from.read_files()) SNOWCODER_CHECK(stamp.add_input(file));
  if (auto const file = options.in / "tokenizer.json"; auto const tokenizer = content_hash(file)) {
    settings["tokenizer"] = tokenizer->hex();
    stamp.add_input(file, *tokenizer);
  }
  auto const stamp_path = options.out / "provenance.json";
  if (stamp.finished(stamp_path) && io::checkpoint::open(options.out)) {
    run.say("already imported: " + options.out.string());
    return outcome::done;
  }
  auto const parameters = nn::decoder_parameters<R>();
  std::vector<float> weights(std::size_t(config::parameters(R::model)));
  std::int64_t largest = 0;
  run.bar.begin("import", "tensors", std::int64_t(parameters.size()));
  for (auto const& p : parameters) {
    SNOWCODER_CHECK(from.read(p.name, p.shape(), std::span(weights).subspan(std::size_t(p.offset), std::size_t(p.size()))));
    largest = std::max(largest, p.size());
    run.bar.advance();
  }
  std::vector<float> const zeros(std::size_t(largest), 0.0f);
  auto const none = [&](auto const& p) { return std::span(zeros).first(std::size_t(p.size())); };
  training_position position;
  position.phase = "imported";
  SNOWCODER_CHECK(io::write_checkpoint(options.out, manifest_of<R>(position, std::move(settings)),
                                       checkpoint_parts<R>(flat(std::span<float const>(weights)), none, none)));
  SNOWCODER_CHECK(stamp.write(stamp_path, {{"parameters", config::parameters(R::model)}}));
  if (!from.note().empty()) run.say(from.note());
  run.say("imported " + options.in.string() + " (" + from.stored_as() + "); next: generate --checkpoint " +
          options.out.string() + " --tokenizer " + (options.in / "tokenizer.json").string() +
          " …, or train --phase NAME --from " + options.out.string());
  return outcome::done;
}

}  // namespace snowcoder::pipeline
