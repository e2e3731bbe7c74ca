// SPDX-License-Identifier: Apache-2.0
// The record of a training run: a row per step.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/io/step_file.hpp>
#include <snowcoder/record/training_step.hpp>

#include <array>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace snowcoder::io {

struct metrics_rows {
  using row = training_step;
  static constexpr bool every_step = true;

  static std::string line(training_step const& s) {
    return to_line(json{{"step", s.step},
                        {"total_steps", s.total_steps},
                        {"tokens", s.tokens},
                        {"pass", s.pass},
                        {"loss", s.loss},
                        {"gradient_norm", s.gradient_norm},
                        {"rate", s.rate}}) +
           "\n";
  }
  /// A loss or norm that was not finite stands as null, as JSON has no other word for it; it is read as NaN.
  static expected<training_step> parse(std::string_view line, std::string const& where) {
    SNOWCODER_TRY(auto row, parse_json(line, where));
    for (auto key : {"loss", "gradient_norm"})
      if (row.contains(key) && row[key].is_null()) row[key] = std::numeric_limits<float>::quiet_NaN();
    for (auto key : {"step", "total_steps", "tokens", "pass"})
      if (!row.contains(key) || !row[key].is_number_integer())
        return failure(std::string("metrics row without the whole number ") + key, where);
    for (auto key : {"loss", "gradient_norm", "rate"})
      if (!row.contains(key) || !row[key].is_number())
        return failure(std::string("metrics row without the number ") + key, where);
    return training_step{row["step"].get<std::int64_t>(),   row["total_steps"].get<std::int64_t>(),
                         row["tokens"].get<std::int64_t>(), row["pass"].get<std::int64_t>(),
                         row["loss"].get<float>(),          row["gradient_norm"].get<float>(),
                         row["rate"].get<double>()};
  }
  static std::string record(training_step const& s) {
    std::array const values{scalar{"loss", s.loss}, scalar{"gradient_norm", s.gradient_norm},
                            scalar{"learning_rate", float(s.rate)}, scalar{"tokens", float(s.tokens)}};
    return tensorboard_scalars(s.step, values);
  }
};

using metrics_file = step_file<metrics_rows>;

inline expected<std::vector<training_step>> read_metrics(std::filesystem::path const& path,
                                                         std::int64_t last_step = INT64_MAX) {
  return read_steps<metrics_rows>(path, last_step);
}

}  // namespace snowcoder::io
