// SPDX-License-Identifier: Apache-2.0
// Every decoder verb of the GPU against its twin, in both element types, on shapes with remainders, rows that start at odd
// addresses and nothing at all. Built twice: with nvcc's kernels (runs where a GPU is), and with the same kernels on the CPU.
#include "support/on_gpu.hpp"

#include <snowcoder/backend/cpu/reference/adamw.hpp>
#include <snowcoder/backend/cpu/reference/cross_entropy.hpp>
#include <snowcoder/backend/cpu/reference/elementwise.hpp>
#include <snowcoder/backend/cpu/reference/embed.hpp>
#include <snowcoder/backend/cpu/reference/matmul.hpp>
#include <snowcoder/backend/cpu/reference/rms_norm.hpp>
#include <snowcoder/backend/cpu/reference/rope.hpp>
#include <snowcoder/backend/cpu/reference/swiglu.hpp>
#include <snowcoder/backend/cuda/backend.hpp>

#include <array>
#include <utility>

using namespace snowcoder;
using namespace snowcoder::tests;
namespace twin = snowcoder::cpu::reference;

TEMPLATE_TEST_CASE("gpu: flat arrays", "[gpu]", float, bfloat16) {
  using T = TestType;
  if (!gpu_at_hand()) return;
  cuda::device d;
  for (std::int64_t size : {0, 1, 7, 8, 1000, 5003})
    for (std::int64_t shift : {0, 1}) {  // addresses that are multiples of 16 bytes, and others
      auto const a = normal<T>("a", size + shift), b = normal<T>("b", size + shift);
      on_gpu<T> ga(d, a), gb(d, b), out(d, a);
      cuda::add(d, out.data() + shift, ga.data() + shift, static_cast<T const*>(gb.data() + shift), size);
      auto want = a;
      twin::add(want.data() + shift, a.data() + shift, b.data() + shift, size);
      CHECK(out.host() == want);
      auto const wide = normal<float>("wide", size + shift);
      on_gpu<float> gwide(d, wide);
      cuda::cast(d, out.data() + shift, static_cast<float const*>(gwide.data() + shift), size);
      twin::cast(want.data() + shift, wide.data() + shift, size);
      CHECK(out.host() == want);
      cuda::cast(d, gwide.data() + shift, static_cast<T const*>(ga.data() + shift), size);
      auto widened = wide;
      twin::cast(widened.data() + shift, a.data() + shift, size);
      CHECK(gwide.host() == widened);
      cuda::fill(d, out.data() + shift, T(2.5f), size);
      for (std::int64_t i = 0; i < size; ++i) want[std::size_t(i + shift)] = T(2.5f);
      CHECK(out.host() == want);
    }
}

TEST_CASE("gpu: adamw and the norm of a gradient", "[gpu]") {
  if (!gpu_at_hand()) return;
  cuda::device d;
  config::optimizer const o{};
  for (std::int64_t size : {0, 1, 1000, 40003}) {
    auto w = normal<float>("w", size), m = normal<float>("m", size, 0.1), v = normal<float>("v", size, 0.1);
    auto const g = normal<float>("g", size);
    for (auto& x : v) x *= x;
    on_gpu<float> gw(d, w), gm(d, m), gv(d, v), gg(d, g);
    cuda::adamw(d, gw.data(), gm.data(), gv.data(), gg.data(), size, adamw_step(o, 1e-3, 7, 0.5, true));
    twin::adamw(w.data(), m.data(), v.data(), g.data(), size, o, 1e-3, 7, 0.5, true);
    CHECK(distance(gw.host(), w) < tolerance<float>::adamw);
    CHECK(distance(gm.host(), m) < tolerance<float>::adamw);
    CHECK(distance(gv.host(), v) < tolerance<float>::adamw);
    CHECK(cuda::sum_of_squares(d, gg.data(), size) == Approx(twin::sum_of_squares(g.data(), size)).epsilon(squares_in_double));
  }
}

