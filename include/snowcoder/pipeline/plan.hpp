// SPDX-License-Identifier: Apache-2.0
// What a recipe costs on given hardware, all from constexpr accounting.
#pragma once

#include <snowcoder/config/accounting.hpp>
#include <snowcoder/config/fingerprint.hpp>
#include <snowcoder/config/training_memory.hpp>
#include <snowcoder/core/quantity.hpp>
#include <snowcoder/train/lanes.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace snowcoder::pipeline {

/// Dense bf16 peak of one device, the share of it that good trainers reach on models of this size (a
/// guess for the CPU), and its memory.
struct hardware {
  std::string_view name;
  config::device_kind kind;
  double peak_flops;
  double reached;
  double memory_bytes;
  std::string_view note;
};

inline constexpr std::array hardware_table{
    hardware{"h100", config::device_kind::gpu, 989.4e12, 0.53, 80e9, "one H100 SXM, dense bf16 at 1,830 MHz"},
    hardware{"a100", config::device_kind::gpu, 312e12, 0.50, 80e9, "one A100 SXM 80 GB, dense bf16"},
    hardware{"cpu", config::device_kind::cpu, 0.4e12, 0.30, 16e9, "two Zen 4 cores, bf16 through oneDNN"},
};

inline std::optional<hardware> find_hardware(std::string_view name) {
  for (auto const& h : hardware_table)
    if (h.name == name) return h;
  return {};
}

/// Of a GPU, beside what is planned: its context and the code of libraries. What an H100 showed more than the plan in both of
/// cuDNN's modes (benchmarks/results/h100.md).
inline constexpr double taken_by_context = 0.6 * (1 << 30);

/// The parts of a step's memory, those that are there.
inline std::string parts_of(config::training_memory const& m) {
  std::string out;
  auto const part = [&](std::string_view name, std::int64_t bytes) {
    if (bytes > 0) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", name, binary_bytes_text(double(bytes)));
  };
  part("weights", m.weights), part("moments", m.moments), part("gradients", m.gradients), part("copies of weights", m.copies);
  part("inputs", m.inputs), part("activations", m.kept), part("their gradients", m.backward), part("logits", m.loss);
  part("scratch", m.scratch), part("libraries", m.libraries);
  return out;
}

/// A step's memory on a CPU and on a GPU, products in bf16: as it is, and with the least that `train` can do with. First a step
/// of one sequence, which has one gradient; then steps of the recipe by sequences in a micro-batch, whose lanes are added in a
/// tree (train/lanes.hpp); then what each of several processes needs, which keep a part of the moments each. The largest
/// micro-batch that fits as it is comes part by part, else the smallest.
template <config::recipe R>
std::string plan_memory(hardware const& h) {
  using namespace config;
  constexpr auto cpu = device_kind::cpu, gpu = device_kind::gpu;
  std::string out = fmt::format("memory       {:<32} {:>10} {:>10} {:>10} {:>10}  least: --recompute blocks --moments bf16\n",
                                "of a step in bf16", "CPU", "least", "GPU", "least");
  bool const apart = std::ranges::all_of(R::curriculum, [](phase const& p) { return p.mask == document_mask::intra; });
  training_memory shown;
  std::string shown_name;
  auto const row = [&](std::string const& name, int micro_batch, int gradients, int processes = 1) {
    auto const of = [&](device_kind device, recompute again, dtype moments) {
      return memory_of_step(R::model, {.device = device,
                                       .moments = moments,
                                       .again = again,
                                       .micro_batch = micro_batch,
                                       .gradients = gradients,
                                       .processes = processes,
                                       .attention = apart ? attention_gradient::own : attention_gradient::repeatable});
    };
    auto const whole = [&](device_kind device) { return of(device, recompute::nothing, dtype::f32); };
    auto const least = [&](device_kind device) { return of(device, recompute::blocks, dtype::bf16); };
    auto const text = [](training_memory const& m) { return binary_bytes_text(double(m.total())); };
    auto const fits = [&](training_memory const& m) {
      return double(m.total()) + (h.kind == gpu ? taken_by_context : 0) <= h.memory_bytes;
    };
    bool const most = fits(whole(h.kind));
    out += fmt::format("             {:<32} {:>10} {:>10} {:>10} {:>10}{}\n", name, text(whole(cpu)), text(least(cpu)),
                       text(whole(gpu)), text(least(gpu)),
                       !fits(least(h.kind)) ? fmt::format("  (more than {} has)", h.name)
                       : !most              ? fmt::format("  (on {} only the least fits)", h.name)
                                            : "");
    if (processes == 1 && (most || shown_name.empty())) shown = whole(h.kind), shown_name = name;
  };
  row("one sequence", 1, 1);
  auto const in_step = R::curriculum[0].sequences_per_step;
  for (int sequences : {1, 2, 4, 8, 16})
    if (sequences <= in_step)
      row(fmt::format("{} sequences, {} at a time", in_step, sequences), sequences, train::gradients_at_once<R>(in_step));
  constexpr int lanes = R::reduction_lanes;
  for (int processes = 2; processes <= lanes && processes <= in_step; processes *= 2)
    row(fmt::format("each of {} processes, 1 at a time", processes), 1,
        train::gradients_at_once<R>(in_step, 0, lanes / processes), processes);
  out += fmt::format("             {} on {}: {}\n", shown_name, h.name, parts_of(shown));
  if (h.kind == gpu)
    out += fmt::format("             the GPU's context and libraries take {} more, a guess from an H100\n",
                       binary_bytes_text(taken_by_context));
  out += fmt::format("             a checkpoint's copy takes {} of the host's memory while it is written{}\n",
                     binary_bytes_text(double(shown.host)), h.kind == cpu ? ", none with --wait-for-checkpoints" : "");
  return out;
}

