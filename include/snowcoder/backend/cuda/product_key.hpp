// SPDX-License-Identifier: Apache-2.0
// What the algorithm of a matrix product is chosen for, as a key and as text, and such a choice as it is kept.
#pragma once

#include <snowcoder/backend/cuda/product_layout.hpp>
#include <snowcoder/core/dtype.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <tuple>

namespace snowcoder::cuda {

/// What becomes of a product before it is rounded and stored. A bias has an element of the result's type for each row of the
/// library's (column of our) result; gelu is the tanh form of it.
enum class product_end : std::uint8_t { plain, bias, bias_and_gelu };

/// What a plan depends on: layouts, element types, and by how many bytes addresses are aligned (16 at most matters).
struct product_key {
  product_layout layout;
  dtype operands, result;
  std::array<int, 3> alignment;  ///< left, right, result
  product_end end = product_end::plain;

  auto order() const {
    auto const& [l, r, c] = layout;
    return std::tuple(l.rows, l.columns, l.leading, l.transposed, r.rows, r.columns, r.leading, r.transposed, c.leading,
                      operands, result, alignment, end);
  }
  friend bool operator<(product_key const& a, product_key const& b) { return a.order() < b.order(); }

  /// One line that says it all, left and right as the library is asked for them.
  std::string text() const {
    auto const number = [](std::int64_t n) { return std::to_string(n); };
    auto const matrix = [&](column_major const& m) {
      return number(m.rows) + "x" + number(m.columns) + "/" + number(m.leading) + (m.transposed ? "' " : " ");
    };
    std::string all = matrix(layout.left) + matrix(layout.right) + "-> " + matrix(layout.result);
    for (auto type : {operands, result}) all += type == dtype::f32 ? "f32 " : type == dtype::f16 ? "f16 " : "bf16 ";
    for (int a : alignment) all += number(a) + " ";
    all.pop_back();
    return all + (end == product_end::plain ? "" : end == product_end::bias ? " +bias" : " +bias gelu");
  }
};

using product_algorithm = std::array<std::uint64_t, 8>;

/// The algorithm of a product: product_key::text(), and the library's own description, which its version and model of GPU
/// (products::made_by) can use again.
struct product_choice {
  std::string product;
  product_algorithm algorithm;
  friend bool operator==(product_choice const&, product_choice const&) = default;
};

/// The largest power of two, at most 16, that divides an address.
inline int alignment_of(void const* address) {
  auto const low = reinterpret_cast<std::uintptr_t>(address) & 15;
  return low == 0 ? 16 : int(low & (~low + 1));
}

}  // namespace snowcoder::cuda
