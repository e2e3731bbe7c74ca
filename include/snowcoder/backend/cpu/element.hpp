// SPDX-License-Identifier: Apache-2.0
// Storing a float as an element, in the form that g++ 12 vectorises: it keeps a loop scalar when the loop makes a bfloat16
// object, and takes it when the loop writes the bits.
#pragma once

#include <snowcoder/core/dtype.hpp>

namespace snowcoder::cpu {

inline void store(float& to, float value) { to = value; }
inline void store(bfloat16& to, float value) { to.bits = bfloat16::rounded(value); }

/// The value that storing as T and reading again gives.
template <class T>
float rounded_as(float value) {
  if constexpr (dtype_of<T> == dtype::f32)
    return value;
  else
    return __builtin_bit_cast(float, std::uint32_t(bfloat16::rounded(value)) << 16);
}

}  // namespace snowcoder::cpu
