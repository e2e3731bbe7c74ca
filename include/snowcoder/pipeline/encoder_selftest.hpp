// SPDX-License-Identifier: Apache-2.0
// `annotate selftest`: every verb of the encoder against its twin at the recipe's own widths, on the device and in the
// precision that would embed, in seconds. It needs no encoder folder: weights are drawn. Results of large products are compared
// at their edges, in full depth.
#pragma once

#include <snowcoder/backend/backend.hpp>
#include <snowcoder/backend/cpu/reference/bidirectional_attention.hpp>
#include <snowcoder/backend/cpu/reference/embed.hpp>
#include <snowcoder/backend/cpu/reference/layer_norm.hpp>
#include <snowcoder/backend/cpu/reference/mean_rows.hpp>
#include <snowcoder/backend/cpu/reference/projection.hpp>
#include <snowcoder/backend/tolerance.hpp>
#include <snowcoder/config/concepts.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/nn/encoder_weights.hpp>
#include <snowcoder/pipeline/open_encoder.hpp>
#include <snowcoder/pipeline/run_context.hpp>
#include <snowcoder/pipeline/selftest_report.hpp>
#include <snowcoder/pipeline/selftest_subject.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

template <nn::named_encoder R, class Backend, class T>
class encoder_selftest {
  static constexpr config::encoder_shape shape = R::encoder;
  static constexpr std::int64_t width = shape.width, hidden = shape.hidden, positions = shape.positions;
  using element = stream_of<Backend, T>;
  using array = subject<Backend, element>;
  using bound = verb_tolerance<element>;

 public:
  /// `rows`: tokens that go through the encoder at once.
  encoder_selftest(Backend& device, std::int64_t rows) : device_(device), rows_(Backend::planned_rows(rows)) {}

  std::vector<comparison> run() {
    product("query, key, value", 3 * width, width, activation::none);
    product("intermediate, gelu", hidden, width, activation::gelu);
    if constexpr (adds_in_products<Backend, T>) {
      product("output, onto", width, width, activation::none, true);
      product("down, onto", width, hidden, activation::none, true);
    } else {
      product("output", width, width, activation::none);
      product("down", width, hidden, activation::none);
    }
    attend();
    norm();
    embedding();
    mean();
    return std::move(comparisons_);
  }

 private:
  void compare(std::string verb, std::string where, double apart, double limit) {
    comparisons_.push_back({std::move(verb), std::move(where), apart, limit});
  }
  /// What the twins, which take floats, see of an array.
  template <class E>
  static std::vector<float> floats(std::vector<E> const& values) {
    return {values.begin(), values.end()};
  }
  template <class A, class B>
  static double apart(std::vector<A> const& got, std::vector<B> const& want) {
    return distance(got.data(), want.data(), std::int64_t(want.size()));
  }

  /// y = act(x W' + bias), or `onto` what stands in y.
  void product(std::string const& name, std::int64_t outputs, std::int64_t inputs, activation act, bool onto = false) {
    auto const weight = normal_values<float>("weight", outputs * inputs, 0.05);
    auto const bias = floats(normal_values<bfloat16>("bias", outputs));  // a device may round it
    typename Backend::template projection<T> packed;
    pack(device_, packed, matrix_view<float const>(weight.data(), outputs, inputs), bias.data());
    array const x(device_, normal_values<element>("x", rows_ * inputs));
    array y(device_,
            onto ? normal_values<element>("residual", rows_ * outputs) : std::vector<element>(std::size_t(rows_ * outputs)));
    if constexpr (adds_in_products<Backend, T>) {
      if (onto) project_onto(device_, y.on_device(outputs), x.on_device(inputs), packed);
    }
    if (!onto) project(device_, y.on_device(outputs), x.on_device(inputs), packed, act);
    std::vector<float> got, want;
    auto const tall = std::min<std::int64_t>(4, rows_), wide = std::min<std::int64_t>(32, outputs);
    for (auto row : {std::int64_t(0), rows_ - tall}) {
      auto const rows = y.fetched_rows(row, tall, outputs);
      auto const first = x.host.begin() + row * inputs;
      std::vector<float> const seen(first, first + tall * inputs);
      for (auto column : {std::int64_t(0), outputs - wide}) {
        std::vector<float> band(std::size_t(tall * wide));
        cpu::reference::project<T>(
            matrix_view<float>(band.data(), tall, wide), matrix_view<float const>(seen.data(), tall, inputs),
            matrix_view<float const>(weight.data() + column * inputs, wide, inputs), bias.data() + column, act);
        for (std::int64_t i = 0; i < tall; ++i)
          for (std::int64_t j = 0; j < wide; ++j) {
            got.push_back(float(rows[std::size_t(i * outputs + column + j)]));
            auto const before = onto ? float(y.host[std::size_t((row + i) * outputs + column + j)]) : 0.0f;
            want.push_back(band[std::size_t(i * wide + j)] + before);
          }
      }
    }
    compare(name, fmt::format("{} x {} x {}", rows_, inputs, outputs), apart(got, want),
            verb_tolerance<T>::projection * std::max(1.0, std::sqrt(double(inputs) / 1024)));
  }

