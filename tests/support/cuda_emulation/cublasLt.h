// SPDX-License-Identifier: Apache-2.0
// Stands in for cuBLASLt where kernels are run on the CPU: the few calls of backend/cuda/products.hpp, as its manual defines
// them (matrices are column-major), in plain loops. It refuses what the library would refuse. It has three algorithms, which
// round their sums in other places: who takes another one than before gets other bits.
#pragma once

#include "cuda_runtime_api.h"

#include <snowcoder/core/dtype.hpp>

#include <cmath>
#include <cstdint>
#include <vector>

enum cublasStatus_t {
  CUBLAS_STATUS_SUCCESS = 0,
  CUBLAS_STATUS_INVALID_VALUE = 7,
  CUBLAS_STATUS_ARCH_MISMATCH = 8,
  CUBLAS_STATUS_EXECUTION_FAILED = 13,
  CUBLAS_STATUS_NOT_SUPPORTED = 15
};
enum cublasOperation_t { CUBLAS_OP_N = 0, CUBLAS_OP_T = 1 };
enum cublasComputeType_t { CUBLAS_COMPUTE_32F = 68 };
enum cudaDataType_t { CUDA_R_32F = 0, CUDA_R_16F = 2, CUDA_R_16BF = 14 };
enum cublasLtMatmulDescAttributes_t {
  CUBLASLT_MATMUL_DESC_TRANSA = 3,
  CUBLASLT_MATMUL_DESC_TRANSB = 4,
  CUBLASLT_MATMUL_DESC_EPILOGUE = 7,
  CUBLASLT_MATMUL_DESC_BIAS_POINTER = 8
};
enum cublasLtEpilogue_t { CUBLASLT_EPILOGUE_DEFAULT = 1, CUBLASLT_EPILOGUE_BIAS = 4, CUBLASLT_EPILOGUE_GELU_BIAS = 36 };
enum cublasLtMatmulPreferenceAttributes_t {
  CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES = 1,
  CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK = 3,
  CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES = 5,
  CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES = 6,
  CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES = 7,
  CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES = 8
};
enum cublasLtReductionScheme_t { CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE = 2 };
struct cublasLtMatmulDescOpaque_t {
  std::int32_t transposed[2] = {CUBLAS_OP_N, CUBLAS_OP_N};
  std::uint32_t epilogue = CUBLASLT_EPILOGUE_DEFAULT;
  void const* bias = nullptr;
};
struct cublasLtMatrixLayoutOpaque_t {
  cudaDataType_t type;
  std::uint64_t rows, columns;
  std::int64_t leading;
};
struct cublasLtMatmulPreferenceOpaque_t {};
using cublasLtHandle_t = void*;
using cublasLtMatmulDesc_t = cublasLtMatmulDescOpaque_t*;
using cublasLtMatrixLayout_t = cublasLtMatrixLayoutOpaque_t*;
using cublasLtMatmulPreference_t = cublasLtMatmulPreferenceOpaque_t*;
struct cublasLtMatmulAlgo_t {
  std::uint64_t data[8];
};
struct cublasLtMatmulHeuristicResult_t {
  cublasLtMatmulAlgo_t algo;
  std::size_t workspaceSize;
  cublasStatus_t state;
  float wavesCount;
};