TEST_CASE("gpu: adamw with moments in bfloat16", "[gpu]") {
  if (!gpu_at_hand()) return;
  cuda::device d;
  config::optimizer const o{};
  for (std::int64_t first : {0, 8, 3})  // groups of draws as the arrays lie, and across them
    for (std::int64_t size : {0, 2, 4003}) {
      INFO("first " << first << " size " << size);
      auto w = normal<float>("w", size);
      auto m = normal<bfloat16>("m", size, 0.1), v = normal<bfloat16>("v", size, 0.1);
      auto const g = normal<float>("g", size);
      for (auto& x : v) x = bfloat16(float(x) * float(x));
      on_gpu<float> gw(d, w), gg(d, g);
      on_gpu<bfloat16> gm(d, m), gv(d, v);
      moment_rounding const rounding(9, 7, first);
      cuda::adamw(d, gw.data(), gm.data(), gv.data(), gg.data(), size, adamw_step(o, 1e-3, 7, 0.5, true), rounding);
      twin::adamw(w.data(), m.data(), v.data(), g.data(), size, o, 1e-3, 7, 0.5, true, rounding);
      CHECK(distance(gw.host(), w) < tolerance<float>::adamw);
      auto const apart = [](std::vector<bfloat16> const& a, std::vector<bfloat16> const& b) {
        std::int64_t n = 0;
        for (std::size_t i = 0; i < a.size(); ++i) n += !(a[i] == b[i]);
        return n;
      };
      CHECK(apart(gm.host(), m) <= size * moments_to_either_side);
      CHECK(apart(gv.host(), v) <= size * moments_to_either_side);
      CHECK(distance(gm.host(), m) < tolerance<bfloat16>::moment);
      CHECK(distance(gv.host(), v) < tolerance<bfloat16>::moment);
    }
}

TEMPLATE_TEST_CASE("gpu: adamw over all tensors at once gives what it gives one by one", "[gpu]", float, bfloat16) {
  using M = TestType;
  if (!gpu_at_hand()) return;
  cuda::device d;
  config::optimizer const o{};
  adamw_step const decayed(o, 1e-1, 3, 0.5, true), kept(o, 1e-1, 3, 0.5, false);
  for (std::int64_t const begin : {0, 6}) {  // of the arrays in the model
    std::vector<adamw_range> ranges;         // more than one launch takes, of lengths that end anywhere in a group of four
    for (std::int64_t end = begin + 5, i = 0; i < 600; end += 1 + (i++ * 7) % 11) ranges.push_back({end, i % 3 != 0});
    auto const size = ranges.back().end - begin;
    auto const w = normal<float>("w", size), g = normal<float>("g", size);
    auto const m = normal<M>("m", size, 0.1);
    auto v = m;
    for (auto& x : v) x = M(float(x) * float(x));
    on_gpu<float> w1(d, w), w2(d, w), gg(d, g);
    on_gpu<M> m1(d, m), m2(d, m), v1(d, v), v2(d, v);
    cuda::adamw<M>(d, w1.data(), m1.data(), v1.data(), gg.data(), ranges, decayed, kept, moment_rounding(5, 3, begin));
    for (std::int64_t at = 0; auto const& r : ranges) {
      auto const one = [&](auto... rounding) {
        cuda::adamw(d, w2.data() + at, m2.data() + at, v2.data() + at, gg.data() + at, r.end - begin - at,
                    r.decayed ? decayed : kept, rounding...);
      };
      if constexpr (std::is_same_v<M, float>)
        one();
      else
        one(moment_rounding(5, 3, begin + at));
      at = r.end - begin;
    }
    CHECK(w1.host() == w2.host());
    CHECK(m1.host() == m2.host());
    CHECK(v1.host() == v2.host());
  }
}

TEMPLATE_TEST_CASE("gpu: embed and its gradient", "[gpu]", float, bfloat16) {
  using T = TestType;
  if (!gpu_at_hand()) return;
  cuda::device d;
  for (std::int64_t columns : {64, 70})
    for (std::int64_t rows : {0, 1, 300, 600}) {
      auto const table = normal<T>("table", 50 * columns), up = normal<T>("up", rows * columns);
      auto const ids = drawn_ids(rows, 50);
      on_gpu<T> const gtable(d, table), gup(d, up);
      on_gpu<std::int32_t> const gids(d, ids);
      on_gpu<T> out(d, up);
      cuda::embed(d, out.view(columns), gtable.view(columns), gids.data());
      auto want = up;
      twin::embed(view(want, columns), view(table, columns), ids.data());
      CHECK(out.host() == want);
      auto sums = normal<float>("sums", 50 * columns);
      on_gpu<float> gsums(d, sums);
      cuda::embed_backward(d, gsums.view(columns), gup.view(columns), gids.data());
      twin::embed_backward(view(sums, columns), view(up, columns), ids.data());
      CHECK(gsums.host() == sums);  // the same additions in the same order
    }
}

