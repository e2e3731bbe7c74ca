// SPDX-License-Identifier: Apache-2.0
// Instantiates the launchers of attention for the element types of models; names the libraries that verbs call.
#include <snowcoder/backend/cuda/attention.cuh>

namespace snowcoder::cuda {

char const* library_declines([[maybe_unused]] device& d, [[maybe_unused]] dtype elements,
                             [[maybe_unused]] attention_shape shape) {
#ifdef SNOWCODER_CUDNN
  if (elements != dtype::bf16) return "it is asked for bf16 alone";
  std::int32_t const some = 0;
  if (shape.starts) shape.documents = {&some, 1};
  if (auto const* const why = cudnn_declines(shape, d.architecture())) return why;
  return shape.starts && !cudnn_plans_documents(d, shape) ? "it makes no plan of documents on this GPU" : nullptr;
#else
  return "this build is without SNOWCODER_CUDNN_FRONTEND";
#endif
}

std::vector<std::pair<std::string, std::string>> device::libraries() {
  std::vector<std::pair<std::string, std::string>> all{{"cublaslt", std::to_string(cublasLtGetVersion())}};
#ifdef SNOWCODER_CUDNN
  all.emplace_back("cudnn", cudnn_version());
#endif
  return all;
}

bool lists_documents(device& d, dtype elements, attention_shape shape) {
  return shape.starts && !library_declines(d, elements, shape);
}

template void attention<float>(device&, matrix_view<float>, float*, matrix_view<float const>, attention_shape);
template void attention_backward<float>(device&, matrix_view<float>, matrix_view<float const>, matrix_view<float const>,
                                        float const*, matrix_view<float const>, attention_shape);
template void attention<bfloat16>(device&, matrix_view<bfloat16>, float*, matrix_view<bfloat16 const>, attention_shape);
template void attention_backward<bfloat16>(device&, matrix_view<bfloat16>, matrix_view<bfloat16 const>,
                                           matrix_view<bfloat16 const>, float const*, matrix_view<bfloat16 const>,
                                           attention_shape);

}  // namespace snowcoder::cuda
