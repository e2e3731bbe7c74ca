// SPDX-License-Identifier: Apache-2.0
// Records of a run by step: one JSON line each, and the same numbers as a TensorBoard event file. Both can be cut back to a
// step, so that a resumed run leaves the files of an uninterrupted one.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/atomic_file.hpp>
#include <snowcoder/io/mapped_file.hpp>
#include <snowcoder/io/tensorboard.hpp>

#include <unistd.h>
#include <concepts>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace snowcoder::io {

/// How a row is written and read: a line, the row of a line (`where` names it in errors), an event record, and whether every
/// step has a row.
template <class F>
concept step_format = requires(typename F::row const& row, std::string_view text, std::string const& where) {
  { F::line(row) } -> std::same_as<std::string>;
  { F::parse(text, where) } -> std::same_as<expected<typename F::row>>;
  { F::record(row) } -> std::same_as<std::string>;
  { F::every_step } -> std::convertible_to<bool>;
};

/// Reads the rows of a file up to `last_step`; a torn last line is left out, a broken row elsewhere is an error.
template <step_format Format>
expected<std::vector<typename Format::row>> read_steps(std::filesystem::path const& path, std::int64_t last_step = INT64_MAX) {
  std::vector<typename Format::row> rows;
  SNOWCODER_TRY(auto file, mapped_file::open(path));
  auto text = file.bytes();
  for (std::int64_t number = 1;; ++number) {
    auto const end = text.find('\n');
    if (end == text.npos) return rows;
    SNOWCODER_TRY(auto row, Format::parse(text.substr(0, end), path.string() + ":" + std::to_string(number)));
    if (row.step > last_step) return rows;
    rows.push_back(std::move(row));
    text.remove_prefix(end + 1);
  }
}

template <step_format Format>
class step_file {
 public:
  using row = typename Format::row;

  /// Opens both files for a run that has done `step` steps: later rows are dropped. Where every step has a row, the earlier
  /// ones must be there.
  static expected<step_file> open(std::filesystem::path const& lines, std::filesystem::path const& events, std::int64_t step) {
    step_file f;
    std::vector<row> rows;
    if (step > 0 && (Format::every_step || std::filesystem::exists(lines))) {
      SNOWCODER_TRY(rows, read_steps<Format>(lines, step));
      if (Format::every_step && (rows.empty() || rows.back().step != step))
        return failure("metrics end before step " + std::to_string(step), lines.string(),
                       "remove the phase's checkpoints and train it again");
    }
    std::string line_text, event_text = tensorboard_header();
    for (auto const& r : rows) {
      line_text += Format::line(r);
      event_text += Format::record(r);
      f.last_ = r.step;
    }
    SNOWCODER_CHECK(write_file(lines, line_text));
    SNOWCODER_CHECK(write_file(events, event_text));
    SNOWCODER_TRY(f.lines_, append_to(lines));
    SNOWCODER_TRY(f.events_, append_to(events));
    return f;
  }
  /// The step of the last row; 0: there is none.
  std::int64_t last_step() const { return last_; }

  expected<void> write(row const& r) {
    SNOWCODER_CHECK(put(lines_, Format::line(r)));
    last_ = r.step;
    return put(events_, Format::record(r));
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
  step_file() = default;

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
  std::int64_t last_ = 0;
};

}  // namespace snowcoder::io
