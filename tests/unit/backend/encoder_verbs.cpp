// SPDX-License-Identifier: Apache-2.0
// The encoder's CPU verbs against their twins, in every arithmetic, on ragged shapes; the same bits for 1 and 3 threads, and
// for a row alone as for the row among others.
#include "support/catch.hpp"
#include "support/drawn.hpp"

#include <snowcoder/backend/cpu/encoder_backend.hpp>
#include <snowcoder/backend/cpu/pair_rows.hpp>
#include <snowcoder/backend/cpu/reference/bidirectional_attention.hpp>
#include <snowcoder/backend/cpu/reference/layer_norm.hpp>
#include <snowcoder/backend/cpu/reference/mean_rows.hpp>
#include <snowcoder/backend/cpu/reference/projection.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

using namespace snowcoder;
using tests::distance;
using tests::function_tolerance;
using tests::normal;
using tests::tolerance;
using tests::view;

namespace {
bool same_bits(std::vector<float> const& a, std::vector<float> const& b) {
  return std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}
}  // namespace

TEST_CASE("error_function is erf, power_of_two is 2^x, in float") {
  double worst = 0, worst_power = 0;
  for (double x = -6; x <= 6; x += 1e-4) {
    auto const got = cpu::error_function(cpu::broadcast(float(x)));
    worst = std::max(worst, std::abs(double(got[0]) - std::erf(double(float(x)))));
  }
  CHECK(worst < function_tolerance::error_function);
  double worst_narrow = 0;
  for (double x = -12; x <= 12; x += 1e-3) {
    double const exact = x * (1 + std::erf(x / std::sqrt(2.0))) / 2;
    worst_narrow = std::max(worst_narrow, std::abs(double(cpu::narrow_gelu(cpu::broadcast(float(x)))[0]) - exact));
  }
  CHECK(worst_narrow < function_tolerance::narrow_gelu);
  for (double x = -125; x <= 0; x += 4e-4) {
    double const exact = std::exp2(double(float(x)));
    worst_power = std::max(worst_power, std::abs(double(cpu::power_of_two(cpu::broadcast(float(x)))[0]) / exact - 1));
  }
  CHECK(worst_power < function_tolerance::power_of_two);
  CHECK(cpu::power_of_two(cpu::broadcast(-1e30f))[0] < function_tolerance::least_power_of_two);
}

TEST_CASE("byte and pair products of a lane are sums of products") {
  auto const bytes = [](int a, int b, int c, int d) {
    return std::int32_t(std::uint32_t(a & 255) | std::uint32_t(b & 255) << 8 | std::uint32_t(c & 255) << 16 |
                        std::uint32_t(d & 255) << 24);
  };
  CHECK(cpu::add_byte_products(cpu::broadcast(7), cpu::broadcast(bytes(255, 255, 1, 0)),
                               cpu::broadcast(bytes(127, 127, -5, 3)))[cpu::lanes - 1] == 7 + 2 * 255 * 127 - 5);
  CHECK(cpu::add_byte_products(cpu::broadcast(0), cpu::broadcast(bytes(255, 255, 255, 255)),
                               cpu::broadcast(bytes(-127, -127, -127, -127)))[0] == -4 * 255 * 127);
  CHECK(cpu::add_byte_products(cpu::broadcast(-9), cpu::broadcast(bytes(255, 255, 255, 1)),
                               cpu::broadcast(bytes(127, 1, -100, 5)), cpu::broadcast(bytes(3, 255, 255, 255)),
                               cpu::broadcast(bytes(-127, -1, -20, -8)))[cpu::lanes - 1] ==
        -9 + 255 * 127 + 255 - 25500 + 5 - 3 * 127 - 255 - 255 * 28);
  auto const shorts = [](int a, int b) {
    return cpu::broadcast(std::int32_t(std::uint32_t(a & 65535) | std::uint32_t(b) << 16));
  };
  CHECK(cpu::add_short_products(cpu::broadcast(5), shorts(-32767, 300), shorts(32767, -4))[cpu::lanes - 1] ==
        5 - 32767 * 32767 - 1200);
  auto const pair = [](float a, float b) {
    return cpu::broadcast(std::int32_t(std::uint32_t(bfloat16(a).bits) | std::uint32_t(bfloat16(b).bits) << 16));
  };
  CHECK(cpu::add_pair_products(cpu::broadcast(1.0f), pair(2.0f, -3.0f), pair(5.0f, 0.5f))[0] == 9.5f);
}

