// SPDX-License-Identifier: Apache-2.0
// The program `generate`: completions for the tasks of a benchmark, greedy as in the paper (section 3) or drawn, from a
// checkpoint on this machine or from a model server. A killed run goes on behind the last answer in its journal.
#pragma once

#include <snowcoder/core/hash.hpp>
#include <snowcoder/generate/completion.hpp>
#include <snowcoder/generate/completion_batch.hpp>
#include <snowcoder/generate/completion_request.hpp>
#include <snowcoder/io/benchmark_file.hpp>
#include <snowcoder/io/http.hpp>
#include <snowcoder/io/journal.hpp>
#include <snowcoder/io/sample_file.hpp>
#include <snowcoder/pipeline/open_tokenizer.hpp>
#include <snowcoder/pipeline/provenance.hpp>
#include <snowcoder/pipeline/run_context.hpp>
#include <snowcoder/pipeline/text_model.hpp>
#include <snowcoder/pipeline/with_device.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

struct generate_options {
  std::filesystem::path checkpoint, tokenizer, benchmark, out;
  std::string server, model;  ///< instead of a checkpoint
  std::int64_t limit = 0;     ///< first so many tasks; 0: all
  int samples_per_task = 1;   ///< more than one needs a temperature
  std::string device = "cpu", precision = "f32";
  int in_flight = 8;  ///< requests to a server at a time
  int batch = 8;      ///< tasks at a time on a checkpoint, where memory allows; changes speed only
  double temperature = 0, top_p = 1;
};

namespace detail {

/// One of a task's samples, numbered from 0.
struct wanted_sample {
  benchmark_task const* task = nullptr;
  int number = 0;
};

/// Draws are keyed by the run's seed, the task and the sample's number, so they depend on no other sample.
template <config::recipe R>
generate::completion_options completion_of(generate_options const& o, std::uint64_t seed, wanted_sample const& w) {
  auto const key = hash(w.number == 0 ? w.task->id : w.task->id + '\0' + std::to_string(w.number));
  auto const drawn_by = mix64(seed, key.low) >> 33;  // 31 bits: what every server takes
  generate::sampling const how{o.temperature, o.top_p, drawn_by};
  return {.new_tokens = R::evaluation.new_tokens, .sampling = how, .stop = generate::stop_words(w.task->id)};
}
template <config::recipe R>
std::string_view prompt_of(benchmark_task const& task) {
  return R::evaluation.strip_prompt ? generate::stripped(task.prompt) : std::string_view(task.prompt);
}

/// answered(sample, completion) for every sample, in any order.
using answered = std::function<expected<void>(wanted_sample const&, std::string)>;

template <config::recipe R, class T, class Backend>
expected<void> complete_here(run_context& run, Backend& device, generate_options const& options, io::checkpoint const& from,
                             std::vector<wanted_sample> const& samples, answered const& done) {
  SNOWCODER_TRY(auto const codec, open_tokenizer<R>(options.tokenizer, options.checkpoint));
  SNOWCODER_TRY(auto const weights, load_weights<R>(from));
  text_model<R, Backend, T> model(device, from, weights);
  expected<void> all = {};
  std::vector<generate::batch_request> requests;
  std::int64_t longest = 1;
  for (auto const& sample : samples) {
    auto how = completion_of<R>(options, run.seed, sample);
    auto ids = generate::prompt_ids(codec, prompt_of<R>(*sample.task), R::model.context, how.new_tokens);
    longest = std::max(longest, std::int64_t(ids.size()) + how.new_tokens);
    requests.push_back({std::move(ids), std::move(how), [](std::string_view) { return true; },
                        [&, sample](generate::completion c) {
                          if (all) all = done(sample, std::move(c.text));
                        }});
  }
  auto cache = model.conversations(options.batch, longest);
  generate::completion_batch batch(cache, codec);
  for (auto& r : requests) batch.add(std::move(r));
  while (all && !batch.idle()) batch.round();
  return all;
}

template <config::recipe R>
expected<void> complete_there(generate_options const& options, std::uint64_t seed, std::vector<wanted_sample> const& samples,
                              answered const& done) {
  io::http_options http;
  http.in_flight = options.in_flight;
  SNOWCODER_TRY(auto client, io::http_client::open(http));
  auto const url = generate::endpoint(options.server, "completions");
  std::size_t next = 0;
  return client.run(
      [&]() -> std::optional<io::http_request> {
        if (next == samples.size()) return {};
        auto const& sample = samples[next];
        return io::http_request{
            next++,
            url,
            generate::completion_request(options.model, prompt_of<R>(*sample.task), completion_of<R>(options, seed, sample)),
            {}};
      },
      [&](std::uint64_t tag, expected<io::http_response> answer) -> expected<void> {
        auto const& sample = samples[tag];
        if (!answer) return failure(std::move(answer).error());
        if (answer->status != 200)
          return failure("the server answered " + std::to_string(answer->status) + ": " + answer->body.substr(0, 200), url,
                         "check --server and --model, then run the same command again");
        SNOWCODER_TRY(auto text, generate::completion_answer(answer->body, url, completion_of<R>(options, seed, sample).stop));
        return done(sample, std::move(text));
      });
}

}  // namespace detail

