// SPDX-License-Identifier: Apache-2.0
// The graphs that cuDNN is asked for, checked by its frontend for shapes of the method; needs no GPU.
#include "support/catch.hpp"

#include <snowcoder/backend/cuda/cudnn_attention.hpp>
#include <snowcoder/backend/cuda/cudnn_section_attention.hpp>
#include <snowcoder/recipes/arctic_snowcoder_1b3.hpp>

#include <string>

using namespace snowcoder;

TEST_CASE("cudnn: graphs of attention are valid on every architecture that kernels are built for", "[gpu]") {
  constexpr config::decoder_shape paper = recipes::arctic_snowcoder_1b3::model;
  attention_shape const whole{1, paper.context, paper.heads, paper.kv_heads, paper.width / paper.heads};
  for (int architecture : {80, 90, 100}) {
    INFO("sm_" << architecture);
    CHECK(cuda::cudnn_attention_fault(whole, architecture, false) == "");
    CHECK(cuda::cudnn_attention_fault({4, 256, 8, 2, 64}, architecture, false) == "");
    if (architecture < 90) continue;
    CHECK(cuda::cudnn_attention_fault({4, 256, 8, 2, 64}, architecture, true) == "");
    // The paper's model, a micro-batch of two: whole sequences as documents, and as many short ones as there is room for.
    CHECK(cuda::cudnn_attention_fault({2, paper.context, whole.heads, whole.kv_heads, whole.head_width}, architecture, true) ==
          "");
    CHECK(cuda::cudnn_attention_fault({128, 128, whole.heads, whole.kv_heads, whole.head_width}, architecture, true) == "");
  }
  CHECK(cuda::cudnn_attention_fault({1, 256, 4, 3, 64}, 90, false) != "");  // heads that do not share keys evenly
  CHECK(cuda::cudnn_attention_fault({1, 256, 4, 4, 60}, 90, false) != "");  // heads of a width that it has no kernel for
}

TEST_CASE("cudnn: what it has no safe kernel for is left to our own", "[gpu]") {
  auto const declines = [](attention_shape const& s, int architecture, char const* because) {
    auto const* const reason = cuda::cudnn_declines(s, architecture);
    return reason && std::string(reason).find(because) != std::string::npos;
  };
  CHECK_FALSE(cuda::cudnn_declines({1, 8192, 16, 16, 128}, 80));
  CHECK(cuda::cudnn_version().starts_with("9."));
  CHECK(declines({1, 8192 - 64, 16, 16, 128}, 90, "lengths"));
  CHECK(declines({1, 256, 4, 4, 6}, 90, "heads"));
  std::int32_t starts = 0;
  std::int32_t const documents[] = {0, 8192};
  CHECK_FALSE(cuda::cudnn_declines({1, 8192, 16, 16, 128, &starts, documents}, 90));
  CHECK(declines({1, 8192, 16, 16, 128, &starts}, 90, "without a list"));
  CHECK(declines({1, 8192, 16, 16, 128, &starts, documents}, 80, "repeatable"));
  CHECK(declines({64, 8192, 16, 16, 128, &starts, documents}, 90, "32 bits"));
}

TEST_CASE("cudnn: graphs of attention over sections are valid on every architecture that kernels are built for", "[gpu]") {
  auto const elements = GENERATE(dtype::bf16, dtype::f16);
  for (int architecture : {80, 90, 100})
    for (std::int64_t head_width : {32, 64}) {
      INFO("sm_" << architecture);
      CHECK(cuda::cudnn_section_attention_fault({0, 128, 512, true}, 12, head_width, elements, architecture) == "");
      CHECK(cuda::cudnn_section_attention_fault({0, 4, 256, false}, 12, head_width, elements, architecture) == "");
    }
  CHECK(cuda::cudnn_section_attention_fault({0, 4, 256, false}, 12, 60, elements, 90) != "");
}
