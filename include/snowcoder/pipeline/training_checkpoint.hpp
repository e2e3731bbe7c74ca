// SPDX-License-Identifier: Apache-2.0
// Between a training state in device memory and a checkpoint on disk.
#pragma once

#include <snowcoder/config/fingerprint.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/checkpoint_file.hpp>
#include <snowcoder/nn/decoder_parameters.hpp>
#include <snowcoder/parallel/communicator.hpp>
#include <snowcoder/parallel/solo.hpp>
#include <snowcoder/pipeline/checkpoint_content.hpp>
#include <snowcoder/pipeline/library_versions.hpp>
#include <snowcoder/train/state.hpp>

#include <algorithm>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

/// The flat floats back; `values` holds config::parameters(R::model) of them.
template <config::recipe R>
expected<void> read_tensors(io::safetensors const& file, std::string const& prefix, std::span<float> values) {
  for (auto const& p : nn::decoder_parameters<R>())
    SNOWCODER_CHECK(file.read_floats(prefix + p.name, values.subspan(std::size_t(p.offset), std::size_t(p.size()))));
  return {};
}

/// What a checkpoint holds, on the host: a copy that a device's next step does not touch.
template <class Backend, class Moment>
struct snapshot {
  training_position position;
  typename Backend::template host_array<float> weights;
  typename Backend::template host_array<Moment> first_moment, second_moment;
};

/// Fills rank 0's `to`, whose memory is used again; every rank calls this and gives the moments that it owns.
template <config::recipe R, class Backend, class Moment, parallel::communicator Ranks>
void take(snapshot<Backend, Moment>& to, Backend& device, train::state<R, Backend, Moment> const& s, Ranks& ranks) {
  auto const copy = [&](auto& values, auto const& buffer) {
    values.resize(std::size_t(buffer.size()));
    download(device, values.data(), buffer.data(), buffer.size());
  };
  auto const collect = [&](auto& values, auto const& buffer) {
    if (ranks.size() == 1) return copy(values, buffer);
    typename Backend::template host_array<Moment> mine;
    copy(mine, buffer);
    if (ranks.rank() == 0) values.resize(std::size_t(s.size));
    ranks.collect(static_cast<Moment const*>(mine.data()), values.data(), s.size);
  };
  to.position = s.position;
  if (ranks.rank() == 0) copy(to.weights, s.weights);
  collect(to.first_moment, s.first_moment);
  collect(to.second_moment, s.second_moment);
}

template <config::recipe R, class Backend, class Moment>
expected<void> save(std::filesystem::path const& folder, training_position const& position, std::span<float const> weights,
                    std::span<Moment const> first_moment, std::span<Moment const> second_moment, io::json settings) {
  return io::write_checkpoint(folder, manifest_of<R>(position, std::move(settings), library_versions<Backend>()),
                              checkpoint_parts<R>(flat(weights), flat(first_moment), flat(second_moment)));
}
template <config::recipe R, class Backend, class Moment>
expected<void> save(std::filesystem::path const& folder, snapshot<Backend, Moment> const& s, io::json settings) {
  auto const view = [](auto const& values) { return std::span(values.data(), std::size_t(values.size())); };
  return save<R, Backend, Moment>(folder, s.position, view(s.weights), view(s.first_moment), view(s.second_moment),
                                  std::move(settings));
}
/// Straight from the device's memory where the host can read it, without a copy of it all. Requires a state with all moments.
template <config::recipe R, class Backend, class Moment>
expected<void> save(std::filesystem::path const& folder, Backend& device, train::state<R, Backend, Moment> const& s,
                    io::json settings) {
  if constexpr (requires { requires Backend::memory_is_the_hosts; }) {
    auto const view = [](auto const& buffer) { return std::span(buffer.data(), std::size_t(buffer.size())); };
    return save<R, Backend, Moment>(folder, s.position, view(s.weights), view(s.first_moment), view(s.second_moment),
                                    std::move(settings));
  } else {
    snapshot<Backend, Moment> copy;
    parallel::solo alone;
    take(copy, device, s, alone);
    return save<R>(folder, copy, std::move(settings));
  }
}

/// Weights alone, for whoever only reads the model: config::parameters(R::model) floats.
template <config::recipe R>
expected<std::vector<float>> load_weights(io::checkpoint const& from) {
  SNOWCODER_CHECK(from.check_model(config::model_fingerprint<R>.hex(), R::name));
  SNOWCODER_TRY(auto model, from.file(io::model_part));
  std::vector<float> values(static_cast<std::size_t>(config::parameters(R::model)));
  SNOWCODER_CHECK(read_tensors<R>(model, "", values));
  return values;
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

/// One part's tensors into device memory, a tensor at a time; of the flat array only `part`, which begins at `to`.
template <config::recipe R, class Backend, class T>
expected<void> upload_tensors(io::safetensors const& file, std::string const& prefix, Backend& device, T* to,
                              parallel::share part = {0, config::parameters(R::model)}) {
  std::vector<float> values;
  std::vector<T> narrow;
  for (auto const& p : nn::decoder_parameters<R>()) {
    auto const first = std::max(p.offset, part.first), last = std::min(p.offset + p.size(), part.last);
    if (first >= last) continue;
    values.resize(std::size_t(p.size()));
    SNOWCODER_CHECK(file.read_floats(prefix + p.name, values));
    narrow.resize(values.size());
    std::transform(values.begin(), values.end(), narrow.begin(), [](float v) { return T(v); });
    upload(device, to + (first - part.first), narrow.data() + (first - p.offset), last - first);
  }
  return {};
}

/// Everything: weights, the moments that the state owns (unless they will not be used) and position. Moments that were written
/// in another type are rounded to this one.
template <config::recipe R, class Backend, class Moment>
expected<void> load(io::checkpoint const& from, Backend& device, train::state<R, Backend, Moment>& s, bool with_moments) {
  SNOWCODER_CHECK(from.check_model(config::model_fingerprint<R>.hex(), R::name));
  SNOWCODER_TRY(auto model, from.file(io::model_part));
  SNOWCODER_CHECK(upload_tensors<R>(model, "", device, s.weights.data()));
  s.position = from.manifest().position;
  if (!with_moments) return {};
  SNOWCODER_TRY(auto moments, from.file(io::optimizer_part));
  SNOWCODER_CHECK(upload_tensors<R>(moments, "first_moment.", device, s.first_moment.data(), s.owned));
  return upload_tensors<R>(moments, "second_moment.", device, s.second_moment.data(), s.owned);
}

}  // namespace snowcoder::pipeline
