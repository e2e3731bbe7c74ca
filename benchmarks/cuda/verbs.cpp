// SPDX-License-Identifier: Apache-2.0
// Each verb of a training step on a GPU at the paper's shape: verbs ROWS FLOPS BYTES. ROWS of a micro-batch; FLOPS and BYTES
// are the device's limits by its data sheet, by second. Prints a JSON line for each: what it takes, and the share of the limit
// that binds it, counting every operand once.
#include "train/shapes.hpp"

#include <snowcoder/backend/cuda/backend.hpp>
#include <snowcoder/backend/cuda/stopwatch.hpp>
#include <snowcoder/core/philox.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

using namespace snowcoder;

namespace {

constexpr config::decoder_shape shape = benchmarks::shape_paper::model;
constexpr std::int64_t width = shape.width, hidden = shape.hidden, vocabulary = shape.vocabulary, context = shape.context;
using T = bfloat16;

class table {
 public:
  table(std::int64_t rows, double flops, double bytes) : rows_(rows), flops_(flops), bytes_(bytes), watch_(d_.queue()) {}

  void all() {
    attention_shape const s{rows_ / context, context, shape.heads, shape.kv_heads, width / shape.heads};
    products("qkv", s.packed(), width);
    products("output", width, width);
    products("gate, up", 2 * hidden, width);
    products("down", width, hidden);
    head();
    attend(s);
    auto x = normal(rows_ * width), y = normal(rows_ * width), w = normal(width);
    cuda::buffer<float> dw(width);
    double const row = double(rows_ * width) * 2;
    auto const view = [&](auto& b) { return matrix_view<T>(b.data(), rows_, width); };
    auto const read = [&](auto& b) { return matrix_view<T const>(b.data(), rows_, width); };
    tell("rms_norm", 0, 2 * row, [&] { rms_norm(d_, view(y), read(x), static_cast<T const*>(w.data()), 1e-5f); });
    tell("rms_norm_backward", 0, 4 * row,
         [&] { rms_norm_backward(d_, view(y), dw.data(), read(x), read(x), static_cast<T const*>(w.data()), 1e-5f); });
    tell("add", 0, 3 * row,
         [&] { add(d_, y.data(), static_cast<T const*>(x.data()), static_cast<T const*>(x.data()), y.size()); });
    {
      auto both = normal(rows_ * 2 * hidden), one = normal(rows_ * hidden);
      double const half = double(rows_ * hidden) * 2;
      matrix_view<T> const wide(both.data(), rows_, 2 * hidden), narrow(one.data(), rows_, hidden);
      tell("swiglu", 0, 3 * half, [&] { swiglu(d_, narrow, matrix_view<T const>(wide)); });
      auto gradient = normal(rows_ * 2 * hidden);
      tell("swiglu_backward", 0, 5 * half, [&] {
        swiglu_backward(d_, matrix_view<T>(gradient.data(), rows_, 2 * hidden), matrix_view<T const>(narrow),
                        matrix_view<T const>(wide));
      });
    }
    optimizer();
  }

 private:
  cuda::buffer<T> normal(std::int64_t size) {
    std::vector<T> values(static_cast<std::size_t>(size));
    draws const source("values", std::uint64_t(size));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = i < 65537 ? T(float(source.normal(i))) : values[i - 65537];
    cuda::buffer<T> there(size);
    upload(d_, there.data(), values.data(), size);
    return there;
  }

  /// The median of a few runs, the first left out.
  template <class Work>
  void tell(std::string const& verb, double flop, double bytes, Work const& work) {
    work();
    std::vector<float> took;
    for (int run = 0; run < 7; ++run) took.push_back(watch_.milliseconds_of(work));
    std::sort(took.begin(), took.end());
    double const seconds = double(took[took.size() / 2]) * 1e-3, least = std::max(flop / flops_, bytes / bytes_);
    std::printf(
        "{\"job\": \"cuda verb\", \"verb\": \"%s\", \"rows\": %ld, \"microseconds\": %.1f, \"flops\": %.4g, "
        "\"bytes_per_second\": %.4g, \"limit\": \"%s\", \"of_limit\": %.4f}\n",
        verb.c_str(), long(rows_), seconds * 1e6, flop / seconds, bytes / seconds,
        flop / flops_ > bytes / bytes_ ? "flop" : "bytes", least / seconds);
  }