TEST_CASE("gpu: embed in float16, and numbers that are filled in", "[gpu]") {
  if (!gpu_at_hand()) return;
  cuda::device d;
  for (std::int64_t columns : {64, 70, 71}) {
    auto const table = normal<float16>("table", 50 * columns);
    auto const ids = drawn_ids(300, 50);
    on_gpu<float16> const gtable(d, table);
    on_gpu<std::int32_t> const gids(d, ids);
    auto want = normal<float16>("before", 300 * columns);
    on_gpu<float16> out(d, want);
    cuda::embed(d, out.view(columns), gtable.view(columns), gids.data());
    twin::embed(view(want, columns), view(table, columns), ids.data());
    CHECK(out.host() == want);
  }
  for (std::int64_t size : {0, 1, 7, 8, 5003})
    for (std::int64_t shift : {0, 1}) {
      auto want = drawn_ids(size + shift, 50);
      on_gpu<std::int32_t> out(d, want);
      cuda::fill(d, out.data() + shift, std::int32_t(-7), size);
      std::fill(want.begin() + shift, want.end(), -7);
      CHECK(out.host() == want);
    }
}

TEMPLATE_TEST_CASE("gpu: rms_norm and its gradient", "[gpu]", float, bfloat16) {
  using T = TestType;
  if (!gpu_at_hand()) return;
  cuda::device d;
  for (auto [rows, width] :
       {std::array{0, 64}, {1, 64}, {150, 72}, {67, 130}, {3, 2048}, {130, 512}, {130, 1032}, {66, 4096}, {3, 8320}}) {
    auto const x = normal<T>("x", rows * width, 3.0), w = normal<T>("w", width), up = normal<T>("up", rows * width);
    on_gpu<T> const gx(d, x), gw(d, w), gup(d, up);
    on_gpu<T> y(d, x);
    cuda::rms_norm(d, y.view(width), gx.view(width), gw.data(), 1e-5f);
    auto want = x;
    twin::rms_norm(view(want, width), view(x, width), w.data(), 1e-5f);
    CHECK(distance(y.host(), want) < tolerance<T>::norm);
    auto dx = normal<T>("dx", rows * width);
    auto dw = normal<float>("dw", width);
    on_gpu<T> gdx(d, dx);
    on_gpu<float> gdw(d, dw);
    cuda::rms_norm_backward(d, gdx.view(width), gdw.data(), gup.view(width), gx.view(width), gw.data(), 1e-5f);
    twin::rms_norm_backward(view(dx, width), dw.data(), view(up, width), view(x, width), w.data(), 1e-5f);
    CHECK(distance(gdx.host(), dx) < tolerance<T>::norm);
    CHECK(distance(gdw.host(), dw) < tolerance<float>::norm);
  }
}

TEMPLATE_TEST_CASE("gpu: rope", "[gpu]", float, bfloat16) {
  using T = TestType;
  if (!gpu_at_hand()) return;
  cuda::device d;
  for (auto [heads, head_width, columns] : {std::array{3, 10, 40}, {3, 32, 128}, {20, 64, 1280}}) {
    constexpr std::int64_t length = 9;
    auto const table = rope_table(20, head_width, 10000.0);
    on_gpu<float> const gtable(d, table);
    auto x = normal<T>("x", 2 * length * columns);
    on_gpu<T> gx(d, x);
    for (auto way : {rope_direction::forward, rope_direction::backward}) {
      cuda::rope(d, gx.view(columns), heads, head_width, {gtable.data(), 20, length, 7}, way);
      twin::rope(view(x, columns), heads, head_width, {table.data(), 20, length, 7}, way);
      CHECK(distance(gx.host(), x) < tolerance<T>::elementwise);
    }
  }
}

