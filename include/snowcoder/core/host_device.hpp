// SPDX-License-Identifier: Apache-2.0
// One annotation for functions that run on both sides of the launch wall, empty where nvcc is not the compiler.
#pragma once

#if defined(__CUDACC__)
#define SNOWCODER_HD __host__ __device__
#else
#define SNOWCODER_HD
#endif