TEST_CASE("layer_norm agrees with its twin") {
  constexpr std::int64_t rows = 131, columns = 77;
  auto x = normal<float>("x", rows * columns, 2.0), residual = normal<float>("residual", rows * columns);
  auto const weight = normal<float>("weight", columns), bias = normal<float>("bias", columns);
  std::vector<float> twin(x.size()), one(x.size()), three(x.size());
  cpu::device d1(1), d3(3);
  matrix_view<float const> const in = view(x, columns), other = view(residual, columns);
  cpu::reference::layer_norm(view(twin, columns), in, other, weight.data(), bias.data(), 1e-12f);
  layer_norm(d1, view(one, columns), in, other, weight.data(), bias.data(), 1e-12f);
  layer_norm(d3, view(three, columns), in, other, weight.data(), bias.data(), 1e-12f);
  CHECK(distance(one.data(), twin.data(), rows * columns) < tolerance<float>::norm);
  CHECK(same_bits(one, three));
}

TEMPLATE_TEST_CASE("project agrees with its twin", "", float, bfloat16, std::int8_t) {
  constexpr std::int64_t rows = 251, inputs = 70, outputs = 461;  // remainders of tiles, words, panels and blocks
  auto x = normal<float>("x", rows * inputs, 2.0), weight = normal<float>("weight", outputs * inputs, 0.1);
  auto const bias = normal<float>("bias", outputs);
  matrix_view<float const> const in = view(x, inputs), w = view(weight, inputs);
  cpu::device d1(1), d3(3);
  for (auto act : {activation::none, activation::gelu}) {
    std::vector<float> twin(std::size_t(rows * outputs)), one(twin.size()), three(twin.size()), alone(twin.size() / rows),
        exact;
    cpu::reference::project<TestType>(view(twin, outputs), in, w, bias.data(), act);
    for (auto kernel : {cpu::bfloat16_kernel::widened, cpu::bfloat16_kernel::pairs, cpu::bfloat16_kernel::library,
                        cpu::bfloat16_kernel::halves, cpu::bfloat16_kernel::shorts, cpu::bfloat16_kernel::tiles}) {
      cpu::projection<TestType> const packed(w, bias.data(), kernel);
      project(d1, view(one, outputs), in, packed, act);
      project(d3, view(three, outputs), in, packed, act);
      CHECK(distance(one.data(), twin.data(), rows * outputs) < tolerance<TestType>::projection);
      CHECK(same_bits(one, three));
      if (std::is_same_v<TestType, std::int8_t>) {  // sums of integers are exact
        if (kernel == cpu::bfloat16_kernel::widened) exact = one;
        CHECK(same_bits(one, exact));
      }
      for (std::int64_t row : {0, 13, 250}) {
        project(d1, view(alone, outputs), in.slice(row, 1), packed, act);
        CHECK(std::memcmp(alone.data(), one.data() + row * outputs, alone.size() * sizeof(float)) == 0);
      }
    }
  }
  std::vector<float> zeros(weight.size()), got(std::size_t(rows * outputs));
  project(d1, view(got, outputs), in, cpu::projection<TestType>(view(zeros, inputs), nullptr));
  CHECK(std::all_of(got.begin(), got.end(), [](float v) { return v == 0; }));
}

TEMPLATE_TEST_CASE("project agrees with its twin where rows share few sets of the cache", "", float, bfloat16, std::int8_t) {
  // 4,096 bytes a row: tiles then read copies of the rows, and a row's sums wait in y for the next piece of k.
  constexpr std::int64_t rows = 13, inputs = 4096 / sizeof(TestType), outputs = 43, gap = 16;
  auto x = normal<float>("x", rows * inputs, 2.0), weight = normal<float>("weight", outputs * inputs, 0.1);
  std::vector<float> apart(std::size_t(rows * (inputs + gap)));
  for (std::int64_t i = 0; i < rows; ++i) std::copy_n(x.data() + i * inputs, inputs, apart.data() + i * (inputs + gap));
  cpu::device d(1);
  std::vector<float> twin(std::size_t(rows * outputs)), near(twin.size()), far(twin.size());
  matrix_view<float const> const in = view(x, inputs), w = view(weight, inputs);
  cpu::reference::project<TestType>(view(twin, outputs), in, w, nullptr, activation::none);
  for (auto kernel : {cpu::bfloat16_kernel::widened, cpu::bfloat16_kernel::pairs, cpu::bfloat16_kernel::halves,
                      cpu::bfloat16_kernel::shorts, cpu::bfloat16_kernel::tiles}) {
    cpu::projection<TestType> const packed(w, nullptr, kernel);
    project(d, view(near, outputs), in, packed);
    project(d, view(far, outputs), matrix_view<float const>(apart.data(), rows, inputs, inputs + gap), packed);
    CHECK(distance(near.data(), twin.data(), rows * outputs) < tolerance<TestType>::projection);
    CHECK(same_bits(near, far));
  }
}