TEMPLATE_TEST_CASE("gpu: swiglu and its gradient", "[gpu]", float, bfloat16) {
  using T = TestType;
  if (!gpu_at_hand()) return;
  cuda::device d;
  for (auto [rows, hidden] : {std::array{0, 8}, {70, 37}, {5, 352}, {2, 5632}}) {
    auto const gate_up = normal<T>("gate up", rows * 2 * hidden, 4.0), up = normal<T>("up", rows * hidden);
    on_gpu<T> const g(d, gate_up), gup(d, up);
    on_gpu<T> y(d, up), dg(d, gate_up);
    cuda::swiglu(d, y.view(hidden), g.view(2 * hidden));
    auto want = up;
    twin::swiglu(view(want, hidden), view(gate_up, 2 * hidden));
    CHECK(distance(y.host(), want) < tolerance<T>::norm);
    cuda::swiglu_backward(d, dg.view(2 * hidden), gup.view(hidden), g.view(2 * hidden));
    auto gradient = gate_up;
    twin::swiglu_backward(view(gradient, 2 * hidden), view(up, hidden), view(gate_up, 2 * hidden));
    CHECK(distance(dg.host(), gradient) < tolerance<T>::elementwise);
  }
}

TEMPLATE_TEST_CASE("gpu: cross entropy and its gradient", "[gpu]", float, bfloat16) {
  using T = TestType;
  if (!gpu_at_hand()) return;
  cuda::device d;
  for (auto [rows, vocabulary] : {std::array{0, 8}, {21, 333}, {3, 4096}}) {
    auto const logits = normal<float>("logits", rows * vocabulary, 5.0);
    auto const targets = drawn_ids(rows, std::uint64_t(vocabulary));
    on_gpu<float> const glogits(d, logits);
    on_gpu<std::int32_t> const gtargets(d, targets);
    std::vector<float> losses(static_cast<std::size_t>(rows));
    on_gpu<float> glosses(d, losses);
    cuda::cross_entropy(d, glosses.data(), glogits.view(vocabulary), gtargets.data());
    twin::cross_entropy(losses.data(), view(logits, vocabulary), targets.data());
    CHECK(distance(glosses.host(), losses) < tolerance<T>::loss);
    std::vector<T> want(logits.size());
    on_gpu<T> gradient(d, want);
    cuda::cross_entropy_backward(d, gradient.view(vocabulary), static_cast<float const*>(glosses.data()),
                                 glogits.view(vocabulary), gtargets.data(), 0.5f);
    twin::cross_entropy_backward(view(want, vocabulary), view(logits, vocabulary), targets.data(), 0.5f);
    CHECK(distance(gradient.host(), want) < tolerance<T>::dlogits);
    if constexpr (std::is_same_v<T, float>) {  // in place
      on_gpu<float> both(d, logits);
      cuda::cross_entropy_backward(d, both.view(vocabulary), static_cast<float const*>(glosses.data()),
                                   matrix_view<float const>(both.view(vocabulary)), gtargets.data(), 0.5f);
      CHECK(both.host() == gradient.host());
    }
  }
}

namespace {
template <class C, class T>
void products(cuda::device& d, std::int64_t m, std::int64_t n, std::int64_t k, double bound) {
  auto const a = normal<T>("a", m * k), b = normal<T>("b", k * n);
  auto const c = normal<C>("c", m * n);
  auto const bias = normal<float>("bias", n);
  on_gpu<T> const ga(d, a), gb(d, b);
  on_gpu<float> const gbias(d, bias);
  for (int form = 0; form < 16; ++form) {
    bool const ta = form & 1, tb = form & 2;
    product_options how{.accumulate = (form & 4) && std::is_same_v<C, float>, .bias = form & 8 ? bias.data() : nullptr};
    auto const left = [&](auto const& x) { return ta ? transposed(x(m)) : operand<T>(x(k)); };
    auto const right = [&](auto const& x) { return tb ? transposed(x(k)) : operand<T>(x(n)); };
    on_gpu<C> out(d, c);
    auto want = c;
    auto const of = [](auto const& v) { return [&v](std::int64_t columns) { return view(v, columns); }; };
    twin::matmul(view(want, n), left(of(a)), right(of(b)), how);
    auto const at = [](auto const& v) { return [&v](std::int64_t columns) { return v.view(columns); }; };
    if (how.bias) how.bias = gbias.data();
    cuda::matmul(d, out.view(n), left(at(ga)), right(at(gb)), how);
    INFO("m " << m << " n " << n << " k " << k << " form " << form);
    CHECK(distance(out.host(), want) < bound);
  }
}
}  // namespace

