// SPDX-License-Identifier: Apache-2.0
// `train --selftest`: every verb of a decoder against its twin at the recipe's own widths, on the device that would train, in
// seconds. Twins are plain loops in double, so results of large products and of attention are compared at their edges, in full
// depth; and where additions could come in another order, a second run must give the same bits.
#pragma once

#include <snowcoder/backend/cpu/reference/adamw.hpp>
#include <snowcoder/backend/cpu/reference/attention.hpp>
#include <snowcoder/backend/cpu/reference/cross_entropy.hpp>
#include <snowcoder/backend/cpu/reference/cut_sum.hpp>
#include <snowcoder/backend/cpu/reference/elementwise.hpp>
#include <snowcoder/backend/cpu/reference/embed.hpp>
#include <snowcoder/backend/cpu/reference/matmul.hpp>
#include <snowcoder/backend/cpu/reference/rms_norm.hpp>
#include <snowcoder/backend/cpu/reference/rope.hpp>
#include <snowcoder/backend/cpu/reference/swiglu.hpp>
#include <snowcoder/backend/tolerance.hpp>
#include <snowcoder/config/concepts.hpp>
#include <snowcoder/config/training_memory.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/pipeline/product_sums.hpp>
#include <snowcoder/pipeline/run_context.hpp>
#include <snowcoder/pipeline/selftest_report.hpp>
#include <snowcoder/pipeline/selftest_subject.hpp>
#include <snowcoder/pipeline/train_options.hpp>
#include <snowcoder/pipeline/with_device.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

template <config::recipe R, class Backend, class T>
class selftest {
  static constexpr config::decoder_shape shape = R::model;
  static constexpr std::int64_t width = shape.width, hidden = shape.hidden, vocabulary = shape.vocabulary;
  static constexpr float epsilon = float(shape.norm_epsilon);
  using bound = verb_tolerance<T>;
  template <class E>
  using array = subject<Backend, E>;

 public:
  /// `rows` of the products of a micro-batch; attention over `length` positions, at most the context.
  selftest(Backend& device, std::int64_t rows, std::int64_t length)
      : device_(device), rows_(rows), length_(std::min<std::int64_t>(length, shape.context)) {}

  /// How the device cuts sums of products that a float has no room for; nothing where it rounds them.
  std::optional<cpu::reference::cut_rule> cut() const { return cut_; }

  std::vector<comparison> run() {
    cut_ = cut_of_sums<T>(device_, std::min<std::int64_t>(rows_, shape.context), width);
    attention_shape const heads = attention_heads();
    products("qkv", heads.packed(), width);
    products("output", width, width);
    products("gate, up", 2 * hidden, width);
    products("down", width, hidden);
    head_products();
    attend("attention", heads, {0});
    attend("attention, documents", heads, document_begins());
    turn(heads);
    norm();
    activate();
    embedding();
    loss();
    flat();
    optimizer();
    return std::move(comparisons_);
  }

 private:
  attention_shape attention_heads() const { return {1, length_, shape.heads, shape.kv_heads, width / shape.heads}; }
  void compare(std::string verb, std::string where, double apart, double limit) {
    comparisons_.push_back({std::move(verb), std::move(where), apart, limit});
  }
  static std::string times(std::int64_t a, std::int64_t b) { return fmt::format("{} x {}", a, b); }
  template <class E>
  static double apart(std::vector<E> const& got, std::vector<E> const& want) {
    return distance(got.data(), want.data(), std::int64_t(want.size()));
  }

  /// A sum in float is cut as the device cuts it: what a long one lacks is the device's way, no fault of the verb.
  template <class C>
  void twin(matrix_view<C> c, operand<T> a, operand<T> b) const {
    if constexpr (std::is_same_v<C, float>)
      if (cut_) return cpu::reference::matmul_cut(c, a, b, *cut_);
    cpu::reference::matmul(c, a, b);
  }

