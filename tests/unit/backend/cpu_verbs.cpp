// SPDX-License-Identifier: Apache-2.0
// Every CPU verb against its twin, in both element types, on shapes with remainders; and the same bits for 1 and 3 threads.
#include "support/catch.hpp"
#include "support/drawn.hpp"

#include <snowcoder/backend/cpu/backend.hpp>
#include <snowcoder/backend/cpu/reference/attention.hpp>
#include <snowcoder/backend/cpu/reference/cross_entropy.hpp>
#include <snowcoder/backend/cpu/reference/elementwise.hpp>
#include <snowcoder/backend/cpu/reference/embed.hpp>
#include <snowcoder/backend/cpu/reference/matmul.hpp>
#include <snowcoder/backend/cpu/reference/rms_norm.hpp>
#include <snowcoder/backend/cpu/reference/rope.hpp>
#include <snowcoder/backend/cpu/reference/swiglu.hpp>

#include <array>
#include <cmath>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

using namespace snowcoder;
using tests::distance;
using tests::drawn_ids;
using tests::function_tolerance;
using tests::normal;
using tests::tolerance;
using tests::view;

namespace {

/// Runs `verb` on 1 and on 3 threads, requires equal bits, and returns the result.
template <class T, class Verb>
std::vector<T> on_any_threads(std::vector<T> const& start, Verb const& verb) {
  auto one = start, three = start;
  cpu::device d1(1), d3(3);
  verb(d1, one);
  verb(d3, three);
  REQUIRE(std::memcmp(one.data(), three.data(), one.size() * sizeof(T)) == 0);
  return one;
}

template <class C, class T>
void products(std::int64_t m, std::int64_t n, std::int64_t k, double bound) {
  auto const a = normal<T>("a", m * k), b = normal<T>("b", k * n);
  auto const c = normal<C>("c", m * n);
  auto const bias = normal<float>("bias", n);
  for (int form = 0; form < 16; ++form) {
    bool const ta = form & 1, tb = form & 2;
    product_options const how{.accumulate = (form & 4) != 0, .bias = form & 8 ? bias.data() : nullptr};
    operand<T> const left = ta ? transposed(view(a, m)) : operand<T>(view(a, k));
    operand<T> const right = tb ? transposed(view(b, k)) : operand<T>(view(b, n));
    auto const got = on_any_threads(c, [&](cpu::device& d, auto& out) { cpu::matmul(d, view(out, n), left, right, how); });
    auto want = c;
    cpu::reference::matmul(view(want, n), left, right, how);
    INFO("m " << m << " n " << n << " k " << k << " form " << form);
    CHECK(distance(got, want) < bound);
    auto const by = [&](cpu::device&& other) {
      auto out = c;
      cpu::matmul(other, view(out, n), left, right, how);
      CHECK(distance(out, want) < bound);
    };
    using cpu::bfloat16_products, cpu::bfloat16_kernel;
    for (auto kernel : {bfloat16_kernel::widened, bfloat16_kernel::pairs, bfloat16_kernel::library})
      by(cpu::device(2, bfloat16_products::native, kernel));
    by(cpu::device(2, bfloat16_products::widen));
  }
}

}  // namespace

TEST_CASE("matmul: every form agrees with its twin", "[backend]") {
  for (auto [m, n, k] : {std::array{1, 1, 1}, {1, 300, 64}, {37, 29, 50}, {300, 130, 70}, {257, 1030, 3}, {70, 64, 501}}) {
    products<float, float>(m, n, k, tolerance<float>::matmul);
    products<float, bfloat16>(m, n, k, tolerance<float>::matmul);  // products of bfloat16 are exact in float
    products<bfloat16, bfloat16>(m, n, k, tolerance<bfloat16>::matmul);
  }
}

