// SPDX-License-Identifier: Apache-2.0
// train: one phase or the whole curriculum; `train bits`: bits per byte of texts under a checkpoint. What trains is compiled
// beside it (train_phases.cpp), so that two processors share the work.
#include SNOWCODER_RECIPE_HEADER

#include <snowcoder/core/file_name.hpp>
#include <snowcoder/pipeline/app.hpp>
#include <snowcoder/pipeline/bits.hpp>
#include <snowcoder/pipeline/selftest.hpp>
#include <snowcoder/pipeline/train_options.hpp>

using recipe = SNOWCODER_RECIPE;
using namespace snowcoder;

extern template expected<pipeline::outcome> pipeline::train_recipe<recipe>(pipeline::run_context&,
                                                                           pipeline::train_options const&);

int main(int argc, char** argv) {
  pipeline::app<recipe> app("train", "one phase or the whole curriculum, or bits per byte under a checkpoint");
  std::vector<std::string> phases;
  for (auto const& p : recipe::curriculum) phases.emplace_back(p.name);

  pipeline::train_options train;
  auto& flags = app.flags();
  auto* run = flags.add_option("--run", train.run, "run folder: reads tokens/, writes checkpoints/ and metrics/");
  auto* phase = flags.add_option("--phase", train.phase, "train this phase only")->check(CLI::IsMember(phases));
  flags.add_option("--steps", train.steps, "stop after so many steps of this call; default: at the end")
      ->check(CLI::PositiveNumber);
  flags.add_option("--from", train.from, "start the phase from this checkpoint")->needs(phase);
  auto* arm = flags.add_option("--arm", train.arm, "train the phase under another name, <arm>-<phase>")->needs(phase);
  arm->check([](std::string const& name) { return is_file_name(name) ? "" : std::string(file_name_rule); });
  flags.add_option("--tokens", train.tokens, "prefix of another token file for that arm")->needs(arm);
  flags.add_option("--device", train.device, "cpu or cuda")->check(CLI::IsMember({"cpu", "cuda"}));
  auto* precision = flags.add_option("--precision", train.precision, "of products and activations; weights and sums are f32");
  precision->check(CLI::IsMember({"f32", "bf16"}));
  flags
      .add_option("--micro-batch", train.micro_batch,
                  "sequences at a time; default: what fits 2 GB, 8 at most; changes memory and speed only")
      ->check(CLI::PositiveNumber);
  flags.add_option("--moments", train.moments, "how the optimizer's moments are stored; bf16 with --precision bf16 only")
      ->check(CLI::IsMember({"f32", "bf16"}));
  flags
      .add_option("--recompute", train.recompute, "compute blocks again instead of keeping them; changes memory and speed only")
      ->check(CLI::IsMember({"nothing", "blocks"}));
  flags.add_flag("--graphs", train.graphs,
                 "on a GPU, launch passes as CUDA graphs, which small models gain from; changes speed only");
  flags.add_flag("--free-order", train.free_order,
                 "on a GPU, let cuDNN add attention's gradient in any order: quicker, but each run ends with other bits");
  flags.add_flag("--pin-threads", train.pin_threads, "keep every thread on a processor of its own");
  auto& hook = train.evaluation;
  auto* evaluated =
      flags.add_option("--evaluate", hook.paths,
                       "folders of documents or benchmark files: bits per byte of them at the end of a phase, by language");
  flags.add_option("--evaluate-every", hook.every, "and after every so many steps; default: at the end only")
      ->check(CLI::PositiveNumber)
      ->needs(evaluated);
  flags.add_option("--evaluate-bytes", hook.limit_bytes, "read no more than so many bytes of each language; default: all")
      ->check(CLI::PositiveNumber)
      ->needs(evaluated);
  flags.add_option("--evaluate-tokenizer", hook.tokenizer, "tokenizer.json, if it is not the run folder's")->needs(evaluated);
  flags
      .add_option("--checkpoint-every", train.checkpoint_every,
                  "steps between checkpoints; default: a tenth of the phase, 1000 at most")
      ->check(CLI::PositiveNumber);
  flags.add_option("--keep", train.keep, "checkpoints of a phase that stay, beside its last")->check(CLI::PositiveNumber);
  flags.add_flag("--wait-for-checkpoints", train.wait_for_checkpoints,
                 "train on only when a checkpoint is written: needs a copy of the state less in memory");
  flags.add_option("--peak", train.peak, "FLOP/s that utilisation is a share of; without it, what one matrix product reaches")
      ->check(CLI::PositiveNumber);
  flags
      .add_option("--spikes", train.spikes,
                  "a step that is not finite or a spike: stop with the state before it, or skip its update")
      ->check(CLI::IsMember({"stop", "skip"}));
  flags
      .add_option("--spike-factor", train.spike_factor,
                  "a spike: a gradient so many times the median of those before; 0, the default: none is")
      ->check(CLI::NonNegativeNumber);
  flags.add_flag("--selftest", train.selftest,
                 "do not train: compare every operation of the device with its reference at this recipe's shapes");

  pipeline::bits_options bits;
  auto* measure = flags.add_subcommand("bits", "bits per byte on a benchmark's prompt+solution, or on documents by language");
  measure->add_option("--checkpoint", bits.checkpoint, "checkpoint folder")->required();
  measure->add_option("--tokenizer", bits.tokenizer, "tokenizer.json")->required();
  auto* benchmark = measure->add_option("--benchmark", bits.benchmark, "benchmark file");
  auto* in = measure->add_option("--in", bits.in, "folder of documents")->excludes(benchmark);
  measure->add_option("--limit-bytes", bits.limit_bytes, "read no more than so many bytes of each language; default: all")
      ->needs(in);
  measure->add_option("--out", bits.out, "JSON file to write")->required();

  flags.callback([&] {
    if (!measure->parsed() && !train.selftest && run->count() == 0) throw CLI::RequiredError("--run");
    if (measure->parsed() && benchmark->count() + in->count() == 0) throw CLI::RequiredError("--benchmark or --in");
  });
  return app.run(argc, argv, [&](pipeline::run_context& context) -> expected<pipeline::outcome> {
    bits.device = train.device;
    bits.precision = train.precision;
    if (train.selftest) return pipeline::selftest_recipe<recipe>(context, train);
    return measure->parsed() ? pipeline::bits_per_byte<recipe>(context, bits) : pipeline::train_recipe<recipe>(context, train);
  });
}
