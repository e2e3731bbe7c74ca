// SPDX-License-Identifier: Apache-2.0
// Data work on a GPU: data GIGABYTES ROWS THREADS [FILE]. Band keys of so many GB of source text in host memory (documents of 4
// KiB cut from FILE, or from drawn words), and the bounds of a selection of ROWS candidates in the GPU's memory. Prints a JSON
// line for each; before, the same on a small part by the CPU, which must agree.
#include <snowcoder/core/philox.hpp>
#include <snowcoder/core/thread_pool.hpp>
#include <snowcoder/pipeline/gpu_sieve.hpp>
#include <snowcoder/pipeline/gpu_signatures.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

using namespace snowcoder;

namespace {

struct settings {
  static constexpr config::near_duplicate near_duplicates{};
};

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }
[[noreturn]] void differ(char const* what) {
  std::fprintf(stderr, "data: the GPU's %s are not the CPU's\n", what);
  std::exit(1);
}

/// Words of a few hundred, as programs have them.
std::string drawn_text(std::size_t bytes) {
  draws const source("text", 1);
  std::string text;
  text.reserve(bytes + 64);
  for (std::uint64_t i = 0; text.size() < bytes; ++i) {
    auto const word = source.below(400, i, 0) * source.below(400, i, 1) / 400;
    text += "name" + std::to_string(word) + (i % 7 == 6 ? ";\n    " : i % 3 == 2 ? "(" : " ");
  }
  return text;
}

void sign(cuda::device& d, thread_pool& pool, std::string const& text, double gigabytes) {
  using hasher = dedup::minhash<settings>;
  constexpr std::int64_t size = 4096, batch = std::int64_t(256) << 20;
  auto const document = [&](std::int64_t i) {  // a step that is odd: documents lie anywhere
    return std::string_view(text).substr(std::size_t(i * 4099) % (text.size() - std::size_t(size)), std::size_t(size));
  };
  pipeline::gpu_signatures<settings> gpu(d, batch);
  auto const check =
      gpu.sign(300, document, pool, [&](std::int64_t i, std::uint64_t const* keys, std::int64_t) -> expected<void> {
        std::int64_t units = 0;
        auto const want = hasher::keys(hasher::sign(document(i), units));
        if (!std::equal(want.begin(), want.end(), keys)) differ("band keys");
        return {};
      });
  auto const count = std::int64_t(gigabytes * 1e9) / size;
  std::uint64_t sum = 0, units = 0;
  auto const began = now();
  auto const done =
      gpu.sign(count, document, pool, [&](std::int64_t, std::uint64_t const* keys, std::int64_t n) -> expected<void> {
        sum ^= keys[0];
        units += std::uint64_t(n);
        return {};
      });
  auto const seconds = now() - began;
  if (!check || !done) std::exit(1);
  std::printf(
      "{\"job\": \"cuda minhash\", \"documents\": %ld, \"permutations\": %d, \"words\": %llu, \"seconds\": %.4f, "
      "\"gigabytes_per_second\": %.3f, \"threads\": %d, \"check\": \"%016llx\"}\n",
      long(count), int(hasher::permutations), static_cast<unsigned long long>(units), seconds,
      double(count * size) / seconds * 1e-9, pool.threads(), static_cast<unsigned long long>(sum));
}

/// Candidates of seven languages, one of which has half of all; values as scores are spread.
std::vector<select::ranked_row> drawn_rows(thread_pool& pool, std::int64_t count) {
  std::vector<select::ranked_row> rows(static_cast<std::size_t>(count));
  draws const source("rows", 2);
  constexpr std::int64_t piece = 1 << 16;
  pool.for_each_index((count + piece - 1) / piece, [&](std::int64_t p) {
    for (auto i = p * piece, end = std::min(count, i + piece); i < end; ++i) {
      auto const n = std::uint64_t(i);
      auto& r = rows[std::size_t(i)];
      r.order = select::order_of(2.5 + source.normal(n, 1));
      r.content = {source(n, 2), source(n, 3)};
      r.weight = std::int64_t(50 + source.below(4000, n, 4));
      r.tokens = r.weight;
      r.place = n;
      auto const l = source.below(14, n, 5);
      r.language = l < 7 ? l : 0;
    }
  });
  return rows;
}
struct rows_in_memory {
  std::vector<select::ranked_row> const& rows;
  template <class Visit>
  expected<void> for_each(Visit&& visit) const {
    for (auto const& r : rows) SNOWCODER_CHECK(visit(r));
    return {};
  }
};

void select_rows(cuda::device& d, thread_pool& pool, std::int64_t count) {
  config::selection const settings{.share = 0.1};
  auto const part = drawn_rows(pool, std::min<std::int64_t>(count, 1 << 25));  // repeated until there are enough
  auto const few = std::vector(part.begin(), part.begin() + std::min<std::ptrdiff_t>(std::ptrdiff_t(part.size()), 1 << 19));
  pipeline::gpu_digit_counter counter(d);
  pipeline::gpu_sieve gpu(settings, 16), cpu(settings, 16);
  rows_in_memory const source{few};
  if (!gpu.settle_by([&](auto& counts) { return counter.count(counts, source); }) || !cpu.settle(source)) std::exit(1);
  for (auto const& r : few)
    if (gpu.admits(r) != cpu.admits(r)) differ("bounds");

  auto all = cuda::buffer<cuda::counted_row>::raw(count);
  for (std::int64_t at = 0; at < count; at += std::int64_t(part.size()))
    upload(d, all.data() + at, reinterpret_cast<cuda::counted_row const*>(part.data()),
           std::min<std::int64_t>(count - at, std::int64_t(part.size())));
  double best = 1e30;
  int passes = 0;
  for (int run = 0; run < 3; ++run) {
    pipeline::gpu_sieve sieve(settings, 1 << 20);
    auto const began = now();
    auto const settled = sieve.settle_by([&](auto& counts) -> expected<void> {
      counter.count(counts, all.data(), count);
      return {};
    });
    if (!settled) std::exit(1);
    best = std::min(best, now() - began);
    passes = sieve.passes();
  }
  std::printf(
      "{\"job\": \"cuda selection\", \"candidates\": %ld, \"passes\": %d, \"seconds\": %.4f, \"bytes_per_second\": %.4g}\n",
      long(count), passes, best, double(count) * 56 * passes / best);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return std::fprintf(stderr, "usage: data GIGABYTES ROWS THREADS [FILE]\n"), 2;
  try {
    cuda::device d;
    thread_pool pool(std::atoi(argv[3]));
    std::string text;
    if (argc > 4) {
      std::ifstream file(argv[4], std::ios::binary);
      text.assign(std::istreambuf_iterator<char>(file), {});
    }
    if (text.size() < 1 << 20) text = drawn_text(std::size_t(256) << 20);
    sign(d, pool, text, std::atof(argv[1]));
    select_rows(d, pool, std::atoll(argv[2]));
    return 0;
  } catch (cuda::device_failure const& e) {
    return std::fprintf(stderr, "data: %s\n", e.what()), 1;
  }
}
