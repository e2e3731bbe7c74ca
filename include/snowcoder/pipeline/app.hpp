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
#include <snowcoder/io/reject_file.hpp>
#include <snowcoder/pipeline/console.hpp>
#include <snowcoder/pipeline/describe.hpp>
#include <snowcoder/pipeline/log.hpp>
#include <snowcoder/pipeline/processor.hpp>
#include <snowcoder/pipeline/run_context.hpp>

#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

namespace snowcoder::pipeline {

template <config::recipe R>
class app {
#ifdef SNOWCODER_RECIPE_NAME  // where the program lies; a recipe that forgets its name would stamp its base's into files
  static_assert(R::name == std::string_view(SNOWCODER_RECIPE_NAME), "R::name is not the NAME of snowcoder_add_recipe");
#endif
 public:
  app(std::string const& program, std::string const& purpose)
      : cli_(fmt::format("{} ({}, snowcoder {}): {}", program, R::name, version, purpose), program) {
    cli_.option_defaults()->always_capture_default();
    context_.threads = int(std::max(1u, std::thread::hardware_concurrency()));
    cli_.add_option("--threads", context_.threads, "worker threads; default: one per processor")->check(CLI::Range(1, 4096));
    cli_.add_option("--seed", context_.seed,
                    "seed of every random decision that the recipe leaves open; default: 0, where selection and annotators "
                    "take the seed 42")
        ->check(whole_number, "WHOLE");
    cli_.add_option("--log", log_, "write events to this file as JSON lines");
    cli_.add_flag("--describe")->description("print recipe, fingerprint and accounting; do no work");
    cli_.set_version_flag("--version", std::string(version));
    cli_.fallthrough();
  }

  /// Where a program adds its own flags and sub-commands.
  CLI::App& flags() { return cli_; }

  /// Parses, runs `body`, reports; returns the exit code.
  int run(int argc, char** argv, std::function<expected<outcome>(run_context&)> const& body) {
    int const code = asks_to_describe(argc, argv) ? describe() : parsed(argc, argv, body);
    if (std::fflush(stdout) == 0 && !std::ferror(stdout)) return code;
    say("what stood on standard output could not be written (full disk, or nobody reads); give it another place");
    return code == 2 ? 2 : 1;
  }

 private:
  int describe() {
    std::fputs(pipeline::describe<R>().c_str(), stdout);
    return 0;
  }
  int parsed(int argc, char** argv, std::function<expected<outcome>(run_context&)> const& body) {
    leave_to_words(cli_);
    try {
      cli_.parse(argc, argv);
    } catch (CLI::ParseError const& e) {
      return cli_.exit(e) == 0 ? 0 : 2;
    }
    auto const result = guarded(body);
    if (!result) {
      say(result.error().message());
      context_.log.event("failed", {{"error", result.error().message()}});
      return 1;
    }
    if (*result == outcome::some_refused) say("done, but some input was refused: see " + rejects());
    return int(*result);
  }
  void say(std::string const& line) const { context_.say(cli_.get_name() + ": " + line); }

  /// Where the reasons stand: programs write them into --out or beside it.
  std::string rejects() const {
    auto const commands = cli_.get_subcommands();
    auto const* option = (commands.empty() ? &cli_ : commands.front())->get_option_no_throw("--out");
    std::filesystem::path const out = option && *option ? option->template as<std::string>() : "";
    for (auto const& file :
         {out / "rejects.jsonl", io::rejects_beside(out), io::rejects_beside(std::filesystem::path(out).replace_extension())})
      if (!out.empty() && std::filesystem::exists(file)) return file.string();
    return "the output, or rejects.jsonl beside it";
  }
  /// Defaults of what must be given, or that mean "not given", say nothing in --help; the words of the option do.
  static void leave_to_words(CLI::App& program) {
    for (auto* option : program.get_options())
      for (auto const* nothing : {"\"\"", "[]", "0"})
        if (option->get_required() || option->get_default_str() == nothing) option->default_str("");
    for (auto* command : program.get_subcommands({})) leave_to_words(*command);
  }
  static std::string whole_number(std::string const& text) {
    std::uint64_t value = 0;
    auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    bool const good = problem == std::errc() && end == text.data() + text.size();
    return good ? "" : text + " is not a whole number from 0 to 18446744073709551615";
  }
  /// --describe needs none of the flags that a program requires.
  static bool asks_to_describe(int argc, char** argv) {
    for (int i = 1; i < argc; ++i)
      if (std::string_view(argv[i]) == "--describe") return true;
    return false;
  }
  /// The bar, as long as the body runs.
  struct shown_bar {
    run_context& run;
    explicit shown_bar(run_context& r) : run(r) { run.shown = std::make_unique<console>(run.bar); }
    ~shown_bar() { run.shown.reset(); }
  };
  expected<outcome> guarded(std::function<expected<outcome>(run_context&)> const& body) {
    SNOWCODER_CHECK(check_processor());
    SNOWCODER_TRY(context_.log, event_log::open(log_));
    context_.log.event("start",
                       {{"program", cli_.get_name()}, {"recipe", R::name}, {"fingerprint", config::fingerprint<R>.hex()}});
    try {
      shown_bar const bar(context_);
      auto result = body(context_);
      if (result) {
        context_.log.event("done", {{"exit", int(*result)}});
        SNOWCODER_CHECK(context_.log.complete());
      }
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