TEST_CASE("no row or weight overflows its integers") {
  // One sign, one giant, everything equal: what sums of 8, 16 and 32 bits have to bear at most.
  constexpr std::int64_t inputs = 3072, rows = 4;
  cpu::device d(1);
  std::vector<float> x(rows * inputs, 1.0f), weight(rows * inputs, -1.0f);
  for (std::int64_t i = 0; i < inputs; ++i) {
    x[std::size_t(inputs + i)] = i == 7 ? 300.0f : 1.0f;
    weight[std::size_t(inputs + i)] = i % 4 < 2 ? 1.0f : -1.0f;
    weight[std::size_t(2 * inputs + i)] = i == 7 ? -300.0f : i % 5 == 0 ? 0.3f : 1.0f;
    x[std::size_t(2 * inputs + i)] = weight[std::size_t(2 * inputs + i)];
    x[std::size_t(3 * inputs + i)] = -1.0f;
  }
  matrix_view<float const> const in = view(x, inputs), w = view(weight, inputs);
  std::vector<float> twin(rows * rows), got(twin.size());
  cpu::reference::project<std::int8_t>(view(twin, rows), in, w, nullptr, activation::none);
  project(d, view(got, rows), in, cpu::projection<std::int8_t>(w, nullptr));
  CHECK(distance(got.data(), twin.data(), rows * rows) < tolerance<std::int8_t>::projection);
  cpu::reference::project<bfloat16>(view(twin, rows), in, w, nullptr, activation::none);
  project(d, view(got, rows), in, cpu::projection<bfloat16>(w, nullptr, cpu::bfloat16_kernel::shorts));
  for (std::int64_t i = 0; i < rows; ++i)
    CHECK(distance(got.data() + i * rows, twin.data() + i * rows, rows) < tolerance<bfloat16>::projection);
}

TEST_CASE("integers that stand for a row keep to their bounds") {
  for (std::int64_t count : {1, 7, 8, 77, 384, 3072})
    for (float size : {0.0f, 1e-45f, 1e-38f, 0.02f, 1.0f, 1e20f, 1e38f, 3e38f})
      for (int kind : {0, 1, 2, 3}) {  // noise, one sign, everything equal, one giant; with size 0, zeros of both signs
        auto x = normal<float>("bounds", count, 0.2);
        for (std::int64_t i = 0; i < count; ++i) {
          float const noise = std::clamp(x[std::size_t(i)], -1.0f, 1.0f);
          float const others[] = {noise, -std::abs(noise), 1.0f, noise / 300};
          x[std::size_t(i)] = size * (kind == 3 && i == count / 2 ? 1.0f : others[kind]);
        }
        CAPTURE(count, size, kind);
        float const most = cpu::largest_magnitude({x.data(), 1, count});
        CHECK((most >= 0 && !std::signbit(most)));
        std::vector<std::int16_t> shorts(std::size_t(count + 3), 1);
        double const step = cpu::quantise_short(shorts.data(), x.data(), count, count + 3);
        std::int64_t squares = 0;
        double worst = 0;
        for (std::int64_t i = 0; i < count; ++i) {
          std::int64_t const s = shorts[std::size_t(i)];
          squares += s * s;
          worst = std::max(worst, std::abs(double(s) * step - double(x[std::size_t(i)])));
          REQUIRE(std::abs(s) <= 32767);
        }
        CHECK(squares <= 2147483647);
        CHECK((shorts[std::size_t(count)] == 0 && shorts.back() == 0));
        if (size > 1e-30f || size == 0) CHECK(worst <= tests::half_a_step * step + tests::of_the_largest * double(most));
        std::vector<std::int8_t> bytes(static_cast<std::size_t>(count));
        CHECK(std::isfinite(cpu::quantise_weight(bytes, x.data())));
        if (cpu::words_of_bytes == 1) continue;
        for (std::size_t i = 0; i < bytes.size(); ++i) {
          int up = 0, down = 0;
          for (auto j = i / 8 * 8; j < std::min(bytes.size(), i / 8 * 8 + 8); ++j)
            if (j % 4 / 2 == i % 4 / 2) (bytes[j] > 0 ? up : down) += std::abs(bytes[j]);
          REQUIRE(std::max(up, down) <= cpu::most_short_sum);
        }
      }
}

