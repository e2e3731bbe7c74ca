// SPDX-License-Identifier: Apache-2.0
// The one header that names oneDNN: a matrix product of fixed shape, strides and types as a plan that any thread may run.
// Plans run sequentially on the calling thread, which tells OpenMP so; oneDNN's two API generations differ only in how a
// primitive is described.
#pragma once

#include <snowcoder/core/dtype.hpp>
#include <snowcoder/core/hash.hpp>

#include <omp.h>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <oneapi/dnnl/dnnl.hpp>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace snowcoder::cpu {

/// What makes two products the same work: C(m,n) = A(m,k) x B(k,n) [+ C] [+ bias(n)], strides in elements.
struct product_shape {
  std::int64_t m = 0, n = 0, k = 0;
  std::int64_t a_row = 0, a_column = 0, b_row = 0, b_column = 0, c_row = 0;
  dtype a = dtype::f32, b = dtype::f32, c = dtype::f32;
  bool accumulate = false, bias = false;
  friend constexpr bool operator==(product_shape const&, product_shape const&) = default;
};

struct product_shape_hash {
  std::size_t operator()(product_shape const& s) const {
    std::uint64_t h = std::uint64_t(s.a) | std::uint64_t(s.b) << 8 | std::uint64_t(s.c) << 16 |
                      std::uint64_t(s.accumulate) << 24 | std::uint64_t(s.bias) << 25;
    for (auto v : {s.m, s.n, s.k, s.a_row, s.a_column, s.b_row, s.b_column, s.c_row}) h = mix64(h, std::uint64_t(v));
    return std::size_t(h);
  }
};

namespace onednn {

/// The host's engine; there is one per process.
inline dnnl::engine& engine() {
  static dnnl::engine host(dnnl::engine::kind::cpu, 0);
  return host;
}

/// From here on, OpenMP regions that this thread begins have one thread. oneDNN also plans for that number, so it must
/// hold before a primitive is made.
inline void sequential_on_this_thread() {
  thread_local bool const done = (omp_set_num_threads(1), true);
  (void)done;
}

/// "2.6.3", and the instruction set it uses here: products are the same bits only where both agree.
inline std::string version() {
  auto const* v = dnnl::version();
  return std::to_string(v->major) + "." + std::to_string(v->minor) + "." + std::to_string(v->patch) + " isa " +
         std::to_string(int(dnnl::get_effective_cpu_isa()));
}

/// Whether oneDNN multiplies bfloat16 in the processor's tile registers here.
inline bool has_bfloat16_tiles() {
  auto const tiles = int(dnnl::cpu_isa::avx512_core_amx);
  return (int(dnnl::get_effective_cpu_isa()) & tiles) == tiles;
}

/// Whether oneDNN computes with vectors of 512 bits here, whatever this program was built for.
inline bool has_long_vectors() {
  auto const wide = int(dnnl::cpu_isa::avx512_core);
  return (int(dnnl::get_effective_cpu_isa()) & wide) == wide;
}

/// Memory that oneDNN asks for while it computes: one growing block per thread, shared by all plans.
inline void* scratchpad(std::size_t bytes) {
  struct release {
    void operator()(void* p) const { std::free(p); }
  };
  thread_local std::unique_ptr<void, release> block;
  thread_local std::size_t held = 0;
  if (bytes > held) {
    held = (bytes + 4095) / 4096 * 4096;
    block.reset(std::aligned_alloc(4096, held));
    if (!block) throw std::bad_alloc();
  }
  return block.get();
}

constexpr dnnl::memory::data_type type_of(dtype d) {
  return d == dtype::bf16 ? dnnl::memory::data_type::bf16 : dnnl::memory::data_type::f32;
}

/// A compiled product. run() may be called by many threads at once.
class product {
 public:
  /// Nothing when oneDNN has no implementation for these types on this CPU.
  static std::optional<product> make(product_shape const& s) {
    using memory = dnnl::memory;
    sequential_on_this_thread();
    dnnl::primitive_attr attributes;
    attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    if (s.accumulate) {
      dnnl::post_ops sum;
      sum.append_sum(1.0f);
      attributes.set_post_ops(sum);
    }
    product made;
    made.a_ = memory::desc({s.m, s.k}, type_of(s.a), memory::dims{s.a_row, s.a_column});
    made.b_ = memory::desc({s.k, s.n}, type_of(s.b), memory::dims{s.b_row, s.b_column});
    made.c_ = memory::desc({s.m, s.n}, type_of(s.c), memory::dims{s.c_row, 1});
    made.bias_ = memory::desc({1, s.n}, memory::data_type::f32, memory::dims{s.n, 1});
    made.has_bias_ = s.bias;
    try {
#if DNNL_VERSION_MAJOR < 3
      auto const what =
          s.bias ? dnnl::matmul::desc(made.a_, made.b_, made.bias_, made.c_) : dnnl::matmul::desc(made.a_, made.b_, made.c_);
      dnnl::matmul::primitive_desc const chosen(what, attributes, engine());
#else
      auto const chosen = s.bias ? dnnl::matmul::primitive_desc(engine(), made.a_, made.b_, made.bias_, made.c_, attributes)
                                 : dnnl::matmul::primitive_desc(engine(), made.a_, made.b_, made.c_, attributes);
#endif
      made.scratchpad_ = chosen.scratchpad_desc();
      made.primitive_ = dnnl::matmul(chosen);
    } catch (dnnl::error const& e) {
      if (e.status == dnnl_unimplemented) return {};
      throw;
    }
    return made;
  }

  void run(void const* a, void const* b, void* c, float const* bias) const {
    sequential_on_this_thread();
    thread_local dnnl::stream stream(engine());
    dnnl::memory const am(a_, engine(), const_cast<void*>(a)), bm(b_, engine(), const_cast<void*>(b)), cm(c_, engine(), c);
    dnnl::memory const sm(scratchpad_, engine(), scratchpad(scratchpad_.get_size()));
    std::unordered_map<int, dnnl::memory> arguments{
        {DNNL_ARG_SRC, am}, {DNNL_ARG_WEIGHTS, bm}, {DNNL_ARG_DST, cm}, {DNNL_ARG_SCRATCHPAD, sm}};
    if (has_bias_) arguments.emplace(DNNL_ARG_BIAS, dnnl::memory(bias_, engine(), const_cast<float*>(bias)));
    primitive_.execute(stream, arguments);
  }

 private:
  dnnl::memory::desc a_, b_, c_, bias_, scratchpad_;
  bool has_bias_ = false;
  dnnl::matmul primitive_;
};

}  // namespace onednn
}  // namespace snowcoder::cpu