inline char const* cublasLtGetStatusString(cublasStatus_t s) {
  return s == CUBLAS_STATUS_SUCCESS ? "success" : s == CUBLAS_STATUS_INVALID_VALUE ? "invalid value" : "execution failed";
}
inline std::size_t cublasLtGetVersion() { return 0; }
inline cublasStatus_t cublasLtCreate(cublasLtHandle_t* h) { return *h = nullptr, CUBLAS_STATUS_SUCCESS; }
inline cublasStatus_t cublasLtDestroy(cublasLtHandle_t) { return CUBLAS_STATUS_SUCCESS; }
inline cublasStatus_t cublasLtMatmulDescCreate(cublasLtMatmulDesc_t* d, cublasComputeType_t, cudaDataType_t) {
  return *d = new cublasLtMatmulDescOpaque_t, CUBLAS_STATUS_SUCCESS;
}
inline cublasStatus_t cublasLtMatmulDescDestroy(cublasLtMatmulDesc_t d) { return delete d, CUBLAS_STATUS_SUCCESS; }
inline cublasStatus_t cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t d, cublasLtMatmulDescAttributes_t which,
                                                     void const* value, std::size_t) {
  if (which == CUBLASLT_MATMUL_DESC_EPILOGUE)
    d->epilogue = *static_cast<std::uint32_t const*>(value);
  else if (which == CUBLASLT_MATMUL_DESC_BIAS_POINTER)
    d->bias = *static_cast<void const* const*>(value);
  else
    d->transposed[which == CUBLASLT_MATMUL_DESC_TRANSB] = *static_cast<std::int32_t const*>(value);
  return CUBLAS_STATUS_SUCCESS;
}
inline cublasStatus_t cublasLtMatrixLayoutCreate(cublasLtMatrixLayout_t* l, cudaDataType_t type, std::uint64_t rows,
                                                 std::uint64_t columns, std::int64_t leading) {
  return *l = new cublasLtMatrixLayoutOpaque_t{type, rows, columns, leading}, CUBLAS_STATUS_SUCCESS;
}
inline cublasStatus_t cublasLtMatrixLayoutDestroy(cublasLtMatrixLayout_t l) { return delete l, CUBLAS_STATUS_SUCCESS; }
inline cublasStatus_t cublasLtMatmulPreferenceCreate(cublasLtMatmulPreference_t* p) {
  return *p = new cublasLtMatmulPreferenceOpaque_t, CUBLAS_STATUS_SUCCESS;
}
inline cublasStatus_t cublasLtMatmulPreferenceDestroy(cublasLtMatmulPreference_t p) { return delete p, CUBLAS_STATUS_SUCCESS; }
inline cublasStatus_t cublasLtMatmulPreferenceSetAttribute(cublasLtMatmulPreference_t, cublasLtMatmulPreferenceAttributes_t,
                                                           void const*, std::size_t) {
  return CUBLAS_STATUS_SUCCESS;
}
inline cublasStatus_t cublasLtMatmulAlgoGetHeuristic(cublasLtHandle_t, cublasLtMatmulDesc_t, cublasLtMatrixLayout_t a,
                                                     cublasLtMatrixLayout_t b, cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t,
                                                     cublasLtMatmulPreference_t, int asked,
                                                     cublasLtMatmulHeuristicResult_t* found, int* count) {
  for (auto l : {a, b, c})
    if (l->leading < std::int64_t(l->rows)) return CUBLAS_STATUS_INVALID_VALUE;
  *count = asked < 3 ? asked : 3;
  for (int i = 0; i < *count; ++i) found[i] = {{{std::uint64_t(i)}}, 0, CUBLAS_STATUS_SUCCESS, 1.0f};
  return CUBLAS_STATUS_SUCCESS;
}
inline cublasStatus_t cublasLtMatmulAlgoCheck(cublasLtHandle_t, cublasLtMatmulDesc_t, cublasLtMatrixLayout_t,
                                              cublasLtMatrixLayout_t, cublasLtMatrixLayout_t, cublasLtMatrixLayout_t,
                                              cublasLtMatmulAlgo_t const* algorithm, cublasLtMatmulHeuristicResult_t* result) {
  *result = {};
  return algorithm->data[0] < 3 ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_INVALID_VALUE;
}

namespace cuda_emulation {
/// Algorithms from this one on are proposed, but not run.
inline std::uint64_t algorithms_run = 3;

inline double element(void const* data, cublasLtMatrixLayoutOpaque_t const& l, std::int64_t row, std::int64_t column) {
  auto const at = row + column * l.leading;
  if (l.type == CUDA_R_32F) return double(static_cast<float const*>(data)[at]);
  if (l.type == CUDA_R_16F) return double(float(static_cast<snowcoder::float16 const*>(data)[at]));
  return double(float(static_cast<snowcoder::bfloat16 const*>(data)[at]));
}
}  // namespace cuda_emulation