TEMPLATE_TEST_CASE("matmul in panels gives the same bits wherever A lies", "[backend]", float, bfloat16) {
  using T = TestType;
  constexpr std::int64_t m = 150, n = 72, k = 600;
  auto const a = normal<T>("a", m * k), b = normal<T>("b", k * n);
  using cpu::bfloat16_kernel;
  for (auto kernel : {bfloat16_kernel::widened, bfloat16_kernel::pairs}) {
    cpu::device d(2, cpu::bfloat16_products::native, kernel);
    // oneDNN may copy A first or not, and cuts its sums into other pieces then.
    if (!cpu::detail::in_panels<T, T>(d, operand<T>(view(a, k)), [](auto) {})) continue;
    std::vector<float> want(m * n);
    cpu::matmul(d, view(want, n), operand<T>(view(a, k)), operand<T>(view(b, n)));
    // Rows that follow one another, also such as cut pairs apart, rows that share a set of the first cache, and columns.
    constexpr std::int64_t one = 1, far = 2048;
    for (auto const& [row, column] : {std::pair{k + 1, one}, {k + 2, one}, {far, one}, {one, m}}) {
      std::vector<T> moved(std::size_t(m * far));
      for (std::int64_t i = 0; i < m; ++i)
        for (std::int64_t j = 0; j < k; ++j) moved[std::size_t(i * row + j * column)] = a[std::size_t(i * k + j)];
      std::vector<float> got(m * n);
      cpu::matmul(d, view(got, n), operand<T>(moved.data(), m, k, row, column), operand<T>(view(b, n)));
      INFO("row " << row << " column " << column);
      CHECK((got == want));  // too many to print
    }
  }
}

TEMPLATE_TEST_CASE("a product onto what lies elsewhere", "[backend]", float, bfloat16) {
  using T = TestType;
  for (auto [m, n, k] : {std::array{1, 1, 1}, {37, 29, 50}, {300, 130, 70}}) {
    auto const a = normal<T>("a", m * k), b = normal<T>("b", n * k), addend = normal<T>("addend", m * n);
    auto const got = on_any_threads(std::vector<T>(addend.size()), [&](cpu::device& d, auto& out) {
      cpu::matmul_onto(d, view(out, n), view(addend, n), operand<T>(view(a, k)), transposed(view(b, k)));
    });
    std::vector<T> product(addend.size()), want(addend.size());  // what is added was rounded
    cpu::reference::matmul(view(product, n), operand<T>(view(a, k)), transposed(view(b, k)));
    cpu::reference::add(want.data(), addend.data(), product.data(), m * n);
    CHECK(distance(got, want) < tolerance<T>::matmul);
  }
}

TEST_CASE("matmul writes nothing outside its view", "[backend]") {
  cpu::device d(2);
  auto const a = normal<float>("a", 40 * 24), b = normal<float>("b", 24 * 16);
  std::vector<float> c(40 * 20, 7.0f);
  cpu::matmul(d, matrix_view<float>(c.data() + 2, 40, 16, 20), view(a, 24), view(b, 16));
  for (int i = 0; i < 40; ++i)
    for (int j : {0, 1, 18, 19}) CHECK(c[std::size_t(i * 20 + j)] == 7.0f);
}

TEST_CASE("exponential is exp to two units in the last place", "[backend]") {
  for (float x = -87.0f; x < 88.0f; x += 0.0137f)
    CHECK(double(cpu::exponential(x)) == Approx(std::exp(double(x))).epsilon(function_tolerance::exponential));
  CHECK(cpu::exponential(0.0f) == 1.0f);
  CHECK(cpu::exponential(-1000.0f) < function_tolerance::least_exponential);
}

TEMPLATE_TEST_CASE("embed and its gradient", "[backend]", float, bfloat16) {
  using T = TestType;
  auto const table = normal<T>("table", 50 * 70), up = normal<T>("up", 300 * 70);
  auto const tokens = drawn_ids(300, 50);
  auto const got = on_any_threads(std::vector<T>(300 * 70), [&](cpu::device& d, auto& out) {
    cpu::embed(d, view(out, 70), view(table, 70), tokens.data());
  });
  auto want = got;
  cpu::reference::embed(view(want, 70), view(table, 70), tokens.data());
  CHECK(got == want);
  auto const start = normal<float>("start", 50 * 70);
  auto const gradient = on_any_threads(
      start, [&](cpu::device& d, auto& out) { cpu::embed_backward(d, view(out, 70), view(up, 70), tokens.data()); });
  auto twin = start;
  cpu::reference::embed_backward(view(twin, 70), view(up, 70), tokens.data());
  CHECK(gradient == twin);  // the same additions in the same order
}

