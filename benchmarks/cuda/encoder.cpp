// SPDX-License-Identifier: Apache-2.0
// The annotator's encoder at arctic-embed-m's shape on a GPU, weights drawn: encoder SECTIONS PEAK [FOLDER VOCAB THREADS].
// PEAK is the device's FLOP/s in bf16 by its data sheet, which is that in f16; FOLDER holds text files, VOCAB is a vocab.txt.
// Prints a JSON line for bf16 and one for f16: tokens by second of SECTIONS sections of 512 tokens that are ids already; each
// verb's time at that batch; the least cosine of a vector with that of the same weights in float. With FOLDER another line for
// each: the same from files on disk, read and cut into WordPiece by THREADS threads while the batch before is on the GPU. Files
// are read again until there are SECTIONS sections; the first pass, in which algorithms are chosen and graphs built, is not
// timed.
#include "cuda/section_batches.hpp"

#include <snowcoder/backend/cuda/encoder_backend.hpp>
#include <snowcoder/backend/cuda/stopwatch.hpp>
#include <snowcoder/config/accounting.hpp>
#include <snowcoder/core/philox.hpp>
#include <snowcoder/nn/encoder.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <string>
#include <utility>
#include <vector>

using namespace snowcoder;
using benchmark::batch;

namespace {

struct R {
  static constexpr auto encoder = config::checked(config::encoder_shape{});
};
constexpr auto shape = R::encoder;
constexpr std::int64_t width = shape.width, length = shape.positions, batch_tokens = 65536,
                       batch_sections = batch_tokens / length;
template <class T>
using encoder_of = nn::encoder<R, cuda::device, T>;

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

/// A fresh model's: norms 1, all else normal with a deviation of 0.02, of which a tensor has 65537 different ones.
struct drawn_weights {
  expected<void> read(std::string const& name, std::span<float> out) const {
    draws const source(name, 2409);
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = name.ends_with("LayerNorm.weight") ? 1.0f : i < 65537 ? 0.02f * float(source.normal(i)) : out[i - 65537];
    return {};
  }
};
template <class T>
encoder_of<T> drawn(cuda::device& d, std::int64_t tokens) {
  return {d, benchmark::must_have(nn::encoder_weights<R, cuda::device, T>::load(d, drawn_weights())), tokens};
}

batch drawn_batch(std::int64_t sections) {
  draws const source("benchmark tokens", 2409);
  std::vector<std::int32_t> section(std::size_t(length), 0);
  batch b;
  for (std::int64_t s = 0; s < sections; ++s) {
    for (std::size_t i = 0; i < section.size(); ++i)
      section[i] = std::int32_t(source.below(std::uint64_t(shape.vocabulary), std::uint64_t(s * length) + i));
    b.add(section);
  }
  return b;
}
template <class T>
std::vector<float> vectors(encoder_of<T>& e, batch const& b) {
  std::vector<float> out((b.offsets.size() - 1) * std::size_t(width));
  e.forward(b.ids, b.offsets, out.data());
  return out;
}

double least_cosine(std::vector<float> const& a, std::vector<float> const& b) {
  double least = 1;
  for (std::size_t s = 0; s < a.size(); s += std::size_t(width)) {
    double both = 0, aa = 0, bb = 0;
    for (auto j = s; j < s + std::size_t(width); ++j) {
      both += double(a[j]) * double(b[j]);
      aa += double(a[j]) * double(a[j]);
      bb += double(b[j]) * double(b[j]);
    }
    least = std::min(least, both / std::sqrt(aa * bb));
  }
  return least;
}

/// FLOP of a token in a whole section: in the last layer all tokens but the first are keys and values alone.
constexpr double flop() {
  double const all = config::flop_per_token(shape, length), layer = all / shape.layers;
  return all - layer + 4.0 * double(width) * double(width) + (layer - 4.0 * double(width) * double(width)) / double(length);
}

template <class T>
constexpr char const* name_of = dtype_of<T> == dtype::f16 ? "f16" : "bf16";

/// `"name": milliseconds` of each verb of a layer at the benchmark's batch.
template <class T>
std::string verb_times(cuda::device& d) {
  constexpr std::int64_t n = batch_tokens;
  std::vector<float> values(std::size_t(4 * width * width) + 1);
  draws const source("operands", 1);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = i < 65537 ? float(source.normal(i)) : values[i - 65537];
  auto const packed = [&](std::int64_t outputs, std::int64_t inputs) {
    cuda::projection<T> p;
    pack(d, p, matrix_view<float const>(values.data(), outputs, inputs), values.data());
    return p;
  };
  cuda::buffer<T> x(n * width), y(n * width), qkv(n * 3 * width), inner(n * shape.hidden);
  cuda::buffer<float> scale(2 * width);
  for (std::int64_t i = 0; i < n; ++i) {  // rows of normal values
    if (i < 4096) {
      std::vector<T> const row(values.begin() + i, values.begin() + i + width);
      upload(d, x.data() + i * width, row.data(), width);
    } else if (i % 4096 == 0) {
      cuda::must(
          cudaMemcpyAsync(x.data() + i * width, x.data(), std::size_t(4096 * width) * 2, cudaMemcpyDeviceToDevice, d.queue()),
          "copy");
    }
  }
  auto const view = [&](cuda::buffer<T>& b, std::int64_t columns) { return matrix_view<T>(b.data(), n, columns); };
  auto const seen = [&](auto& b, std::int64_t columns) { return matrix_view<T const>(view(b, columns)); };
  auto const ask = packed(3 * width, width), output = packed(width, width), up = packed(shape.hidden, width),
             down = packed(width, shape.hidden);
  auto const offsets = drawn_batch(batch_sections).offsets;
  cuda::stopwatch const watch(d.queue());
  std::string all;
  auto const time = [&](char const* name, auto const& work) {
    work();
    float least = watch.milliseconds_of(work);
    for (int again = 0; again < 4; ++again) least = std::min(least, watch.milliseconds_of(work));
    char line[64];
    std::snprintf(line, sizeof line, "%s\"%s\": %.4f", all.empty() ? "" : ", ", name, double(least));
    all += line;
  };
  time("query_key_value", [&] { project(d, view(qkv, 3 * width), seen(x, width), ask); });
  time("attention", [&] {
    bidirectional_attention(d, view(y, width), seen(qkv, 3 * width).part(0, width), seen(qkv, 3 * width).part(width, 2 * width),
                            offsets.data(), offsets.data(), batch_sections, std::int64_t(shape.heads), arithmetic::narrow);
  });
  time("up_and_gelu", [&] { project(d, view(inner, shape.hidden), seen(x, width), up, activation::gelu); });
  time("down_onto", [&] { project_onto(d, view(y, width), seen(inner, shape.hidden), down); });
  time("output_onto", [&] { project_onto(d, view(y, width), seen(x, width), output); });
  time("layer_norm", [&] { layer_norm(d, view(y, width), seen(x, width), scale.data(), scale.data() + width, 1e-12f); });
  return all;
}

template <class T>
void of_ids(cuda::device& d, encoder_of<T>& encoder, int sections, double peak) {
  auto few = drawn<float>(d, 4 * length);
  auto const sample = drawn_batch(4);
  double const cosine = least_cosine(vectors(encoder, sample), vectors(few, sample));
  auto const b = drawn_batch(batch_sections);
  std::vector<float> out(std::size_t(batch_sections * width));
  std::vector<double> seconds;
  for (int run = -2; run < std::max(3, int(sections / batch_sections)); ++run) {
    auto const begin = now();
    encoder.forward(b.ids, b.offsets, out.data());
    if (run >= 0) seconds.push_back(now() - begin);
  }
  std::sort(seconds.begin(), seconds.end());
  double const rate = double(batch_tokens) / seconds[seconds.size() / 2];
  std::printf(
      "{\"job\": \"cuda encoder\", \"model\": \"arctic-embed-m\", \"type\": \"%s\", \"batch\": %lld, \"tokens_per_second\": "
      "%.0f, "
      "\"seconds\": [%.5f, %.5f, %.5f], \"of_peak\": %.4f, \"least_cosine\": %.8f, \"milliseconds\": {%s}}\n",
      name_of<T>, static_cast<long long>(batch_sections), rate, seconds.front(), seconds[seconds.size() / 2], seconds.back(),
      rate * flop() / peak, cosine, verb_times<T>(d).c_str());
  std::fflush(stdout);
}

template <class T>
void of_files(encoder_of<T>& encoder, benchmark::text_batches& texts, int wanted, int threads) {
  std::vector<float> out(std::size_t(batch_tokens / 2 * width));  // a section has two tokens at least
  double seconds = 0;
  std::int64_t tokens = 0, sections = 0;
  for (int pass = 0; pass < 2; ++pass) {
    texts.begin(wanted);
    tokens = sections = 0;
    auto const begin = now();
    auto coming = std::async(std::launch::async, [&] { return texts.next(); });
    for (;;) {
      auto const b = coming.get();
      if (b.ids.empty()) break;
      coming = std::async(std::launch::async, [&] { return texts.next(); });
      encoder.forward(b.ids, b.offsets, out.data());
      tokens += std::int64_t(b.ids.size());
      sections += std::int64_t(b.offsets.size()) - 1;
    }
    seconds = now() - begin;
  }
  std::printf(
      "{\"job\": \"cuda encoder from files\", \"model\": \"arctic-embed-m\", \"type\": \"%s\", \"threads\": %d, \"files\": "
      "%zu, "
      "\"megabytes\": %.1f, \"sections\": %lld, \"tokens\": %lld, \"seconds\": %.4f, \"tokens_per_second\": %.0f}\n",
      name_of<T>, threads, texts.files(), double(texts.bytes()) * 1e-6, static_cast<long long>(sections),
      static_cast<long long>(tokens), seconds, double(tokens) / seconds);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 && argc != 6) return std::fprintf(stderr, "usage: encoder SECTIONS PEAK [FOLDER VOCAB THREADS]\n"), 2;
  try {
    cuda::device device;
    auto const measure = [&]<class T>(T) {
      auto encoder = drawn<T>(device, batch_tokens);
      int const sections = std::atoi(argv[1]);
      of_ids<T>(device, encoder, sections, std::atof(argv[2]));
      if (argc == 6) {
        benchmark::text_batches texts(argv[3], argv[4], shape.vocabulary, length, batch_tokens, std::atoi(argv[5]));
        of_files<T>(encoder, texts, sections, std::atoi(argv[5]));
      }
    };
    measure(bfloat16());
    measure(float16());
    return 0;
  } catch (cuda::device_failure const& e) {
    return std::fprintf(stderr, "encoder: %s\n", e.what()), 1;
  }
}