template <config::recipe R>
std::string plan(hardware const& h) {
  using namespace config;
  constexpr auto model = R::model;
  std::string out = fmt::format("{} · fingerprint {}\n\n", R::name, fingerprint<R>.hex());
  out += fmt::format("model        {} parameters ({} layers, width {}, hidden {}, {} heads, vocabulary {}, context {})\n",
                     with_commas(parameters(model)), model.layers, model.width, model.hidden, model.heads,
                     with_commas(model.vocabulary), with_commas(model.context));
  out += fmt::format("FLOP/token   {:.4g} causal (6N + 6LdT), {:.4g} in the PaLM convention (6N + 12LdT)\n",
                     flop_per_token(model), flop_per_token_full_square(model));
  out += fmt::format("hardware     {}: {:.4g} TFLOP/s peak, {:.0f} % of it assumed reached\n\n", h.note, h.peak_flops / 1e12,
                     h.reached * 100);

  out += fmt::format("{:<14} {:>18} {:>9} {:>8} {:>14} {:>10} {:>12} {:>12}\n", "phase", "tokens", "steps", "passes",
                     "tokens/step", "FLOP", "hours", "files");
  double hours = 0;
  for (auto const& p : R::curriculum) {
    double const flop = double(p.tokens) * flop_per_token(model);
    double const phase_hours = flop / (h.peak_flops * h.reached) / 3600;
    hours += phase_hours;
    out += fmt::format("{:<14} {:>18} {:>9} {:>8.4g} {:>14} {:>10.3g} {:>12.4g} {:>12}\n", p.name, with_commas(p.tokens),
                       with_commas(p.steps(model.context)), p.passes, with_commas(p.tokens_per_step(model.context)), flop,
                       phase_hours, bytes_text(double(p.tokens) / p.passes * bytes_per_token(R::vocabulary)));
  }
  out += fmt::format("{:<14} {:>18} {:>9} {:>8} {:>14} {:>10.3g} {:>12.4g}\n\n", "all", with_commas(total_tokens<R>()), "", "",
                     "", total_flop<R>(), hours);
  out += fmt::format("device time  {} on one device\n", duration_text(hours * 3600));
  out += fmt::format("disk         {} of tokens as trained ({} bytes each); checkpoint {}; published model {}\n",
                     bytes_text(double(total_tokens<R>()) * bytes_per_token(R::vocabulary)), bytes_per_token(R::vocabulary),
                     bytes_text(double(checkpoint_bytes(model))), bytes_text(double(published_bytes(model))));
  out += plan_memory<R>(h);
  constexpr auto e = R::encoder;
  constexpr int n = R::annotator.section;
  double const corpus = double(R::curriculum[0].tokens) / R::curriculum[0].passes;
  out += fmt::format("\nannotator    encoder of {} parameters, {:.4g} FLOP/token at {} tokens; three sections a file\n",
                     with_commas(parameters(e)), flop_per_token(e, n), n);
  out += fmt::format("             one file: {} at the assumed rate\n",
                     duration_text(3.0 * n * flop_per_token(e, n) / (h.peak_flops * h.reached)));
  out += fmt::format("selection    top {:.4g} % of every language: {} of {}\n", R::selection.share * 100,
                     tokens_text(corpus * R::selection.share), tokens_text(corpus));
  if (constexpr auto tokens = tokens_to_write<R>(); tokens > 0) {
    constexpr auto how = R::synthesis;
    out += fmt::format("synthesis    {} to be written, {:.0f} % Python as trained, ", tokens_text(double(tokens)),
                       how.python_share * 100);
    out += how.mix == mix_rule::generate
               ? fmt::format("at least {} answers of at most {} tokens\n",
                             with_commas((tokens + how.answer_tokens - 1) / how.answer_tokens), with_commas(how.answer_tokens))
               : std::string("reached by repeating: every seed is asked\n");
  }
  return out;
}

}  // namespace snowcoder::pipeline