  /// c, of zeros on the device, (+)= a b; compared in bands at its edges.
  template <class C>
  void product(std::string const& name, array<C>& c, std::int64_t columns, operand<T> a, operand<T> b, operand<T> host_a,
               operand<T> host_b, bool accumulate) {
    matrix_view<C> const whole = c.on_device(columns);
    matmul(device_, whole, a, b, product_options{.accumulate = accumulate});
    std::vector<C> got, want;
    auto const tall = std::min<std::int64_t>(4, whole.rows), wide = std::min<std::int64_t>(32, columns);
    for (auto row : {std::int64_t(0), whole.rows - tall}) {
      auto const rows = c.fetched_rows(row, tall, columns);
      for (auto column : {std::int64_t(0), columns - wide}) {
        std::vector<C> band(std::size_t(tall * wide));
        twin(matrix_view<C>(band.data(), tall, wide), host_a.slice(row, tall), host_b.part(column, wide));
        want.insert(want.end(), band.begin(), band.end());
        for (std::int64_t i = 0; i < tall; ++i)
          got.insert(got.end(), rows.begin() + i * columns + column, rows.begin() + i * columns + column + wide);
      }
    }
    compare(name, fmt::format("{} x {} x {}", whole.rows, a.columns, columns), apart(got, want), product_bound<C>(a.columns));
  }

  /// y = x w', dx = dy w, dw += dy' x
  template <class Y>
  void three_products(std::string const& name, std::int64_t rows, std::int64_t piece, std::int64_t outputs,
                      std::int64_t inputs) {
    array<T> const x(device_, normal_values<T>("x", rows * inputs));
    array<T> const w(device_, normal_values<T>("w", outputs * inputs, 0.05));
    {
      array<Y> y(device_, rows * outputs);
      product<Y>(name + " product", y, outputs, operand<T>(x.on_device(inputs)), transposed(w.on_device(inputs)),
                 operand<T>(x.on_host(inputs)), transposed(w.on_host(inputs)), false);
    }
    array<T> const dy(device_, normal_values<T>("dy", rows * outputs));
    array<T> dx(device_, rows * inputs);
    product<T>(name + " input's gradient", dx, inputs, operand<T>(dy.on_device(outputs)), operand<T>(w.on_device(inputs)),
               operand<T>(dy.on_host(outputs)), operand<T>(w.on_host(inputs)), false);
    array<float> dw(device_, outputs * inputs);
    auto const part = [&](matrix_view<T const> m) { return m.slice(0, std::min(piece, rows)); };
    product<float>(name + " weight's gradient", dw, inputs, transposed(part(dy.on_device(outputs))),
                   operand<T>(part(x.on_device(inputs))), transposed(part(dy.on_host(outputs))),
                   operand<T>(part(x.on_host(inputs))), true);
  }
  void products(std::string const& name, std::int64_t outputs, std::int64_t inputs) {
    three_products<T>(name, rows_, shape.context, outputs, inputs);
  }
  void head_products() {
    auto const rows = std::min<std::int64_t>(rows_, config::loss_chunk(shape, Backend::logit_rows));
    three_products<float>("head", rows, rows, vocabulary, width);
  }

  /// Of documents that share the sequence: from one row on, each about twice as long as the one before.
  std::vector<std::int32_t> document_begins() const {
    std::vector<std::int32_t> begins;
    for (std::int64_t begin = 0, rows = 1; begin < length_; begin += rows, rows += rows + 1)
      begins.push_back(std::int32_t(begin));
    return begins;
  }

