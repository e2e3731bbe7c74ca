// SPDX-License-Identifier: Apache-2.0
// The record of a training run: one JSON line per step, and the same numbers as a TensorBoard event file. Both can be cut
// back to a step, so that a resumed run leaves the files of an uninterrupted one.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/io/tensorboard.hpp>
#include <snowcoder/record/training_step.hpp>

#include <unistd.h>
#include <array>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::io {

inline std::string metrics_line(training_step const& s) {
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
inline expected<training_step> parse_metrics_line(std::string_view line, std::string const& where) {
  SNOWCODER_TRY(auto row, parse_json(line, where));
  for (auto key : {"loss", "gradient_norm"})
    if (row.contains(key) && row[key].is_null()) row[key] = std::numeric_limits<float>::quiet_NaN();
  for (auto key : {"step", "total_steps", "tokens", "pass", "loss", "gradient_norm", "rate"})
    if (!row.contains(key) || !row[key].is_number())
      return failure(std::string("metrics row without the number ") + key, where);
  return training_step{row["step"].get<std::int64_t>(),   row["total_steps"].get<std::int64_t>(),
                       row["tokens"].get<std::int64_t>(), row["pass"].get<std::int64_t>(),
                       row["loss"].get<float>(),          row["gradient_norm"].get<float>(),
                       row["rate"].get<double>()};
}
inline std::string metrics_record(training_step const& s) {
  std::array const values{scalar{"loss", s.loss}, scalar{"gradient_norm", s.gradient_norm},
                          scalar{"learning_rate", float(s.rate)}, scalar{"tokens", float(s.tokens)}};
  return tensorboard_scalars(s.step, values);
}

/// Reads the rows of a metrics file up to `last_step`; a torn last line is left out, a broken row elsewhere is an error.
inline expected<std::vector<training_step>> read_metrics(std::filesystem::path const& path,
                                                         std::int64_t last_step = INT64_MAX) {
  std::vector<training_step> rows;
  SNOWCODER_TRY(auto file, mapped_file::open(path));
  auto text = file.bytes();
  for (std::int64_t number = 1;; ++number) {
    auto const end = text.find('\n');
    if (end == text.npos) return rows;
    SNOWCODER_TRY(auto row, parse_metrics_line(text.substr(0, end), path.string() + ":" + std::to_string(number)));
    if (row.step > last_step) return rows;
    rows.push_back(row);
    text.remove_prefix(end + 1);
  }
}

class metrics_file {
 public:
  /// Opens both files for a run that has done `step` steps: later rows are dropped. Earlier rows must be there.
  static expected<metrics_file> open(std::filesystem::path const& lines, std::filesystem::path const& events,
                                     std::int64_t step) {
    std::vector<training_step> rows;
    if (step > 0) {
      SNOWCODER_TRY(rows, read_metrics(lines, step));
      if (rows.empty() || rows.back().step != step)
        return failure("metrics end before step " + std::to_string(step), lines.string(),
                       "remove the phase's checkpoints and train it again");
    }
    std::string line_text, event_text = tensorboard_header();
    for (auto const& r : rows) {
      line_text += metrics_line(r);
      event_text += metrics_record(r);
    }
    SNOWCODER_CHECK(write_file(lines, line_text));
    SNOWCODER_CHECK(write_file(events, event_text));
    metrics_file f;
    SNOWCODER_TRY(f.lines_, append_to(lines));
    SNOWCODER_TRY(f.events_, append_to(events));
    return f;
  }
  expected<void> write(training_step const& row) {
    SNOWCODER_CHECK(put(lines_, metrics_line(row)));
    return put(events_, metrics_record(row));
  }
  /// On disk, for good: call before the checkpoint that relies on these rows is published.
  expected<void> sync() {
    for (auto* f : {lines_.get(), events_.get()})
      if (std::fflush(f) != 0 || ::fsync(::fileno(f)) != 0) return failure(system_error("metrics", "free some disk space"));
    return {};
  }

 private:
  struct close_file {
    void operator()(std::FILE* f) const { std::fclose(f); }
  };
  using handle = std::unique_ptr<std::FILE, close_file>;
  metrics_file() = default;

  static expected<handle> append_to(std::filesystem::path const& path) {
    handle f(std::fopen(path.c_str(), "ab"));
    if (!f) return failure(system_error(path.string()));
    return f;
  }
  static expected<void> put(handle const& f, std::string const& bytes) {
    if (std::fwrite(bytes.data(), 1, bytes.size(), f.get()) != bytes.size() || std::fflush(f.get()) != 0)
      return failure(system_error("metrics", "free some disk space and run the same command again"));
    return {};
  }

  handle lines_, events_;
};

}  // namespace snowcoder::io
