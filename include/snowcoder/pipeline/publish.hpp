// SPDX-License-Identifier: Apache-2.0
// The program `publish`: a checkpoint as a folder that others load.
#pragma once

#include <snowcoder/config/fingerprint.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/checkpoint_file.hpp>
#include <snowcoder/pipeline/app.hpp>
#include <snowcoder/pipeline/provenance.hpp>
#include <snowcoder/publish/hugging_face.hpp>

#include <filesystem>
#include <string>

namespace snowcoder::pipeline {

struct publish_options {
  std::filesystem::path checkpoint, out, tokenizer;  ///< tokenizer empty: RUN/tokenizer.json of the checkpoint's run
  std::string format = "hf", dtype = "bf16";
};

template <config::recipe R>
expected<outcome> publish_recipe(run_context& run, publish_options options) {
  if (options.format != "hf")
    return failure("this version publishes Hugging Face folders only", "--format " + options.format,
                   "publish with --format hf");
  SNOWCODER_TRY(auto const from, io::checkpoint::open(options.checkpoint));
  SNOWCODER_CHECK(from.check_model(config::model_fingerprint<R>.hex(), R::name));
  if (options.tokenizer.empty()) {
    options.tokenizer = io::run_folder_of(options.checkpoint) / "tokenizer.json";
    if (!std::filesystem::exists(options.tokenizer))
      return failure("no tokenizer.json in the checkpoint's run folder", options.tokenizer.string(),
                     "name it with --tokenizer");
  }
  auto stamp = provenance::of<R>(
      "publish", {{"format", options.format}, {"dtype", options.dtype}, {"weights", from.checksum("model.safetensors")}});
  SNOWCODER_CHECK(stamp.add_input(options.tokenizer));
  if (stamp.finished(options.out / "provenance.json")) {
    run.say("already published: " + options.out.string());
    return outcome::done;
  }
  auto const type = options.dtype == "f32" ? publish::weight_type::f32 : publish::weight_type::bf16;
  SNOWCODER_CHECK(publish::write_hugging_face(options.out, from, R::model, options.tokenizer, type));
  SNOWCODER_CHECK(stamp.write(options.out / "provenance.json", {{"parameters", from.manifest().parameters}}));
  run.say("published " + options.out.string() + " (" + options.dtype + ")");
  return outcome::done;
}

}  // namespace snowcoder::pipeline