  void products(std::string const& name, std::int64_t outputs, std::int64_t inputs) {
    auto x = normal(rows_ * inputs), w = normal(outputs * inputs), y = normal(rows_ * outputs);
    cuda::buffer<float> dw(outputs * inputs);
    matrix_view<T> const mx(x.data(), rows_, inputs), my(y.data(), rows_, outputs);
    matrix_view<T const> const cx = mx, cw(w.data(), outputs, inputs), cy = my;
    double const flop = 2.0 * double(rows_) * double(outputs) * double(inputs);
    double const moved = 2.0 * double(rows_ * inputs + outputs * inputs + rows_ * outputs);
    tell(name, flop, moved, [&] { matmul(d_, my, operand<T>(cx), transposed(cw), product_options{}); });
    tell(name + ", input's gradient", flop, moved, [&] { matmul(d_, mx, operand<T>(cy), operand<T>(cw), product_options{}); });
    double const piece = double(context) / double(rows_);
    tell(name + ", weight's gradient of a sequence", flop * piece,
         2.0 * double(context * (inputs + outputs)) + 8.0 * double(outputs * inputs), [&] {
           matmul(d_, matrix_view<float>(dw.data(), outputs, inputs), transposed(cy.slice(0, context)),
                  operand<T>(cx.slice(0, context)), product_options{.accumulate = true});
         });
  }

  void head() {
    constexpr std::int64_t chunk = 512;
    auto x = normal(chunk * width), w = normal(vocabulary * width), dlogits = normal(chunk * vocabulary);
    cuda::buffer<float> logits(chunk * vocabulary), losses(chunk);
    cuda::buffer<std::int32_t> targets(chunk);
    matrix_view<float> const out(logits.data(), chunk, vocabulary);
    matrix_view<T const> const cx(x.data(), chunk, width), cw(w.data(), vocabulary, width);
    double const size = double(chunk * vocabulary);
    tell("head, 512 rows", 2.0 * size * double(width), 4.0 * size + 2.0 * double(vocabulary * width),
         [&] { matmul(d_, out, operand<T>(cx), transposed(cw), product_options{}); });
    tell("cross_entropy, 512 rows", 0, 4.0 * size,
         [&] { cross_entropy(d_, losses.data(), matrix_view<float const>(out), targets.data()); });
    tell("cross_entropy_backward, 512 rows", 0, 6.0 * size, [&] {
      cross_entropy_backward(d_, matrix_view<T>(dlogits.data(), chunk, vocabulary), static_cast<float const*>(losses.data()),
                             matrix_view<float const>(out), targets.data(), 1e-6f);
    });
  }

  void attend(attention_shape const& s) {
    auto qkv = normal(s.rows() * s.packed()), out = normal(s.rows() * s.width()), up = normal(s.rows() * s.width()),
         gradient = normal(s.rows() * s.packed());
    cuda::buffer<float> sums(s.rows() * s.heads);
    auto const table = rope_table(context, s.head_width, 10000.0);
    cuda::buffer<float> angles(std::int64_t(table.size()));
    upload(d_, angles.data(), table.data(), angles.size());
    matrix_view<T> const m(qkv.data(), s.rows(), s.packed()), o(out.data(), s.rows(), s.width());
    double const causal = 2.0 * double(s.rows()) * double(s.length) * double(s.width());  // both products, half of the square
    double const moved = 2.0 * double(s.rows()) * double(s.packed() + s.width());
    tell("rope", 0, 4.0 * double(s.rows()) * double(s.width() + s.kv_width()), [&] {
      rope(d_, m, s.heads + s.kv_heads, s.head_width, {angles.data(), context, context}, rope_direction::forward);
    });
    tell("attention", causal, moved, [&] { attention(d_, o, sums.data(), matrix_view<T const>(m), s); });
    tell("attention_backward", 2.5 * causal, 2.5 * moved, [&] {
      attention_backward(d_, matrix_view<T>(gradient.data(), s.rows(), s.packed()), matrix_view<T const>(m),
                         matrix_view<T const>(o), static_cast<float const*>(sums.data()),
                         matrix_view<T const>(up.data(), s.rows(), s.width()), s);
    });
  }

  void optimizer() {
    constexpr std::int64_t size = 1 << 28;
    cuda::buffer<float> w(size), m(size), v(size), g(size);
    std::vector<adamw_range> const ranges{{size, true}};
    adamw_step const step(config::optimizer{}, 1e-4, 1, 1.0, true);
    tell("adamw, 2^28 weights", 0, 28.0 * double(size),
         [&] { cuda::adamw<float>(d_, w.data(), m.data(), v.data(), g.data(), ranges, step, step, moment_rounding(0, 1, 0)); });
    tell("sum_of_squares, 2^28 floats", 0, 4.0 * double(size), [&] { sum_of_squares(d_, g.data(), size); });
  }

  cuda::device d_;
  std::int64_t rows_;
  double flops_, bytes_;
  cuda::stopwatch watch_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return std::fprintf(stderr, "usage: verbs ROWS FLOPS BYTES\n"), 2;
  try {
    table(std::atoll(argv[1]) / context * context, std::atof(argv[2]), std::atof(argv[3])).all();
    return 0;
  } catch (cuda::device_failure const& e) {
    return std::fprintf(stderr, "verbs: %s\n", e.what()), 1;
  }
}
