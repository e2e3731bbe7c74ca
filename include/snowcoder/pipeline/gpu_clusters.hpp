// SPDX-License-Identifier: Apache-2.0
// dedup::near_clusters on the GPU: the same components of the same verified pairs, so the same smallest items. Entries of a
// call are sorted by key, then every item of a bucket is compared with the item before it, then with the one before that, and
// so on as far as dedup::near_clusters reaches, each round leaving out what is in one component already: a bucket of n copies
// costs n comparisons here too.
// Only where the program was built with CUDA (SNOWCODER_CUDA); else this header is empty.
#pragma once

#ifdef SNOWCODER_CUDA
#include <snowcoder/backend/cuda/near_pairs.hpp>
#include <snowcoder/backend/cuda/order.hpp>
#include <snowcoder/backend/cuda/shingles.hpp>
#include <snowcoder/dedup/near.hpp>
#include <snowcoder/pipeline/gpu_signatures.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace snowcoder::pipeline {

template <dedup::compares_documents R>
class gpu_clusters {
  static constexpr auto settings = config::near_duplicate(R::near_duplicates);
  template <class T>
  using buffer = cuda::buffer<T>;

 public:
  /// Items are numbers below `count`. `batch_bytes`: of text that is on the GPU at a time, two texts at least; `remembered`:
  /// pairs that differ and are known again, 8 bytes each. Throws cuda::device_failure, like all members.
  gpu_clusters(cuda::device& d, std::uint32_t count, std::int64_t batch_bytes, std::size_t remembered)
      : device_(d),
        batch_bytes_(batch_bytes),
        parent_(buffer<std::uint32_t>::raw(count)),
        different_(buffer<std::uint64_t>::raw(std::int64_t(std::bit_ceil(remembered)))) {
    cuda::start_components(d, parent_.data(), count);
    cuda::must(cudaMemsetAsync(different_.data(), 0xff, std::size_t(different_.size()) * 8, d.queue()), "pair memory");
  }

  /// As near_clusters::join(); all entries of a key must come in one call. text_of(item) is called from any thread.
  template <class TextOf>
  expected<void> join(std::span<dedup::band_entry const> entries, TextOf&& text_of, thread_pool& pool) {
    auto const count = std::int64_t(entries.size());
    if (count < 2) return {};
    auto const [keys, items] = sorted(entries);
    auto head = buffer<std::uint32_t>::raw(count);
    cuda::find_buckets(device_, head.data(), keys.data(), count);
    std::int64_t const most = std::max<std::int64_t>(pairs_at_once / count, 1);
    for (std::int64_t first = 1, distances = 1; first <= settings.reach;) {
      bool any = false;
      auto const pairs = candidates(items.data(), head.data(), count, first, distances, any);
      if (!any) return {};
      for (auto left = std::span(pairs); !left.empty();) {
        SNOWCODER_TRY(auto const compared, compare_some(left, text_of, pool));
        left = left.subspan(compared);
      }
      first += distances;
      distances = std::min({distances * 2, most, settings.reach + 1 - first});
    }
    return {};
  }

  /// Per item the smallest of its cluster, into `all`, one for every item. After the last join().
  void keepers(std::span<std::uint32_t> all) {
    cuda::settle_components(device_, parent_.data(), parent_.size());
    download(device_, all.data(), parent_.data(), parent_.size());
  }
  /// Pairs that were compared.
  std::int64_t compared() const { return compared_; }

 private:
  static constexpr std::int64_t pairs_at_once = std::int64_t(4) << 20;
  struct sorted_entries {
    buffer<std::uint64_t> keys;
    buffer<std::uint32_t> items;
  };

  /// By key, then by item.
  sorted_entries sorted(std::span<dedup::band_entry const> entries) {
    auto const count = std::int64_t(entries.size());
    host_keys_.resize(count);
    host_items_.resize(count);
    for (std::int64_t i = 0; i < count; ++i) {
      host_keys_[i] = entries[std::size_t(i)].key();
      host_items_[i] = entries[std::size_t(i)].item;
    }
    auto keys = buffer<std::uint64_t>::raw(count), keys_by_item = buffer<std::uint64_t>::raw(count);
    auto items = buffer<std::uint32_t>::raw(count), items_in_order = buffer<std::uint32_t>::raw(count);
    upload(device_, keys.data(), host_keys_.data(), count);
    upload(device_, items.data(), host_items_.data(), count);
    cuda::sort_pairs(device_, items_in_order.data(), items.data(), keys_by_item.data(), keys.data(), count);
    cuda::sort_pairs(device_, keys.data(), keys_by_item.data(), items.data(), items_in_order.data(), count);
    return {std::move(keys), std::move(items)};
  }