TEST_CASE("int8 sees rows between their extremes, and zero exactly") {
  cpu::device d(1);
  std::vector<float> x(3 * 64, 0.0f), y(3), weight(64, 0.01f);
  for (std::size_t i = 0; i < 64; ++i) x[64 + i] = 3.0f, x[128 + i] = i == 5 ? 1000.0f : -0.01f;
  project(d, view(y, 1), matrix_view<float const>(view(x, 64)), cpu::projection<std::int8_t>(view(weight, 64), nullptr));
  CHECK(y[0] == 0.0f);
  CHECK(std::abs(y[1] - 1.92f) < tests::int8_of_equals);
  CHECK(std::abs(y[2] - 10.0f) < tests::int8_beside_a_giant);
}

TEST_CASE("blocks of rows cover every row once, and verbs inside them give the same bits") {
  constexpr std::int64_t rows = 1000, inputs = 48, outputs = 70;
  auto x = normal<float>("x", rows * inputs), weight = normal<float>("weight", outputs * inputs, 0.1);
  matrix_view<float const> const in = view(x, inputs);
  cpu::projection<float> const packed(view(weight, inputs), nullptr);
  cpu::device d1(1), d3(3);
  std::vector<float> whole(std::size_t(rows * outputs)), blocks(whole.size());
  project(d1, view(whole, outputs), in, packed);
  for (auto* d : {&d1, &d3}) {
    std::vector<int> seen(rows);
    std::fill(blocks.begin(), blocks.end(), 0.0f);
    for_each_row_block<float>(*d, rows, 3000, [&](std::int64_t first, matrix_view<float> room) {
      for (auto i = first; i < first + room.rows; ++i) ++seen[std::size_t(i)];
      project(*d, room.part(0, outputs), in.slice(first, room.rows), packed);
      for (std::int64_t i = 0; i < room.rows; ++i) std::copy_n(room.row(i), outputs, blocks.data() + (first + i) * outputs);
    });
    CHECK(std::all_of(seen.begin(), seen.end(), [](int n) { return n == 1; }));
    CHECK(same_bits(whole, blocks));
  }
}

TEST_CASE("rows are rounded to bfloat16 as single floats are") {
  auto x = normal<float>("x", 3 * cpu::lanes + 1, 1e3);
  x[0] = -0.0f, x[1] = 1.00390625f, x[2] = 1.01171875f, x[3] = 1e-40f, x[4] = 3.4e38f;  // ties to even, both ways; to infinity
  x[5] = std::numeric_limits<float>::infinity(), x[6] = std::numeric_limits<float>::quiet_NaN(),
  x[7] = std::bit_cast<float>(0x7fffffff);
  auto const count = std::int64_t(x.size());
  std::vector<bfloat16> got(x.size() + 3, bfloat16(7.0f));
  cpu::round_row(got.data(), x.data(), count, count + 2);
  for (std::size_t i = 0; i < x.size(); ++i) CHECK(got[i] == bfloat16(x[i]));
  CHECK((got[x.size()] == bfloat16(0.0f) && got[x.size() + 1] == bfloat16(0.0f) && got[x.size() + 2] == bfloat16(7.0f)));
}

TEST_CASE("narrow attention in pairs and halves, and products of halves, hold what float holds") {
  // Queries, keys and values far outside the range of halves, zeros, and scores next to nothing.
  constexpr std::int64_t rows = 70, width = 40;
  cpu::device d(1), pairs(1, cpu::bfloat16_products::native, cpu::bfloat16_kernel::pairs);
  std::vector<std::int64_t> const offsets{0, rows};
  for (auto const& [asked, size] : {std::pair{1e20, 1e-20f}, {1e-10, 1e10f}, {0.0, 0.0f}, {1e-3, 1e-3f}, {1e-6, 1e-3f}}) {
    INFO(asked << " x " << size);
    auto q = normal<float>("q", rows * width, asked), kv = normal<float>("kv", rows * 2 * width);
    for (std::int64_t i = 0; i < rows * 2 * width; ++i) kv[std::size_t(i)] *= i / width % 2 == 0 ? size : 1e15f;
    matrix_view<float const> const queries = view(q, width), in = view(kv, 2 * width);
    std::vector<float> twin(std::size_t(rows * width)), got(twin.size());
    cpu::reference::bidirectional_attention(view(twin, width), queries, in, offsets.data(), offsets.data(), 1, 1);
    for (auto* by : {&d, &pairs}) {
      bidirectional_attention(*by, view(got, width), queries, in, offsets.data(), offsets.data(), 1, 1, arithmetic::narrow);
      CHECK(distance(got.data(), twin.data(), rows * width) < tolerance<bfloat16>::attention);
    }

    std::vector<float> y(rows), expected(rows);
    cpu::reference::project<bfloat16>(view(expected, 1), queries, in.slice(0, 1).part(0, width), nullptr, activation::none);
    project(d, view(y, 1), queries, cpu::projection<bfloat16>(in.slice(0, 1).part(0, width), nullptr));
    CHECK(distance(y.data(), expected.data(), rows) < 4 * tolerance<bfloat16>::projection);  // one output: its terms cancel
  }
}

