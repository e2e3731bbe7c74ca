// SPDX-License-Identifier: Apache-2.0
// The program `train bits`: bits per byte under a checkpoint, on a benchmark's prompt+solution or on documents by language.
#pragma once

#include <snowcoder/config/fingerprint.hpp>
#include <snowcoder/evaluate/bits_per_byte.hpp>
#include <snowcoder/io/benchmark_file.hpp>
#include <snowcoder/nn/decoder.hpp>
#include <snowcoder/pipeline/evaluated_texts.hpp>
#include <snowcoder/pipeline/open_tokenizer.hpp>
#include <snowcoder/pipeline/provenance.hpp>
#include <snowcoder/pipeline/run_context.hpp>
#include <snowcoder/pipeline/training_checkpoint.hpp>
#include <snowcoder/pipeline/with_device.hpp>
#include <snowcoder/tokenize/notebook.hpp>

#include <array>
#include <filesystem>
#include <string>
#include <vector>

namespace snowcoder::pipeline {

struct bits_options {
  std::filesystem::path checkpoint, tokenizer, benchmark, in, out;
  std::int64_t limit_bytes = 0;  ///< of each language; 0: all
  std::string device = "cpu", precision = "f32";
};

namespace detail {

inline io::json information_json(evaluate::information const& i) {
  return {{"bits_per_byte", i.bits_per_byte()}, {"bits", i.bits}, {"bytes", i.bytes}, {"tokens", i.tokens}, {"texts", i.texts}};
}

/// Every task's prompt and solution as one text: mean over tasks, and total.
template <class Measure>
expected<io::json> bits_of_benchmark(run_context& run, std::filesystem::path const& path, Measure const& measure) {
  SNOWCODER_TRY(auto const tasks, io::read_benchmark(path));
  evaluate::information total;
  double sum = 0;
  io::json rows = io::json::object();
  run.bar.begin("bits per byte", "tasks", std::int64_t(tasks.size()));
  for (auto const& task : tasks) {
    auto const one = measure(evaluated_text(task), config::language::other);
    total += one;
    sum += one.bits_per_byte();
    rows[task.id] = one.bits_per_byte();
    run.bar.advance();
  }
  auto value = information_json(total);
  value["mean_over_texts"] = sum / double(tasks.size());
  return io::json{{"benchmark", io::benchmark_name(path)}, {"total", value}, {"tasks", std::move(rows)}};
}

/// Documents in their order, each language until its limit.
template <class Measure>
expected<io::json> bits_of_documents(run_context& run, std::filesystem::path const& path, std::int64_t limit,
                                     Measure const& measure) {
  std::array<evaluate::information, config::language_count + 1> by_language{};
  evaluate::information total;
  run.bar.begin("bits per byte", "documents", 0);
  SNOWCODER_CHECK(for_each_evaluated(path, limit, [&](document&& d) {
    auto const one = measure(d.text, d.language);
    by_language[std::size_t(d.language)] += one;
    total += one;
    run.bar.advance();
  }));
  io::json rows = io::json::object();
  for (std::size_t l = 0; l < by_language.size(); ++l)
    if (by_language[l].texts > 0)
      rows[std::string(config::title(static_cast<config::language>(l)))] = information_json(by_language[l]);
  return io::json{{"total", information_json(total)}, {"languages", std::move(rows)}};
}

template <config::recipe R, class T, class Backend>
expected<outcome> bits_on(Backend& device, run_context& run, bits_options const& options) {
  SNOWCODER_TRY(auto const from, io::checkpoint::open(options.checkpoint));
  auto const text = options.benchmark.empty() ? io::documents_folder(options.in) : options.benchmark;
  auto stamp = provenance::of<R>("train bits", {{"weights", from.checksum(io::model_part)},
                                                {"device", options.device},
                                                {"precision", options.precision},
                                                {"limit_bytes", options.limit_bytes}});
  SNOWCODER_CHECK(stamp.add_input(options.tokenizer));
  SNOWCODER_TRY(auto const input, content_hash(text, run.threads));
  stamp.add_input(text, input);
  SNOWCODER_TRY(auto const before, finished_before(run, stamp, options.out));
  if (before) return *before;
  SNOWCODER_TRY(auto const codec, open_tokenizer<R>(options.tokenizer, options.checkpoint));
  SNOWCODER_TRY(auto const weights, load_weights<R>(from));
  nn::decoder<R, Backend, T> model(device, 1);
  load_onto(device, model, weights);
  auto const measure = [&](std::string const& text, config::language language) {
    return evaluate::measure(model, tokenize::encode_document(codec, R::notebooks, language, text), std::int64_t(text.size()),
                             R::model.context);
  };
  SNOWCODER_TRY(auto const found, options.benchmark.empty() ? bits_of_documents(run, options.in, options.limit_bytes, measure)
                                                            : bits_of_benchmark(run, options.benchmark, measure));
  auto const& m = from.manifest();
  io::json value{{"recipe", {{"name", R::name}, {"fingerprint", config::fingerprint<R>.hex()}}},
                 {"checkpoint",
                  {{"label", m.settings.value("label", "")},
                   {"phase", m.position.phase},
                   {"step", m.position.step},
                   {"tokens", m.position.tokens},
                   {"weights", from.checksum(io::model_part)}}},
                 {"rule", "ids follow one end-of-text token; windows of the context move by half; every id counts once"},
                 {"device", options.device},
                 {"precision", options.precision},
                 {"input", input.hex()},
                 {"limit_bytes", options.limit_bytes}};
  value.update(found);
  SNOWCODER_CHECK(stamp.write_file(options.out, {{"texts", value["total"]["texts"]}, {"bytes", value["total"]["bytes"]}},
                                   [&] { return io::write_json(options.out, value); }));
  run.say("bits per byte: " + std::to_string(value["total"]["bits_per_byte"].get<double>()) + " (" + options.out.string() +
          ")");
  return outcome::done;
}

}  // namespace detail

template <config::recipe R>
expected<outcome> bits_per_byte(run_context& run, bits_options const& options) {
  return with_device(options.device, run.threads, [&](auto& device) {
    return options.precision == "bf16" ? detail::bits_on<R, bfloat16>(device, run, options)
                                       : detail::bits_on<R, float>(device, run, options);
  });
}

}  // namespace snowcoder::pipeline