TEMPLATE_TEST_CASE("rms_norm and its gradient", "[backend]", float, bfloat16) {
  using T = TestType;
  constexpr std::int64_t rows = 150, width = 72;
  auto const x = normal<T>("x", rows * width, 3.0), w = normal<T>("w", width), up = normal<T>("up", rows * width);
  auto const got = on_any_threads(std::vector<T>(rows * width), [&](cpu::device& d, auto& y) {
    cpu::rms_norm(d, view(y, width), view(x, width), w.data(), 1e-5f);
  });
  auto want = got;
  cpu::reference::rms_norm(view(want, width), view(x, width), w.data(), 1e-5f);
  CHECK(distance(got, want) < tolerance<T>::norm);

  auto const start = normal<T>("dx", rows * width);
  auto const start_weight = normal<float>("dw", width);
  std::vector<float> dw;
  auto const dx = on_any_threads(start, [&](cpu::device& d, auto& out) {
    auto sums = start_weight;
    cpu::rms_norm_backward(d, view(out, width), sums.data(), view(up, width), view(x, width), w.data(), 1e-5f);
    if (!dw.empty()) REQUIRE(dw == sums);
    dw = sums;
  });
  auto twin = start;
  auto twin_dw = start_weight;
  cpu::reference::rms_norm_backward(view(twin, width), twin_dw.data(), view(up, width), view(x, width), w.data(), 1e-5f);
  CHECK(distance(dx, twin) < tolerance<T>::norm);
  CHECK(distance(dw, twin_dw) < tolerance<float>::norm);
}

TEMPLATE_TEST_CASE("rope turns as its twin, and back", "[backend]", float, bfloat16) {
  using T = TestType;
  constexpr std::int64_t length = 90, heads = 3, head_width = 10, columns = 40;
  auto const table = rope_table(100, head_width, 10000.0);
  auto const x = normal<T>("x", 2 * length * columns);
  rope_positions const where{table.data(), 100, length, 7};
  auto const got = on_any_threads(x, [&](cpu::device& d, auto& out) {
    cpu::rope(d, view(out, columns), heads, head_width, where, rope_direction::forward);
  });
  auto want = x;
  cpu::reference::rope(view(want, columns), heads, head_width, where, rope_direction::forward);
  CHECK(distance(got, want) < tolerance<T>::elementwise);
  CHECK(distance(got, x) > 0.1);
  auto back = got;
  cpu::device d(2);
  cpu::rope(d, view(back, columns), heads, head_width, where, rope_direction::backward);
  CHECK(distance(back, x) < 2 * tolerance<T>::elementwise);
}

TEMPLATE_TEST_CASE("attention and its gradient", "[backend]", float, bfloat16) {
  using T = TestType;
  // Of two sequences of 300: documents that end within a block of queries, at its edge, and one that spans a whole block.
  std::vector<std::int32_t> starts;
  for (std::int32_t i = 0; i < 300; ++i) starts.push_back(i < 5 ? 0 : i < 128 ? 5 : i < 131 ? 128 : i < 290 ? 131 : 290);
  for (std::int32_t i = 0; i < 300; ++i) starts.push_back(i < 299 ? 0 : i);
  for (auto shape : {attention_shape{2, 300, 4, 2, 8},
                     {1, 128, 2, 2, 16},
                     {3, 5, 3, 1, 6},
                     {1, 1, 1, 1, 2},
                     {2, 300, 2, 1, 16, starts.data()}}) {
    auto const qkv = normal<T>("qkv", shape.rows() * shape.packed(), 1.5);
    auto const up = normal<T>("up", shape.rows() * shape.width());
    std::vector<float> log_sums(static_cast<std::size_t>(shape.rows() * shape.heads));
    auto const out = on_any_threads(std::vector<T>(up.size()), [&](cpu::device& d, auto& y) {
      cpu::attention(d, view(y, shape.width()), log_sums.data(), view(qkv, shape.packed()), shape);
    });
    auto want = out;
    cpu::reference::attention(view(want, shape.width()), view(qkv, shape.packed()), shape);
    CHECK(distance(out, want) < tolerance<T>::attention);

    auto const gradient = on_any_threads(std::vector<T>(qkv.size()), [&](cpu::device& d, auto& g) {
      cpu::attention_backward(d, view(g, shape.packed()), view(qkv, shape.packed()), view(out, shape.width()),
                              static_cast<float const*>(log_sums.data()), view(up, shape.width()), shape);
    });
    auto twin = gradient;
    cpu::reference::attention_backward(view(twin, shape.packed()), view(qkv, shape.packed()), view(up, shape.width()), shape);
    CHECK(distance(gradient, twin) < tolerance<T>::attention_backward);
  }
}

