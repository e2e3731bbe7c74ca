// SPDX-License-Identifier: Apache-2.0
// Twin of backend/cpu/gelu.hpp, in double.
#pragma once

#include <cmath>

namespace snowcoder::cpu::reference {

inline double gelu(double v) { return 0.5 * v * (1.0 + std::erf(v / std::sqrt(2.0))); }

}  // namespace snowcoder::cpu::reference
