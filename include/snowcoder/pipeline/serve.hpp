// SPDX-License-Identifier: Apache-2.0
// The program `serve`: an OpenAI-compatible endpoint for a checkpoint, on this machine only.
#pragma once

#include <snowcoder/io/http_server.hpp>
#include <snowcoder/pipeline/app.hpp>
#include <snowcoder/pipeline/text_model.hpp>
#include <snowcoder/pipeline/text_service.hpp>

#include <filesystem>
#include <memory>
#include <string>

namespace snowcoder::pipeline {

struct serve_options {
  std::filesystem::path checkpoint, tokenizer;
  int port = 8000;
  std::string precision = "f32";
  int batch = 8;  ///< answers at a time, where memory allows
};

namespace detail {
template <config::recipe R, class T>
expected<outcome> serve_in(run_context& run, serve_options const& options) {
  SNOWCODER_TRY(auto const from, io::checkpoint::open(options.checkpoint));
  SNOWCODER_TRY(auto const codec, open_tokenizer<R>(options.tokenizer, options.checkpoint));
  auto model = std::unique_ptr<text_model<R, T>>();
  {
    SNOWCODER_TRY(auto const weights, load_weights<R>(from));
    model = std::make_unique<text_model<R, T>>(run.threads, from, weights);
  }
  auto cache = model->conversations(options.batch);
  text_service service(cache, codec, std::string(R::name), R::model.vocabulary);
  io::http_server server;
  service.offer(server);
  SNOWCODER_TRY(int const port, server.bind(options.port));
  run.say("serving " + model->name + " as " + std::string(R::name) + " at http://127.0.0.1:" + std::to_string(port) + "/v1, " +
          std::to_string(cache.slots()) + " answers at a time (interrupt to end)");
  SNOWCODER_CHECK(server.run());
  return outcome::done;
}
}  // namespace detail

template <config::recipe R>
expected<outcome> serve(run_context& run, serve_options const& options) {
  return options.precision == "bf16" ? detail::serve_in<R, bfloat16>(run, options) : detail::serve_in<R, float>(run, options);
}

}  // namespace snowcoder::pipeline
