// SPDX-License-Identifier: Apache-2.0
// A binary built for one processor says so on another, instead of dying of an illegal instruction.
#pragma once

#include <snowcoder/core/expected.hpp>

#include <span>
#include <string>
#include <vector>

namespace snowcoder::pipeline {

/// One that this program may have been compiled for, and whether the processor, and the system for wide registers, has it.
struct instruction_set {
  char const* name;
  bool compiled, here;
};

/// From SSE4.2 on, all that g++ 12 uses by itself and those that our code asks for. Tile registers (AMX) are in neither: they
/// are asked for at run time (backend/cpu/matrix_tiles.hpp).
inline std::vector<instruction_set> instruction_sets() {
#if defined(__x86_64__)
// A macro that is not defined expands to its own name.
#define SNOWCODER_TEXT(expanded) #expanded
#define SNOWCODER_SET(name, macro) \
  { name, SNOWCODER_TEXT(macro)[0] == '1', __builtin_cpu_supports(name) != 0 }
  return {SNOWCODER_SET("sse4.2", __SSE4_2__),
          SNOWCODER_SET("popcnt", __POPCNT__),
          SNOWCODER_SET("lzcnt", __LZCNT__),
          SNOWCODER_SET("movbe", __MOVBE__),
          SNOWCODER_SET("bmi", __BMI__),
          SNOWCODER_SET("bmi2", __BMI2__),
          SNOWCODER_SET("tbm", __TBM__),
          SNOWCODER_SET("gfni", __GFNI__),
          SNOWCODER_SET("avx", __AVX__),
          SNOWCODER_SET("f16c", __F16C__),
          SNOWCODER_SET("fma", __FMA__),
          SNOWCODER_SET("fma4", __FMA4__),
          SNOWCODER_SET("xop", __XOP__),
          SNOWCODER_SET("avx2", __AVX2__),
          SNOWCODER_SET("avxvnni", __AVXVNNI__),
          SNOWCODER_SET("avx512f", __AVX512F__),
          SNOWCODER_SET("avx512cd", __AVX512CD__),
          SNOWCODER_SET("avx512bw", __AVX512BW__),
          SNOWCODER_SET("avx512dq", __AVX512DQ__),
          SNOWCODER_SET("avx512vl", __AVX512VL__),
          SNOWCODER_SET("avx512ifma", __AVX512IFMA__),
          SNOWCODER_SET("avx512vbmi", __AVX512VBMI__),
          SNOWCODER_SET("avx512vbmi2", __AVX512VBMI2__),
          SNOWCODER_SET("avx512vnni", __AVX512VNNI__),
          SNOWCODER_SET("avx512bitalg", __AVX512BITALG__),
          SNOWCODER_SET("avx512vpopcntdq", __AVX512VPOPCNTDQ__),
          SNOWCODER_SET("avx512bf16", __AVX512BF16__),
          SNOWCODER_SET("avx512fp16", __AVX512FP16__)};
#undef SNOWCODER_SET
#undef SNOWCODER_TEXT
#else
  return {};
#endif
}

/// Fails when this processor lacks an instruction set that the program was compiled for.
inline expected<void> check_processor(std::span<instruction_set const> sets = instruction_sets()) {
  for (auto const& s : sets)
    if (s.compiled && !s.here)
      return failure(std::string("this processor lacks ") + s.name + ", which the program was built for", "",
                     "build with the preset `portable`");
  return {};
}

}  // namespace snowcoder::pipeline
