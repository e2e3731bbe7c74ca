// SPDX-License-Identifier: Apache-2.0
// Between a training state in device memory and a checkpoint on disk.
#pragma once

#include <snowcoder/backend/cpu/onednn.hpp>
#include <snowcoder/config/fingerprint.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/core/version.hpp>
#include <snowcoder/io/checkpoint_file.hpp>
#include <snowcoder/nn/decoder_parameters.hpp>
#include <snowcoder/train/state.hpp>

#include <array>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

inline constexpr char model_part[] = "model.safetensors", optimizer_part[] = "optimizer.safetensors";

/// Flat floats on the host as the model's tensors, each name with `prefix` before it.
template <config::recipe R>
void append_tensors(std::vector<io::tensor>& out, std::string const& prefix, std::span<float const> values) {
  for (auto const& p : nn::decoder_parameters<R>()) {
    auto const shape = p.is_vector() ? std::vector{p.columns} : std::vector{p.rows, p.columns};
    out.push_back(io::tensor_of(prefix + p.name, shape, values.subspan(std::size_t(p.offset), std::size_t(p.size()))));
  }
}

/// The flat floats back; `values` holds config::parameters(R::model) of them.
template <config::recipe R>
expected<void> read_tensors(io::safetensors const& file, std::string const& prefix, std::span<float> values) {
  for (auto const& p : nn::decoder_parameters<R>())
    SNOWCODER_CHECK(file.read_floats(prefix + p.name, values.subspan(std::size_t(p.offset), std::size_t(p.size()))));
  return {};
}

template <config::recipe R, class Backend>
expected<void> save(std::filesystem::path const& folder, Backend& device, train::state<R, Backend> const& s,
                    io::json settings) {
  auto const on_host = [&](auto const& buffer) {
    std::vector<float> values(static_cast<std::size_t>(buffer.size()));
    download(device, values.data(), buffer.data(), buffer.size());
    return values;
  };
  auto const weights = on_host(s.weights), first = on_host(s.first_moment), second = on_host(s.second_moment);
  std::array<io::checkpoint_part, 2> parts{io::checkpoint_part{model_part, {}}, io::checkpoint_part{optimizer_part, {}}};
  append_tensors<R>(parts[0].tensors, "", weights);
  append_tensors<R>(parts[1].tensors, "first_moment.", first);
  append_tensors<R>(parts[1].tensors, "second_moment.", second);
  io::checkpoint_manifest m;
  m.position = s.position;
  m.recipe = R::name;
  m.fingerprint = config::fingerprint<R>.hex();
  m.text = config::recipe_text<R>();
  m.model = config::model_fingerprint<R>.hex();
  m.parameters = config::parameters(R::model);
  m.settings = std::move(settings);
  m.versions = {{"snowcoder", version}, {"onednn", cpu::onednn::version()}, {"compiler", __VERSION__}};
  return io::write_checkpoint(folder, std::move(m), parts);
}

/// Weights alone, for whoever only reads the model: config::parameters(R::model) floats.
template <config::recipe R>
expected<std::vector<float>> load_weights(io::checkpoint const& from) {
  SNOWCODER_CHECK(from.check_model(config::model_fingerprint<R>.hex(), R::name));
  SNOWCODER_TRY(auto model, from.file(model_part));
  std::vector<float> values(static_cast<std::size_t>(config::parameters(R::model)));
  SNOWCODER_CHECK(read_tensors<R>(model, "", values));
  return values;
}

/// Everything: weights, moments (unless they will not be used) and position.
template <config::recipe R, class Backend>
expected<void> load(io::checkpoint const& from, Backend& device, train::state<R, Backend>& s, bool with_moments) {
  SNOWCODER_TRY(auto values, load_weights<R>(from));
  upload(device, s.weights.data(), values.data(), s.size);
  s.position = from.manifest().position;
  if (!with_moments) return {};
  SNOWCODER_TRY(auto moments, from.file(optimizer_part));
  SNOWCODER_CHECK(read_tensors<R>(moments, "first_moment.", values));
  upload(device, s.first_moment.data(), values.data(), s.size);
  SNOWCODER_CHECK(read_tensors<R>(moments, "second_moment.", values));
  upload(device, s.second_moment.data(), values.data(), s.size);
  return {};
}

}  // namespace snowcoder::pipeline
