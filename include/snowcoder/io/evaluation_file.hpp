// SPDX-License-Identifier: Apache-2.0
// The record of the evaluations that a training run makes on its way: a row for each.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/io/step_file.hpp>
#include <snowcoder/record/evaluation_step.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace snowcoder::io {

struct evaluation_rows {
  using row = evaluation_step;
  static constexpr bool every_step = false;

  static std::string line(evaluation_step const& e) {
    json bits = json::object();
    for (auto const& [name, value] : e.bits_per_byte) bits[name] = value;
    return to_line(json{{"step", e.step}, {"total_steps", e.total_steps}, {"tokens", e.tokens}, {"bits_per_byte", bits}}) +
           "\n";
  }
  /// What was not finite stands as null and is read as NaN.
  static expected<evaluation_step> parse(std::string_view line, std::string const& where) {
    SNOWCODER_TRY(auto const row, parse_json(line, where));
    for (auto key : {"step", "total_steps", "tokens"})
      if (!row.contains(key) || !row[key].is_number_integer())
        return failure(std::string("evaluation row without the whole number ") + key, where);
    if (!row.contains("bits_per_byte") || !row["bits_per_byte"].is_object())
      return failure("evaluation row without bits_per_byte", where);
    evaluation_step e{
        row["step"].get<std::int64_t>(), row["total_steps"].get<std::int64_t>(), row["tokens"].get<std::int64_t>(), {}};
    for (auto const& [name, value] : row["bits_per_byte"].items()) {
      if (!value.is_number() && !value.is_null()) return failure("bits_per_byte of " + name + " is no number", where);
      e.bits_per_byte.emplace_back(name, value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>());
    }
    return e;
  }
  static std::string record(evaluation_step const& e) {
    std::vector<std::string> tags;
    std::vector<scalar> values;
    for (auto const& [name, value] : e.bits_per_byte) tags.push_back("bits_per_byte/" + name);
    for (std::size_t i = 0; i < tags.size(); ++i) values.push_back({tags[i], float(e.bits_per_byte[i].second)});
    return tensorboard_scalars(e.step, values);
  }
};

using evaluation_file = step_file<evaluation_rows>;

}  // namespace snowcoder::io
