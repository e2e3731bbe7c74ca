// SPDX-License-Identifier: Apache-2.0
// Matrix products by cuBLASLt, planned once per shape: descriptors and the algorithm are kept. The only header that names the
// library. The same library on the same model of GPU chooses the same algorithm, and gives the same bits.
#pragma once

#include <snowcoder/backend/cuda/buffer.hpp>
#include <snowcoder/backend/cuda/product_layout.hpp>
#include <snowcoder/backend/cuda/status.hpp>
#include <snowcoder/core/dtype.hpp>

#include <cublasLt.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <tuple>

namespace snowcoder::cuda {

inline void must(cublasStatus_t status, char const* where) {
  if (status != CUBLAS_STATUS_SUCCESS) [[unlikely]]
    throw device_failure({std::string("cuBLASLt: ") + cublasLtGetStatusString(status), where, ""});
}

/// What a plan depends on: layouts, element types, and by how many bytes addresses are aligned (16 at most matters).
struct product_key {
  product_layout layout;
  dtype operands, result;
  std::array<int, 3> alignment;  ///< left, right, result

  auto order() const {
    auto const& [l, r, c] = layout;
    return std::tuple(l.rows, l.columns, l.leading, l.transposed, r.rows, r.columns, r.leading, r.transposed, c.leading,
                      operands, result, alignment);
  }
  friend bool operator<(product_key const& a, product_key const& b) { return a.order() < b.order(); }
};

class products {
 public:
  products() = default;
  products(products const&) = delete;
  products& operator=(products const&) = delete;
  ~products() {
    plans_.clear();
    if (open_) cublasLtDestroy(library_);
  }

  /// result = op(left) op(right) + keep * result, sums in float.
  void run(product_key const& key, void const* left, void const* right, void* result, float keep, cudaStream_t queue) {
    if (!open_) {
      must(cublasLtCreate(&library_), "start of the library");
      open_ = true;
      workspace_ = buffer<std::byte>::raw(workspace_bytes);
    }
    auto& p = plans_[key];
    if (!p) p = std::make_unique<plan>(library_, key);
    float const one = 1.0f;
    must(cublasLtMatmul(library_, p->how, &one, left, p->left, right, p->right, &keep, result, p->result, result, p->result,
                        &p->algorithm, workspace_.data(), workspace_bytes, queue),
         "matrix product");
  }
  std::size_t size() const { return plans_.size(); }

 private:
  static constexpr std::size_t workspace_bytes = std::size_t(32) << 20;

  struct plan {
    cublasLtMatmulDesc_t how = nullptr;
    cublasLtMatrixLayout_t left = nullptr, right = nullptr, result = nullptr;
    cublasLtMatmulAlgo_t algorithm = {};

    plan(cublasLtHandle_t library, product_key const& key) {
      must(cublasLtMatmulDescCreate(&how, CUBLAS_COMPUTE_32F, CUDA_R_32F), "plan of a product");
      transpose(CUBLASLT_MATMUL_DESC_TRANSA, key.layout.left.transposed);
      transpose(CUBLASLT_MATMUL_DESC_TRANSB, key.layout.right.transposed);
      create(left, key.layout.left, key.operands);
      create(right, key.layout.right, key.operands);
      create(result, key.layout.result, key.result);
      choose(library, key);
    }
    plan(plan const&) = delete;
    plan& operator=(plan const&) = delete;
    ~plan() {
      for (auto l : {left, right, result})
        if (l) cublasLtMatrixLayoutDestroy(l);
      if (how) cublasLtMatmulDescDestroy(how);
    }

   private:
    void transpose(cublasLtMatmulDescAttributes_t which, bool yes) {
      std::int32_t const value = yes ? CUBLAS_OP_T : CUBLAS_OP_N;
      must(cublasLtMatmulDescSetAttribute(how, which, &value, sizeof value), "plan of a product");
    }
    static void create(cublasLtMatrixLayout_t& l, column_major const& m, dtype type) {
      must(cublasLtMatrixLayoutCreate(&l, type == dtype::f32 ? CUDA_R_32F : CUDA_R_16BF, std::uint64_t(m.rows),
                                      std::uint64_t(m.columns), m.leading),
           "plan of a product");
    }
    void choose(cublasLtHandle_t library, product_key const& key) {
      cublasLtMatmulPreference_t wishes = nullptr;
      must(cublasLtMatmulPreferenceCreate(&wishes), "plan of a product");
      std::unique_ptr<cublasLtMatmulPreferenceOpaque_t, cublasStatus_t (*)(cublasLtMatmulPreference_t)> const owned(
          wishes, &cublasLtMatmulPreferenceDestroy);
      auto const wish = [&](cublasLtMatmulPreferenceAttributes_t what, auto value) {
        must(cublasLtMatmulPreferenceSetAttribute(wishes, what, &value, sizeof value), "plan of a product");
      };
      wish(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, std::uint64_t(workspace_bytes));
      wish(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, std::uint32_t(key.alignment[0]));
      wish(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, std::uint32_t(key.alignment[1]));
      wish(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, std::uint32_t(key.alignment[2]));
      wish(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, std::uint32_t(key.alignment[2]));
      cublasLtMatmulHeuristicResult_t found = {};
      int count = 0;
      must(cublasLtMatmulAlgoGetHeuristic(library, how, left, right, result, result, wishes, 1, &found, &count),
           "choice of an algorithm for a product");
      if (count == 0) throw device_failure({"cuBLASLt has no algorithm for this shape", "matrix product", ""});
      algorithm = found.algo;
    }
  };

  cublasLtHandle_t library_ = nullptr;
  bool open_ = false;
  std::map<product_key, std::unique_ptr<plan>> plans_;
  buffer<std::byte> workspace_;
};

/// The largest power of two, at most 16, that divides an address.
inline int alignment_of(void const* address) {
  auto const low = reinterpret_cast<std::uintptr_t>(address) & 15;
  return low == 0 ? 16 : int(low & (~low + 1));
}

}  // namespace snowcoder::cuda
