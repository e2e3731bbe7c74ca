// SPDX-License-Identifier: Apache-2.0
// The frozen encoder over sections of real files, timed, and the matrix peak that bounds it.
//
//   encode sections FOLDER INPUT.jsonl DOCUMENTS PREFIX          PREFIX.lengths, PREFIX.ids: sections of the documents, and the
//                                                                seconds of the processor that their tokens took
//   encode run arctic|minilm FOLDER PREFIX PRECISION THREADS RUNS [VECTORS]
//   encode peak THREADS
//
// Each prints one JSON line. run: the seconds of every run, by the clock and of the processor; pooled vectors as raw floats to
// VECTORS. peak: billions of operations per second of a large square product, the better one of oneDNN's and ours.
#include "support/sample.hpp"

#include <snowcoder/annotate/sections.hpp>
#include <snowcoder/backend/cpu/backend.hpp>
#include <snowcoder/backend/cpu/encoder_backend.hpp>
#include <snowcoder/io/encoder_folder.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/io/word_piece_file.hpp>
#include <snowcoder/nn/encoder.hpp>
#include <snowcoder/tokenize/word_piece.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

using namespace snowcoder;

namespace {

struct arctic {
  static constexpr auto encoder = config::checked(config::encoder_shape{});
};
struct minilm {
  static constexpr auto encoder = config::checked(
      config::encoder_shape{.layers = 6, .width = 384, .hidden = 1536, .heads = 12, .pool = config::pooling::mean});
};

template <class T>
std::vector<T> words_of(std::string const& path) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  std::vector<T> all(std::size_t(in.tellg()) / sizeof(T));
  in.seekg(0).read(reinterpret_cast<char*>(all.data()), std::streamsize(all.size() * sizeof(T)));
  return all;
}

int cut(char** words) {
  auto const tokenizer = benchmark::must(tokenize::word_piece::from_vocabulary(benchmark::must(io::read_word_piece(words[2]))));
  auto texts = benchmark::texts_of(words[3]);
  texts.resize(std::min(texts.size(), std::size_t(std::atoi(words[4]))));
  std::vector<std::string> sections;
  std::vector<std::vector<std::int32_t>> ids;
  double tokenizing = 0;
  for (auto const& t : texts) {
    std::vector<std::int32_t> all;
    auto const begin = benchmark::processor_seconds();
    tokenizer.encode(t, all);
    tokenizing += benchmark::processor_seconds() - begin;
    auto const s = annotate::sections_of(std::int64_t(all.size()), config::sections::top_middle_bottom, 512);
    for (int i = 0; i < s.distinct; ++i)
      annotate::append_section(ids.emplace_back(), tokenizer, all, s.windows[std::size_t(i)]);
  }
  sections.resize(ids.size());
  std::size_t next = 0, tokens = 0;
  benchmark::write_ids(words[5], sections, [&](auto const&, auto& out) { tokens += (out = ids[next++]).size(); });
  std::puts(io::to_line(io::json{{"documents", texts.size()},
                                 {"bytes", benchmark::bytes_of(texts)},
                                 {"sections", ids.size()},
                                 {"tokens", tokens},
                                 {"tokenizer", tokenizing}})
                .c_str());
  return 0;
}

/// Multiplications and additions that the pooled vectors need: behind CLS pooling's last layer, one token a section.
double operations(config::encoder_shape const& s, std::vector<std::int32_t> const& lengths) {
  double all = 0;
  double const d = s.width, h = s.hidden;
  for (double n : lengths) {
    auto const layer = [&](double queries) {
      return 2 * d * (2 * d * n + 2 * d * queries + 2 * h * queries) + 4 * d * n * queries;
    };
    all += (s.layers - 1) * layer(n) + layer(s.pool == config::pooling::cls ? 1 : n);
  }
  return all;
}