TEMPLATE_TEST_CASE("attention against a cache", "[backend]", float, bfloat16) {
  using T = TestType;
  attention_shape const shape{1, 1, 4, 2, 8};
  auto const qkv = normal<T>("qkv", 4 * shape.packed()), keys = normal<T>("k", 60 * shape.kv_width()),
             values = normal<T>("v", 60 * shape.kv_width());
  // Three tokens that follow each other in one sequence, and one of another.
  std::array<cached_span, 4> const where{cached_span{3, 30}, {3, 31}, {3, 32}, {40, 1}};
  auto all_keys = keys, all_values = values;
  for (std::int64_t r = 0; r < 4; ++r) {
    auto const last = where[std::size_t(r)].first + where[std::size_t(r)].seen - 1;
    std::copy_n(view(qkv, shape.packed()).row(r) + shape.k(0), shape.kv_width(), view(all_keys, shape.kv_width()).row(last));
    std::copy_n(view(qkv, shape.packed()).row(r) + shape.v(0), shape.kv_width(), view(all_values, shape.kv_width()).row(last));
  }
  auto const got = on_any_threads(std::vector<T>(std::size_t(4 * shape.width())), [&](cpu::device& d, auto& out) {
    auto k = keys, v = values;
    cpu::attention_cached(d, view(out, shape.width()), view(qkv, shape.packed()), view(k, shape.kv_width()),
                          view(v, shape.kv_width()), where.data(), shape);
    CHECK(k == all_keys);
    CHECK(v == all_values);
  });
  auto want = got;
  for (std::int64_t r = 0; r < 4; ++r) {
    auto const [first, seen] = where[std::size_t(r)];
    cpu::reference::attention_cached<T>(view(want, shape.width()).slice(r, 1), view(qkv, shape.packed()).slice(r, 1),
                                        view(std::as_const(all_keys), shape.kv_width()).slice(first, seen),
                                        view(std::as_const(all_values), shape.kv_width()).slice(first, seen), seen - 1, shape);
  }
  CHECK(distance(got, want) < tolerance<T>::attention);
}

TEMPLATE_TEST_CASE("a few rows with a weight, each as if it were alone", "[backend]", float, bfloat16) {
  using T = TestType;
  auto const columns = GENERATE(1, 37, 64, 2000);
  constexpr std::int64_t outputs = 71, rows = 7;
  auto const x = normal<T>("x", rows * columns), weight = normal<T>("weight", outputs * columns);
  auto const got = on_any_threads(std::vector<float>(rows * outputs), [&](cpu::device& d, auto& y) {
    cpu::matvec(d, view(y, outputs), view(x, columns), view(weight, columns));
  });
  auto want = got;
  cpu::reference::matmul(view(want, outputs), operand<T>(view(x, columns)), transposed(view(weight, columns)));
  CHECK(distance(got, want) < tolerance<float>::matmul);
  cpu::device device(1);
  for (std::int64_t r = 0; r < rows; ++r) {
    std::vector<float> alone(outputs);
    cpu::matvec(device, view(alone, outputs), view(x, columns).slice(r, 1), view(weight, columns));
    CHECK(std::memcmp(alone.data(), got.data() + r * outputs, outputs * sizeof(float)) == 0);
  }
  std::vector<T> narrow(rows * outputs);
  cpu::matvec(device, view(narrow, outputs), view(x, columns), view(weight, columns));
  for (std::size_t i = 0; i < narrow.size(); ++i) CHECK(narrow[i] == T(got[i]));
}