  /// Documents begin at `begins`.
  void attend(std::string const& name, attention_shape const& s, std::vector<std::int32_t> begins) {
    array<T> const qkv(device_, normal_values<T>("qkv", s.rows() * s.packed()));
    array<T> out(device_, s.rows() * s.width()), gradient(device_, s.rows() * s.packed());
    array<float> log_sums(device_, s.heads * s.rows());
    std::vector<std::int32_t> first(static_cast<std::size_t>(s.length));
    for (auto begin : begins) std::fill(first.begin() + begin, first.end(), begin);
    array<std::int32_t> const starts(device_, first);
    auto on_device = s, on_host = s;
    if (begins.size() > 1) on_device.starts = starts.data(), on_host.starts = first.data();
    begins.push_back(std::int32_t(s.length));
    on_device.documents = begins;
    // Only some rows have a gradient: what they add to all keys and values is known without the square of all rows.
    std::vector<std::int64_t> looked_at{0, 1, s.length / 2 - 1, s.length / 2, s.length - 2, s.length - 1};
    for (auto& r : looked_at) r = std::clamp<std::int64_t>(r, 0, s.length - 1);
    std::vector<T> sparse(std::size_t(s.rows() * s.width()));
    auto const dense = normal_values<T>("dout", s.width() * std::int64_t(looked_at.size()));
    for (std::size_t i = 0; i < looked_at.size(); ++i)
      std::copy_n(dense.begin() + std::int64_t(i) * s.width(), s.width(), sparse.begin() + looked_at[i] * s.width());
    array<T> const dout(device_, std::move(sparse));
    auto const both = [&] {
      attention(device_, out.on_device(s.width()), log_sums.data(), qkv.on_device(s.packed()), on_device);
      attention_backward(device_, gradient.on_device(s.packed()), qkv.on_device(s.packed()),
                         matrix_view<T const>(out.on_device(s.width())), static_cast<float const*>(log_sums.data()),
                         dout.on_device(s.width()), on_device);
      return std::pair(out.fetched(), gradient.fetched());
    };
    auto const got = both();
    auto const where = fmt::format("{} positions, {} of {} heads of {}", s.length, s.kv_heads, s.heads, s.head_width);
    double worst = 0;
    auto const host = qkv.on_host(s.packed());
    for (auto r : looked_at) {
      std::vector<T> want(static_cast<std::size_t>(s.width()));
      auto const begin = first[std::size_t(r)];
      auto const seen = host.slice(begin, r + 1 - begin);
      cpu::reference::attention_cached<T>({want.data(), 1, s.width()}, host.slice(r, 1), seen.part(s.k(0), s.kv_width()),
                                          seen.part(s.v(0), s.kv_width()), r - begin, s);
      worst = std::max(worst, distance(got.first.data() + r * s.width(), want.data(), s.width()));
    }
    compare(name, where, worst, bound::attention);
    auto want = gradient.host;
    cpu::reference::attention_backward(matrix_view<T>(want.data(), s.rows(), s.packed()), host, dout.on_host(s.width()),
                                       on_host);
    compare(name + ", gradient", where, apart(got.second, want), bound::attention_backward);
    compare(name + ", once more", where, both() == got ? 0.0 : 1.0, 0.0);
  }

  void turn(attention_shape const& s) {
    auto const table = rope_table(s.length, s.head_width, shape.rope_theta);
    array<float> const angles(device_, table);
    array<T> x(device_, normal_values<T>("turned", s.rows() * s.packed()));
    double worst = 0;
    for (auto way : {rope_direction::forward, rope_direction::backward}) {
      rope(device_, x.on_device(s.packed()), s.heads + s.kv_heads, s.head_width, {angles.data(), s.length, s.length}, way);
      cpu::reference::rope(x.on_host(s.packed()), s.heads + s.kv_heads, s.head_width, {table.data(), s.length, s.length}, way);
      worst = std::max(worst, apart(x.fetched(), x.host));
    }
    compare("rope", times(s.rows(), s.packed()), worst, 2 * bound::elementwise);  // there and back: two roundings
  }