template <class R, class T>
int encode(char** words, int count) {
  auto const lengths = words_of<std::int32_t>(std::string(words[4]) + ".lengths"),
             ids = words_of<std::int32_t>(std::string(words[4]) + ".ids");
  cpu::device device(std::atoi(words[6]));
  auto const files = benchmark::must(io::encoder_folder::open(words[3]));
  constexpr std::int64_t width = R::encoder.width;
  auto const batch = std::int64_t(1024) * device.threads();  // as annotate has it
  nn::encoder<R, cpu::device, T> encoder(device, benchmark::must(nn::encoder_weights<R, cpu::device, T>::load(device, files)),
                                         batch);
  std::vector<float> out(lengths.size() * std::size_t(width));
  std::vector<double> wall, processor;
  for (int run = 0; run < std::atoi(words[7]); ++run) {
    auto const begin = benchmark::wall_seconds(), begin_processor = benchmark::processor_seconds();
    std::vector<std::int64_t> offsets{0};
    std::size_t first = 0, done = 0;
    for (std::size_t s = 0; s <= lengths.size(); ++s) {
      if (s == lengths.size() || offsets.back() + lengths[s] > batch) {
        auto const rows = std::size_t(offsets.back());
        encoder.forward(std::span(ids).subspan(first, rows), offsets, out.data() + done * std::size_t(width));
        first += rows;
        done = s;
        offsets.assign(1, 0);
      }
      if (s < lengths.size()) offsets.push_back(offsets.back() + lengths[s]);
    }
    wall.push_back(benchmark::wall_seconds() - begin);
    processor.push_back(benchmark::processor_seconds() - begin_processor);
  }
  if (count > 8)
    std::ofstream(words[8], std::ios::binary)
        .write(reinterpret_cast<char const*>(out.data()), std::streamsize(out.size() * sizeof(float)));
  std::puts(io::to_line(io::json{{"tokens", ids.size()},
                                 {"sections", lengths.size()},
                                 {"operations", operations(R::encoder, lengths)},
                                 {"wall", wall},
                                 {"processor", processor},
                                 {"rss_mb", benchmark::peak_mebibytes()}})
                .c_str());
  return 0;
}

template <class R>
int encode(char** words, int count) {
  std::string_view const precision = words[5];
  if (precision == "f32") return encode<R, float>(words, count);
  if (precision == "bf16") return encode<R, bfloat16>(words, count);
  return encode<R, std::int8_t>(words, count);
}

/// Billions of operations per second and thread, best of a few, by the processor's clock of all threads.
double rate(int threads, double operations, auto&& work) {
  double best = 1e9;
  for (int i = 0; i < 7; ++i) {
    auto const begin = benchmark::processor_seconds();
    work();
    best = std::min(best, benchmark::processor_seconds() - begin);
  }
  return operations / best * threads / 1e9;
}

template <class T>
double ours(cpu::device& device, std::int64_t n) {
  std::vector<float> a(std::size_t(n * n), 0.5f), c(a.size());
  matrix_view<float const> const x(a.data(), n, n);
  cpu::projection<T> const w(x, nullptr);
  return rate(device.threads(), 2.0 * double(n * n * n), [&] { project(device, matrix_view<float>(c.data(), n, n), x, w); });
}
template <class T>
double library(cpu::device& device, std::int64_t n) {
  std::vector<T> a(std::size_t(n * n), T(0.5f)), c(a.size());
  matrix_view<T> const x(a.data(), n, n), y(c.data(), n, n);
  return rate(device.threads(), 2.0 * double(n * n * n),
              [&] { matmul(device, y, operand<T>(x), operand<T>(x), product_options{}); });
}

int peak(int threads) {
  cpu::device device(threads);
  constexpr std::int64_t n = 2016;
  io::json const line{{"f32", ours<float>(device, n)},
                      {"bf16", ours<bfloat16>(device, n)},
                      {"int8", ours<std::int8_t>(device, n)},
                      {"onednn_f32", library<float>(device, n)},
                      {"onednn_bf16", library<bfloat16>(device, n)}};
  std::puts(io::to_line(line).c_str());
  return 0;
}

}  // namespace

int main(int count, char** words) {
  std::string_view const what = count > 1 ? words[1] : "";
  if (what == "sections" && count == 6) return cut(words);
  if (what == "peak" && count == 3) return peak(std::atoi(words[2]));
  if (what == "run" && count >= 8)
    return std::string_view(words[2]) == "arctic" ? encode<arctic>(words, count) : encode<minilm>(words, count);
  return std::fprintf(stderr, "usage: see the head of this program's source\n"), 2;
}