TEMPLATE_TEST_CASE("swiglu and its gradient", "[backend]", float, bfloat16) {
  using T = TestType;
  constexpr std::int64_t rows = 70, hidden = 37;
  auto const gate_up = normal<T>("gate up", rows * 2 * hidden, 4.0), up = normal<T>("up", rows * hidden);
  auto const got = on_any_threads(std::vector<T>(up.size()),
                                  [&](cpu::device& d, auto& y) { cpu::swiglu(d, view(y, hidden), view(gate_up, 2 * hidden)); });
  auto want = got;
  cpu::reference::swiglu(view(want, hidden), view(gate_up, 2 * hidden));
  CHECK(distance(got, want) < tolerance<T>::norm);
  auto const gradient = on_any_threads(std::vector<T>(gate_up.size()), [&](cpu::device& d, auto& g) {
    cpu::swiglu_backward(d, view(g, 2 * hidden), view(up, hidden), view(gate_up, 2 * hidden));
  });
  auto twin = gradient;
  cpu::reference::swiglu_backward(view(twin, 2 * hidden), view(up, hidden), view(gate_up, 2 * hidden));
  CHECK(distance(gradient, twin) < tolerance<T>::elementwise);
  std::vector<T> extreme{T(-300.0f), T(300.0f), T(1.0f), T(1.0f)}, out(2);
  cpu::device d(1);
  cpu::swiglu(d, view(out, 2), view(std::as_const(extreme), 4));
  CHECK(std::abs(float(out[0])) < function_tolerance::least_swiglu);
  CHECK(float(out[1]) == Approx(300.0f).epsilon(function_tolerance::swiglu_of_much));
}

TEMPLATE_TEST_CASE("cross entropy and its gradient", "[backend]", float, bfloat16) {
  using T = TestType;
  constexpr std::int64_t rows = 21, vocabulary = 333;
  auto const logits = normal<float>("logits", rows * vocabulary, 5.0);
  auto const targets = drawn_ids(rows, vocabulary);
  auto const losses = on_any_threads(std::vector<float>(rows), [&](cpu::device& d, auto& out) {
    cpu::cross_entropy(d, out.data(), view(logits, vocabulary), targets.data());
  });
  auto want = losses;
  cpu::reference::cross_entropy(want.data(), view(logits, vocabulary), targets.data());
  CHECK(distance(losses, want) < tolerance<T>::loss);
  auto const gradient = on_any_threads(std::vector<T>(logits.size()), [&](cpu::device& d, auto& out) {
    cpu::cross_entropy_backward(d, view(out, vocabulary), losses.data(), view(logits, vocabulary), targets.data(), 0.5f);
  });
  auto twin = gradient;
  cpu::reference::cross_entropy_backward(view(twin, vocabulary), view(logits, vocabulary), targets.data(), 0.5f);
  CHECK(distance(gradient, twin) < tolerance<T>::dlogits);
}

TEMPLATE_TEST_CASE("sums and conversions", "[backend]", float, bfloat16) {
  using T = TestType;
  auto const a = normal<T>("a", 100'003), b = normal<T>("b", 100'003);
  auto const n = std::int64_t(a.size());
  auto const got = on_any_threads(a, [&](cpu::device& d, auto& out) { cpu::add(d, out.data(), out.data(), b.data(), n); });
  auto want = a;
  cpu::reference::add(want.data(), a.data(), b.data(), n);
  CHECK(got == want);
  auto const wide = normal<float>("wide", n);
  auto const narrow = on_any_threads(a, [&](cpu::device& d, auto& out) { cpu::cast(d, out.data(), wide.data(), n); });
  cpu::reference::cast(want.data(), wide.data(), n);
  CHECK(narrow == want);
}
