// SPDX-License-Identifier: Apache-2.0
// prepare: raw repositories to clean, deduplicated, decontaminated documents.
#include SNOWCODER_RECIPE_HEADER

#include <snowcoder/core/quantity.hpp>
#include <snowcoder/pipeline/app.hpp>
#include <snowcoder/pipeline/prepare.hpp>
#include <snowcoder/pipeline/prepare_explain.hpp>

using recipe = SNOWCODER_RECIPE;
using namespace snowcoder;

namespace {

std::string row(std::string const& label, io::json const& n) {
  return fmt::format("{:<46} {:>10} files {:>10} {:>7} repositories\n", label, with_commas(n["files"].get<std::int64_t>()),
                     bytes_text(n["bytes"].get<double>()), with_commas(n["repositories"].get<std::int64_t>()));
}

std::string summary(io::json const& funnel) {
  auto const& total = funnel["total"];
  auto out = row("in", total["in"]);
  for (auto const& d : total["dropped"])
    out += row("  - " + d["stage"].get<std::string>() + ": " + d["reason"].get<std::string>(), d);
  out += row("kept", total["kept"]);
  for (auto const& l : funnel["languages"])
    if (l["kept"]["files"] != 0) out += row("    " + l["language"].get<std::string>(), l["kept"]);
  return out;
}

/// The vocabulary belongs where the programs of the next stages look for it: beside clean/ in a run folder.
std::string next_command(std::filesystem::path out) {
  out = out.lexically_normal();
  if (!out.has_filename()) out = out.parent_path();
  auto const tokenizer = (out.filename() == "clean" ? out.parent_path() : std::filesystem::path()) / "tokenizer.json";
  return "prepare: next, tokenize train --in " + out.string() + " --out " + tokenizer.string() + "\n";
}

}  // namespace

int main(int argc, char** argv) {
  pipeline::app<recipe> app("prepare", "raw repositories to clean documents");
  pipeline::prepare_options options;
  std::string id;
  bool keep_personal = false;
  auto& flags = app.flags();
  auto* in = flags.add_option(
      "--in", options.in, "folders of repositories, git repositories, archives (tar, zip), JSONL (.gz, .zst) or Parquet files");
  auto* out = flags.add_option("--out", options.out, "where the clean documents go");
  flags.add_option("--benchmarks", options.benchmarks, "JSONL files whose tasks must not be in the documents")
      ->check(CLI::ExistingFile);
  flags.add_option("--memory", options.memory, "working memory, such as 2G")
      ->transform(CLI::AsSizeValue(false))
      ->default_str("2G");
  flags
      .add_option("--repository-depth", options.repository_depth,
                  "folders below --in that are repositories; 0: each --in is one")
      ->check(CLI::Range(0, 16));
  flags.add_option("--largest-file", options.at_most.file_bytes, "larger files are dropped, in bytes")
      ->check(CLI::Range(std::int64_t(1), std::int64_t(1) << 30));
  flags
      .add_option("--held-out", options.held_out,
                  "share of the documents that goes to DIR/held_out, to measure and never to train; default: none")
      ->check(CLI::Range(0.0, 0.5));
  std::vector<std::string> columns;
  flags.add_option("--column", columns, "FIELD=COLUMN: what a column of rows is called, such as text=body (may be repeated)");
  flags.add_option("--device", options.device, "cpu or cuda: where near duplicates are found; the documents are the same")
      ->check(CLI::IsMember({"cpu", "cuda"}));
  flags.add_flag("--no-redact", keep_personal, "leave e-mail and network addresses, keys and passwords as they are");
  auto* explain = flags.add_subcommand("explain", "say what became of a document");
  explain->add_option("id", id, "its id, or repository/path")->required();
  flags.callback([&] {
    if (!*out) throw CLI::RequiredError("--out");
    if (!*explain && !*in) throw CLI::RequiredError("--in");
    for (auto const& c : columns)
      if (auto const mapped = options.columns.map(c); !mapped)
        throw CLI::ValidationError("--column", mapped.error().what + "; " + mapped.error().remedy);
  });
  std::string next;
  auto const code = app.run(argc, argv, [&](pipeline::run_context& run) -> expected<pipeline::outcome> {
    if (*explain) {
      SNOWCODER_TRY(auto const answer, pipeline::explain_document(options.out, id));
      run.print(answer);
      return pipeline::outcome::done;
    }
    options.threads = run.threads;
    options.seed = run.seed;
    options.redact = !keep_personal;
    thread_pool pool(run.threads);
    SNOWCODER_TRY(auto const report, pipeline::prepare<recipe>(options, pool, run.bar));
    if (report.nothing_to_do)
      run.say("prepare: nothing to do, " + options.out.string() + " was made from the same inputs by the same recipe");
    if (report.remembered > 0) {
      run.say(
          fmt::format("prepare: {} files had been read and filtered before an interruption", with_commas(report.remembered)));
      run.log.event("went_on", {{"files", report.remembered}});
    }
    run.print(summary(report.funnel));
    run.log.event("funnel", report.funnel["total"]);
    next = next_command(options.out);
    return report.broken ? pipeline::outcome::some_refused : pipeline::outcome::done;
  });
  std::fputs(next.c_str(), stderr);  // below the bar's last line
  return code;
}
