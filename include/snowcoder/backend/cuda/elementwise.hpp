// SPDX-License-Identifier: Apache-2.0
// Flat arrays on the GPU: sums, conversions, constants. Defined in elementwise.cuh.   twin:
// backend/cpu/reference/elementwise.hpp
#pragma once

#include <snowcoder/backend/cuda/device.hpp>

#include <cstdint>

namespace snowcoder::cuda {

/// out = a + b, added in float. out may be a or b.
template <class T>
void add(device& d, T* out, T const* a, T const* b, std::int64_t size);

/// out = To(in), through float.
template <class To, class From>
void cast(device& d, To* out, From const* in, std::int64_t size);

/// out = value, everywhere.
template <class T>
void fill(device& d, T* out, T value, std::int64_t size);

}  // namespace snowcoder::cuda