TEST_CASE("gpu: products, as they lie and transposed", "[gpu][library]") {
  if (!gpu_at_hand()) return;
  cuda::device d;
  for (auto [m, n, k] : {std::array{1, 1, 1}, {1, 48, 64}, {37, 29, 50}, {64, 1, 40}, {16, 72, 1}, {64, 64, 96}}) {
    products<float, float>(d, m, n, k, tolerance<float>::matmul);
    products<float, bfloat16>(d, m, n, k, tolerance<float>::matmul);
    products<bfloat16, bfloat16>(d, m, n, k, tolerance<bfloat16>::matmul);
  }
}

TEMPLATE_TEST_CASE("gpu: a few rows with a weight, each as if it were alone", "[gpu]", float, bfloat16) {
  using T = TestType;
  if (!gpu_at_hand()) return;
  cuda::device d;
  for (std::int64_t columns : {1, 37, 64, 600}) {
    constexpr std::int64_t outputs = 71, rows = 7;
    auto const x = normal<T>("x", rows * columns), weight = normal<T>("weight", outputs * columns);
    on_gpu<T> const gx(d, x), gweight(d, weight);
    on_gpu<float> y(d, std::vector<float>(rows * outputs)), alone(d, std::vector<float>(outputs));
    on_gpu<T> narrow(d, std::vector<T>(rows * outputs));
    cuda::matvec(d, y.view(outputs), gx.view(columns), gweight.view(columns));
    auto const got = y.host();
    auto want = got;
    twin::matmul(view(want, outputs), operand<T>(view(x, columns)), transposed(view(weight, columns)));
    CHECK(distance(got, want) < tolerance<float>::matmul);
    cuda::matvec(d, narrow.view(outputs), gx.view(columns), gweight.view(columns));
    for (std::size_t i = 0; i < got.size(); ++i) REQUIRE(narrow.host()[i] == T(got[i]));
    for (std::int64_t r = 0; r < rows; ++r) {
      cuda::matvec(d, alone.view(outputs), gx.view(columns).slice(r, 1), gweight.view(columns));
      CHECK(std::equal(got.begin() + r * outputs, got.begin() + (r + 1) * outputs, alone.host().begin()));
    }
  }
}

TEMPLATE_TEST_CASE("gpu: a product onto what lies elsewhere", "[gpu][library]", float, bfloat16) {
  using T = TestType;
  if (!gpu_at_hand()) return;
  cuda::device d;
  for (auto [m, n, k] : {std::array<std::int64_t, 3>{0, 8, 8}, {1, 8, 16}, {33, 24, 40}, {64, 128, 96}}) {
    INFO(m << " x " << n << " x " << k);
    auto const a = normal<T>("a", m * k), b = normal<T>("b", n * k), addend = normal<T>("addend", m * n);
    on_gpu<T> const ga(d, a), gb(d, b), gaddend(d, addend);
    on_gpu<T> c(d, std::vector<T>(std::size_t(m * n)));
    matrix_view<T const> const av(ga.data(), m, k), bv(gb.data(), n, k);
    matmul_onto(d, matrix_view<T>(c.data(), m, n), matrix_view<T const>(gaddend.data(), m, n), operand<T>(av), transposed(bv));
    std::vector<T> want(addend.size());
    twin::matmul_onto(matrix_view<T>(want.data(), m, n), matrix_view<T const>(addend.data(), m, n),
                      operand<T>(matrix_view<T const>(a.data(), m, k)), transposed(matrix_view<T const>(b.data(), n, k)));
    CHECK(distance(c.host(), want) < tolerance<T>::matmul);
    CHECK(gaddend.host() == addend);
  }
}