TEST_CASE("power_of_two of halves is 2^x as far as halves go") {
#if defined(__AVX512FP16__)
  double worst = 0;
  for (double x = -12; x <= 0; x += 1e-3) {
    auto const got = cpu::even_halves(cpu::power_of_two(cpu::broadcast_half(float(x))))[0];
    auto const seen = cpu::even_halves(cpu::broadcast_half(float(x)))[0];
    worst = std::max(worst, std::abs(double(got) / std::exp2(double(seen)) - 1));
  }
  CHECK(worst < function_tolerance::half_power_of_two);
  CHECK(cpu::even_halves(cpu::power_of_two(cpu::broadcast_half(-30.0f)))[0] < function_tolerance::least_half_power_of_two);
#endif
}

TEST_CASE("bidirectional_attention and mean_rows agree with their twins") {
  constexpr std::int64_t heads = 3, width = 48;
  std::vector<std::int64_t> const offsets{0, 1, 130, 162, 169, 426};  // 1, 129, 32, 7, 257: remainders of tiles and panels
  std::vector<std::int64_t> const firsts{0, 1, 2, 3, 4, 5};
  auto const sections = std::int64_t(offsets.size()) - 1, rows = offsets.back();
  auto q = normal<float>("q", rows * width), kv = normal<float>("kv", rows * 2 * width);
  matrix_view<float const> const queries = view(q, width), in = view(kv, 2 * width);
  for (auto const& [how, kernel] : {std::pair{arithmetic::exact, cpu::preferred_bfloat16_kernel()},
                                    {arithmetic::narrow, cpu::preferred_bfloat16_kernel()},
                                    {arithmetic::narrow, cpu::bfloat16_kernel::pairs}}) {
    cpu::device d1(1, cpu::bfloat16_products::native, kernel), d3(3, cpu::bfloat16_products::native, kernel);
    for (auto const* asked : {&offsets, &firsts}) {
      auto const count = asked->back();
      auto const apart = how == arithmetic::exact ? tolerance<float>::attention : tolerance<bfloat16>::attention;
      std::vector<float> twin(std::size_t(count * width)), one(twin.size()), three(twin.size());
      cpu::reference::bidirectional_attention(view(twin, width), queries, in, asked->data(), offsets.data(), sections, heads);
      bidirectional_attention(d1, view(one, width), queries, in, asked->data(), offsets.data(), sections, heads, how);
      bidirectional_attention(d3, view(three, width), queries, in, asked->data(), offsets.data(), sections, heads, how);
      CHECK(distance(one.data(), twin.data(), count * width) < apart);
      CHECK(same_bits(one, three));
      std::copy(one.begin(), one.end(), three.begin());
      std::copy_n(q.begin(), one.size(), one.begin());
      bidirectional_attention(d1, view(one, width), view(one, width), in, asked->data(), offsets.data(), sections, heads, how);
      CHECK(same_bits(one, three));  // in place
    }
  }

  cpu::device d1(1), d3(3);
  std::vector<float> mean_twin(std::size_t(sections * width)), mean_one(mean_twin.size()), mean_three(mean_twin.size());
  cpu::reference::mean_rows(view(mean_twin, width), queries, offsets.data());
  mean_rows(d1, view(mean_one, width), queries, offsets.data());
  mean_rows(d3, view(mean_three, width), queries, offsets.data());
  CHECK(distance(mean_one.data(), mean_twin.data(), sections * width) < tolerance<float>::elementwise);
  CHECK(same_bits(mean_one, mean_three));
}
