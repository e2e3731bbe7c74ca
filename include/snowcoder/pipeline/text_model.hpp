// SPDX-License-Identifier: Apache-2.0
// A checkpoint on a device, ready to read or to write ids.
#pragma once

#include <snowcoder/config/concepts.hpp>
#include <snowcoder/io/checkpoint_file.hpp>
#include <snowcoder/nn/decoder_cache.hpp>
#include <snowcoder/nn/decoder_weights.hpp>
#include <snowcoder/pipeline/training_checkpoint.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace snowcoder::pipeline {

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
