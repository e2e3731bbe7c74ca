// SPDX-License-Identifier: Apache-2.0
// Matrix products by cuBLASLt, planned once per shape: descriptors and the algorithm are kept. The only header that names the
// library. The algorithm is the quickest of those that the library proposes, measured when a shape is first met; as another
// measurement may end otherwise and another algorithm adds up in another order, whoever wants the same bits again keeps
// choices() and hands them to the next process. None of them adds up in an order that varies.
#pragma once

#include <snowcoder/backend/cuda/buffer.hpp>
#include <snowcoder/backend/cuda/product_key.hpp>
#include <snowcoder/backend/cuda/status.hpp>
#include <snowcoder/backend/cuda/stopwatch.hpp>
#include <snowcoder/config/device_memory.hpp>
#include <snowcoder/core/dtype.hpp>

#include <cublasLt.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace snowcoder::cuda {

inline void must(cublasStatus_t status, char const* where) {
  if (status != CUBLAS_STATUS_SUCCESS) [[unlikely]]
    throw device_failure({std::string("cuBLASLt: ") + cublasLtGetStatusString(status), where, ""});
}

class products {
 public:
  products() = default;
  products(products const&) = delete;
  products& operator=(products const&) = delete;
  ~products() {
    plans_.clear();
    if (open_) cublasLtDestroy(library_);
  }

  /// result = end(op(left) op(right) + keep * addend), sums in float. `addend` lies as `result` does, or is it; `bias` where
  /// the key's end says so.
  void run(product_key const& key, void const* left, void const* right, void const* addend, void* result, float keep,
           cudaStream_t queue, void const* bias = nullptr) {
    if (!open_) {
      must(cublasLtCreate(&library_), "start of the library");
      open_ = true;
      workspace_ = buffer<std::byte>::raw(workspace_bytes);
    }
    auto& p = plans_[key];
    if (!p) p = make_plan(key, left, right, bias, queue);
    if (bias) p->add(bias);
    float const one = 1.0f;
    must(cublasLtMatmul(library_, p->how, &one, left, p->left, right, p->right, &keep, addend, p->result, result, p->result,
                        &p->algorithm, workspace_.data(), workspace_bytes, queue),
         "matrix product");
  }
  std::size_t size() const { return plans_.size(); }

  /// Whether algorithms of new products are measured, as they are unless told otherwise, or the library's first proposal is
  /// taken: processes that must end with the same bits may not each measure.
  void measure(bool yes) { measure_ = yes; }

  /// What algorithms depend on beside the product: the library's version and the GPU.
  static std::string made_by() {
    int ordinal = 0;
    cudaDeviceProp gpu = {};
    must(cudaGetDevice(&ordinal), "name of the GPU");
    must(cudaGetDeviceProperties(&gpu, ordinal), "name of the GPU");
    return "cuBLASLt " + std::to_string(cublasLtGetVersion()) + " on " + gpu.name + " with " +
           std::to_string(gpu.multiProcessorCount) + " multiprocessors";
  }
  /// Choices of another process that was made_by() the same: taken instead of measuring. Plans that stand already stay.
  void recall(std::vector<product_choice> const& choices) {
    for (auto const& c : choices) kept_.emplace(c.product, c.algorithm);
  }
  /// Those of all products so far, and those recalled; in an order of their own.
  std::vector<product_choice> choices() const {
    std::vector<product_choice> all;
    for (auto const& [product, algorithm] : kept_) all.push_back({product, algorithm});
    return all;
  }

 private:
  static constexpr std::size_t workspace_bytes = config::product_workspace;
  static constexpr int most_proposed = 24;  ///< the first guess is rarely the quickest, and trials take milliseconds

  /// nvcc 13.0 breaks on containers of the library's type, which has no name of its own.
  static cublasLtMatmulAlgo_t the_librarys(product_algorithm const& words) {
    cublasLtMatmulAlgo_t algorithm = {};
    std::copy(words.begin(), words.end(), algorithm.data);
    return algorithm;
  }

  struct plan {
    cublasLtMatmulDesc_t how = nullptr;
    cublasLtMatrixLayout_t left = nullptr, right = nullptr, result = nullptr;
    cublasLtMatmulAlgo_t algorithm = {};

    explicit plan(product_key const& key) {
      must(cublasLtMatmulDescCreate(&how, CUBLAS_COMPUTE_32F, CUDA_R_32F), "plan of a product");
      transpose(CUBLASLT_MATMUL_DESC_TRANSA, key.layout.left.transposed);
      transpose(CUBLASLT_MATMUL_DESC_TRANSB, key.layout.right.transposed);
      create(left, key.layout.left, key.operands);
      create(right, key.layout.right, key.operands);
      create(result, key.layout.result, key.result);
      if (key.end != product_end::plain)
        set(CUBLASLT_MATMUL_DESC_EPILOGUE,
            std::uint32_t(key.end == product_end::bias ? CUBLASLT_EPILOGUE_BIAS : CUBLASLT_EPILOGUE_GELU_BIAS));
    }
    /// The bias of the next run.
    void add(void const* bias) { set(CUBLASLT_MATMUL_DESC_BIAS_POINTER, bias); }
    plan(plan const&) = delete;
    plan& operator=(plan const&) = delete;
    ~plan() {
      for (auto l : {left, right, result})
        if (l) cublasLtMatrixLayoutDestroy(l);
      if (how) cublasLtMatmulDescDestroy(how);
    }