  void norm() {
    array<T> const x(device_, normal_values<T>("x", few * width, 3.0)), w(device_, normal_values<T>("norm", width));
    array<T> const dy(device_, normal_values<T>("dy", few * width));
    array<T> y(device_, few * width), dx(device_, normal_values<T>("dx", few * width));
    array<float> dw(device_, width);
    rms_norm(device_, y.on_device(width), x.on_device(width), w.data(), epsilon);
    cpu::reference::rms_norm(y.on_host(width), x.on_host(width), w.host.data(), epsilon);
    compare("rms_norm", times(few, width), apart(y.fetched(), y.host), bound::norm);
    rms_norm_backward(device_, dx.on_device(width), dw.data(), dy.on_device(width), x.on_device(width), w.data(), epsilon);
    cpu::reference::rms_norm_backward(dx.on_host(width), dw.host.data(), dy.on_host(width), x.on_host(width), w.host.data(),
                                      epsilon);
    compare("rms_norm_backward", times(few, width), apart(dx.fetched(), dx.host), bound::norm);
    compare("rms_norm_backward, weight", times(few, width), apart(dw.fetched(), dw.host), verb_tolerance<float>::norm);
  }

  void activate() {
    array<T> const gate_up(device_, normal_values<T>("gate, up", few * 2 * hidden, 2.0));
    array<T> const dy(device_, normal_values<T>("dy", few * hidden));
    array<T> y(device_, few * hidden), gradient(device_, few * 2 * hidden);
    swiglu(device_, y.on_device(hidden), gate_up.on_device(2 * hidden));
    cpu::reference::swiglu(y.on_host(hidden), gate_up.on_host(2 * hidden));
    compare("swiglu", times(few, hidden), apart(y.fetched(), y.host), bound::norm);
    swiglu_backward(device_, gradient.on_device(2 * hidden), dy.on_device(hidden), gate_up.on_device(2 * hidden));
    cpu::reference::swiglu_backward(gradient.on_host(2 * hidden), dy.on_host(hidden), gate_up.on_host(2 * hidden));
    compare("swiglu_backward", times(few, 2 * hidden), apart(gradient.fetched(), gradient.host), bound::elementwise);
  }

  void embedding() {
    array<T> const table(device_, normal_values<T>("table", vocabulary * width)),
        up(device_, normal_values<T>("up", few * width));
    array<std::int32_t> const ids(device_, drawn_below(vocabulary, few));
    array<T> out(device_, few * width);
    array<float> sums(device_, vocabulary * width);
    embed(device_, out.on_device(width), table.on_device(width), ids.data());
    cpu::reference::embed(out.on_host(width), table.on_host(width), ids.host.data());
    compare("embed", times(few, width), apart(out.fetched(), out.host), 0.0);
    embed_backward(device_, sums.on_device(width), up.on_device(width), ids.data());
    cpu::reference::embed_backward(sums.on_host(width), up.on_host(width), ids.host.data());
    compare("embed_backward", times(vocabulary, width), apart(sums.fetched(), sums.host), 0.0);
  }

  void loss() {
    constexpr std::int64_t rows = 16;
    array<float> const logits(device_, normal_values<float>("logits", rows * vocabulary, 4.0));
    array<std::int32_t> const targets(device_, drawn_below(vocabulary, rows));
    array<float> losses(device_, rows);
    array<T> gradient(device_, rows * vocabulary);
    cross_entropy(device_, losses.data(), logits.on_device(vocabulary), targets.data());
    cpu::reference::cross_entropy(losses.host.data(), logits.on_host(vocabulary), targets.host.data());
    compare("cross_entropy", times(rows, vocabulary), apart(losses.fetched(), losses.host), bound::loss);
    cross_entropy_backward(device_, gradient.on_device(vocabulary), static_cast<float const*>(losses.data()),
                           logits.on_device(vocabulary), targets.data(), 0.01f);
    cpu::reference::cross_entropy_backward(gradient.on_host(vocabulary), logits.on_host(vocabulary), targets.host.data(),
                                           0.01f);
    compare("cross_entropy_backward", times(rows, vocabulary), apart(gradient.fetched(), gradient.host), bound::dlogits);
  }

