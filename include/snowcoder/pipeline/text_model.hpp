// SPDX-License-Identifier: Apache-2.0
// A checkpoint and its tokenizer, ready to read or to write text on a device.
#pragma once

#include <snowcoder/backend/backend.hpp>
#include <snowcoder/config/concepts.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/checkpoint_file.hpp>
#include <snowcoder/nn/decoder_cache.hpp>
#include <snowcoder/nn/decoder_weights.hpp>
#include <snowcoder/pipeline/open_tokenizer.hpp>
#include <snowcoder/pipeline/training_checkpoint.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

/// The named file, or RUN/tokenizer.json of the checkpoint's run.
template <config::recipe R>
auto open_tokenizer(std::filesystem::path const& named, std::filesystem::path const& checkpoint) {
  return open_tokenizer<R>(named.empty() ? io::run_folder_of(checkpoint) / "tokenizer.json" : named);
}

/// to.load(weights), of weights that stand in the host's memory.
template <class Backend, class Loaded>
void load_onto(Backend& device, Loaded& to, std::vector<float> const& weights) {
  if constexpr (requires { requires Backend::memory_is_the_hosts; }) {
    to.load(weights.data());
  } else {
    typename Backend::template buffer<float> there(std::int64_t(weights.size()));
    upload(device, there.data(), weights.data(), there.size());
    to.load(there.data());
  }
}

/// Weights in device memory, from a verified checkpoint. T is the type that computes; `device` outlives the model.
template <config::recipe R, class Backend, class T>
class text_model {
 public:
  using weights_type = nn::decoder_weights<R, Backend, T>;
  using cache_type = nn::decoder_cache<R, Backend, T>;

  text_model(Backend& device, io::checkpoint const& from, std::vector<float> const& weights)
      : name(std::string(R::name) + "/" + from.manifest().settings.value("label", "") + "/" +
             from.folder().filename().string()),
        device_(device),
        weights_(device) {
    load_onto(device, weights_, weights);
  }
  /// Up to `count` conversations of up to `tokens` each at a time: as many as fit two gigabytes, at least one.
  cache_type conversations(std::int64_t count, std::int64_t tokens = R::model.context) {
    constexpr std::int64_t most = std::int64_t(2) << 30;
    return cache_type(device_, weights_, std::clamp<std::int64_t>(most / cache_type::slot_bytes(tokens), 1, count), tokens);
  }

  std::string name;

 private:
  Backend& device_;
  weights_type weights_;
};

}  // namespace snowcoder::pipeline
