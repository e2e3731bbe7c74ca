// SPDX-License-Identifier: Apache-2.0
// Completions of single samples, by a checkpoint on this machine or by a model server.
#pragma once

#include <snowcoder/core/hash.hpp>
#include <snowcoder/generate/completion.hpp>
#include <snowcoder/generate/completion_batch.hpp>
#include <snowcoder/generate/completion_request.hpp>
#include <snowcoder/io/http.hpp>
#include <snowcoder/pipeline/open_tokenizer.hpp>
#include <snowcoder/pipeline/run_context.hpp>
#include <snowcoder/pipeline/server_key.hpp>
#include <snowcoder/pipeline/text_model.hpp>
#include <snowcoder/record/benchmark_task.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

struct generate_options {
  std::filesystem::path checkpoint, tokenizer, benchmark, out;
  std::string server, model;  ///< instead of a checkpoint
  std::filesystem::path key_file;
  std::int64_t limit = 0;    ///< first so many tasks; 0: all
  int samples_per_task = 1;  ///< more than one needs a temperature
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

/// A sample's text, and how many tokens of its prompt the model was not shown.
struct given_sample {
  std::string completion;
  std::int64_t prompt_cut = 0;
};
/// answered(sample, what was given) for every sample, in any order.
using answered = std::function<expected<void>(wanted_sample const&, given_sample)>;

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
    auto prompt = generate::prompt_ids(codec, prompt_of<R>(*sample.task), R::model.context, how.new_tokens);
    longest = std::max(longest, std::int64_t(prompt.ids.size()) + how.new_tokens);
    requests.push_back({std::move(prompt.ids), std::move(how), [](std::string_view) { return true; },
                        [&, sample, cut = prompt.cut](generate::completion c) {
                          if (all) all = done(sample, {std::move(c.text), cut});
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
  SNOWCODER_TRY(auto const key, server_key(options.key_file));
  auto const url = generate::endpoint(options.server, "completions");
  std::size_t next = 0;
  return client.run(
      [&]() -> std::optional<io::http_request> {
        if (next == samples.size()) return {};
        auto const& sample = samples[next];
        return io::http_request{next++, url,
                                generate::completion_request(options.server, options.model, prompt_of<R>(*sample.task),
                                                             completion_of<R>(options, seed, sample)),
                                authorization(key)};
      },
      [&](std::uint64_t tag, expected<io::http_response> answer) -> expected<void> {
        auto const& sample = samples[tag];
        if (!answer) return failure(std::move(answer).error());
        if (answer->status != 200)
          return failure("the server answered " + std::to_string(answer->status) + ": " + answer->body.substr(0, 200), url,
                         std::string(check_server_flags) + ", then run the same command again");
        SNOWCODER_TRY(auto text, generate::completion_answer(answer->body, url, completion_of<R>(options, seed, sample).stop));
        return done(sample, {std::move(text), 0});  // a server refuses what is too long for it, or cuts it and does not say so
      });
}

}  // namespace detail

}  // namespace snowcoder::pipeline
