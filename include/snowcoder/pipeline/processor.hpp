// SPDX-License-Identifier: Apache-2.0
// A binary built for one processor says so on another, instead of dying of an illegal instruction.
#pragma once

#include <snowcoder/core/expected.hpp>

namespace snowcoder::pipeline {

/// Fails when this processor lacks an instruction set that the program was compiled for.
inline expected<void> check_processor() {
#if defined(__x86_64__)
  [[maybe_unused]] auto missing = [](char const* set) {
    return failure(std::string("this processor lacks ") + set + ", which the program was built for", "",
                   "build with the preset `portable`");
  };
#if defined(__AVX2__)
  if (!__builtin_cpu_supports("avx2")) return missing("AVX2");
#endif
#if defined(__AVX512F__)
  if (!__builtin_cpu_supports("avx512f")) return missing("AVX-512");
#endif
#if defined(__AVX512VNNI__)
  if (!__builtin_cpu_supports("avx512vnni")) return missing("AVX-512 VNNI");
#endif
#if defined(__AVX512BF16__)
  if (!__builtin_cpu_supports("avx512bf16")) return missing("AVX-512 BF16");
#endif
#endif
  return {};
}

}  // namespace snowcoder::pipeline