  /// The different pairs of a round, ascending. `any`: whether this round or a later one may find some.
  std::vector<std::uint64_t> candidates(std::uint32_t const* items, std::uint32_t const* head, std::int64_t count,
                                        std::int64_t first, std::int64_t distances, bool& any) {
    auto const size = distances * count;
    auto pairs = buffer<std::uint64_t>::raw(size), in_order = buffer<std::uint64_t>::raw(size);
    auto found = buffer<std::uint32_t>::raw(2);
    cuda::pair_with_earlier(device_, pairs.data(), items, head, count, first, distances, parent_.data(), memory());
    cuda::sort_keys(device_, in_order.data(), pairs.data(), size);
    cuda::count_pairs(device_, found.data(), in_order.data(), size);
    std::uint32_t counts[2];
    download(device_, counts, found.data(), 2);
    any = counts[1] > 0;
    std::vector<std::uint64_t> out(counts[0]);
    download(device_, out.data(), in_order.data(), std::int64_t(counts[0]));
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }

  /// Compares as many of the first pairs as a batch has room for the texts of; says how many.
  template <class TextOf>
  expected<std::size_t> compare_some(std::span<std::uint64_t const> pairs, TextOf&& text_of, thread_pool& pool) {
    std::unordered_map<std::uint32_t, std::uint32_t> numbers;  // of items in the batch; looked up only
    std::vector<std::uint32_t> items;
    std::vector<std::int64_t> sizes;
    std::vector<std::uint64_t> where;
    std::int64_t bytes = 0;
    for (auto const pair : pairs) {
      std::uint32_t const both[2] = {std::uint32_t(pair >> 32), std::uint32_t(pair)};
      std::int64_t size[2], more = 0;
      for (int i = 0; i < 2; ++i) {
        SNOWCODER_TRY(size[i], detail::size_for_batch(text_of(both[i])));
        if (!numbers.contains(both[i])) more += cuda::text_batch::padded(size[i]);
      }
      if (bytes + more + cuda::text_alignment > cuda::largest_batch && where.empty())
        return failure("two texts of 2 GiB or more", "--device cuda", "use --device cpu, or a smaller --largest-file");
      if (bytes + more > batch_bytes_ && !where.empty()) break;
      bytes += more;
      for (int i = 0; i < 2; ++i)
        if (numbers.try_emplace(both[i], std::uint32_t(items.size())).second) {
          items.push_back(both[i]);
          sizes.push_back(size[i]);
        }
      where.push_back(std::uint64_t(numbers.at(both[0])) << 32 | numbers.at(both[1]));
    }
    detail::fill_batch(texts_, sizes, pool, [&](std::int64_t i) { return text_of(items[std::size_t(i)]); });
    compare(pairs.first(where.size()), where);
    compared_ += std::int64_t(where.size());
    return where.size();
  }

  /// Of the documents in texts_.
  void compare(std::span<std::uint64_t const> pairs, std::vector<std::uint64_t> const& where) {
    auto const view = texts_.upload(device_);
    auto first_unit = buffer<std::uint32_t>::raw(view.tile_count + 1);
    cuda::count_units(device_, first_unit.data(), view, settings.unit);
    std::uint32_t units = 0;
    download(device_, &units, first_unit.data() + view.tile_count, 1);
    auto hashes = buffer<std::uint64_t>::raw(units), runs = buffer<std::uint64_t>::raw(units);
    auto owner = buffer<std::uint32_t>::raw(units), spare = buffer<std::uint32_t>::raw(units);
    auto set_begin = buffer<std::uint32_t>::raw(view.document_count + 1);
    cuda::hash_units(device_, hashes.data(), first_unit.data(), view, settings.unit);
    cuda::hash_runs(device_, runs.data(), owner.data(), set_begin.data(), hashes.data(), first_unit.data(), view,
                    settings.shingle);
    cuda::sort_pairs(device_, hashes.data(), runs.data(), spare.data(), owner.data(), units);
    cuda::sort_pairs(device_, owner.data(), spare.data(), runs.data(), hashes.data(), units);
    cuda::sets_view const sets{runs.data(), set_begin.data()};
    auto distinct = buffer<std::uint32_t>::raw(view.document_count);
    cuda::count_distinct(device_, distinct.data(), sets, view.document_count);
    auto const count = std::int64_t(where.size());
    auto device_pairs = buffer<std::uint64_t>::raw(count), device_where = buffer<std::uint64_t>::raw(count);
    upload(device_, device_pairs.data(), pairs.data(), count);
    upload(device_, device_where.data(), where.data(), count);
    cuda::join_alike(device_, device_pairs.data(), device_where.data(), count, sets, distinct.data(), settings.similarity,
                     parent_.data(), memory());
  }

  cuda::pair_memory_view memory() { return {different_.data(), std::uint64_t(different_.size())}; }

  cuda::device& device_;
  std::int64_t batch_bytes_, compared_ = 0;
  buffer<std::uint32_t> parent_;
  buffer<std::uint64_t> different_;
  cuda::text_batch texts_;
  cuda::pinned<std::uint64_t> host_keys_;
  cuda::pinned<std::uint32_t> host_items_;
};

}  // namespace snowcoder::pipeline
#endif
