// SPDX-License-Identifier: Apache-2.0
// The folder that prepare writes: where it may lie, what prepare may replace there, and how it is replaced.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/pipeline/output_folder.hpp>
#include <snowcoder/pipeline/prepare_ingest.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

namespace snowcoder::pipeline::detail {

/// What takes its place in the output folder when all is done.
inline constexpr std::array prepared{"documents",        "attributes/signals",  "held_out",           "rejects.jsonl",
                                     "redactions.jsonl", "contamination.jsonl", "repositories.jsonl", "funnel.json"};

/// Refused: a folder in which something would be replaced that prepare did not make. Its own work is known by the stamp, or
/// after an interruption by .work and the funnel.
inline expected<void> check_prepares_own(std::filesystem::path const& out) {
  namespace fs = std::filesystem;
  std::error_code e;
  if (fs::exists(out, e) && !fs::is_directory(out, e))
    return failure("a file stands where the folder of clean documents is to be", out.string(), "give another --out");
  auto const maker = maker_of(out);
  if (!maker.empty() && maker != "prepare") return check_output_folder(out, "prepare", "--out");
  if (!maker.empty() || fs::exists(out / ".work", e) || fs::exists(out / "funnel.json", e)) return {};
  for (auto const* name : prepared)
    if (fs::exists(out / name, e))
      return failure("prepare would replace this and did not make it", (out / name).string(), "give another --out");
  return {};
}

/// Moves the results from `made` to `out`, each over what an earlier run has put there. Those that are no longer in `made` have
/// been moved before an interruption.
inline expected<void> put_in_place(std::filesystem::path const& made, std::filesystem::path const& out) {
  namespace fs = std::filesystem;
  for (auto const* name : prepared) {
    std::error_code e;
    if (!fs::exists(made / name, e)) continue;
    SNOWCODER_CHECK(clear_away(out / name));
    fs::create_directories((out / name).parent_path(), e);
    fs::rename(made / name, out / name, e);
    if (e) return failure(e.message(), (out / name).string());
  }
  return {};
}

/// Inputs in a fixed order, and no input that holds the output.
inline expected<void> settle_paths(prepare_options& o) {
  namespace fs = std::filesystem;
  std::error_code e;
  // weakly_canonical leaves a path as it is of which nothing is there yet.
  auto const out = fs::weakly_canonical(fs::absolute(o.out, e), e);
  for (auto const& in : o.in) {
    auto const folder = fs::weakly_canonical(fs::absolute(in, e), e);
    auto const [end, ignored] = std::mismatch(folder.begin(), folder.end(), out.begin(), out.end());
    if (end == folder.end())
      return failure("the output lies inside the input " + in.string(), o.out.string(), "give --out a folder outside of it");
  }
  std::sort(o.in.begin(), o.in.end());
  std::sort(o.benchmarks.begin(), o.benchmarks.end());
  return {};
}

}  // namespace snowcoder::pipeline::detail
