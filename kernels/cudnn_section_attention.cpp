// SPDX-License-Identifier: Apache-2.0
// Defines cudnn_section_attention.hpp. Runs of sections of one whole length are a plain batch; others are padded to their run's
// longest in the library's eyes only: it is told where each begins and how long it is.
#include "cudnn_plans.hpp"

#include <snowcoder/backend/cuda/cudnn_section_attention.hpp>
#include <snowcoder/backend/cuda/section_runs.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace snowcoder::cuda {

namespace {

using namespace detail;

/// Names of tensors in graphs.
enum id : std::int64_t {
  q_id = 1,
  k_id,
  v_id,
  out_id,
  q_lengths_id,
  kv_lengths_id,
  q_starts_id,
  k_starts_id,
  v_starts_id,
  out_starts_id
};

/// Heads, strides of the matrices in elements, and what these are.
struct manner {
  std::int64_t heads, head_width, q, kv, out;
  dtype elements;
};

/// `architecture` 0: that of the device at hand.
std::shared_ptr<graph> graph_of(section_run const& r, manner const& at, int architecture = 0) {
  auto g = begun(at.elements, architecture);
  auto const heads = [&](id which, id starts, std::int64_t stride) {
    auto t = tensor(which, {r.count, at.heads, r.longest, at.head_width}, {r.longest * stride, at.head_width, stride, 1});
    if (!r.even) t.set_ragged_offset(numbers_of(*g, starts, r.count + 1));
    return t;
  };
  auto how = fe::graph::SDPA_attributes()
                 .set_name("bidirectional_attention")
                 .set_generate_stats(false)
                 .set_attn_scale(1.0f / std::sqrt(float(at.head_width)));
  if (!r.even)
    how.set_padding_mask(true)
        .set_seq_len_q(numbers_of(*g, q_lengths_id, r.count))
        .set_seq_len_kv(numbers_of(*g, kv_lengths_id, r.count));
  auto const q = g->tensor(heads(q_id, q_starts_id, at.q)), k = g->tensor(heads(k_id, k_starts_id, at.kv)),
             v = g->tensor(heads(v_id, v_starts_id, at.kv));
  describe(g->sdpa(q, k, v, how)[0], heads(out_id, out_starts_id, at.out));
  return g;
}

cudnn_plans::key key_of(section_run const& r, manner const& at) {
  return {"bidirectional_attention",
          {r.count, r.longest, r.even, at.heads, at.head_width, at.q, at.kv, at.out, std::int64_t(at.elements)}};
}

/// Where a run's numbers begin among all: its lengths, then the elements before each section (and behind the last) in q, in kv
/// and in out.
struct run_numbers {
  std::int64_t lengths, q, kv, out;
};

/// Appends the lists of a run.
run_numbers add_numbers(number_lists& all, section_run const& r, std::int64_t const* offsets, manner const& at) {
  auto const starts = [&](std::int64_t stride) {
    return all.add(r.count + 1, [&](std::int64_t s) { return offsets[r.first + s] * stride; });
  };
  auto const* const first = offsets + r.first;
  auto const lengths = all.add(r.count, [&](std::int64_t s) { return first[s + 1] - first[s]; });
  return {lengths, starts(at.q), starts(at.kv), starts(at.out)};
}

}  // namespace

template <class T>
bool cudnn_section_attention(device& d, matrix_view<T> out, matrix_view<T const> q, matrix_view<T const> kv,
                             std::int64_t const* offsets, std::int64_t sections, std::int64_t heads) {
  manner const at{heads, q.columns / heads, q.stride, kv.stride, out.stride, dtype_of<T>};
  auto const largest = offsets[sections] * std::max({q.stride, kv.stride, out.stride});
  if (at.head_width % 16 != 0 || at.head_width > 128 || largest > INT32_MAX || cudnnGetVersion() < 91900) return false;
  auto& plans = cudnn_plans::of(d);
  auto const runs = runs_of_sections(offsets, sections);
  number_lists all;
  std::vector<run_numbers> places;
  for (auto const& r : runs) {
    if (!plans.serves(key_of(r, at), [&] { return graph_of(r, at); })) return false;
    places.push_back(r.even ? run_numbers{} : add_numbers(all, r, offsets, at));
  }
  auto* const numbers = const_cast<std::int32_t*>(all.all().empty() ? nullptr : plans.numbers(d, all.all()));
  for (std::size_t i = 0; i < runs.size(); ++i) {
    auto const& r = runs[i];
    // Where sections have numbers, these count from the first row of all.
    auto const row = r.even ? offsets[r.first] : 0;
    std::unordered_map<std::int64_t, void*> tensors{{q_id, address(q.row(row))},
                                                    {k_id, address(kv.row(row))},
                                                    {v_id, address(kv.row(row) + q.columns)},
                                                    {out_id, out.row(row)}};
    if (!r.even)
      tensors.insert({{q_lengths_id, numbers + places[i].lengths},
                      {kv_lengths_id, numbers + places[i].lengths},
                      {q_starts_id, numbers + places[i].q},
                      {k_starts_id, numbers + places[i].kv},
                      {v_starts_id, numbers + places[i].kv},
                      {out_starts_id, numbers + places[i].out}});
    plans.run(
        d, key_of(r, at), [&] { return graph_of(r, at); }, std::move(tensors));
  }
  return true;
}

template bool cudnn_section_attention<bfloat16>(device&, matrix_view<bfloat16>, matrix_view<bfloat16 const>,
                                                matrix_view<bfloat16 const>, std::int64_t const*, std::int64_t, std::int64_t);
template bool cudnn_section_attention<float16>(device&, matrix_view<float16>, matrix_view<float16 const>,
                                               matrix_view<float16 const>, std::int64_t const*, std::int64_t, std::int64_t);

std::string cudnn_section_attention_fault(section_run const& run, std::int64_t heads, std::int64_t head_width, dtype elements,
                                          int architecture) {
  auto const width = heads * head_width;
  auto status = graph_of(run, {heads, head_width, 3 * width, 3 * width, width, elements}, architecture)->validate();
  return status.is_bad() ? status.get_message() : std::string();
}

}  // namespace snowcoder::cuda
