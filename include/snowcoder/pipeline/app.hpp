// SPDX-License-Identifier: Apache-2.0
// The frame that every program shares: common flags, --describe, exit codes, progress and log. CLI11 is named here only.
//
//   int main(int argc, char** argv) {
//     snowcoder::pipeline::app<recipe> app("plan", "what a recipe costs");
//     std::string hardware = "h100";
//     app.flags().add_option("--hardware", hardware, "h100, a100 or cpu");
//     return app.run(argc, argv, [&](auto& run) -> snowcoder::expected<snowcoder::pipeline::outcome> { … });
//   }
#pragma once

#include <snowcoder/config/fingerprint.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/core/version.hpp>
#include <snowcoder/pipeline/console.hpp>
#include <snowcoder/pipeline/describe.hpp>
#include <snowcoder/pipeline/log.hpp>
#include <snowcoder/pipeline/processor.hpp>
#include <snowcoder/pipeline/run_context.hpp>

#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>

namespace snowcoder::pipeline {

template <config::recipe R>
class app {
 public:
  app(std::string const& program, std::string const& purpose)
      : cli_(fmt::format("{} ({}, snowcoder {}): {}", program, R::name, version, purpose), program) {
    cli_.add_option("--threads", context_.threads, "worker threads")->check(CLI::Range(1, 4096));
    cli_.add_option("--seed", context_.seed, "seed of every random decision");
    cli_.add_option("--log", log_, "write events to this file as JSON lines");
    cli_.add_flag("--describe")->description("print recipe, fingerprint and accounting; do no work");
    cli_.set_version_flag("--version", std::string(version));
    cli_.fallthrough();
    context_.threads = int(std::max(1u, std::thread::hardware_concurrency()));
  }

  /// Where a program adds its own flags and sub-commands.
  CLI::App& flags() { return cli_; }

  /// Parses, runs `body`, reports; returns the exit code.
  int run(int argc, char** argv, std::function<expected<outcome>(run_context&)> const& body) {
    if (asks_to_describe(argc, argv)) {
      std::fputs(pipeline::describe<R>().c_str(), stdout);
      return 0;
    }
    try {
      cli_.parse(argc, argv);
    } catch (CLI::ParseError const& e) {
      return cli_.exit(e) == 0 ? 0 : 2;
    }
    auto const result = guarded(body);
    if (result) return int(*result);
    std::fputs(fmt::format("{}: {}\n", cli_.get_name(), result.error().message()).c_str(), stderr);
    context_.log.event("failed", {{"error", result.error().message()}});
    return 1;
  }

 private:
  /// --describe needs none of the flags that a program requires.
  static bool asks_to_describe(int argc, char** argv) {
    for (int i = 1; i < argc; ++i)
      if (std::string_view(argv[i]) == "--describe") return true;
    return false;
  }
  expected<outcome> guarded(std::function<expected<outcome>(run_context&)> const& body) {
    SNOWCODER_CHECK(check_processor());
    SNOWCODER_TRY(context_.log, event_log::open(log_));
    context_.log.event("start",
                       {{"program", cli_.get_name()}, {"recipe", R::name}, {"fingerprint", config::fingerprint<R>.hex()}});
    try {
      console shown(context_.bar);
      auto result = body(context_);
      if (result) context_.log.event("done", {{"exit", int(*result)}});
      return result;
    } catch (std::bad_alloc const&) {
      return failure("out of memory", "", "use fewer --threads or a smaller --memory");
    } catch (std::exception const& e) {
      return failure(std::string("unexpected: ") + e.what());
    }
  }

  CLI::App cli_;
  run_context context_;
  std::filesystem::path log_;
};

}  // namespace snowcoder::pipeline
