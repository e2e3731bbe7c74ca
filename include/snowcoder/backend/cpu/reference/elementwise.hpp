// SPDX-License-Identifier: Apache-2.0
// Twin of backend/cpu/elementwise.hpp.
#pragma once

#include <cstdint>

namespace snowcoder::cpu::reference {

template <class T>
void add(T* out, T const* a, T const* b, std::int64_t size) {
  for (std::int64_t i = 0; i < size; ++i) out[i] = T(float(a[i]) + float(b[i]));
}

template <class To, class From>
void cast(To* out, From const* in, std::int64_t size) {
  for (std::int64_t i = 0; i < size; ++i) out[i] = To(float(in[i]));
}

}  // namespace snowcoder::cpu::reference