  /// Sections as long as they may be and short ones; all their tokens ask, then the first of each. The first three sections are
  /// there for devices that take equal ones together.
  void attend() {
    constexpr std::int64_t same = 3;
    std::vector<std::int64_t> offsets{0}, firsts{0};
    for (auto length : {positions, positions, positions, positions, std::int64_t(1), positions / 7 + 1, positions / 2 + 3})
      offsets.push_back(offsets.back() + length), firsts.push_back(firsts.back() + 1);
    auto const rows = offsets.back(), sections = std::int64_t(offsets.size()) - 1;
    constexpr bool exact = std::is_same_v<T, float>;
    array const q(device_, normal_values<element>("q", rows * width)),
        kv(device_, normal_values<element>("kv", rows * 2 * width));
    auto const host_q = floats(q.host), host_kv = floats(kv.host);
    for (auto const& [name, queries] : {std::pair("attention", &offsets), std::pair("attention of firsts", &firsts)}) {
      auto const count = queries->back(), compared = (*queries)[same];
      array out(device_, rows * width);
      bidirectional_attention(device_, out.on_device(width).slice(0, count), q.on_device(width).slice(0, count),
                              kv.on_device(2 * width), queries->data(), offsets.data(), sections, std::int64_t(shape.heads),
                              exact ? arithmetic::exact : arithmetic::narrow);
      std::vector<float> want(std::size_t(count * width));
      cpu::reference::bidirectional_attention(matrix_view<float>(want.data(), count, width),
                                              matrix_view<float const>(host_q.data(), count, width),
                                              matrix_view<float const>(host_kv.data(), rows, 2 * width), queries->data() + same,
                                              offsets.data() + same, sections - same, shape.heads);
      auto const got = out.fetched_rows(compared, count - compared, width);
      want.erase(want.begin(), want.begin() + compared * width);
      compare(name, fmt::format("{} sections, {} heads of {}", sections, shape.heads, width / shape.heads), apart(got, want),
              verb_tolerance<std::conditional_t<std::is_same_v<T, std::int8_t>, bfloat16, T>>::attention);
    }
  }

  void norm() {
    array const x(device_, normal_values<element>("x", few * width, 3.0)),
        added(device_, normal_values<element>("y", few * width));
    subject<Backend, float> const w(device_, normal_values<float>("norm", width)),
        b(device_, normal_values<float>("bias", width));
    array y(device_, few * width);
    layer_norm(device_, y.on_device(width), x.on_device(width), added.on_device(width), w.data(), b.data(),
               float(shape.norm_epsilon));
    cpu::reference::layer_norm(y.on_host(width), x.on_host(width), added.on_host(width), w.host.data(), b.host.data(),
                               float(shape.norm_epsilon));
    compare("layer_norm", fmt::format("{} x {}", few, width), apart(y.fetched(), y.host), bound::norm);
  }

  void embedding() {
    array const table(device_, normal_values<element>("table", shape.vocabulary * width));
    subject<Backend, std::int32_t> const ids(device_, drawn_below(shape.vocabulary, few));
    array out(device_, few * width);
    embed(device_, out.on_device(width), table.on_device(width), ids.data());
    cpu::reference::embed(out.on_host(width), table.on_host(width), ids.host.data());
    compare("embed", fmt::format("{} x {}", few, width), apart(out.fetched(), out.host), 0.0);
  }

  void mean() {
    std::array<std::int64_t, 4> const offsets{0, 1, few / 2, few};
    array const x(device_, normal_values<element>("x", few * width));
    array out(device_, 3 * width);
    std::vector<float> want(std::size_t(3 * width));
    mean_rows(device_, out.on_device(width), x.on_device(width), offsets.data());
    cpu::reference::mean_rows(matrix_view<float>(want.data(), 3, width), x.on_host(width), offsets.data());
    compare("mean_rows", fmt::format("3 x {}", width), apart(out.fetched(), want), bound::elementwise);
  }

  static constexpr std::int64_t few = 64;

  Backend& device_;
  std::int64_t rows_;
  std::vector<comparison> comparisons_;
};

struct encoder_selftest_options {
  std::string device = "cpu", precision = "f32";
};

/// The whole of it, with batches as large as `annotate` makes them.
template <config::recipe R>
expected<outcome> selftest_encoder(run_context& run, encoder_selftest_options const& options) {
  SNOWCODER_CHECK(check_encoder_precision(options.precision, options.device));
  return with_device(options.device, run.threads, [&]<class Backend>(Backend& device) {
    return with_arithmetic<Backend>(options.precision, [&]<class T>(T) {
      return report_selftest(run, encoder_selftest<R, Backend, T>(device, encoder_batch_tokens<Backend>(run.threads)).run());
    });
  });
}

}  // namespace snowcoder::pipeline