template <config::recipe R>
expected<outcome> generate_samples(run_context& run, generate_options const& options) {
  SNOWCODER_TRY(auto tasks, io::read_benchmark(options.benchmark));
  if (options.limit > 0 && options.limit < std::int64_t(tasks.size())) tasks.resize(std::size_t(options.limit));
  std::optional<io::checkpoint> from;
  if (options.server.empty()) {
    SNOWCODER_TRY(from, io::checkpoint::open(options.checkpoint));
  }
  auto stamp =
      provenance::of<R>("generate", {{"weights", from ? from->checksum(io::model_part) : options.server + " " + options.model},
                                     {"precision", from ? options.precision : ""},
                                     {"device", from ? options.device : ""},
                                     {"limit", options.limit},
                                     {"samples_per_task", options.samples_per_task},
                                     {"temperature", options.temperature},
                                     {"top_p", options.top_p},
                                     {"seed", options.temperature > 0 ? run.seed : 0}});
  SNOWCODER_CHECK(stamp.add_input(options.benchmark));
  if (from) {
    SNOWCODER_TRY(auto const tokenizer, tokenizer_of(*from, options.tokenizer));
    SNOWCODER_CHECK(stamp.add_input(tokenizer));
  }
  std::filesystem::path const journal_path = options.out.string() + ".journal";
  SNOWCODER_TRY(auto const before, finished_before(run, stamp, options.out));
  if (before) return *before;

  std::map<std::pair<std::string, int>, std::string> known;  // by task and number
  bool first = true, same = true;
  SNOWCODER_TRY(auto journal, io::journal::open(journal_path, [&](io::json const& row, io::journal::place) -> expected<void> {
                  if (std::exchange(first, false))
                    same = row.value("key", "") == stamp.key();
                  else
                    known[{row.value("task_id", ""), row.value("sample", 0)}] = row.value("completion", "");
                  return {};
                }));
  if (!same)
    return failure("the journal here is of another run (other checkpoint, benchmark or settings)", journal_path.string(),
                   "remove it, or give another --out");
  if (first) {
    SNOWCODER_CHECK(journal.append({{"key", stamp.key()}}));
  }

  std::vector<detail::wanted_sample> wanted, left;
  for (auto const& t : tasks)
    for (int number = 0; number < options.samples_per_task; ++number) wanted.push_back({&t, number});
  auto const key_of = [](detail::wanted_sample const& w) { return std::pair(w.task->id, w.number); };
  std::copy_if(wanted.begin(), wanted.end(), std::back_inserter(left),
               [&](auto const& w) { return !known.contains(key_of(w)); });
  run.bar.begin("generate", "samples", std::int64_t(wanted.size()));
  run.bar.advance(std::int64_t(wanted.size() - left.size()));
  detail::answered const done = [&](detail::wanted_sample const& w, std::string text) -> expected<void> {
    SNOWCODER_TRY(auto const where, journal.append({{"task_id", w.task->id}, {"sample", w.number}, {"completion", text}}));
    SNOWCODER_TRY(auto const row, journal.read_at(where));  // as it will be read after a kill: valid UTF-8
    known[key_of(w)] = row.value("completion", std::string());
    run.bar.advance();
    return {};
  };
  auto const here = [&](auto& device) {
    return options.precision == "bf16" ? detail::complete_here<R, bfloat16>(run, device, options, *from, left, done)
                                       : detail::complete_here<R, float>(run, device, options, *from, left, done);
  };
  SNOWCODER_CHECK(from ? with_device(options.device, run.threads, here)
                       : detail::complete_there<R>(options, run.seed, left, done));

  std::string text;
  for (auto const& w : wanted) text += io::sample_line({w.task->id, known[key_of(w)], false}) + "\n";
  SNOWCODER_CHECK(unstamp(options.out));
  SNOWCODER_CHECK(io::write_file(options.out, text));
  SNOWCODER_CHECK(stamp.write(stamp_beside(options.out), {{"tasks", tasks.size()}, {"samples", wanted.size()}}));
  std::error_code ignored;
  std::filesystem::remove(journal_path, ignored);
  run.say(std::to_string(wanted.size()) + " completions: " + options.out.string() + "; next: judge --benchmark … --samples " +
          options.out.string());
  return outcome::done;
}

}  // namespace snowcoder::pipeline
