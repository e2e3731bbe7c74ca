// SPDX-License-Identifier: Apache-2.0
// The program `serve`: an OpenAI-compatible endpoint for a checkpoint, on this machine only.
#pragma once

#include <snowcoder/io/http_server.hpp>
#include <snowcoder/pipeline/open_tokenizer.hpp>
#include <snowcoder/pipeline/run_context.hpp>
#include <snowcoder/pipeline/text_model.hpp>
#include <snowcoder/pipeline/text_service.hpp>
#include <snowcoder/pipeline/with_device.hpp>

#include <filesystem>
#include <memory>
#include <string>

namespace snowcoder::pipeline {

struct serve_options {
  std::filesystem::path checkpoint, tokenizer;
  int port = 8000;
  std::string device = "cpu", precision = "f32";
  int batch = 8;  ///< answers at a time, where memory allows
};

namespace detail {
template <config::recipe R, class T, class Backend>
expected<outcome> serve_on(run_context& run, Backend& device, serve_options const& options) {
  SNOWCODER_TRY(auto const from, io::checkpoint::open(options.checkpoint));
  SNOWCODER_TRY(auto const codec, open_tokenizer<R>(options.tokenizer, options.checkpoint));
  using model_type = text_model<R, Backend, T>;
  auto model = std::unique_ptr<model_type>();
  {
    SNOWCODER_TRY(auto const weights, load_weights<R>(from));
    model = std::make_unique<model_type>(device, from, weights);
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
  return with_device(options.device, run.threads, [&](auto& device) {
    return options.precision == "bf16" ? detail::serve_on<R, bfloat16>(run, device, options)
                                       : detail::serve_on<R, float>(run, device, options);
  });
}

}  // namespace snowcoder::pipeline
