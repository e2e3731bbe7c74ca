// SPDX-License-Identifier: Apache-2.0
// The program `generate`: greedy completions for the tasks of a benchmark (paper section 3), from a checkpoint on this
// machine or from a model server. A killed run goes on behind the last answer in its journal.
#pragma once

#include <snowcoder/generate/completion.hpp>
#include <snowcoder/generate/completion_request.hpp>
#include <snowcoder/io/benchmark_file.hpp>
#include <snowcoder/io/http.hpp>
#include <snowcoder/io/journal.hpp>
#include <snowcoder/io/sample_file.hpp>
#include <snowcoder/pipeline/app.hpp>
#include <snowcoder/pipeline/provenance.hpp>
#include <snowcoder/pipeline/text_model.hpp>

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace snowcoder::pipeline {

struct generate_options {
  std::filesystem::path checkpoint, tokenizer, benchmark, out;
  std::string server, model;  ///< instead of a checkpoint
  std::int64_t limit = 0;     ///< first so many tasks; 0: all
  std::string precision = "f32";
  int in_flight = 8;  ///< requests to a server at a time
};

namespace detail {

template <config::recipe R>
generate::completion_options completion_of(benchmark_task const& task) {
  return {.new_tokens = R::evaluation.new_tokens, .sampling = {}, .stop = generate::stop_words(task.id)};
}
template <config::recipe R>
std::string_view prompt_of(benchmark_task const& task) {
  return R::evaluation.strip_prompt ? generate::stripped(task.prompt) : std::string_view(task.prompt);
}

/// answered(task, completion) for every task, in any order.
using answered = std::function<expected<void>(benchmark_task const&, std::string)>;

template <config::recipe R, class T>
expected<void> complete_here(run_context& run, generate_options const& options, io::checkpoint const& from,
                             std::vector<benchmark_task const*> const& tasks, answered const& done) {
  SNOWCODER_TRY(auto const codec, open_tokenizer<R>(options.tokenizer, options.checkpoint));
  SNOWCODER_TRY(auto const weights, load_weights<R>(from));
  text_model<R, T> model(run.threads, from, weights);
  auto conversation = model.conversation();
  for (auto const* task : tasks)
    SNOWCODER_CHECK(done(*task, generate::complete(conversation, codec, prompt_of<R>(*task), completion_of<R>(*task)).text));
  return {};
}

template <config::recipe R>
expected<void> complete_there(generate_options const& options, std::vector<benchmark_task const*> const& tasks,
                              answered const& done) {
  io::http_options http;
  http.in_flight = options.in_flight;
  SNOWCODER_TRY(auto client, io::http_client::open(http));
  auto const url = generate::endpoint(options.server, "completions");
  std::size_t next = 0;
  return client.run(
      [&]() -> std::optional<io::http_request> {
        if (next == tasks.size()) return {};
        auto const& task = *tasks[next];
        return io::http_request{
            next++, url, generate::completion_request(options.model, prompt_of<R>(task), completion_of<R>(task)), {}};
      },
      [&](std::uint64_t tag, expected<io::http_response> answer) -> expected<void> {
        auto const& task = *tasks[tag];
        if (!answer) return failure(std::move(answer).error());
        if (answer->status != 200)
          return failure("the server answered " + std::to_string(answer->status) + ": " + answer->body.substr(0, 200), url,
                         "check --server and --model, then run the same command again");
        SNOWCODER_TRY(auto text, generate::completion_answer(answer->body, url, completion_of<R>(task).stop));
        return done(task, std::move(text));
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
      provenance::of<R>("generate", {{"weights", from ? from->checksum(model_part) : options.server + " " + options.model},
                                     {"precision", from ? options.precision : ""},
                                     {"limit", options.limit}});
  SNOWCODER_CHECK(stamp.add_input(options.benchmark));
  auto const beside = [&](char const* ending) { return std::filesystem::path(options.out.string() + ending); };
  if (std::filesystem::exists(options.out) && stamp.finished(beside(".provenance.json"))) {
    run.say("already generated: " + options.out.string());
    return outcome::done;
  }

  std::map<std::string, std::string> known;
  bool first = true, same = true;
  SNOWCODER_TRY(auto journal,
                io::journal::open(beside(".journal"), [&](io::json const& row, io::journal::place) -> expected<void> {
                  if (std::exchange(first, false))
                    same = row.value("key", "") == stamp.key();
                  else
                    known[row.value("task_id", "")] = row.value("completion", "");
                  return {};
                }));
  if (!same)
    return failure("the journal here is of another run (other checkpoint, benchmark or settings)", beside(".journal").string(),
                   "remove it, or give another --out");
  if (first) {
    SNOWCODER_CHECK(journal.append({{"key", stamp.key()}}));
  }

  std::vector<benchmark_task const*> left;
  for (auto const& t : tasks)
    if (!known.contains(t.id)) left.push_back(&t);
  run.bar.begin("generate", "tasks", std::int64_t(tasks.size()));
  run.bar.advance(std::int64_t(tasks.size() - left.size()));
  detail::answered const done = [&](benchmark_task const& task, std::string text) -> expected<void> {
    SNOWCODER_TRY(auto const where, journal.append({{"task_id", task.id}, {"completion", text}}));
    SNOWCODER_TRY(auto const row, journal.read_at(where));  // as it will be read after a kill: valid UTF-8
    known[task.id] = row.value("completion", std::string());
    run.bar.advance();
    return {};
  };
  auto const completed = !from                         ? detail::complete_there<R>(options, left, done)
                         : options.precision == "bf16" ? detail::complete_here<R, bfloat16>(run, options, *from, left, done)
                                                       : detail::complete_here<R, float>(run, options, *from, left, done);
  SNOWCODER_CHECK(completed);

  std::string text;
  for (auto const& t : tasks) text += io::sample_line({t.id, known[t.id], false}) + "\n";
  SNOWCODER_CHECK(io::write_file(options.out, text));
  SNOWCODER_CHECK(stamp.write(beside(".provenance.json"), {{"tasks", tasks.size()}}));
  std::error_code ignored;
  std::filesystem::remove(beside(".journal"), ignored);
  run.say(std::to_string(tasks.size()) + " completions: " + options.out.string() + "; next: judge --benchmark … --samples " +
          options.out.string());
  return outcome::done;
}

}  // namespace snowcoder::pipeline
