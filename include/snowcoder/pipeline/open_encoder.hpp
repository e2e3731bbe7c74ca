// SPDX-License-Identifier: Apache-2.0
// The annotator's encoder, ready to work on the device that --device names: a BERT-family folder checked against the recipe,
// its tokenizer and its weights in the precision asked for.
#pragma once

#include <snowcoder/backend/cpu/encoder_backend.hpp>
#ifdef SNOWCODER_CUDA
#include <snowcoder/backend/cuda/encoder_backend.hpp>
#endif
#include <snowcoder/config/concepts.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/core/thread_pool.hpp>
#include <snowcoder/io/encoder_folder.hpp>
#include <snowcoder/io/word_piece_file.hpp>
#include <snowcoder/nn/encoder.hpp>
#include <snowcoder/pipeline/run_context.hpp>
#include <snowcoder/pipeline/with_device.hpp>
#include <snowcoder/tokenize/word_piece.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace snowcoder::pipeline {

/// Tokens that go through the encoder at once. On the CPU work for every thread, and few enough that what one layer leaves is
/// still in the caches for the next (int8 at MiniLM's shape: an eighth less time than with 4096); on a GPU as many as fill it.
template <class Backend>
std::int64_t encoder_batch_tokens(int threads) {
  if (!std::is_same_v<Backend, cpu::device>) return 65536;
  return std::clamp<std::int64_t>(1024 * threads, 1024, 32768);
}

/// The threads that read texts and score vectors: those of the CPU that encodes, or some beside the GPU.
class session_threads {
 public:
  session_threads(cpu::device& device, int) : pool_(device.pool()) {}
  template <class Backend>
  session_threads(Backend&, int threads) : own_(std::make_unique<thread_pool>(threads)), pool_(*own_) {}
  thread_pool& pool() { return pool_; }

 private:
  std::unique_ptr<thread_pool> own_;
  thread_pool& pool_;
};

template <config::recipe R, class Backend, class T>
struct encoder_session {
  using backend = Backend;
  using encoder_type = nn::encoder<R, Backend, T>;
  Backend& device;
  session_threads threads;
  tokenize::word_piece tokenizer;
  encoder_type encoder;
  std::string hash;  ///< io::encoder_folder::content_hash, the precision, and the device that rounds otherwise than the CPU
};

/// encoder_session::hash for people: "encoder 1f2e3d4c in bf16 on cuda".
inline std::string encoder_words(std::string const& hash) {
  std::string precision = "f32", device = "cpu", rest = hash.substr(std::min(hash.size(), hash.find('-')));
  while (!rest.empty()) {
    auto const part = rest.substr(1, rest.find('-', 1) - 1);
    (part == "cuda" ? device : precision) = part;
    rest.erase(0, 1 + part.size());
  }
  return "encoder " + hash.substr(0, 8) + " in " + precision + " on " + device;
}

inline expected<void> check_encoder_precision(std::string_view precision, std::string const& device) {
  auto const refuse = [&](char const* why) {
    return failure(why, "--precision " + std::string(precision) + " --device " + device, "use --precision bf16");
  };
  if (precision == "int8" && device != "cpu") return refuse("bytes are multiplied on the CPU only");
  if (precision == "f16" && device == "cpu") return refuse("halves are computed with on a GPU only");
  return {};
}
/// go(T()) with the arithmetic that `precision` names: f32, bf16 or, on the CPU, int8, on a GPU f16.
template <class Backend, class Go>
expected<outcome> with_arithmetic(std::string_view precision, Go const& go) {
  if constexpr (std::is_same_v<Backend, cpu::device>) {
    if (precision == "int8") return go(std::int8_t());
  } else {
    if (precision == "f16") return go(float16());
  }
  return precision == "bf16" ? go(bfloat16()) : go(0.0f);
}

/// Calls use(session) with the encoder of `folder`; `precision` is f32, bf16 or, on the CPU, int8, on a GPU f16. Vectors do not
/// depend on the size of batches on the CPU; on a GPU they do in their last bits, as those of decoders do.
template <config::recipe R, class Use>
expected<outcome> with_encoder(run_context& run, std::filesystem::path const& folder, std::string_view precision,
                               std::string const& device_name, Use const& use) {
  SNOWCODER_CHECK(check_encoder_precision(precision, device_name));
  SNOWCODER_TRY(auto files, io::encoder_folder::open(folder));
  SNOWCODER_CHECK(files.matches(R::encoder));
  if (auto const pool = files.pooling(); pool && *pool != R::encoder.pool)
    run.say("note: the folder says pooling by " + std::string(name_of(*pool)) + ", the recipe takes " +
            std::string(name_of(R::encoder.pool)));
  SNOWCODER_TRY(auto const hash, files.content_hash());
  SNOWCODER_TRY(auto const vocabulary, io::read_word_piece(folder));
  if (vocabulary.tokens.size() > std::size_t(R::encoder.vocabulary))
    return failure("vocabulary of " + std::to_string(vocabulary.tokens.size()) + " tokens for an encoder of " +
                       std::to_string(R::encoder.vocabulary),
                   folder.string(), "vocabulary and weights must be of one model");
  auto tokenizer = tokenize::word_piece::from_vocabulary(vocabulary);
  if (!tokenizer) return failure(std::move(tokenizer).error());
  return with_device(device_name, run.threads, [&]<class Backend>(Backend& device) -> expected<outcome> {
    return with_arithmetic<Backend>(precision, [&]<class T>(T) -> expected<outcome> {
      SNOWCODER_TRY(auto weights, nn::encoder_weights<R, Backend, T>::load(device, files));
      encoder_session<R, Backend, T> session{device,
                                             {device, run.threads},
                                             std::move(*tokenizer),
                                             {device, std::move(weights), encoder_batch_tokens<Backend>(run.threads)},
                                             hash.hex() + (precision == "f32" ? "" : "-" + std::string(precision)) +
                                                 (device_name == "cpu" ? "" : "-" + device_name)};
      return use(session);
    });
  });
}

}  // namespace snowcoder::pipeline