  void flat() {
    array<T> const a(device_, normal_values<T>("a", length)), b(device_, normal_values<T>("b", length));
    array<float> const wide(device_, normal_values<float>("wide", length));
    array<T> out(device_, length);
    add(device_, out.data(), a.data(), b.data(), length);
    cpu::reference::add(out.host.data(), a.host.data(), b.host.data(), length);
    compare("add", fmt::format("{}", length), apart(out.fetched(), out.host), 0.0);
    cast(device_, out.data(), wide.data(), length);
    cpu::reference::cast(out.host.data(), wide.host.data(), length);
    compare("cast", fmt::format("{}", length), apart(out.fetched(), out.host), 0.0);
    double const got = sum_of_squares(device_, wide.data(), length);
    double const want = cpu::reference::sum_of_squares(wide.host.data(), length);
    compare("sum_of_squares", fmt::format("{}", length), std::abs(got / want - 1), 1e-12);
  }

  void optimizer() {
    auto const step = adamw_step(R::optimizer, 1e-3, 7, 0.5, true);
    auto const squares = [](auto values) {
      for (auto& v : values) v = std::remove_reference_t<decltype(v)>(float(v) * float(v));
      return values;
    };
    array<float> const g(device_, normal_values<float>("g", length));
    auto const update = [&]<class Moment>(Moment, auto... rounding) {
      array<float> w(device_, normal_values<float>("w", length));
      array<Moment> m(device_, normal_values<Moment>("m", length, 0.1)),
          v(device_, squares(normal_values<Moment>("v", length, 0.1)));
      adamw(device_, w.data(), m.data(), v.data(), g.data(), length, step, rounding...);
      cpu::reference::adamw(w.host.data(), m.host.data(), v.host.data(), g.host.data(), length, R::optimizer, 1e-3, 7, 0.5,
                            true, rounding...);
      auto const name = std::is_same_v<Moment, float> ? "adamw" : "adamw, moments in bf16";
      auto const limit = std::is_same_v<Moment, float> ? verb_tolerance<float>::adamw : verb_tolerance<Moment>::moment;
      compare(name, fmt::format("{}", length), apart(w.fetched(), w.host), verb_tolerance<float>::adamw);
      compare(std::string(name) + ", moments", fmt::format("{}", length),
              std::max(apart(m.fetched(), m.host), apart(v.fetched(), v.host)), limit);
    };
    update(0.0f);
    if constexpr (narrows_moments<Backend>) update(bfloat16(), moment_rounding(1, 7, 0));
  }

  /// Rows of verbs that keep rows apart, and elements of those that know no rows.
  static constexpr std::int64_t few = 64, length = (1 << 20) + 3;

  Backend& device_;
  std::int64_t rows_, length_;
  std::optional<cpu::reference::cut_rule> cut_;
  std::vector<comparison> comparisons_;
};

/// The whole of it, for the device and the precision that `options` name. On the CPU with fewer rows than a step has: its verbs
/// cut them into pieces anyway. A GPU's products are those of a step, row by row, for their algorithms go by shape.
template <config::recipe R>
expected<outcome> selftest_recipe(run_context& run, train_options const& options) {
  auto const& phase = R::curriculum[0];
  auto const test = [&]<class Backend, class T>(Backend& device, T) {
    constexpr bool few = requires { requires Backend::memory_is_the_hosts; };
    int const micro_batch =
        options.micro_batch > 0 ? options.micro_batch : default_micro_batch<R>(phase, dtype_of<T>, options.again());
    std::int64_t const context = R::model.context, rows = std::min(micro_batch, lane_sequences<R>(phase)) * context;
    selftest<R, Backend, T> all(device, few ? std::min<std::int64_t>(rows, 64) : rows, few ? 1024 : context);
    auto const comparisons = all.run();
    auto const cut = all.cut();
    run.say(cut ? fmt::format("this device cuts sums of products, {} at a time with {} bits to spare; so do their twins",
                              cut->products, cut->extra)
                : "this device rounds sums of products");
    run.log.event("sums of products",
                  {{"cut", cut.has_value()}, {"products", cut ? cut->products : 0}, {"extra", cut ? cut->extra : 0}});
    return report_selftest(run, comparisons);
  };
  return with_device(options.device, run.threads,
                     [&](auto& device) { return options.precision == "bf16" ? test(device, bfloat16()) : test(device, 0.0f); });
}

}  // namespace snowcoder::pipeline