   private:
    void transpose(cublasLtMatmulDescAttributes_t which, bool yes) {
      set(which, std::int32_t(yes ? CUBLAS_OP_T : CUBLAS_OP_N));
    }
    template <class Value>
    void set(cublasLtMatmulDescAttributes_t which, Value value) {
      must(cublasLtMatmulDescSetAttribute(how, which, &value, sizeof value), "plan of a product");
    }
    static void create(cublasLtMatrixLayout_t& l, column_major const& m, dtype type) {
      auto const named = type == dtype::f32 ? CUDA_R_32F : type == dtype::f16 ? CUDA_R_16F : CUDA_R_16BF;
      must(cublasLtMatrixLayoutCreate(&l, named, std::uint64_t(m.rows), std::uint64_t(m.columns), m.leading),
           "plan of a product");
    }
  };

  std::unique_ptr<plan> make_plan(product_key const& key, void const* left, void const* right, void const* bias,
                                  cudaStream_t queue) {
    auto p = std::make_unique<plan>(key);
    if (bias) p->add(bias);
    auto const name = key.text();
    if (auto const known = kept_.find(name); known != kept_.end()) {
      p->algorithm = the_librarys(known->second);
      cublasLtMatmulHeuristicResult_t here = {};
      if (cublasLtMatmulAlgoCheck(library_, p->how, p->left, p->right, p->result, p->result, &p->algorithm, &here) !=
              CUBLAS_STATUS_SUCCESS ||
          here.workspaceSize > workspace_bytes)
        throw device_failure({"the algorithm that was kept does not run here", "matrix product " + name,
                              "remove products.json: algorithms are measured again, and sums may differ in their last bits"});
      return p;
    }
    auto const chosen = quickest(*p, proposed(*p, key), key, left, right, queue);
    p->algorithm = the_librarys(chosen);
    kept_.emplace(name, chosen);
    return p;
  }

  /// The library's proposals, best guess first. Parts of a long sum go through the workspace and are added in order.
  std::vector<product_algorithm> proposed(plan const& p, product_key const& key) {
    cublasLtMatmulPreference_t wishes = nullptr;
    must(cublasLtMatmulPreferenceCreate(&wishes), "plan of a product");
    std::unique_ptr<cublasLtMatmulPreferenceOpaque_t, cublasStatus_t (*)(cublasLtMatmulPreference_t)> const owned(
        wishes, &cublasLtMatmulPreferenceDestroy);
    auto const wish = [&](cublasLtMatmulPreferenceAttributes_t what, auto value) {
      must(cublasLtMatmulPreferenceSetAttribute(wishes, what, &value, sizeof value), "plan of a product");
    };
    wish(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, std::uint64_t(workspace_bytes));
    wish(CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, std::uint32_t(CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE));
    wish(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, std::uint32_t(key.alignment[0]));
    wish(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, std::uint32_t(key.alignment[1]));
    wish(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, std::uint32_t(key.alignment[2]));
    wish(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, std::uint32_t(key.alignment[2]));
    std::array<cublasLtMatmulHeuristicResult_t, most_proposed> found = {};
    int count = 0;
    must(cublasLtMatmulAlgoGetHeuristic(library_, p.how, p.left, p.right, p.result, p.result, wishes, most_proposed,
                                        found.data(), &count),
         "choice of an algorithm for a product");
    std::vector<product_algorithm> all;
    for (int i = 0; i < count; ++i)
      if (found[std::size_t(i)].state == CUBLAS_STATUS_SUCCESS)
        std::copy_n(found[std::size_t(i)].algo.data, 8, all.emplace_back().begin());
    if (all.empty()) throw device_failure({"cuBLASLt has no algorithm for this shape", "matrix product " + key.text(), ""});
    return all;
  }

  /// Measured on the operands themselves, into memory of its own: the result may be one that is added to. A proposal that the
  /// library then declines is none.
  product_algorithm quickest(plan const& p, std::vector<product_algorithm> const& proposed, product_key const& key,
                             void const* left, void const* right, cudaStream_t queue) {
    if (!measure_ || proposed.size() == 1) return proposed.front();
    auto const& c = key.layout.result;
    auto room = buffer<std::byte>::raw(c.leading * c.columns * std::int64_t(size_of(key.result)));
    float const one = 1.0f, none = 0.0f;
    stopwatch const watch(queue);
    auto const milliseconds = [&](product_algorithm const& words) -> std::optional<float> {
      auto const algorithm = the_librarys(words);
      auto const put = [&] {
        return cublasLtMatmul(library_, p.how, &one, left, p.left, right, p.right, &none, room.data(), p.result, room.data(),
                              p.result, &algorithm, workspace_.data(), workspace_bytes, queue);
      };
      auto const once = [&] { must(put(), "trial of a matrix product"); };
      auto const status = put();
      if (status == CUBLAS_STATUS_NOT_SUPPORTED || status == CUBLAS_STATUS_ARCH_MISMATCH) return std::nullopt;
      must(status, "trial of a matrix product");
      float least = watch.milliseconds_of(once);
      for (int again = 0; again < 3; ++again) least = std::min(least, watch.milliseconds_of(once));
      return least;
    };
    std::optional<float> least;
    std::size_t best = 0;
    for (std::size_t i = 0; i < proposed.size(); ++i)
      if (auto const took = milliseconds(proposed[i]); took && (!least || *took < *least)) best = i, least = took;
    if (!least)
      throw device_failure({"cuBLASLt runs none of the algorithms that it proposes", "matrix product " + key.text(), ""});
    return proposed[best];
  }

  cublasLtHandle_t library_ = nullptr;
  bool open_ = false, measure_ = true;
  std::map<product_key, std::unique_ptr<plan>> plans_;
  std::map<std::string, product_algorithm> kept_;  ///< algorithms by product_key::text()
  buffer<std::byte> workspace_;
};

}  // namespace snowcoder::cuda
