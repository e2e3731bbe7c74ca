// SPDX-License-Identifier: Apache-2.0
// The program `report`: one self-contained page on a run folder. It shows what is there and says what is not.
#pragma once

#include <snowcoder/config/accounting.hpp>
#include <snowcoder/config/fingerprint.hpp>
#include <snowcoder/core/version.hpp>
#include <snowcoder/pipeline/describe.hpp>
#include <snowcoder/pipeline/report_data.hpp>
#include <snowcoder/pipeline/report_scores.hpp>
#include <snowcoder/pipeline/report_training.hpp>
#include <snowcoder/pipeline/run_context.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <string>

namespace snowcoder::pipeline {

template <config::recipe R>
expected<outcome> report(run_context& run, std::filesystem::path const& folder, std::filesystem::path const& out) {
  if (!std::filesystem::is_directory(folder)) return failure("no such run folder", folder.string());
  auto const parts = {"clean", "selection", "synthetic", "tokens", "metrics", "evaluation"};
  if (std::none_of(parts.begin(), parts.end(), [&](auto const* part) { return std::filesystem::exists(folder / part); }))
    return failure("nothing to report: no clean/, selection/, synthetic/, tokens/, metrics/ or evaluation/", folder.string(),
                   "give the folder of a run");
  html_page page("snowcoder: " + std::string(R::name));
  page.text(fmt::format(
      "Recipe {} (fingerprint {}), {} parameters, written by snowcoder {}. After Arctic-SnowCoder, arXiv 2409.02326.", R::name,
      config::fingerprint<R>.hex(), with_commas(config::parameters(R::model)), version));
  detail::show_file(page, "clean/funnel.json", [&] { detail::report_funnel(page, folder); });
  auto const scratch = out.has_parent_path() ? out.parent_path() : std::filesystem::path(".");
  SNOWCODER_CHECK(detail::report_scores(page, folder, scratch));
  detail::show_file(page, "a file in selection/", [&] { detail::report_selection(page, folder); });
  detail::report_synthesis(page, folder);
  detail::show_file(page, "a file in tokens/", [&] { detail::report_mixes(page, folder); });
  detail::report_losses<R>(page, folder);
  detail::show_file(page, "a file in evaluation/", [&] { detail::report_bits<R>(page, folder); });
  detail::show_file(page, "a file in evaluation/", [&] { detail::report_verdicts(page, folder); });
  page.section("The recipe");
  page.folded("Every value, and whether it is the paper's or ours", describe<R>());
  SNOWCODER_CHECK(io::write_file(out, page.finish()));
  run.say("report: " + out.string());
  return outcome::done;
}

}  // namespace snowcoder::pipeline