/// D = epilogue(alpha op(A) op(B) + beta C), with a bias of D's type for each of its rows.
inline cublasStatus_t cublasLtMatmul(cublasLtHandle_t, cublasLtMatmulDesc_t how, void const* alpha, void const* a,
                                     cublasLtMatrixLayout_t la, void const* b, cublasLtMatrixLayout_t lb, void const* beta,
                                     void const* c, cublasLtMatrixLayout_t lc, void* d, cublasLtMatrixLayout_t ld,
                                     cublasLtMatmulAlgo_t const* algorithm, void*, std::size_t, cudaStream_t queue) {
  using cuda_emulation::element;
  if (algorithm->data[0] >= cuda_emulation::algorithms_run) return CUBLAS_STATUS_NOT_SUPPORTED;
  bool const ta = how->transposed[0] == CUBLAS_OP_T, tb = how->transposed[1] == CUBLAS_OP_T;
  auto const depth = ta ? la->rows : la->columns;
  if ((tb ? lb->columns : lb->rows) != depth || (ta ? la->columns : la->rows) != ld->rows ||
      (tb ? lb->rows : lb->columns) != ld->columns || lc->rows != ld->rows || lc->columns != ld->columns)
    return CUBLAS_STATUS_INVALID_VALUE;
  bool const biased = how->epilogue != CUBLASLT_EPILOGUE_DEFAULT;
  if (biased && !how->bias) return CUBLAS_STATUS_INVALID_VALUE;
  float const scale = *static_cast<float const*>(alpha), kept = *static_cast<float const*>(beta);
  auto const multiply = [=, how = *how, la = *la, lb = *lb, lc = *lc, ld = *ld, parts = std::int64_t(algorithm->data[0]) + 1] {
    cublasLtMatrixLayoutOpaque_t const bias_layout{ld.type, ld.rows, 1, std::int64_t(ld.rows)};
    auto const k_of = [depth](auto const& of) {  // rows of an operand, one after the other
      std::vector<double> values;
      for (std::int64_t k = 0; k < std::int64_t(depth); ++k) values.push_back(of(k));
      return values;
    };
    std::vector<std::vector<double>> rows, columns;
    for (std::int64_t i = 0; i < std::int64_t(ld.rows); ++i)
      rows.push_back(k_of([&](std::int64_t k) { return ta ? element(a, la, k, i) : element(a, la, i, k); }));
    for (std::int64_t j = 0; j < std::int64_t(ld.columns); ++j)
      columns.push_back(k_of([&](std::int64_t k) { return tb ? element(b, lb, j, k) : element(b, lb, k, j); }));
    for (std::int64_t j = 0; j < std::int64_t(ld.columns); ++j)
      for (std::int64_t i = 0; i < std::int64_t(ld.rows); ++i) {
        double const *const row = rows[std::size_t(i)].data(), *const column = columns[std::size_t(j)].data();
        double sum = 0;
        for (std::int64_t part = 0; part < parts; ++part) {
          double here = 0;
          for (std::int64_t k = part; k < std::int64_t(depth); k += parts) here += row[k] * column[k];
          sum += parts > 1 ? double(float(here)) : here;
        }
        double full = double(scale) * sum + (kept != 0 ? double(kept) * element(c, lc, i, j) : 0.0);
        if (biased) full += element(how.bias, bias_layout, i, 0);
        if (how.epilogue == CUBLASLT_EPILOGUE_GELU_BIAS)
          full *= 0.5 * (1 + std::tanh(0.7978845608028654 * (full + 0.044715 * full * full * full)));
        float const value = float(full);
        auto const at = i + j * ld.leading;
        if (ld.type == CUDA_R_32F)
          static_cast<float*>(d)[at] = value;
        else if (ld.type == CUDA_R_16F)
          static_cast<snowcoder::float16*>(d)[at] = snowcoder::float16(value);
        else
          static_cast<snowcoder::bfloat16*>(d)[at] = snowcoder::bfloat16(value);
      }
  };
  return cuda_emulation::queued(queue, multiply) == cudaSuccess ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_EXECUTION_FAILED;
}
